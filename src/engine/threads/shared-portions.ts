import type { Axis } from '../../core/geometry.js';
import { sizeOf } from '../../core/tensor.js';
import { newNumbers, type Value, type ValueInfo } from '../../core/values.js';
import type { PoolLayer } from '../../layers/pool.js';
import type { RowWork } from '../../layers/row-work.js';
import { layerPortions } from '../elementwise.js';
import { isOverwritten } from '../operators/pairs.js';
import { poolPortions } from '../operators/pools.js';
import { NOTHING, type Portions } from '../operators/portions.js';
import type { Room } from '../operators/room.js';
import { type VectorTask, vectorPortions } from '../vectors.js';
import type { EngineMemory } from '../wasm/memory.js';

/** An array that lies in the shared memory. */
interface PlacedArray extends ValueInfo {
  readonly at: number;
}

/** What is done in portions, as plain data: all numbers lie in the engine's memory. */
export type PortionTask =
  | {
      readonly kind: 'layer';
      readonly work: RowWork;
      /** Null: left out, or not read by routines. */
      readonly inputs: readonly (PlacedArray | null)[];
      readonly outputs: readonly PlacedArray[];
    }
  | {
      readonly kind: 'pool';
      readonly layer: PoolLayer;
      readonly axes: readonly [Axis, Axis];
      readonly planes: number;
      readonly from: number;
      readonly to: number;
    }
  | { readonly kind: 'vectors'; readonly vectors: VectorTask };

/** A task as threads share it. */
export interface SharedPortions {
  readonly kind: 'portions';
  readonly serial: number;
  readonly task: PortionTask;
  /** One for each thread. */
  readonly rooms: readonly Readonly<Room>[];
}

/** Which inputs routines read. */
function inputsOf(work: RowWork): readonly number[] {
  switch (work.work) {
    case 'pair':
      return [0, 1];
    case 'matrix':
    case 'transposed':
      return [0, 1, 2];
    case 'copies':
      return work.copies.map(({ input }) => input);
    default:
      return [0];
  }
}

/**
 * A layer's work as threads can share it; null where something is copied before it begins: arrays that lie elsewhere, those
 * that the output overwrites, a border that is filled.
 */
export function layerTask(
  memory: EngineMemory,
  work: RowWork,
  inputs: readonly (Value | null)[],
  outputs: readonly Value[],
): PortionTask | null {
  if (work.work === 'copies' && work.fill !== null) return null;
  const read = inputsOf(work);
  const values = read.flatMap((input) => inputs[input] ?? []);
  if ([...values, ...outputs].some(({ data }) => memory.addressOf(data) === -1)) return null;
  if (work.work === 'pair' && values.some((one) => isOverwritten(one, outputs[0]))) return null;
  const place = ({ dtype, shape, data }: Value): PlacedArray => ({ dtype, shape, at: memory.addressOf(data) });
  return {
    kind: 'layer',
    work,
    inputs: inputs.map((input, i) => (input !== null && read.includes(i) ? place(input) : null)),
    outputs: outputs.map(place),
  };
}

/** A helping thread's way to do one portion. `lane`: its place in the team, from 1. */
export function portionRunner(memory: EngineMemory, { task, rooms }: SharedPortions, lane: number): Portions {
  return portionsOf(memory, rooms[lane], task) ?? NOTHING;
}

function portionsOf(memory: EngineMemory, room: Readonly<Room>, task: PortionTask): Portions | null {
  if (task.kind === 'vectors') return vectorPortions(memory, room, task.vectors);
  if (task.kind === 'pool') {
    const { layer, axes, planes, from, to } = task;
    return poolPortions(memory, room, layer, axes, planes, from, to);
  }
  const { buffer } = memory.heap.u8;
  const value = ({ dtype, shape, at }: PlacedArray): Value => ({
    dtype,
    shape,
    data: newNumbers(dtype, sizeOf(shape), { buffer, byteOffset: at }),
  });
  return layerPortions(
    memory,
    room,
    task.work,
    task.inputs.map((input) => input && value(input)),
    task.outputs.map(value),
  );
}

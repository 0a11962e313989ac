import type { ActivationName } from '../core/job.js';
import { sizeOf } from '../core/tensor.js';
import type { Value } from '../core/values.js';
import { activate, activationParameters } from '../layers/activation.js';
import { planBroadcast } from '../layers/broadcast.js';
import { forwardOf, type Layer } from '../layers/index.js';
import type { ChannelAffine, NumberFunction, PairOperation, RowWork } from '../layers/row-work.js';
import { operatorBytes, operatorPortions } from './operators/index.js';
import { operationNumber } from './operators/pairs.js';
import { cutBlocks, cutRuns, PORTION, type Portions, runPortions } from './operators/portions.js';
import type { Room } from './operators/room.js';
import type { Routines } from './routines/index.js';
import { type EngineMemory, type RoutineKind, returnMemory, takeMemory } from './wasm/memory.js';

/** A vector may be read beyond the end. */
const SLACK = 64;
const AREA = PORTION * 4 + SLACK;
const SCRATCH = PORTION * 8 + SLACK;
/** What functions of each number need: 64 of them in float64. */
export const FUNCTION_BYTES = 512;
/** What `runElementwise` needs of the engine's memory. */
export const ELEMENTWISE_BYTES = 2 * AREA + SCRATCH;
/** Below, calls and copies cost more than they save. */
const WORTH = 256;

/** A function of each number. */
export interface OfEach {
  readonly of: NumberFunction;
  readonly parameters: readonly [number, number];
}

type InPlace = (routines: Routines, x: number, count: number, first: number, second: number, scratch: number) => void;

const ROUTINES: Readonly<Record<NumberFunction, InPlace>> = {
  relu: (routines, x, count) => routines.reluInPlace(x, count),
  relu6: (routines, x, count) => routines.relu6InPlace(x, count),
  leaky_relu: (routines, x, count, slope) => routines.leakyReluInPlace(x, count, slope),
  clip: (routines, x, count, lo, hi) => routines.clipInPlace(x, count, lo, hi),
  abs: (routines, x, count) => routines.simpleInPlace(x, count, 0),
  neg: (routines, x, count) => routines.simpleInPlace(x, count, 1),
  floor: (routines, x, count) => routines.simpleInPlace(x, count, 2),
  ceil: (routines, x, count) => routines.simpleInPlace(x, count, 3),
  round: (routines, x, count) => routines.simpleInPlace(x, count, 4),
  sqrt: (routines, x, count) => routines.simpleInPlace(x, count, 5),
  reciprocal: (routines, x, count) => routines.simpleInPlace(x, count, 6),
  power: (routines, x, count, n) =>
    Math.abs(n) === 0.5 ? routines.rootPowerInPlace(x, count, n < 0 ? 1 : 0) : routines.powerInPlace(x, count, n),
  elu: (routines, x, count, alpha, _2, scratch) => routines.eluInPlace(x, count, alpha, scratch),
  gelu: (routines, x, count, _1, _2, scratch) => routines.geluInPlace(x, count, scratch),
  gelu_tanh: (routines, x, count, _1, _2, scratch) => routines.geluTanhInPlace(x, count, scratch),
  silu: (routines, x, count, _1, _2, scratch) => routines.swishInPlace(x, count, 1, scratch),
  swish: (routines, x, count, alpha, _2, scratch) => routines.swishInPlace(x, count, alpha, scratch),
  mish: (routines, x, count, _1, _2, scratch) => routines.mishInPlace(x, count, scratch),
  softplus: (routines, x, count, beta, threshold, scratch) =>
    routines.softplusInPlace(x, count, beta, threshold, scratch),
  hardswish: (routines, x, count, _1, _2, scratch) => routines.hardswishInPlace(x, count, scratch),
  hard_sigmoid: (routines, x, count, alpha, beta, scratch) =>
    routines.hardSigmoidInPlace(x, count, alpha, beta, scratch),
  sigmoid: (routines, x, count, _1, _2, scratch) => routines.sigmoidInPlace(x, count, scratch),
  tanh: (routines, x, count, _1, _2, scratch) => routines.tanhInPlace(x, count, scratch),
  exp: (routines, x, count, _1, _2, scratch) => routines.expInPlace(x, count, scratch),
  log: (routines, x, count, _1, _2, scratch) => routines.logInPlace(x, count, scratch),
  erf: (routines, x, count, _1, _2, scratch) => routines.erfInPlace(x, count, scratch),
};

/** Whether there may be routines for a layer. */
function isElementwise(layer: Layer): boolean {
  const forward = forwardOf(layer);
  return forward?.rowWork !== undefined || forward?.whole !== undefined;
}

/** Applies a function of each number to floats in the engine's memory. scratch: `FUNCTION_BYTES`. */
export function applyInMemory(
  routines: Routines,
  { of, parameters }: OfEach,
  x: number,
  count: number,
  scratch: number,
): void {
  ROUTINES[of](routines, x, count, ...parameters, scratch);
}

/** The activation of an array of any length; x and y may be the same. */
export function activateArray(
  name: ActivationName,
  parameters: readonly number[],
  x: Float32Array,
  y: Float32Array,
  kind: RoutineKind = 'wasm',
): void {
  if (x.length < WORTH) {
    activate(name, parameters, x, y);
    return;
  }
  const memory = takeMemory(ELEMENTWISE_BYTES, kind);
  const area = memory.allocate(ELEMENTWISE_BYTES);
  const work = { of: name, parameters: activationParameters(name, parameters, true) };
  runPortions(eachNumber(memory, area, x, y, work));
  returnMemory(memory);
}

/** What `runElementwise` needs of a room for a layer, by the shapes of its inputs; null: left out. */
export function elementwiseBytes(layer: Layer, shapes: readonly (readonly number[] | null)[]): number {
  return isElementwise(layer) ? Math.max(ELEMENTWISE_BYTES, operatorBytes(layer, shapes)) : 0;
}

/**
 * Computes a layer by routines where there are some for it and for these shapes and types: the bits are those of the
 * layer's own `run`. Output 0 may lie in the memory of input 0.
 * @param room of `elementwiseBytes`
 * @returns false: nothing was done
 */
export function runElementwise(
  memory: EngineMemory,
  room: Readonly<Room>,
  layer: Layer,
  inputs: readonly (Value | null)[],
  outputs: readonly Value[],
): boolean {
  const [x] = inputs;
  const [output] = outputs;
  if (!(x?.data instanceof Float32Array && output.data instanceof Float32Array)) return false;
  const work = forwardOf(layer)?.rowWork?.(layer, inputs);
  const portions = work ? layerPortions(memory, room, work, inputs, outputs) : null;
  if (portions) runPortions(portions);
  return portions !== null;
}

/** The same, cut into portions; null: there are no routines for it. */
export function layerPortions(
  memory: EngineMemory,
  room: Readonly<Room>,
  work: RowWork,
  inputs: readonly (Value | null)[],
  outputs: readonly Value[],
): Portions | null {
  const [x] = inputs;
  const [output] = outputs;
  if (!(x?.data instanceof Float32Array && output.data instanceof Float32Array)) return null;
  const portions = operatorPortions(memory, room, work, inputs, outputs);
  if (portions) return portions;
  if (output.data.length < WORTH) return null;
  const [from, to, area] = [x.data, output.data, room.at];
  const arrays = { from, to, shape: x.shape };
  switch (work.work) {
    case 'each':
      return eachNumber(memory, area, from, to, work);
    case 'affine':
      return scaleChannels(memory, area, arrays, work);
    case 'softmax':
      return softmax(memory, area, arrays, work.axis);
    case 'pair':
      return combine(memory, area, work.operation, x, inputs[1]!, output);
    default:
      return null;
  }
}

/** What goes in and comes out, of one shape; perhaps in one memory. */
interface Arrays {
  readonly from: Float32Array;
  readonly to: Float32Array;
  readonly shape: readonly number[];
}

/** The address of numbers low … high−1 of an array: its own where it lies in the engine's memory, else `area`, copied. */
function entered(memory: EngineMemory, data: Float32Array, area: number, low: number, high: number): number {
  const address = memory.addressOf(data);
  if (address !== -1) return address + low * 4;
  memory.heap.f32.set(data.subarray(low, high), area / 4);
  return area;
}

/** Where numbers from `low` on of an array are to be written: its own address, else `area`. */
function exitOf(memory: EngineMemory, data: Float32Array, area: number, low: number): number {
  const address = memory.addressOf(data);
  return address === -1 ? area : address + low * 4;
}

/** Copies what was written to `at` into its array, unless it lies there. */
function leave({ heap }: EngineMemory, at: number, area: number, data: Float32Array, low: number, high: number): void {
  if (at === area) data.set(heap.f32.subarray(area / 4, area / 4 + high - low), low);
}

/** Copied to where it is to be, and worked on there. */
function eachNumber(memory: EngineMemory, area: number, from: Float32Array, to: Float32Array, work: OfEach): Portions {
  const { heap, routines } = memory;
  return cutRuns(from.length, 1, (low, high) => {
    const at = exitOf(memory, to, area, low);
    if (at === area) heap.f32.set(from.subarray(low, high), area / 4);
    else if (!isOneMemory(from, to)) to.set(from.subarray(low, high), low);
    applyInMemory(routines, work, at, high - low, area + 2 * AREA);
    leave(memory, at, area, to, low, high);
  });
}

function scaleChannels(
  memory: EngineMemory,
  area: number,
  { from, to, shape }: Arrays,
  { affine: { scale, shift }, axis }: { readonly affine: ChannelAffine; readonly axis: number },
): Portions | null {
  const { heap, routines } = memory;
  const C = scale.length;
  const plane = sizeOf(shape.slice(axis + 1));
  if (C * 2 > PORTION) return null;
  const [scales, shifts] = [area + AREA, area + AREA + C * 8];
  heap.f64.set(scale, scales / 8);
  heap.f64.set(shift, shifts / 8);
  return cutBlocks(from.length / Math.max(C * plane, 1), C, plane, ({ o, oEnd, row, rowEnd, first, end }) => {
    for (let n = o; n < oEnd; n++) {
      const [low, high] = [(n * C + row) * plane + first, (n * C + rowEnd - 1) * plane + end];
      const x = entered(memory, from, area, low, high);
      const at = exitOf(memory, to, area, low);
      routines.affineRows(x, at, rowEnd - row, end - first, scales + row * 8, shifts + row * 8);
      leave(memory, at, area, to, low, high);
    }
  });
}

/** Whole arrays with whole ones, with one number for each row, with one row for all, or with one number. */
function combine(
  memory: EngineMemory,
  area: number,
  operation: PairOperation,
  a: Value,
  b: Value,
  y: Value,
): Portions | null {
  const isWhole = (one: Value) => one.data.length === y.data.length;
  if (!isWhole(a)) {
    // + and × may be turned round, but not where the output lies in the memory of what is repeated
    const turns = operation === '+' || operation === '×';
    if (!turns || !isWhole(b) || isOneMemory(a.data, y.data)) return null;
    return combine(memory, area, operation, b, a, y);
  }
  if (!(b.data instanceof Float32Array)) return null;
  const { sides, steps } = planBroadcast(y.shape, [b.shape]);
  if (sides.length > 2) return null;
  const [rowStep, eachStep] = sides.length === 1 ? [0, steps[0][0]] : steps[0];
  const [rows, count] = sides.length === 1 ? [1, sides[0]] : sides;
  if (count < 16) return null;
  const { routines } = memory;
  const op = operationNumber(operation);
  const [left, right, to] = [a.data as Float32Array, b.data, y.data as Float32Array];
  const second = area + AREA;
  return cutBlocks(1, rows, count, ({ row, rowEnd, first, end }) => {
    const [low, high] = [row * count + first, (rowEnd - 1) * count + end];
    const start = row * rowStep + first * eachStep;
    const length = (rowEnd - row - 1) * rowStep + (end - first - 1) * eachStep + 1;
    const x = entered(memory, left, area, low, high);
    const other = entered(memory, right, second, start, start + length);
    const at = exitOf(memory, to, area, low);
    const here = end - first;
    routines.combinePairs(op, x, here * 4, 1, other, rowStep * 4, eachStep, at, rowEnd - row, here);
    leave(memory, at, area, to, low, high);
  });
}

/** Whether two arrays begin at one place. */
function isOneMemory(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return a.buffer === b.buffer && a.byteOffset === b.byteOffset;
}

function softmax(memory: EngineMemory, area: number, { from, to, shape }: Arrays, axis: number): Portions | null {
  const { heap, routines } = memory;
  const count = shape[axis] ?? 1;
  const inner = sizeOf(shape.slice(axis + 1));
  const [made, scratch] = [area + AREA, area + 2 * AREA];
  const isInPlace = isOneMemory(from, to);
  if (inner === 1) {
    if (count > PORTION) return null;
    return cutRuns(from.length / count, count, (row, end) => {
      const [low, high] = [row * count, end * count];
      const x = entered(memory, from, area, low, high);
      const y = isInPlace ? made : exitOf(memory, to, made, low);
      routines.softmaxRows(x, y, end - row, count, scratch);
      leave(memory, y, made, to, low, high);
    });
  }
  if (count * 4 > PORTION || inner < 4) return null;
  const columns = Math.min(inner, Math.floor(PORTION / count));
  const across = Math.ceil(inner / columns);
  return {
    count: (from.length / (count * inner)) * across,
    run(index) {
      const j = (index % across) * columns;
      const start = Math.floor(index / across) * count * inner + j;
      const here = Math.min(columns, inner - j);
      for (let c = 0; c < count; c++) {
        const low = start + c * inner;
        heap.f32.set(from.subarray(low, low + here), area / 4 + c * here);
      }
      routines.softmaxColumns(area, made, count, here, scratch);
      for (let c = 0; c < count; c++) {
        const row = made / 4 + c * here;
        to.set(heap.f32.subarray(row, row + here), start + c * inner);
      }
    },
  };
}

import type { Value } from '../../core/values.js';
import { forwardOf, type Layer } from '../../layers/index.js';
import type { RowWork } from '../../layers/row-work.js';
import type { EngineMemory } from '../wasm/memory.js';
import { copyPortions, mappedPortions } from './copies.js';
import { type AddedMatrix, matrixBytes, multiply } from './matrix.js';
import { combine } from './pairs.js';
import { joined, type Portions, runPortions } from './portions.js';
import { reduce } from './reduce.js';
import { overlaps, placeOf, type Room, take } from './room.js';
import { roomOfSpread, spread } from './spread.js';
import { wholeBytes } from './whole.js';

/** Room for what is small and lies elsewhere, such as constants, and for tables. */
const SMALL = 2 ** 16;

/** What `runOperator` needs of a room for a layer, by the shapes of its inputs; null: left out. */
export function operatorBytes(layer: Layer, shapes: readonly (readonly number[] | null)[]): number {
  const products = forwardOf(layer)?.products?.(layer, shapes);
  const transposed = forwardOf(layer)?.transposed?.(layer, shapes);
  const whole = forwardOf(layer)?.whole?.sizes(layer, shapes);
  const bytes = [
    products ? matrixBytes(products) : 0,
    transposed ? roomOfSpread(transposed) : 0,
    whole ? wholeBytes(whole) : 0,
  ];
  return bytes.reduce((sum, one) => sum + one, SMALL);
}

/** Does a layer's work by `operatorPortions`, all of it. @returns false: nothing was done */
export function runOperator(
  memory: EngineMemory,
  room: Readonly<Room>,
  work: RowWork,
  inputs: readonly (Value | null)[],
  outputs: readonly Value[],
): boolean {
  const portions = operatorPortions(memory, room, work, inputs, outputs);
  if (portions) runPortions(portions);
  return portions !== null;
}

/**
 * A layer's work by routines where there are some and its numbers are float32 that lie in the engine's memory: the bits are
 * those of the layer's own `run`. Null: there are none.
 */
export function operatorPortions(
  memory: EngineMemory,
  { at, left }: Readonly<Room>,
  work: RowWork,
  inputs: readonly (Value | null)[],
  outputs: readonly Value[],
): Portions | null {
  const room = { at, left };
  const [x] = inputs;
  const [y] = outputs;
  if (!x || outputs.some(({ data }) => memory.addressOf(data) === -1 || !(data instanceof Float32Array))) return null;
  const to = memory.addressOf(y.data);
  switch (work.work) {
    case 'pair':
      return combine(memory, room, work.operation, inputs as readonly Value[], y);
    case 'matrix':
      return product(memory, room, work, inputs as readonly Value[], y);
    case 'transposed': {
      const [from, weight] = [floatsAt(memory, room, x), floatsAt(memory, room, inputs[1]!)];
      const bias = inputs[2] ? floatsAt(memory, room, inputs[2]) : 0;
      if (from === -1 || weight === -1 || bias === -1 || overlaps(x.data, y.data)) return null;
      return spread(memory, room, work.conv, { x: from, weight, bias: inputs[2] ? bias : null, y: to });
    }
    case 'reduce': {
      const from = floatsAt(memory, room, x);
      return from === -1 || overlaps(x.data, y.data) ? null : reduce(memory, work, from, to);
    }
    case 'copies':
      return copy(memory, room, work, inputs, outputs);
    case 'mapped': {
      const from = floatsAt(memory, room, x);
      const last = work.maps[work.maps.length - 1];
      const table = last && !last.includes(-1) ? take(room, last.byteLength) : -1;
      if (from === -1 || table === -1 || overlaps(x.data, y.data)) return null;
      return mappedPortions(memory, work, x.shape, from, to, table);
    }
    default:
      return null;
  }
}

/** Where float32 numbers lie, or a copy of them; −1: nowhere, or they are others. */
function floatsAt(memory: EngineMemory, room: Room, { data }: Value): number {
  return data instanceof Float32Array ? placeOf(memory, room, data) : -1;
}

function copy(
  memory: EngineMemory,
  room: Room,
  { copies, fill }: Extract<RowWork, { work: 'copies' }>,
  inputs: readonly (Value | null)[],
  outputs: readonly Value[],
): Portions | null {
  const read = [...new Set(copies.map(({ input }) => input))];
  const isApart = read.every((input) => outputs.every(({ data }) => !overlaps(inputs[input]!.data, data)));
  const places = new Map(read.map((input) => [input, floatsAt(memory, room, inputs[input]!)]));
  if (!isApart || [...places.values()].includes(-1)) return null;
  if (fill !== null) for (const { data } of outputs) data.fill(fill);
  return joined(
    copies.map((one) => copyPortions(memory, one, places.get(one.input)!, memory.addressOf(outputs[one.output].data))),
  );
}

function product(
  memory: EngineMemory,
  room: Room,
  { products }: Extract<RowWork, { work: 'matrix' }>,
  [a, b, c]: readonly Value[],
  y: Value,
): Portions | null {
  if (c && !(c.data instanceof Float32Array)) return null;
  const [left, right] = [floatsAt(memory, room, a), floatsAt(memory, room, b)];
  const at = c ? floatsAt(memory, room, c) : 0;
  if (at === -1 || left === -1 || right === -1 || overlaps(a.data, y.data) || overlaps(b.data, y.data)) return null;
  return multiply(memory, room, products, [left, right], memory.addressOf(y.data), c ? addedMatrix(at, c.shape) : null);
}

/** What is added to a matrix, with numpy's broadcasting. */
function addedMatrix(at: number, shape: readonly number[]): AddedMatrix {
  const [rows, columns] = [shape[shape.length - 2] ?? 1, shape[shape.length - 1] ?? 1];
  return { at, rowStep: rows === 1 ? 0 : columns, columnStep: columns === 1 ? 0 : 1 };
}

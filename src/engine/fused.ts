import type { Value } from '../core/values.js';
import { forwardOf, type Layer } from '../layers/index.js';
import type { PairOperation } from '../layers/row-work.js';
import { applyInMemory, FUNCTION_BYTES, type OfEach } from './elementwise.js';
import { operationNumber } from './operators/pairs.js';
import { PORTION } from './operators/portions.js';
import type { Routines } from './routines/index.js';
import type { EngineMemory } from './wasm/memory.js';

/** A function of each number, and the layer that it is with what that reads beside y. */
export interface EachFused extends OfEach {
  readonly kind: 'each';
  readonly layer: Layer;
  readonly constants: readonly (Value | null)[];
}

/** y ∘ a constant: one number, or in a linear layer one for each output. */
export interface PairFused {
  readonly kind: 'pair';
  readonly operation: PairOperation;
  /** The constant's name and numbers. */
  readonly value: string;
  readonly constant: Value;
  /** Numbers in a row of which each has one of its own; 0: all have the same. */
  readonly width: number;
  readonly layer: Layer;
  /** Whether the layer reads the constant first. */
  readonly isTurned: boolean;
}

/**
 * What is done to the maps of a convolution while a band of them is in the cache: of(y), y ∘ constant, y·(what a chain of
 * these makes of y), or y + a value of the same shape that was made before.
 */
export type Fused =
  | EachFused
  | PairFused
  | { readonly kind: 'gate'; readonly chain: readonly (EachFused | PairFused)[] }
  | { readonly kind: 'add'; readonly value: string };

/** The same for a band: plain data; what is added lies at an address, [M, oH, oW] float32, and so do constants. */
export type FusedBand =
  | (OfEach & { readonly kind: 'each' })
  | { readonly kind: 'pair'; readonly operation: PairOperation; readonly address: number; readonly width: number }
  | { readonly kind: 'gate'; readonly chain: readonly FusedBand[] }
  | { readonly kind: 'add'; readonly address: number };

/** A step's fused work with addresses in place of names; null where a value lies beyond the engine's memory. */
export function placeFused(
  fused: readonly Fused[],
  addressOf: (one: Fused & { value: string }) => number,
): FusedBand[] | null {
  const bands: FusedBand[] = [];
  for (const one of fused) {
    if (one.kind === 'each') bands.push({ kind: 'each', of: one.of, parameters: one.parameters });
    else if (one.kind === 'gate') {
      const chain = placeFused(one.chain, addressOf);
      if (chain === null) return null;
      bands.push({ kind: 'gate', chain });
    } else {
      const address = addressOf(one);
      if (address === -1) return null;
      const { kind } = one;
      bands.push(kind === 'add' ? { kind, address } : { kind, address, operation: one.operation, width: one.width });
    }
  }
  return bands;
}

/** The constants that are read when a step's bands are in the cache, by name. */
export function fusedConstants(fused: readonly Fused[]): string[] {
  return fused.flatMap((one) => {
    if (one.kind === 'gate') return fusedConstants(one.chain);
    return one.kind === 'pair' ? [one.value] : [];
  });
}

const ADD = operationNumber('+');
const MULTIPLY = operationNumber('×');

/** Numbers that a gate copies at a time, and the bytes that they and the functions take. */
const GATE = 4096;
const SCRATCH = GATE * 4 + 64;
export const GATE_BYTES = SCRATCH + FUNCTION_BYTES;

/** `count` numbers at `y`, which are those from `place` bytes on of the maps. gate: `GATE_BYTES` of scratch. */
export function fuse(
  memory: EngineMemory,
  fused: FusedBand,
  y: number,
  count: number,
  place: number,
  gate: number,
): void {
  const { heap, routines } = memory;
  if (fused.kind === 'add') {
    routines.combinePairs(ADD, y, 0, 1, fused.address + place, 0, 1, y, 1, count);
    return;
  }
  if (fused.kind === 'each') {
    applyInMemory(routines, fused, y, count, gate + SCRATCH);
    return;
  }
  if (fused.kind === 'pair') {
    combineRows(routines, fused, y, count, place);
    return;
  }
  for (let done = 0; done < count; done += GATE) {
    const some = Math.min(GATE, count - done);
    const x = y + done * 4;
    heap.u8.copyWithin(gate, x, x + some * 4);
    for (const one of fused.chain) fuse(memory, one, gate, some, place + done * 4, gate);
    routines.combinePairs(MULTIPLY, x, 0, 1, gate, 0, 1, x, 1, some);
  }
}

/** Each number with the constant, or with that of its column: `place` bytes lie before the first of them. */
function combineRows(
  routines: Routines,
  { operation, address, width }: Extract<FusedBand, { kind: 'pair' }>,
  y: number,
  count: number,
  place: number,
): void {
  const op = operationNumber(operation);
  if (width === 0) {
    routines.combinePairs(op, y, 0, 1, address, 0, 0, y, 1, count);
    return;
  }
  for (let done = 0; done < count; ) {
    const column = (place / 4 + done) % width;
    const rows = column === 0 ? Math.floor((count - done) / width) : 0;
    const each = rows > 0 ? width : Math.min(width - column, count - done);
    const at = y + done * 4;
    routines.combinePairs(op, at, width * 4, 1, address + column * 4, 0, 1, at, Math.max(rows, 1), each);
    done += Math.max(rows, 1) * each;
  }
}

/** All that is fused, to `count` numbers at `y`, which are those from `place` bytes on of the maps. */
export function fuseRun(
  memory: EngineMemory,
  fused: readonly FusedBand[],
  y: number,
  count: number,
  place: number,
  gate: number,
): void {
  for (let from = 0; from < count; from += PORTION) {
    const some = Math.min(PORTION, count - from);
    for (const one of fused) fuse(memory, one, y + from * 4, some, place + from * 4, gate);
  }
}

/** The same to whole maps in an array of any memory. `addedOf` gives the numbers that are added. */
export function fuseArray(fused: Fused, y: Float32Array, addedOf: (value: string) => Float32Array): void {
  if (fused.kind === 'add') {
    const added = addedOf(fused.value);
    for (let i = 0; i < y.length; i++) y[i] += added[i];
    return;
  }
  if (fused.kind === 'gate') {
    const made = y.slice();
    for (const one of fused.chain) fuseArray(one, made, addedOf);
    for (let i = 0; i < y.length; i++) y[i] *= made[i];
    return;
  }
  const width = fused.kind === 'pair' && fused.width > 0 ? fused.width : y.length;
  const maps: Value = { dtype: 'float32', shape: [y.length / width, width], data: y };
  const inputs = fused.kind === 'each' ? [maps, ...fused.constants] : [maps, constantRow(fused)];
  const isTurned = fused.kind === 'pair' && fused.isTurned;
  forwardOf(fused.layer)!.run(fused.layer, isTurned ? inputs.reverse() : inputs, [maps]);
}

function constantRow({ constant, width }: PairFused): Value {
  return { ...constant, shape: width === 0 ? [] : [width] };
}

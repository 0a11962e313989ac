import type { Numbers, Value } from '../core/values.js';
import { forwardOf, type Layer } from '../layers/index.js';
import { applyInMemory, FUNCTION_BYTES, type OfEach } from './elementwise.js';
import { operationNumber } from './operators/pairs.js';
import { PORTION } from './operators/portions.js';
import type { EngineMemory } from './wasm/memory.js';

/**
 * What is done to the maps of a convolution while a band of them is in the cache: of(y), y·of(y), or y + a value of the
 * same shape that was made before.
 */
export type Fused =
  | (OfEach & {
      readonly kind: 'each' | 'gate';
      /** The layer that is the function, and what it reads beside y. */
      readonly layer: Layer;
      readonly constants: readonly (Value | null)[];
    })
  | { readonly kind: 'add'; readonly value: string };

/** The same for a band: plain data; what is added lies at an address, [M, oH, oW] float32. */
export type FusedBand =
  | (OfEach & { readonly kind: 'each' | 'gate' })
  | { readonly kind: 'add'; readonly address: number };

const ADD = operationNumber('+');
const MULTIPLY = operationNumber('×');

/** Numbers that a gate copies at a time, and the bytes that they and the functions take. */
const GATE = 4096;
const SCRATCH = GATE * 4 + 64;
export const GATE_BYTES = SCRATCH + FUNCTION_BYTES;

/** `count` numbers at `y`, which are those from `place` bytes on of the maps. gate: `GATE_BYTES` of scratch. */
export function fuse(
  { heap, routines }: EngineMemory,
  fused: FusedBand,
  y: number,
  count: number,
  place: number,
  gate: number,
): void {
  if (fused.kind === 'add') {
    routines.combinePairs(ADD, y, 0, 1, fused.address + place, 0, 1, y, 1, count);
    return;
  }
  if (fused.kind === 'each') {
    applyInMemory(routines, fused, y, count, gate + SCRATCH);
    return;
  }
  for (let done = 0; done < count; done += GATE) {
    const some = Math.min(GATE, count - done);
    const x = y + done * 4;
    heap.u8.copyWithin(gate, x, x + some * 4);
    applyInMemory(routines, fused, gate, some, gate + SCRATCH);
    routines.combinePairs(MULTIPLY, x, 0, 1, gate, 0, 1, x, 1, some);
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
  const made: Numbers = fused.kind === 'gate' ? new Float32Array(y.length) : y;
  const asMaps = (data: Numbers): Value => ({ dtype: 'float32', shape: [y.length], data });
  forwardOf(fused.layer)!.run(fused.layer, [asMaps(y), ...fused.constants], [asMaps(made)]);
  if (fused.kind === 'gate') for (let i = 0; i < y.length; i++) y[i] *= made[i];
}

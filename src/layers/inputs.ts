import { CnnvizError } from '../core/errors.js';
import { sizeOf } from '../core/tensor.js';
import type { ValueInfo } from '../core/values.js';
import { type KnownInput, type MapReads, SAME_PLACE, type ShapeRule } from './family.js';

/** Input number `index`, which must be there. `what` names it: "weight". */
export function required(inputs: readonly (KnownInput | null)[], index: number, what: string): KnownInput {
  const input = inputs[index];
  if (input) return input;
  throw new CnnvizError('shape', `expected ${what} as input ${index + 1}, found none`);
}

/** An axis counted from the front; −1 is the last. @throws CnnvizError 'shape' when there is no such axis */
export function wrapDim(dim: number, rank: number): number {
  const sides = Math.max(rank, 1);
  if (Number.isInteger(dim) && dim >= -sides && dim < sides) return dim < 0 ? dim + sides : dim;
  throw new CnnvizError('shape', `axis ${dim} of an array of rank ${rank}: expected ${-sides} … ${sides - 1}`);
}

/**
 * The whole numbers of an input that decides a shape; null when it was left out.
 * @throws CnnvizError 'unsupported' when they are only known once the model runs
 */
export function knownIntegers(inputs: readonly (KnownInput | null)[], index: number, what: string): number[] | null {
  const numbers = knownNumbers(inputs, index, what);
  const wrong = numbers?.find((value) => !Number.isInteger(value));
  if (wrong !== undefined) throw new CnnvizError('shape', `${what}: expected whole numbers, got ${wrong}`);
  return numbers;
}

/** The numbers of an input that decides a shape; null when it was left out. @throws CnnvizError as knownIntegers */
export function knownNumbers(inputs: readonly (KnownInput | null)[], index: number, what: string): number[] | null {
  const input = inputs[index];
  if (!input) return null;
  const value = input.known();
  if (value) return [...value.data];
  throw new CnnvizError('unsupported', `its ${what} (input ${index + 1}) follows from what the model computes`, {
    fix: `${what} must be known before the run: a constant, or an input given with --input NAME=FILE.npy`,
  });
}

/** No array has more elements than float64 counts exactly or memory could hold. @throws CnnvizError 'shape' */
export function checkedShape(shape: readonly number[]): number[] {
  const size = shape.reduce((product, side) => product * side, 1);
  if (shape.every((side) => Number.isSafeInteger(side) && side >= 0) && size <= MAX_ELEMENTS) return [...shape];
  throw new CnnvizError('shape', `[${shape.join(', ')}] is no possible shape`, {
    fix: 'check the sizes it is made from',
  });
}

/** 2^31 − 1: typed arrays of float64 end a little above. */
const MAX_ELEMENTS = 2_147_483_647;

/** Axes counted from the front, none twice. @throws CnnvizError 'shape' */
export function checkedAxes(axes: readonly number[], rank: number): number[] {
  const wrapped = axes.map((axis) => wrapDim(axis, rank));
  if (new Set(wrapped).size === axes.length && axes.length <= rank) return wrapped;
  throw new CnnvizError('shape', `axes [${axes.join(', ')}] of an array of rank ${rank}: one is named twice`);
}

/** [N, C, H, W] */
export type Shape4 = readonly [number, number, number, number];

/** [N, C, H, W], or [C, H, W] as one image, as Shape4. @throws CnnvizError 'shape' for any other rank */
export function imageShape(shape: readonly number[]): Shape4 {
  if (shape.length === 4) return shape as unknown as Shape4;
  if (shape.length === 3) return [1, ...shape] as unknown as Shape4;
  throw new CnnvizError('shape', `expected an array [N, C, H, W] or [C, H, W], got [${shape.join(', ')}]`);
}

/** A shape [N, C, H, W] in the rank of the input it came from. */
export function inRankOf(input: ValueInfo, shape: Shape4): number[] {
  return input.shape.length === 4 ? [...shape] : shape.slice(1);
}

export function checkBias(bias: KnownInput | null | undefined, M: number): void {
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== M)) {
    throw new CnnvizError('shape', `bias: expected [${M}], got [${bias.shape.join(', ')}]`);
  }
}

/** Channels stand after N; an image [C, H, W] has no N. */
export function channelAxis(shape: readonly number[]): number {
  return shape.length === 3 || shape.length < 2 ? 0 : 1;
}

/** The output is like the input. */
export const sameShape: ShapeRule<unknown> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  return [{ dtype, shape }];
};

/** The indices of all elements along an axis through `index`. */
export function alongAxis(shape: readonly number[], axis: number, index: number): number[] {
  const step = sizeOf(shape.slice(axis + 1));
  const position = Math.floor(index / step) % shape[axis];
  const start = index - position * step;
  return Array.from({ length: shape[axis] }, (_, i) => start + i * step);
}

/** What a layer reads that joins, parts or turns whole axes: the same place, if all of those lie before the last two. */
export function readsBeforeMaps(axes: readonly number[], rank: number): MapReads | null {
  return rank >= 3 && axes.every((axis) => axis < rank - 2) ? SAME_PLACE : null;
}

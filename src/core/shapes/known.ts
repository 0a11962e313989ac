import { CnnvizError } from '../errors.js';
import type { KnownInput } from './rule.js';

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

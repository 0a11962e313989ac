import { CnnvizError } from '../../core/errors.js';
import type { KnownInput } from '../family.js';

/**
 * Of indices that are known before anything runs none may lie outside.
 * @param sideOf how many places index number i chooses from
 * @throws CnnvizError 'shape'
 */
export function checkIndices(indices: KnownInput, sideOf: (i: number) => number): void {
  if (indices.dtype !== 'int64' && indices.dtype !== 'int32') {
    throw new CnnvizError('shape', `indices: expected int64 or int32, got ${indices.dtype}`);
  }
  for (const [i, index] of indices.known()?.data.entries() ?? []) indexWithin(index, sideOf(i));
}

/**
 * An index counted from the front; −1 is the last. One that the model computes is only known in a run, which ends there:
 * no number stands for what lies outside.
 * @throws CnnvizError 'shape'
 */
export function indexWithin(index: number, side: number): number {
  if (index >= -side && index < side) return index < 0 ? index + side : index;
  throw new CnnvizError('shape', `index ${index} lies outside an axis of ${side}`, {
    fix: 'the indices and the array that they are for must come from one model and fitting inputs',
  });
}

import { CnnvizError } from '../core/errors.js';
import { percentileOf, sortedFinite } from '../core/percentile.js';

/** The bias that puts zero at the p-th percentile of a map: minus that percentile. */
export function percentileBias(values: Float32Array, percent: number): number {
  return Math.fround(-percentileOf(someFinite(values), percent));
}

/** The bias at which as many values as possible, but at most `percent` of all, lie above zero. */
export function firingBias(values: Float32Array, percent: number): number {
  const sorted = someFinite(values);
  const allowed = Math.floor((percent / 100) * sorted.length);
  if (allowed >= sorted.length) return nextAbove(-sorted[0]);
  return -sorted[sorted.length - 1 - allowed];
}

/** The next float32 above: the least step that lets the smallest value fire too. */
function nextAbove(value: number): number {
  const ulp = Math.max(Math.abs(value) * 2 ** -23, 2 ** -149);
  return Math.fround(value + ulp);
}

function someFinite(values: Float32Array): Float32Array {
  const sorted = sortedFinite([values]);
  if (sorted.length === 0) {
    throw new CnnvizError('shape', 'a bias cannot be found from a map without finite values', {
      fix: 'give the bias as a number',
    });
  }
  return sorted;
}

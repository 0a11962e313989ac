import { type Check, law } from '../../core/check.js';
import { formatNumber } from '../../core/format.js';
import type { Tensor } from '../../core/tensor.js';
import { gapBetween } from './planes.js';

/** The engine promises an error of at most 1e-6 of the sum of |terms|: two results may be off by twice that. */
const SHARE = 2e-6;

/** Two ways to one result that may round differently. `terms`: the sum of |terms| behind each value. */
export function closeWithin(what: string, a: Tensor, b: Tensor, terms: Tensor): Check {
  let share = 0;
  for (let i = 0; i < terms.data.length; i++) {
    const own = Math.abs(a.data[i] - b.data[i]) / terms.data[i];
    if (!(own <= share)) share = own;
  }
  return law(
    what,
    `differ by at most ${formatNumber(SHARE)} of Σ|terms|`,
    `${formatNumber(gapBetween(a, b).largest, 2)} (${formatNumber(share, 2)} of Σ|terms|)`,
    share <= SHARE,
  );
}

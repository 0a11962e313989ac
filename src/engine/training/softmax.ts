import { exp, log } from '../../core/math.js';

/**
 * One row of scores z [K] from `at` on becomes probabilities, in place; gives −ln of the one at `label`, exact also where
 * that probability is 0.
 */
export function softmaxRow(z: Float64Array, at: number, K: number, label: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < K; k++) if (z[at + k] > most) most = z[at + k];
  const score = z[at + label];
  let sum = 0;
  for (let k = 0; k < K; k++) {
    z[at + k] = exp(z[at + k] - most);
    sum += z[at + k];
  }
  for (let k = 0; k < K; k++) z[at + k] /= sum;
  return log(sum) + most - score;
}

import { exp, log } from '../../core/math.js';
import { BLOCK } from './dense-rows.js';
import { type Examples, type PenalisedObjective, rowsPerBreath } from './objective.js';

/**
 * Multinomial logistic regression: Σ weight·(−ln p(label)) + ½·l2·‖W‖², biases free. Variables: W [K, D], then b [K].
 *
 * Two classes have one direction between them, so half of W says all; scikit-learn then fits one vector w and punishes
 * ½·‖w‖². Here w is the difference of two rows that are each other's opposite, ‖w‖² = 2·‖W‖²: hence twice the l2.
 * Source: sklearn.linear_model.LogisticRegression
 */
export function softmaxObjective({ rows, labels, classes: K, weights }: Examples, l2: number): PenalisedObjective {
  const weightCount = K * rows.features;
  const factor = K === 2 ? 2 * l2 : l2;
  const perBreath = rowsPerBreath(2 * weightCount);
  return {
    size: weightCount + K,
    penalty: (at) => 0.5 * factor * squaredNorm(at, 0, weightCount),
    *evaluate(at, gradient) {
      rows.begin(at);
      let loss = 0;
      let breath = perBreath;
      for (let row = 0; row < rows.count; row += BLOCK) {
        rows.forward(row);
        loss += toDelta(rows.z, row, rows.count, K, labels, weights);
        rows.backward(row);
        if (row < breath) continue;
        breath += perBreath;
        yield null;
      }
      for (let i = 0; i < weightCount; i++) gradient[i] = factor * at[i];
      gradient.fill(0, weightCount);
      rows.end(gradient);
      return loss + this.penalty(at);
    },
  };
}

/** Scores [4, K] become the derivatives of the loss by them; gives the loss of the block. Rows past the last are 0. */
export function toDelta(
  z: Float64Array,
  row: number,
  n: number,
  K: number,
  labels: Int32Array,
  weights: Float64Array,
): number {
  let loss = 0;
  for (let r = 0; r < BLOCK; r++) {
    const start = r * K;
    if (row + r >= n) {
      z.fill(0, start, start + K);
      continue;
    }
    const weight = weights[row + r];
    loss += weight * softmaxRow(z, start, K, labels[row + r]);
    z[start + labels[row + r]] -= 1;
    for (let k = 0; k < K; k++) z[start + k] *= weight;
  }
  return loss;
}

/** Σ at² of a part of the variables. */
export function squaredNorm(at: Float64Array, from: number, end: number): number {
  let sum = 0;
  for (let i = from; i < end; i++) sum += at[i] * at[i];
  return sum;
}

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

import { exp, log } from '../../core/math.js';
import { BLOCK, type DenseRows } from './dense-rows.js';

/** A function of many variables with its gradient. */
export interface Objective {
  /** How many variables. */
  readonly size: number;
  /** The value at `at`; its gradient is written to `gradient`. Yields between portions of work (see PRODUCTS_PER_BREATH). */
  evaluate(at: Float64Array, gradient: Float64Array): Generator<null, number>;
}

/** About this many products are computed between two breaths: a tenth of a second at most. */
const PRODUCTS_PER_BREATH = 1e8;

/** After how many rows of `perRow` products work pauses. */
export function rowsPerBreath(perRow: number): number {
  return Math.max(1, Math.floor(PRODUCTS_PER_BREATH / perRow));
}

/** A loss with a penalty: `evaluate` gives their sum. */
interface PenalisedObjective extends Objective {
  penalty(at: Float64Array): number;
}

/** What a classifier learns from: standardised features and what they are of. */
export interface Examples {
  /** The features, with room for the first layer. */
  readonly rows: DenseRows;
  /** [n], 0 … classes − 1 */
  readonly labels: Int32Array;
  readonly classes: number;
  /** [n]: how much each counts. */
  readonly weights: Float64Array;
}

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
function toDelta(
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
function squaredNorm(at: Float64Array, from: number, end: number): number {
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

/**
 * The same loss behind one hidden layer with ReLU; the penalty is on both layers' weights.
 * Variables: V [H, D], a [H], then W [K, H], b [K]. H: the outputs of `rows`.
 */
export function hiddenObjective({ rows, labels, classes: K, weights }: Examples, l2: number): PenalisedObjective {
  const { count: n, features: D, outputs: H, z: units } = rows;
  const aAt = H * D;
  const wAt = aAt + H;
  const bAt = wAt + K * H;
  const z = new Float64Array(BLOCK * K);
  const perBreath = rowsPerBreath(2 * H * (D + K));
  return {
    size: bAt + K,
    penalty: (at) => 0.5 * l2 * (squaredNorm(at, 0, aAt) + squaredNorm(at, wAt, bAt)),
    *evaluate(at, gradient) {
      gradient.fill(0);
      for (let i = 0; i < aAt; i++) gradient[i] = l2 * at[i];
      for (let i = wAt; i < bAt; i++) gradient[i] = l2 * at[i];
      rows.begin(at.subarray(0, wAt));
      let loss = 0;
      let breath = perBreath;
      for (let row = 0; row < n; row += BLOCK) {
        rows.forward(row);
        for (let i = 0; i < units.length; i++) units[i] = Math.max(units[i], 0);
        for (let r = 0; r < BLOCK; r++) {
          for (let k = 0; k < K; k++) {
            let sum = at[bAt + k];
            for (let h = 0; h < H; h++) sum += at[wAt + k * H + h] * units[r * H + h];
            z[r * K + k] = sum;
          }
        }
        loss += toDelta(z, row, n, K, labels, weights);
        for (let r = 0; r < BLOCK; r++) {
          for (let h = 0; h < H; h++) {
            const unit = units[r * H + h];
            let back = 0;
            for (let k = 0; k < K; k++) {
              const delta = z[r * K + k];
              gradient[wAt + k * H + h] += delta * unit;
              back += delta * at[wAt + k * H + h];
            }
            units[r * H + h] = unit > 0 ? back : 0;
          }
          for (let k = 0; k < K; k++) gradient[bAt + k] += z[r * K + k];
        }
        rows.backward(row);
        if (row < breath) continue;
        breath += perBreath;
        yield null;
      }
      rows.end(gradient.subarray(0, wAt));
      return loss + this.penalty(at);
    },
  };
}

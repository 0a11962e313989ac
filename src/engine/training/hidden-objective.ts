import { BLOCK } from './dense-rows.js';
import { type Examples, type PenalisedObjective, rowsPerBreath } from './objective.js';
import { squaredNorm, toDelta } from './softmax-objective.js';

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

import { BLOCK, denseBackward, denseForward } from './dense.js';
import type { Examples, PenalisedObjective } from './objective.js';
import { squaredNorm, toDelta } from './softmax-objective.js';

/**
 * The same loss behind one hidden layer with ReLU; the penalty is on both layers' weights.
 * Variables: V [H, D], a [H], then W [K, H], b [K].
 */
export function hiddenObjective(
  { x, features: D, labels, classes: K, weights }: Examples,
  H: number,
  l2: number,
): PenalisedObjective {
  const n = labels.length;
  const aAt = H * D;
  const wAt = aAt + H;
  const bAt = wAt + K * H;
  const [units, z, back] = [new Float64Array(BLOCK * H), new Float64Array(BLOCK * K), new Float64Array(BLOCK * H)];
  return {
    size: bAt + K,
    penalty: (at) => 0.5 * l2 * (squaredNorm(at, 0, aAt) + squaredNorm(at, wAt, bAt)),
    evaluate(at, gradient) {
      gradient.fill(0);
      for (let i = 0; i < aAt; i++) gradient[i] = l2 * at[i];
      for (let i = wAt; i < bAt; i++) gradient[i] = l2 * at[i];
      let loss = 0;
      for (let row = 0; row < n; row += BLOCK) {
        denseForward(x, D, row, n - 1, at, 0, aAt, H, units);
        for (let i = 0; i < units.length; i++) if (!(units[i] > 0)) units[i] = 0;
        for (let r = 0; r < BLOCK; r++) {
          for (let k = 0; k < K; k++) {
            let sum = at[bAt + k];
            for (let h = 0; h < H; h++) sum += at[wAt + k * H + h] * units[r * H + h];
            z[r * K + k] = sum;
          }
        }
        loss += toDelta(z, row, n, K, labels, weights);
        back.fill(0);
        for (let r = 0; r < BLOCK; r++) {
          for (let k = 0; k < K; k++) {
            const delta = z[r * K + k];
            gradient[bAt + k] += delta;
            for (let h = 0; h < H; h++) {
              gradient[wAt + k * H + h] += delta * units[r * H + h];
              if (units[r * H + h] > 0) back[r * H + h] += delta * at[wAt + k * H + h];
            }
          }
        }
        denseBackward(x, D, row, n - 1, back, H, gradient, 0, aAt);
      }
      return loss + this.penalty(at);
    },
  };
}

import type { LrnLayer } from '../../core/layers.js';
import { power } from '../../core/math.js';
import { sizeOf } from '../../core/tensor.js';
import type { Operator } from './operator.js';

/**
 * x / (k + alpha/size · Σ x²)^beta over the channels c − floor(size/2) … c + floor((size−1)/2) that exist.
 * x, y [N, C, ...]   Source: torch.nn.functional.local_response_norm; Krizhevsky, Sutskever, Hinton 2012, 3.3
 */
export const lrnOperator: Operator<LrnLayer> = {
  run({ size, alpha, beta, k }, [x], [y]) {
    const [N, C, ...sides] = x!.shape;
    const plane = sizeOf(sides);
    const [before, after] = [Math.floor(size / 2), Math.floor((size - 1) / 2)];
    const shrink = inversePower(beta);
    for (let n = 0; n < N; n++) {
      for (let c = 0; c < C; c++) {
        const [first, last] = [Math.max(0, c - before), Math.min(C - 1, c + after)];
        const start = (n * C + c) * plane;
        for (let i = 0; i < plane; i++) {
          let sum = 0;
          for (let at = (n * C + first) * plane + i, end = (n * C + last) * plane + i; at <= end; at += plane) {
            sum += x!.data[at] * x!.data[at];
          }
          y.data[start + i] = x!.data[start + i] * shrink(k + (alpha * sum) / size);
        }
      }
    }
  },
};

/** value^−beta; for the usual betas by square roots, which round alike everywhere and take no series. */
export function inversePower(beta: number): (value: number) => number {
  if (beta === 0.5) return (value) => 1 / Math.sqrt(value);
  if (beta === 0.75) return (value) => 1 / (Math.sqrt(value) * Math.sqrt(Math.sqrt(value)));
  if (beta === 1) return (value) => 1 / value;
  return (value) => power(value, -beta);
}

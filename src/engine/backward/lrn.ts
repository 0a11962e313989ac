import type { LrnLayer } from '../../core/layers.js';
import { sizeOf } from '../../core/tensor.js';
import { inversePower } from '../operators/lrn.js';
import type { Backward } from './backward.js';

/**
 * With s = k + alpha/size · Σ x² over the channels around each:
 * dx[j] = dy[j]·s[j]^−beta − 2·alpha·beta/size · x[j] · Σ dy[c]·x[c]·s[c]^(−beta−1) over the channels c that read j.
 * x [N, C, ...]
 */
export const lrnBackward: Backward<LrnLayer> = {
  needs: 'inputs',
  run({ size, alpha, beta, k }, { x, dy, dx }) {
    const { data, shape } = x(0);
    const [N, C, ...sides] = shape;
    const plane = sizeOf(sides);
    const [before, after] = [Math.floor(size / 2), Math.floor((size - 1) / 2)];
    const shrink = inversePower(beta);
    const sums = new Float64Array(C);
    const shares = new Float64Array(C);
    for (let n = 0; n < N; n++) {
      for (let i = 0; i < plane; i++) {
        const at = (c: number) => (n * C + c) * plane + i;
        for (let c = 0; c < C; c++) {
          let sum = 0;
          for (let j = Math.max(0, c - before); j <= Math.min(C - 1, c + after); j++) sum += data[at(j)] * data[at(j)];
          sums[c] = k + (alpha * sum) / size;
          shares[c] = (dy[0]![at(c)] * data[at(c)] * shrink(sums[c])) / sums[c];
        }
        for (let j = 0; j < C; j++) {
          let share = 0;
          for (let c = Math.max(0, j - after); c <= Math.min(C - 1, j + before); c++) share += shares[c];
          dx[0]![at(j)] += dy[0]![at(j)] * shrink(sums[j]) - ((2 * alpha * beta) / size) * data[at(j)] * share;
        }
      }
    }
  },
};

import { describe, expect, it } from 'vitest';
import { BLOCK, DenseRows } from '../../../src/engine/training/dense-rows.js';
import type { RoutineKind } from '../../../src/engine/wasm/memory.js';
import { randomArray } from '../../random.js';

/** Scores of all rows, and the gradient for derivatives 0.5·z. */
function run(kind: RoutineKind, n: number, D: number, K: number) {
  const rows = new DenseRows(n, D, K, kind);
  rows.x.set(randomArray(n * D, 1));
  rows.begin(Float64Array.from(randomArray(K * (D + 1), 2), (value) => value + 1e-9));
  const scores: number[] = [];
  for (let row = 0; row < n; row += BLOCK) {
    rows.forward(row);
    scores.push(...rows.z.slice(0, Math.min(BLOCK, n - row) * K));
    rows.z.forEach((value, i) => {
      rows.z[i] = row + Math.floor(i / K) < n ? 0.5 * value : 0;
    });
    rows.backward(row);
  }
  const gradient = new Float64Array(K * (D + 1));
  rows.end(gradient);
  rows.close();
  return { scores, gradient };
}

describe('rows through a fully connected layer', () => {
  it.each([
    [1, 1, 1],
    [3, 2, 2],
    [4, 7, 3],
    [5, 8, 4],
    [9, 33, 5],
    [8, 64, 10],
  ])(
    '%i rows of %i features, %i outputs: SIMD gives the bits of TypeScript, both what the definition says',
    (n, D, K) => {
      const wasm = run('wasm', n, D, K);
      expect(wasm).toEqual(run('typescript', n, D, K));
      const x = randomArray(n * D, 1);
      const layer = Float64Array.from(randomArray(K * (D + 1), 2), (value) => value + 1e-9);
      const gradient = new Float64Array(K * (D + 1));
      for (let row = 0; row < n; row++) {
        for (let k = 0; k < K; k++) {
          let sum = layer[K * D + k];
          for (let d = 0; d < D; d++) sum += layer[k * D + d] * x[row * D + d];
          expect(wasm.scores[row * K + k]).toBeCloseTo(sum, 12);
          for (let d = 0; d < D; d++) gradient[k * D + d] += 0.5 * sum * x[row * D + d];
          gradient[K * D + k] += 0.5 * sum;
        }
      }
      wasm.gradient.forEach((value, i) => void expect(value).toBeCloseTo(gradient[i], 11));
    },
  );

  it('that would not fit into 4 GB are refused', () => {
    expect(() => new DenseRows(500_000, 4096, 10)).toThrow(
      '500,000 rows of 4,096 features take 8,193 MB, more than 4,000',
    );
  });
});

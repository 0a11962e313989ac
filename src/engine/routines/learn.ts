import type { Heap } from './heap.js';

const { fround } = Math;

/** The twins of assembly/learn.ts: same arguments, same bits, one number at a time. */
export function learnRoutines({ i32, f32 }: Heap) {
  /** Numbers summed by their place modulo 4, then (0 + 2) + (1 + 3). */
  function byFours(count: number, term: (n: number) => number): number {
    const lanes = new Float32Array(4);
    for (let n = 0; n < count; n++) lanes[n % 4] += term(n);
    return fround(fround(lanes[0] + lanes[2]) + fround(lanes[1] + lanes[3]));
  }

  return {
    multiplyRows(
      a: number,
      aRow: number,
      aStep: number,
      M: number,
      K: number,
      b: number,
      bPanel: number,
      bStep: number,
      count: number,
      bias: number,
      add: number,
      y: number,
      yRow: number,
    ): void {
      for (let m = 0; m < M; m++) {
        for (let n = 0; n < count; n++) {
          const column = b + Math.floor(n / 8) * bPanel + (n % 8) * 4;
          let sum = bias === 0 ? 0 : f32[bias / 4 + m];
          for (let k = 0; k < K; k++) {
            sum = fround(sum + fround(f32[(a + m * aRow + k * aStep) / 4] * f32[(column + k * bStep) / 4]));
          }
          const to = (y + m * yRow) / 4 + n;
          f32[to] = add ? f32[to] + sum : sum;
        }
      }
    },

    outerRows(a: number, aRow: number, M: number, b: number, panels: number, K: number, y: number): void {
      for (let m = 0; m < M; m++) {
        for (let k = 0; k < K; k++) {
          const column = b / 4 + k * 8;
          f32[y / 4 + m * K + k] += byFours(panels * 8, (n) =>
            fround(f32[(a + m * aRow) / 4 + n] * f32[column + Math.floor(n / 8) * K * 8 + (n % 8)]),
          );
        }
      }
    },

    addRowSums(a: number, aRow: number, M: number, count: number, y: number): void {
      for (let m = 0; m < M; m++) f32[y / 4 + m] += byFours(count, (n) => f32[(a + m * aRow) / 4 + n]);
    },

    transposePanel(x: number, K: number, to: number): void {
      for (let k = 0; k < K; k++) for (let n = 0; n < 8; n++) f32[to / 4 + n * K + k] = f32[x / 4 + k * 8 + n];
    },

    scatterRows(
      from: number,
      taps: number,
      K: number,
      rows: number,
      count: number,
      oW: number,
      step: number,
      x: number,
    ): void {
      let at = from / 4;
      for (let k = 0; k < K; k++) {
        for (let r = 0; r < count; r++) {
          const to = x + i32[taps / 4 + k] + i32[rows / 4 + r];
          for (let j = 0; j < oW; j++) f32[(to + j * step) / 4] += f32[at++];
        }
      }
    },
  };
}

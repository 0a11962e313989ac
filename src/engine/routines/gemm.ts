import { CHUNK, RUN } from '../conv2d/order.js';
import type { Heap } from './heap.js';

const { fround } = Math;

/** The twins of assembly/gemm.ts: same arguments, same bits, one number at a time. */
export function gemmRoutines({ i32, f32, f64 }: Heap) {
  /** Map r and pixel p of a panel pair: runs of 32 taps, added in order. */
  function chunkSum(a: number, b: number, kc: number, r: number, p: number): number {
    let chunk = 0;
    for (let start = 0; start < kc; start += RUN) {
      let run = 0;
      for (let k = start; k < Math.min(start + RUN, kc); k++) {
        run = fround(run + fround(f32[a / 4 + k * 4 + r] * f32[b / 4 + k * 8 + p]));
      }
      chunk = start === 0 ? run : fround(chunk + run);
    }
    return chunk;
  }

  return {
    packPixels(x: number, taps: number, kc: number, pixels: number, count: number, to: number): void {
      let at = to / 4;
      for (let n = 0; n < count; n += 8) {
        for (let k = 0; k < kc; k++) {
          for (let p = n; p < n + 8; p++) {
            f32[at++] = f32[(x + i32[taps / 4 + k] + i32[pixels / 4 + Math.min(p, count - 1)]) / 4];
          }
        }
      }
    },

    packWeights(weight: number, M: number, K: number, to: number): void {
      let at = to / 4;
      for (let first = 0; first < K; first += CHUNK) {
        for (let m = 0; m < M; m += 4) {
          for (let k = first; k < Math.min(first + CHUNK, K); k++) {
            for (let r = m; r < m + 4; r++) f32[at++] = r < M ? f32[weight / 4 + r * K + k] : 0;
          }
        }
      }
    },

    gemmChunk(
      a: number,
      b: number,
      kc: number,
      M: number,
      count: number,
      first: number,
      last: number,
      bias: number,
      totals: number,
      y: number,
      yPlane: number,
      _tile: number,
    ): void {
      const totalsRow = Math.ceil(count / 8) * 8;
      for (let m = 0; m < M; m++) {
        for (let n = 0; n < count; n++) {
          const panelA = a + Math.floor(m / 4) * kc * 16;
          const panelB = b + Math.floor(n / 8) * kc * 32;
          const total = totals / 8 + m * totalsRow + n;
          const before = first ? f32[bias / 4 + m] : f64[total];
          const sum = before + chunkSum(panelA, panelB, kc, m % 4, n % 8);
          if (last) f32[(y + m * yPlane) / 4 + n] = sum;
          else f64[total] = sum;
        }
      }
    },
  };
}

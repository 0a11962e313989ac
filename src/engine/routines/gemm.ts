import { sumInOrder } from '../conv2d/order.js';
import type { Heap } from './heap.js';

/** The twins of assembly/gemm.ts and pack.ts: same arguments, same bits, one number at a time. */
export function gemmRoutines({ i32, f32 }: Heap) {
  return {
    packPixels(x: number, taps: number, K: number, pixels: number, count: number, to: number): void {
      let at = to / 4;
      for (let n = 0; n < count; n += 8) {
        for (let k = 0; k < K; k++) {
          for (let p = n; p < n + 8; p++) {
            f32[at++] = f32[(x + i32[taps / 4 + k] + i32[pixels / 4 + Math.min(p, count - 1)]) / 4];
          }
        }
      }
    },

    packPlanes(x: number, plane: number, K: number, count: number, to: number): void {
      let at = to / 4;
      for (let n = 0; n < count; n += 8) {
        for (let k = 0; k < K; k++) {
          for (let p = n; p < n + 8; p++, at++) if (p < count) f32[at] = f32[(x + k * plane) / 4 + p];
        }
      }
    },

    packWeights(weight: number, M: number, K: number, to: number): void {
      let at = to / 4;
      for (let m = 0; m < M; m += 4) {
        for (let k = 0; k < K; k++) {
          for (let r = m; r < m + 4; r++) f32[at++] = r < M ? f32[weight / 4 + r * K + k] : 0;
        }
      }
    },

    gemmPanels(
      a: number,
      b: number,
      K: number,
      M: number,
      count: number,
      bias: number,
      y: number,
      yPlane: number,
      _scratch: number,
    ): void {
      const terms = new Float32Array(K);
      for (let m = 0; m < M; m++) {
        for (let n = 0; n < count; n++) {
          const left = a / 4 + (m >> 2) * K * 4 + (m % 4);
          const right = b / 4 + (n >> 3) * K * 8 + (n % 8);
          for (let k = 0; k < K; k++) terms[k] = f32[left + k * 4] * f32[right + k * 8];
          f32[(y + m * yPlane) / 4 + n] = sumInOrder(terms, f32[bias / 4 + m]);
        }
      }
    },

    /** The twin of assembly/vectors.ts. */
    gemmRows(
      a: number,
      b: number,
      K: number,
      rows: number,
      count: number,
      bias: number,
      y: number,
      yRow: number,
      _scratch: number,
    ): void {
      const terms = new Float32Array(K);
      for (let m = 0; m < rows; m++) {
        for (let n = 0; n < count; n++) {
          const left = a / 4 + (m >> 2) * K * 4 + (m % 4);
          const right = b / 4 + (n >> 3) * K * 8 + (n % 8);
          for (let k = 0; k < K; k++) terms[k] = f32[left + k * 4] * f32[right + k * 8];
          f32[(y + m * yRow) / 4 + n] = sumInOrder(terms, f32[bias / 4 + n]);
        }
      }
    },
  };
}

import type { Heap } from './heap.js';

/** The twins of assembly/dense.ts: same arguments, same bits, one output at a time. */
export function denseRoutines({ f32, f64 }: Heap) {
  return {
    denseForward(
      x0: number,
      x1: number,
      x2: number,
      x3: number,
      D: number,
      w: number,
      bias: number,
      K: number,
      z: number,
    ): void {
      for (const [r, x] of [x0, x1, x2, x3].entries()) {
        for (let k = 0; k < K; k++) {
          let [even, odd] = [0, 0];
          const at = w / 8 + k * D;
          for (let d = 0; d + 2 <= D; d += 2) {
            even += f64[at + d] * f32[x / 4 + d];
            odd += f64[at + d + 1] * f32[x / 4 + d + 1];
          }
          const last = D % 2 === 1 ? f64[at + D - 1] * f32[x / 4 + D - 1] : 0;
          f64[z / 8 + r * K + k] = even + odd + last + f64[bias / 8 + k];
        }
      }
    },

    denseBackward(
      x0: number,
      x1: number,
      x2: number,
      x3: number,
      D: number,
      delta: number,
      K: number,
      g: number,
      gBias: number,
    ): void {
      for (let k = 0; k < K; k++) {
        const [e0, e1, e2, e3] = [0, 1, 2, 3].map((r) => f64[delta / 8 + r * K + k]);
        f64[gBias / 8 + k] += e0 + e1 + e2 + e3;
        for (let d = 0; d < D; d++) {
          f64[g / 8 + k * D + d] +=
            e0 * f32[x0 / 4 + d] + e1 * f32[x1 / 4 + d] + e2 * f32[x2 / 4 + d] + e3 * f32[x3 / 4 + d];
        }
      }
    },
  };
}

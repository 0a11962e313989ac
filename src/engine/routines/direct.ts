import { sumInOrder } from '../conv2d/order.js';
import type { Heap } from './heap.js';

/** The twin of assembly/direct.ts: same arguments, same bits, one output at a time. */
export function directRoutines({ i32, f32 }: Heap) {
  return {
    directRows(
      x: number,
      taps: number,
      K: number,
      weight: number,
      bias: number,
      M: number,
      y: number,
      yPlane: number,
      rows: number,
      oW: number,
      rowStep: number,
      _scratch: number,
    ): void {
      const terms = new Float32Array(K);
      for (let m = 0; m < M; m++) {
        for (let i = 0; i < rows; i++) {
          for (let j = 0; j < oW; j++) {
            const corner = (x + i * rowStep) / 4 + j;
            for (let t = 0; t < K; t++) terms[t] = f32[corner + i32[taps / 4 + t] / 4] * f32[weight / 4 + m * K + t];
            f32[(y + m * yPlane) / 4 + i * oW + j] = sumInOrder(terms, f32[bias / 4 + m]);
          }
        }
      }
    },
  };
}

import { sumInOrder } from '../conv2d/order.js';
import type { Heap } from './heap.js';

/** The twin of assembly/depthwise.ts: same arguments, same bits, one output at a time. */
export function depthwiseRoutines({ i32, f32 }: Heap) {
  return {
    depthwisePlanes(
      x: number,
      plane: number,
      planes: number,
      maps: number,
      packed: number,
      packedStep: number,
      taps: number,
      K: number,
      _kW: number,
      bias: number,
      y: number,
      yPlane: number,
      oH: number,
      oW: number,
      rowStep: number,
      _scratch: number,
    ): void {
      const terms = new Float32Array(K);
      for (let m = 0; m < planes * maps; m++) {
        const p = Math.floor(m / maps);
        const weight = (packed + p * packedStep) / 4 + (m % maps) * K;
        for (let i = 0; i < oH; i++) {
          for (let j = 0; j < oW; j++) {
            const corner = (x + p * plane + i * rowStep) / 4 + j;
            for (let t = 0; t < K; t++) terms[t] = f32[corner + i32[taps / 4 + t] / 4] * f32[weight + t];
            f32[(y + m * yPlane) / 4 + i * oW + j] = sumInOrder(terms, f32[bias / 4 + m]);
          }
        }
      }
    },
  };
}

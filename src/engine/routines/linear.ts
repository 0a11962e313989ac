import { sumInOrder } from '../conv2d/order.js';
import type { Heap } from './heap.js';

/** The twins of assembly/linear.ts: same arguments, same bits, one output at a time. */
export function linearRoutines({ i32, f32 }: Heap) {
  return {
    gatherTaps(x: number, taps: number, count: number, to: number): void {
      for (let i = 0; i < count; i++) f32[to / 4 + i] = f32[(x + i32[taps / 4 + i]) / 4];
    },

    linearRows(
      weight: number,
      x: number,
      bias: number,
      M: number,
      K: number,
      y: number,
      yStep: number,
      _scratch: number,
    ): void {
      for (let m = 0; m < M; m++) {
        const terms = f32.slice(weight / 4 + m * K, weight / 4 + (m + 1) * K);
        for (let k = 0; k < K; k++) terms[k] *= f32[x / 4 + k];
        f32[(y + m * yStep) / 4] = sumInOrder(terms, f32[bias / 4 + m]);
      }
    },
  };
}

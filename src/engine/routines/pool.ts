import type { Heap } from './heap.js';

/** The twins of assembly/pool.ts: same arguments, same bits, one output at a time. */
export function poolRoutines({ i32, f32, f64 }: Heap) {
  return {
    maxPoolRows(x: number, taps: number, count: number, y: number, rows: number, oW: number, rowStep: number): void {
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < oW; j++) {
          let best = f32[(x + i * rowStep + i32[taps / 4]) / 4 + j];
          for (let t = 1; t < count; t++) {
            const value = f32[(x + i * rowStep + i32[taps / 4 + t]) / 4 + j];
            if (value > best || Number.isNaN(value)) best = value;
          }
          f32[y / 4 + i * oW + j] = best;
        }
      }
    },

    meanPoolRows(
      x: number,
      taps: number,
      weights: number,
      count: number,
      divisors: number,
      y: number,
      rows: number,
      oW: number,
      rowStep: number,
    ): void {
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < oW; j++) {
          let sum = 0;
          for (let t = 0; t < count; t++) {
            sum += f64[weights / 8 + t] * f32[(x + i * rowStep + i32[taps / 4 + t]) / 4 + j];
          }
          f32[y / 4 + i * oW + j] = sum / f64[divisors / 8 + i * oW + j];
        }
      }
    },
  };
}

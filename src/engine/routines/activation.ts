import type { Heap } from './heap.js';

/** The twins of assembly/activation.ts: same arguments, same bits, one number at a time. */
export function activationRoutines({ f32 }: Heap) {
  const change = (x: number, count: number, of: (value: number) => number) => {
    for (let i = x / 4; i < x / 4 + count; i++) f32[i] = of(f32[i]);
  };
  return {
    reluInPlace(x: number, count: number): void {
      change(x, count, (value) => Math.max(0, value));
    },

    relu6InPlace(x: number, count: number): void {
      change(x, count, (value) => Math.min(Math.max(0, value), 6));
    },

    leakyReluInPlace(x: number, count: number, slope: number): void {
      change(x, count, (value) => (value < 0 ? Math.fround(slope) * value : value));
    },

    clipInPlace(x: number, count: number, lo: number, hi: number): void {
      change(x, count, (value) => Math.min(Math.max(value, Math.fround(lo)), Math.fround(hi)));
    },
  };
}

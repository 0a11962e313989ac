import { exp32 } from '../../core/math32.js';
import type { Heap } from './heap.js';

/** The twins of assembly/rows.ts: same arguments, same bits, one number at a time. */
export function rowRoutines({ f32, f64 }: Heap) {
  /** Of `count` numbers from `x` on, `step` apart. */
  const softmax = (x: number, y: number, count: number, step: number): void => {
    let largest = f32[x];
    for (let i = 1; i < count; i++) if (largest < f32[x + i * step]) largest = f32[x + i * step];
    const powers = Float64Array.from({ length: count }, (_, i) => exp32(f32[x + i * step] - largest));
    const sum = powers.reduce((total, power) => total + power, 0);
    for (let i = 0; i < count; i++) f32[y + i * step] = powers[i] / sum;
  };
  return {
    affineRows(x: number, y: number, rows: number, count: number, scale: number, shift: number): void {
      for (let r = 0; r < rows; r++) {
        const [factor, term] = [f64[scale / 8 + r], f64[shift / 8 + r]];
        for (let i = r * count; i < (r + 1) * count; i++) f32[y / 4 + i] = f32[x / 4 + i] * factor + term;
      }
    },

    softmaxRows(x: number, y: number, rows: number, count: number, _scratch: number): void {
      for (let r = 0; r < rows; r++) softmax(x / 4 + r * count, y / 4 + r * count, count, 1);
    },

    softmaxColumns(x: number, y: number, count: number, columns: number, _scratch: number): void {
      for (let j = 0; j < columns; j++) softmax(x / 4 + j, y / 4 + j, count, columns);
    },
  };
}

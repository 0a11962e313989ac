import type { Heap } from './heap.js';

/** The twins of assembly/reduce.ts: same arguments, same bits, one output at a time. */
export function reduceRoutines({ f32 }: Heap) {
  const sum = (from: number, step: number, count: number): number => {
    let total = 0;
    for (let i = 0; i < count; i++) total += f32[from + i * step];
    return total;
  };
  const extreme = (from: number, step: number, count: number, least: number): number => {
    const better = least ? Math.min : Math.max;
    let best = least ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    for (let i = 0; i < count; i++) best = better(best, f32[from + i * step]);
    return best;
  };
  return {
    sumRows(x: number, y: number, rows: number, count: number, divisor: number): void {
      for (let r = 0; r < rows; r++) f32[y / 4 + r] = sum(x / 4 + r * count, 1, count) / divisor;
    },

    sumColumns(x: number, xRow: number, y: number, count: number, columns: number, divisor: number): void {
      for (let j = 0; j < columns; j++) f32[y / 4 + j] = sum(x / 4 + j, xRow / 4, count) / divisor;
    },

    extremeRows(x: number, y: number, rows: number, count: number, least: number): void {
      for (let r = 0; r < rows; r++) f32[y / 4 + r] = extreme(x / 4 + r * count, 1, count, least);
    },

    extremeColumns(x: number, xRow: number, y: number, count: number, columns: number, least: number): void {
      for (let j = 0; j < columns; j++) f32[y / 4 + j] = extreme(x / 4 + j, xRow / 4, count, least);
    },
  };
}

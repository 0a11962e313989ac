import type { Heap } from './heap.js';

/** The twin of assembly/fold.ts: same arguments, same bits, one number at a time. */
export function foldRoutines({ f32 }: Heap) {
  return {
    foldRows(x: number, xRow: number, y: number, yRow: number, rows: number, count: number, step: number): void {
      for (let r = 0; r < rows; r++) {
        for (let i = 0; i < count; i++) f32[(y + r * yRow) / 4 + i * step] += f32[(x + r * xRow) / 4 + i];
      }
    },
  };
}

import type { Heap } from './heap.js';

/** The twins of assembly/permute.ts: same arguments, same bits, one number at a time. */
export function permuteRoutines({ i32 }: Heap) {
  return {
    copyRuns(
      x: number,
      xOuter: number,
      xRow: number,
      y: number,
      yOuter: number,
      yRow: number,
      outer: number,
      rows: number,
      bytes: number,
    ): void {
      for (let o = 0; o < outer; o++) {
        for (let r = 0; r < rows; r++) {
          const [from, to] = [x + o * xOuter + r * xRow, y + o * yOuter + r * yRow];
          for (let i = 0; i < bytes; i += 4) i32[(to + i) / 4] = i32[(from + i) / 4];
        }
      }
    },

    copySteps(x: number, xRow: number, xEach: number, y: number, yRow: number, rows: number, count: number): void {
      for (let r = 0; r < rows; r++) {
        for (let i = 0; i < count; i++) i32[(y + r * yRow) / 4 + i] = i32[(x + r * xRow + i * xEach) / 4];
      }
    },

    transposePlane(x: number, xRow: number, y: number, yRow: number, rows: number, columns: number): void {
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) i32[(y + r * yRow) / 4 + c] = i32[(x + c * xRow) / 4 + r];
      }
    },
  };
}

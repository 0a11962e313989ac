import type { Heap } from './heap.js';

/** As in assembly/pairs.ts. */
const OPERATIONS: readonly ((a: number, b: number) => number)[] = [
  (a, b) => a + b,
  (a, b) => a - b,
  (a, b) => a * b,
  (a, b) => a / b,
  Math.min,
  Math.max,
];

/** The twin of assembly/pairs.ts: same arguments, same bits, one number at a time. */
export function pairRoutines({ f32 }: Heap) {
  return {
    combinePairs(
      op: number,
      a: number,
      aRow: number,
      aEach: number,
      b: number,
      bRow: number,
      bEach: number,
      y: number,
      rows: number,
      count: number,
    ): void {
      const of = OPERATIONS[op];
      for (let r = 0; r < rows; r++) {
        for (let i = 0; i < count; i++) {
          f32[y / 4 + r * count + i] = of(f32[(a + r * aRow) / 4 + i * aEach], f32[(b + r * bRow) / 4 + i * bEach]);
        }
      }
    },
  };
}

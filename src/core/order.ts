import type { Numbers } from './values.js';

/** Of the one order of summation (engine/conv2d/order.ts): products summed in float32 in one go, and those of a chunk of such runs. */
export const RUN = 32;
export const CHUNK = 256;

/** A matrix within an array: element (i, j) lies at start + i·rowStep + j·columnStep. */
export interface MatrixPlace {
  readonly start: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

export interface Matrix extends MatrixPlace {
  readonly data: Numbers;
}

/**
 * y [rows, columns] from `start` on = a [rows, inner] · b [inner, columns], every number summed in the one order: the
 * terms of a run, and the runs of a chunk, in float32; chunks in float64, rounded once. All of float32.
 * Whole rows at a time, so that b is read in the order it lies in.
 */
export function multiplyInOrder(
  a: Matrix,
  b: Matrix,
  [rows, inner, columns]: readonly [number, number, number],
  y: Float32Array,
  start: number,
): void {
  const run = new Float32Array(columns);
  const chunk = new Float32Array(columns);
  const total = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    total.fill(0);
    for (let k = 0; k < inner; k += CHUNK) {
      chunk.fill(0);
      for (let r = k; r < Math.min(k + CHUNK, inner); r += RUN) {
        run.fill(0);
        for (let t = r; t < Math.min(r + RUN, k + CHUNK, inner); t++) {
          const factor = a.data[a.start + i * a.rowStep + t * a.columnStep];
          const from = b.start + t * b.rowStep;
          for (let j = 0; j < columns; j++) run[j] += Math.fround(factor * b.data[from + j * b.columnStep]);
        }
        for (let j = 0; j < columns; j++) chunk[j] += run[j];
      }
      for (let j = 0; j < columns; j++) total[j] += chunk[j];
    }
    y.set(total, start + i * columns);
  }
}

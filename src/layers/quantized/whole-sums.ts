import type { Numbers } from '../../core/values.js';

/** Columns that are multiplied with all rows while they are in the cache. */
export const BLOCK = 64;

/** Numbers less a zero point, as the integer products read them. */
export function centred(x: Numbers, from: number, count: number, zero: number, to: Int16Array, at: number): void {
  for (let i = 0; i < count; i++) to[at + i] = x[from + i] - zero;
}

/**
 * Sums of products of whole numbers in 32 bits, which wrap as those of other engines do: out[m·step + j] = Σ rows[m·inner + k] ·
 * columns[j·inner + k], for m from `first` to `end` and j below `count`. Four rows and two columns at a time.
 */
export function multiplyWhole(
  rows: Int16Array,
  first: number,
  end: number,
  columns: Int16Array,
  count: number,
  inner: number,
  out: Int32Array,
  from: number,
  step: number,
): void {
  let m = first;
  for (; m + 4 <= end; m += 4) {
    let j = 0;
    for (; j + 2 <= count; j += 2)
      fourByTwo(rows, m * inner, columns, j * inner, inner, out, from + m * step + j, step);
    for (; j < count; j++) {
      for (let r = m; r < m + 4; r++) out[from + r * step + j] = oneSum(rows, r * inner, columns, j * inner, inner);
    }
  }
  for (; m < end; m++) {
    for (let j = 0; j < count; j++) out[from + m * step + j] = oneSum(rows, m * inner, columns, j * inner, inner);
  }
}

function oneSum(rows: Int16Array, p: number, columns: Int16Array, q: number, inner: number): number {
  let sum = 0;
  for (let k = 0; k < inner; k++) sum = (sum + Math.imul(rows[p + k], columns[q + k])) | 0;
  return sum;
}

function fourByTwo(
  rows: Int16Array,
  p: number,
  columns: Int16Array,
  q: number,
  inner: number,
  out: Int32Array,
  o: number,
  step: number,
): void {
  let [s00, s01, s10, s11, s20, s21, s30, s31] = [0, 0, 0, 0, 0, 0, 0, 0];
  const [p1, p2, p3, q1] = [p + inner, p + 2 * inner, p + 3 * inner, q + inner];
  for (let k = 0; k < inner; k++) {
    const a = columns[q + k];
    const b = columns[q1 + k];
    const w0 = rows[p + k];
    const w1 = rows[p1 + k];
    const w2 = rows[p2 + k];
    const w3 = rows[p3 + k];
    s00 = (s00 + Math.imul(w0, a)) | 0;
    s01 = (s01 + Math.imul(w0, b)) | 0;
    s10 = (s10 + Math.imul(w1, a)) | 0;
    s11 = (s11 + Math.imul(w1, b)) | 0;
    s20 = (s20 + Math.imul(w2, a)) | 0;
    s21 = (s21 + Math.imul(w2, b)) | 0;
    s30 = (s30 + Math.imul(w3, a)) | 0;
    s31 = (s31 + Math.imul(w3, b)) | 0;
  }
  out[o] = s00;
  out[o + 1] = s01;
  out[o + step] = s10;
  out[o + step + 1] = s11;
  out[o + 2 * step] = s20;
  out[o + 2 * step + 1] = s21;
  out[o + 3 * step] = s30;
  out[o + 3 * step + 1] = s31;
}

import { high, join, keep, low } from './lanes';
import { few } from './pairs';

/**
 * Sums and extremes. Lanes lie across outputs, so that each sum is taken from the first number to the last, in float64,
 * divided and rounded once. Nothing beyond the numbers is read or written.
 */

/** y [rows] = Σ of each row of x [rows, count] / divisor. */
export function sumRows(x: i32, y: i32, rows: i32, count: i32, divisor: f64): void {
  const row = count << 2;
  const d = f64x2.splat(divisor);
  let r = 0;
  for (; r + 8 <= rows; r += 8, x += row << 3, y += 32) {
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    const x4 = x + (row << 2);
    const end = x + ((count & ~3) << 2);
    let p = x;
    let q = x4;
    for (; p < end; p += 16, q += 16) {
      const a0 = v128.load(p);
      const a1 = v128.load(p + row);
      const a2 = v128.load(p + 2 * row);
      const a3 = v128.load(p + 3 * row);
      const b0 = v128.load(q);
      const b1 = v128.load(q + row);
      const b2 = v128.load(q + 2 * row);
      const b3 = v128.load(q + 3 * row);
      // columns 0 and 1 of two rows, side by side
      const a01 = i32x4.shuffle(a0, a1, 0, 4, 1, 5);
      const a23 = i32x4.shuffle(a2, a3, 0, 4, 1, 5);
      const b01 = i32x4.shuffle(b0, b1, 0, 4, 1, 5);
      const b23 = i32x4.shuffle(b2, b3, 0, 4, 1, 5);
      s0 = f64x2.add(f64x2.add(s0, low(a01)), high(a01));
      s1 = f64x2.add(f64x2.add(s1, low(a23)), high(a23));
      s2 = f64x2.add(f64x2.add(s2, low(b01)), high(b01));
      s3 = f64x2.add(f64x2.add(s3, low(b23)), high(b23));
      const c01 = i32x4.shuffle(a0, a1, 2, 6, 3, 7);
      const c23 = i32x4.shuffle(a2, a3, 2, 6, 3, 7);
      const d01 = i32x4.shuffle(b0, b1, 2, 6, 3, 7);
      const d23 = i32x4.shuffle(b2, b3, 2, 6, 3, 7);
      s0 = f64x2.add(f64x2.add(s0, low(c01)), high(c01));
      s1 = f64x2.add(f64x2.add(s1, low(c23)), high(c23));
      s2 = f64x2.add(f64x2.add(s2, low(d01)), high(d01));
      s3 = f64x2.add(f64x2.add(s3, low(d23)), high(d23));
    }
    for (let i = count & ~3; i < count; i++, p += 4, q += 4) {
      s0 = f64x2.add(s0, two(p, p + row));
      s1 = f64x2.add(s1, two(p + 2 * row, p + 3 * row));
      s2 = f64x2.add(s2, two(q, q + row));
      s3 = f64x2.add(s3, two(q + 2 * row, q + 3 * row));
    }
    v128.store(y, join(f64x2.div(s0, d), f64x2.div(s1, d)));
    v128.store(y, join(f64x2.div(s2, d), f64x2.div(s3, d)), 16);
  }
  for (; r < rows; r++, x += row, y += 4) {
    let sum: f64 = 0;
    for (let p = x, end = x + row; p < end; p += 4) sum += <f64>load<f32>(p);
    store<f32>(y, <f32>(sum / divisor));
  }
}

function two(a: i32, b: i32): v128 {
  return f64x2.promote_low_f32x4(v128.load32_lane(b, v128.load32_zero(a), 1));
}

/** y [columns] = Σ down each column of x [count, columns], rows xRow bytes apart, / divisor. */
export function sumColumns(x: i32, xRow: i32, y: i32, count: i32, columns: i32, divisor: f64): void {
  const d = f64x2.splat(divisor);
  let j = 0;
  for (; j + 8 <= columns; j += 8, x += 32, y += 32) {
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let p = x, i = 0; i < count; i++, p += xRow) {
      const v = v128.load(p);
      const w = v128.load(p, 16);
      s0 = f64x2.add(s0, low(v));
      s1 = f64x2.add(s1, high(v));
      s2 = f64x2.add(s2, low(w));
      s3 = f64x2.add(s3, high(w));
    }
    v128.store(y, join(f64x2.div(s0, d), f64x2.div(s1, d)));
    v128.store(y, join(f64x2.div(s2, d), f64x2.div(s3, d)), 16);
  }
  for (; j < columns; j += 4, x += 16, y += 16) {
    const here = min(4, columns - j);
    let s0 = f64x2.splat(0);
    let s1 = s0;
    for (let p = x, i = 0; i < count; i++, p += xRow) {
      const v = here == 4 ? v128.load(p) : few(p, here);
      s0 = f64x2.add(s0, low(v));
      s1 = f64x2.add(s1, high(v));
    }
    keep(y, join(f64x2.div(s0, d), f64x2.div(s1, d)), here);
  }
}

/** y [rows] = the largest of each row of x [rows, count], of −0 and 0 the latter; the smallest with `least`; NaN wins. */
export function extremeRows(x: i32, y: i32, rows: i32, count: i32, least: i32): void {
  for (let r = 0; r < rows; r++, y += 4) {
    let best = f32x4.splat(least ? f32.POSITIVE_INFINITY : f32.NEGATIVE_INFINITY);
    let i = 0;
    for (; i + 4 <= count; i += 4, x += 16) {
      const v = v128.load(x);
      best = least ? f32x4.min(best, v) : f32x4.max(best, v);
    }
    for (; i < count; i++, x += 4) {
      const v = v128.load32_splat(x);
      best = least ? f32x4.min(best, v) : f32x4.max(best, v);
    }
    const half = v128.shuffle<i32>(best, best, 2, 3, 2, 3);
    best = least ? f32x4.min(best, half) : f32x4.max(best, half);
    const one = v128.shuffle<i32>(best, best, 1, 1, 1, 1);
    best = least ? f32x4.min(best, one) : f32x4.max(best, one);
    v128.store32_lane(y, best, 0);
  }
}

/** The same down each column of x [count, columns], rows xRow bytes apart: y [columns]. */
export function extremeColumns(x: i32, xRow: i32, y: i32, count: i32, columns: i32, least: i32): void {
  for (let j = 0; j < columns; j += 4, x += 16, y += 16) {
    const here = min(4, columns - j);
    let best = f32x4.splat(least ? f32.POSITIVE_INFINITY : f32.NEGATIVE_INFINITY);
    for (let p = x, i = 0; i < count; i++, p += xRow) {
      const v = here == 4 ? v128.load(p) : few(p, here);
      best = least ? f32x4.min(best, v) : f32x4.max(best, v);
    }
    keep(y, best, here);
  }
}

import { keep } from './lanes';

/**
 * Two arrays with broadcasting, number by number: y [rows, count] = a ∘ b, `op` 0 … 5: + − × ÷ min max (of −0 and 0 −0 is
 * the smaller; NaN wins). aRow, bRow: bytes from row to row (0: the same row for all); aEach, bEach 1: a number for each
 * place, 0: one for the row. y may be an array that is not repeated. Nothing beyond the rows is read or written.
 */
export function combinePairs(
  op: i32,
  a: i32,
  aRow: i32,
  aEach: i32,
  b: i32,
  bRow: i32,
  bEach: i32,
  y: i32,
  rows: i32,
  count: i32,
): void {
  const aOn = aEach << 4;
  const bOn = bEach << 4;
  for (let r = 0; r < rows; r++, a += aRow, b += bRow) {
    let p = a;
    let q = b;
    let v = v128.load32_splat(a);
    let w = v128.load32_splat(b);
    let v1 = v;
    let w1 = w;
    const end = y + ((count & ~7) << 2);
    for (; y < end; y += 32) {
      if (aOn) {
        v = v128.load(p);
        v1 = v128.load(p, 16);
        p += 32;
      }
      if (bOn) {
        w = v128.load(q);
        w1 = v128.load(q, 16);
        q += 32;
      }
      if (op == 0) {
        v128.store(y, f32x4.add(v, w));
        v128.store(y, f32x4.add(v1, w1), 16);
      } else if (op == 1) {
        v128.store(y, f32x4.sub(v, w));
        v128.store(y, f32x4.sub(v1, w1), 16);
      } else if (op == 2) {
        v128.store(y, f32x4.mul(v, w));
        v128.store(y, f32x4.mul(v1, w1), 16);
      } else if (op == 3) {
        v128.store(y, f32x4.div(v, w));
        v128.store(y, f32x4.div(v1, w1), 16);
      } else if (op == 4) {
        v128.store(y, f32x4.min(v, w));
        v128.store(y, f32x4.min(v1, w1), 16);
      } else {
        v128.store(y, f32x4.max(v, w));
        v128.store(y, f32x4.max(v1, w1), 16);
      }
    }
    let left = count & 7;
    if (left >= 4) {
      if (aOn) v = v128.load(p);
      if (bOn) w = v128.load(q);
      v128.store(y, together(op, v, w));
      p += aOn;
      q += bOn;
      y += 16;
      left -= 4;
    }
    if (left > 0) {
      if (aOn) v = few(p, left);
      if (bOn) w = few(q, left);
      keep(y, together(op, v, w), left);
      y += left << 2;
    }
  }
}

function together(op: i32, v: v128, w: v128): v128 {
  if (op == 0) return f32x4.add(v, w);
  if (op == 1) return f32x4.sub(v, w);
  if (op == 2) return f32x4.mul(v, w);
  if (op == 3) return f32x4.div(v, w);
  return op == 4 ? f32x4.min(v, w) : f32x4.max(v, w);
}

/** One, two or three numbers at `x`; the rest are zeros. */
export function few(x: i32, count: i32): v128 {
  if (count == 1) return v128.load32_zero(x);
  const two = v128.load64_zero(x);
  return count == 2 ? two : v128.load32_lane(x, two, 2, 8);
}

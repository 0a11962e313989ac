import { high, join, low } from './lanes';

/** Functions of one number, in place on `count` floats at `x`, in few operations. Nothing beyond them is read or written. */

/** x^n for a whole n, −64 … 64, by squaring in float64, rounded once. */
export function powerInPlace(x: i32, count: i32, n: i32): void {
  const end = x + (count << 2);
  if (n == 2) {
    // a square of float32 is exact in float64: its one rounding is that of the product in float32
    for (; x + 32 <= end; x += 32) {
      const v = v128.load(x);
      const w = v128.load(x, 16);
      v128.store(x, f32x4.mul(v, v));
      v128.store(x, f32x4.mul(w, w), 16);
    }
    for (; x < end; x += 4) store<f32>(x, load<f32>(x) * load<f32>(x));
    return;
  }
  for (; x + 16 <= end; x += 16) {
    const v = v128.load(x);
    v128.store(x, join(power(low(v), n), power(high(v), n)));
  }
  for (; x < end; x += 4) store<f32>(x, <f32>f64x2.extract_lane(power(f64x2.splat(<f64>load<f32>(x)), n), 0));
}

function power(x: v128, n: i32): v128 {
  const one = f64x2.splat(1);
  let value = one;
  let square = x;
  for (let rest = n < 0 ? -n : n; rest > 0; rest >>= 1) {
    if (rest & 1) value = f64x2.mul(value, square);
    square = f64x2.mul(square, square);
  }
  return n < 0 ? f64x2.div(one, value) : value;
}

/** x^½, or x^−½ when `inverse`, as C's pow: ∞ for −∞ (0), 0 for −0 (∞). */
export function rootPowerInPlace(x: i32, count: i32, inverse: i32): void {
  const end = x + (count << 2);
  for (; x + 16 <= end; x += 16) {
    const v = v128.load(x);
    v128.store(x, join(rootPower(low(v), inverse), rootPower(high(v), inverse)));
  }
  for (; x < end; x += 4) {
    store<f32>(x, <f32>f64x2.extract_lane(rootPower(f64x2.splat(<f64>load<f32>(x)), inverse), 0));
  }
}

function rootPower(x: v128, inverse: i32): v128 {
  const infinite = f64x2.splat(f64.POSITIVE_INFINITY);
  const isLeast = f64x2.eq(x, f64x2.neg(infinite));
  const root = v128.bitselect(infinite, f64x2.add(f64x2.sqrt(x), f64x2.splat(0)), isLeast);
  return inverse ? f64x2.div(f64x2.splat(1), root) : root;
}

/** `which` 0 … 6: |x|, −x, ⌊x⌋, ⌈x⌉, x rounded (half to even; to 0 from below too, −0 stays), √x, 1 / x. */
export function simpleInPlace(x: i32, count: i32, which: i32): void {
  const end = x + (count << 2);
  for (; x + 32 <= end; x += 32) {
    const v = v128.load(x);
    const w = v128.load(x, 16);
    v128.store(x, simple(v, which));
    v128.store(x, simple(w, which), 16);
  }
  for (; x < end; x += 4) v128.store32_lane(x, simple(v128.load32_zero(x), which), 0);
}

function simple(v: v128, which: i32): v128 {
  if (which == 0) return f32x4.abs(v);
  if (which == 1) return f32x4.neg(v);
  if (which == 2) return f32x4.floor(v);
  if (which == 3) return f32x4.ceil(v);
  if (which == 4) {
    const zero = f32x4.splat(0);
    return v128.bitselect(v, f32x4.add(f32x4.nearest(v), zero), f32x4.eq(v, zero));
  }
  return which == 5 ? f32x4.sqrt(v) : f32x4.div(f32x4.splat(1), v);
}

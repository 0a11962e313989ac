import { keep } from './lanes';

/**
 * Activations in place, on `count` floats at `x` and on no others. NaN stays NaN. Two vectors side by side, which V8 can
 * pack into one of 256 bits; then what is left.
 *
 * pmax(v, limit) and pmin(v, limit) are one instruction and keep a NaN in v, where max and min are eight; they keep v of two
 * zeros, so that −0 has to be made +0 by adding it.
 */

export function reluInPlace(x: i32, count: i32): void {
  let i = 0;
  for (; i + 8 <= count; i += 8, x += 32) {
    const a = aboveZero(v128.load(x));
    const b = aboveZero(v128.load(x, 16));
    v128.store(x, a);
    v128.store(x, b, 16);
  }
  for (; i < count; i += 4, x += 16) keep(x, aboveZero(v128.load(x)), count - i);
}

function aboveZero(v: v128): v128 {
  const zero = f32x4.splat(0);
  return f32x4.add(f32x4.pmax(v, zero), zero);
}

export function relu6InPlace(x: i32, count: i32): void {
  const six = f32x4.splat(6);
  let i = 0;
  for (; i + 8 <= count; i += 8, x += 32) {
    const a = f32x4.pmin(aboveZero(v128.load(x)), six);
    const b = f32x4.pmin(aboveZero(v128.load(x, 16)), six);
    v128.store(x, a);
    v128.store(x, b, 16);
  }
  for (; i < count; i += 4, x += 16) keep(x, f32x4.pmin(aboveZero(v128.load(x)), six), count - i);
}

export function leakyReluInPlace(x: i32, count: i32, slope: f32): void {
  const s = f32x4.splat(slope);
  let i = 0;
  for (; i + 8 <= count; i += 8, x += 32) {
    const a = leaky(v128.load(x), s);
    const b = leaky(v128.load(x, 16), s);
    v128.store(x, a);
    v128.store(x, b, 16);
  }
  for (; i < count; i += 4, x += 16) keep(x, leaky(v128.load(x), s), count - i);
}

function leaky(v: v128, slope: v128): v128 {
  return v128.bitselect(f32x4.mul(slope, v), v, f32x4.lt(v, f32x4.splat(0)));
}

/** min(max(x, lo), hi) */
export function clipInPlace(x: i32, count: i32, lo: f32, hi: f32): void {
  const least = f32x4.splat(lo);
  const most = f32x4.splat(hi);
  let i = 0;
  if (!F32.isNaN(lo) && !F32.isNaN(hi) && hi != 0) {
    // −0 where it changes nothing
    const zero = f32x4.splat(lo == 0 ? lo : -0.0);
    for (; i + 8 <= count; i += 8, x += 32) {
      const a = f32x4.pmin(f32x4.add(f32x4.pmax(v128.load(x), least), zero), most);
      const b = f32x4.pmin(f32x4.add(f32x4.pmax(v128.load(x, 16), least), zero), most);
      v128.store(x, a);
      v128.store(x, b, 16);
    }
  }
  for (; i < count; i += 4, x += 16) keep(x, f32x4.min(f32x4.max(v128.load(x), least), most), count - i);
}

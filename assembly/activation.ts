import { keep } from './lanes';

/** Activations in place, on `count` floats at `x` and on no others. NaN stays NaN. */

export function reluInPlace(x: i32, count: i32): void {
  const zero = f32x4.splat(0);
  for (let i = 0; i < count; i += 4, x += 16) keep(x, f32x4.max(zero, v128.load(x)), count - i);
}

export function relu6InPlace(x: i32, count: i32): void {
  const zero = f32x4.splat(0);
  const six = f32x4.splat(6);
  for (let i = 0; i < count; i += 4, x += 16) {
    keep(x, f32x4.min(f32x4.max(zero, v128.load(x)), six), count - i);
  }
}

export function leakyReluInPlace(x: i32, count: i32, slope: f32): void {
  const zero = f32x4.splat(0);
  const s = f32x4.splat(slope);
  for (let i = 0; i < count; i += 4, x += 16) {
    const v = v128.load(x);
    keep(x, v128.bitselect(f32x4.mul(s, v), v, f32x4.lt(v, zero)), count - i);
  }
}

/** min(max(x, lo), hi) */
export function clipInPlace(x: i32, count: i32, lo: f32, hi: f32): void {
  const least = f32x4.splat(lo);
  const most = f32x4.splat(hi);
  for (let i = 0; i < count; i += 4, x += 16) {
    keep(x, f32x4.min(f32x4.max(v128.load(x), least), most), count - i);
  }
}

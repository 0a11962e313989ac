/** Activations in place, on `count` floats at `x`; up to 3 more may be changed. NaN stays NaN. */

export function reluInPlace(x: i32, count: i32): void {
  const zero = f32x4.splat(0);
  for (let i = 0; i < count << 2; i += 16) v128.store(x + i, f32x4.max(zero, v128.load(x + i)));
}

export function relu6InPlace(x: i32, count: i32): void {
  const zero = f32x4.splat(0);
  const six = f32x4.splat(6);
  for (let i = 0; i < count << 2; i += 16) v128.store(x + i, f32x4.min(f32x4.max(zero, v128.load(x + i)), six));
}

export function leakyReluInPlace(x: i32, count: i32, slope: f32): void {
  const zero = f32x4.splat(0);
  const s = f32x4.splat(slope);
  for (let i = 0; i < count << 2; i += 16) {
    const v = v128.load(x + i);
    v128.store(x + i, v128.bitselect(f32x4.mul(s, v), v, f32x4.lt(v, zero)));
  }
}

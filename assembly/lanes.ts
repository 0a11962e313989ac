/** The first two of four floats, in float64. */
export function low(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

/** The last two. */
export function high(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3));
}

/** Four floats of two times two numbers, rounded once. */
export function join(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 1, 4, 5);
}

/** Stores the first `count` floats of v, all when there are more than three. */
export function keep(x: i32, v: v128, count: i32): void {
  if (count > 3) {
    v128.store(x, v);
    return;
  }
  if (count > 1) v128.store64_lane(x, v, 0);
  if (count == 1) v128.store32_lane(x, v, 0);
  if (count == 3) v128.store32_lane(x + 8, v, 2);
}

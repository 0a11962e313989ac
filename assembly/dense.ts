/**
 * Four rows of x through a fully connected layer: z [4, K] float64 = x·Wᵀ + b. x0 … x3: addresses of rows of D float32;
 * w [K, D] and bias [K] float64. Even and odd places are summed apart, then together, then the last of an odd number.
 */
export function denseForward(x0: i32, x1: i32, x2: i32, x3: i32, D: i32, w: i32, bias: i32, K: i32, z: i32): void {
  const row = D << 3;
  const step = K << 3;
  for (let k = 0; k < K; k += 2) {
    const wa = w + k * row;
    // of an odd number of outputs the last is computed twice
    const wb = w + min(k + 1, K - 1) * row;
    let a0 = f64x2.splat(0);
    let a1 = f64x2.splat(0);
    let a2 = f64x2.splat(0);
    let a3 = f64x2.splat(0);
    let b0 = f64x2.splat(0);
    let b1 = f64x2.splat(0);
    let b2 = f64x2.splat(0);
    let b3 = f64x2.splat(0);
    let d = 0;
    for (; d + 2 <= D; d += 2) {
      const u = v128.load(wa + (d << 3));
      const v = v128.load(wb + (d << 3));
      const p = f64x2.promote_low_f32x4(v128.load64_zero(x0 + (d << 2)));
      a0 = f64x2.add(a0, f64x2.mul(u, p));
      b0 = f64x2.add(b0, f64x2.mul(v, p));
      const q = f64x2.promote_low_f32x4(v128.load64_zero(x1 + (d << 2)));
      a1 = f64x2.add(a1, f64x2.mul(u, q));
      b1 = f64x2.add(b1, f64x2.mul(v, q));
      const r = f64x2.promote_low_f32x4(v128.load64_zero(x2 + (d << 2)));
      a2 = f64x2.add(a2, f64x2.mul(u, r));
      b2 = f64x2.add(b2, f64x2.mul(v, r));
      const s = f64x2.promote_low_f32x4(v128.load64_zero(x3 + (d << 2)));
      a3 = f64x2.add(a3, f64x2.mul(u, s));
      b3 = f64x2.add(b3, f64x2.mul(v, s));
    }
    const at = z + (k << 3);
    const to = bias + (k << 3);
    store<f64>(at, whole(a0, d, D, wa, x0) + load<f64>(to));
    store<f64>(at + step, whole(a1, d, D, wa, x1) + load<f64>(to));
    store<f64>(at + 2 * step, whole(a2, d, D, wa, x2) + load<f64>(to));
    store<f64>(at + 3 * step, whole(a3, d, D, wa, x3) + load<f64>(to));
    if (k + 1 < K) {
      store<f64>(at, whole(b0, d, D, wb, x0) + load<f64>(to, 8), 8);
      store<f64>(at + step, whole(b1, d, D, wb, x1) + load<f64>(to, 8), 8);
      store<f64>(at + 2 * step, whole(b2, d, D, wb, x2) + load<f64>(to, 8), 8);
      store<f64>(at + 3 * step, whole(b3, d, D, wb, x3) + load<f64>(to, 8), 8);
    }
  }
}

function whole(sums: v128, d: i32, D: i32, w: i32, x: i32): f64 {
  const sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  return d < D ? sum + load<f64>(w + (d << 3)) * <f64>load<f32>(x + (d << 2)) : sum;
}

/**
 * What four rows add to that layer's gradient: δᵀ·x to g [K, D], δ to gBias [K], all float64; delta [4, K]. The four
 * products are summed in the order of the rows, then added.
 */
export function denseBackward(
  x0: i32,
  x1: i32,
  x2: i32,
  x3: i32,
  D: i32,
  delta: i32,
  K: i32,
  g: i32,
  gBias: i32,
): void {
  const row = D << 3;
  const step = K << 3;
  for (let k = 0; k < K; k++) {
    const at = delta + (k << 3);
    const e0 = load<f64>(at);
    const e1 = load<f64>(at + step);
    const e2 = load<f64>(at + 2 * step);
    const e3 = load<f64>(at + 3 * step);
    const to = gBias + (k << 3);
    store<f64>(to, load<f64>(to) + (e0 + e1 + e2 + e3));
    const v0 = f64x2.splat(e0);
    const v1 = f64x2.splat(e1);
    const v2 = f64x2.splat(e2);
    const v3 = f64x2.splat(e3);
    const from = g + k * row;
    let d = 0;
    for (; d + 2 <= D; d += 2) {
      const p = f64x2.mul(v0, f64x2.promote_low_f32x4(v128.load64_zero(x0 + (d << 2))));
      const q = f64x2.mul(v1, f64x2.promote_low_f32x4(v128.load64_zero(x1 + (d << 2))));
      const r = f64x2.mul(v2, f64x2.promote_low_f32x4(v128.load64_zero(x2 + (d << 2))));
      const s = f64x2.mul(v3, f64x2.promote_low_f32x4(v128.load64_zero(x3 + (d << 2))));
      const place = from + (d << 3);
      v128.store(place, f64x2.add(v128.load(place), f64x2.add(f64x2.add(f64x2.add(p, q), r), s)));
    }
    if (d < D) {
      const sum =
        e0 * <f64>load<f32>(x0 + (d << 2)) +
        e1 * <f64>load<f32>(x1 + (d << 2)) +
        e2 * <f64>load<f32>(x2 + (d << 2)) +
        e3 * <f64>load<f32>(x3 + (d << 2));
      const place = from + (d << 3);
      store<f64>(place, load<f64>(place) + sum);
    }
  }
}

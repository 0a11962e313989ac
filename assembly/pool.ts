/**
 * Pools row by row over a padded band. x: the band's first element; taps [count] i32: byte offset of each cell of the
 * window; rowStep: bytes between the inputs of two output rows; y: rows of oW floats, stored in order: a row may spill
 * over the beginning of the next, and `y` has room for 12 bytes more.
 */

/** y = the largest of the window; NaN wins, +0 beats −0. */
export function maxPoolRows(x: i32, taps: i32, count: i32, y: i32, rows: i32, oW: i32, rowStep: i32): void {
  for (let i = 0; i < rows; i++) {
    const from = x + i * rowStep;
    const to = y + ((i * oW) << 2);
    let j = 0;
    for (; j + 8 <= oW; j += 8) {
      const at = from + (j << 2);
      const first = at + load<i32>(taps);
      let a = v128.load(first);
      let b = v128.load(first, 16);
      for (let t = 4; t < count << 2; t += 4) {
        const cell = at + load<i32>(taps + t);
        a = f32x4.max(a, v128.load(cell));
        b = f32x4.max(b, v128.load(cell, 16));
      }
      v128.store(to + (j << 2), a);
      v128.store(to + (j << 2), b, 16);
    }
    for (; j < oW; j += 4) {
      const at = from + (j << 2);
      let a = v128.load(at + load<i32>(taps));
      for (let t = 4; t < count << 2; t += 4) a = f32x4.max(a, v128.load(at + load<i32>(taps + t)));
      v128.store(to + (j << 2), a);
    }
  }
}

/** y = Σ weight·x / divisor in float64, in the order of the taps, rounded once. weights [count], divisors [rows, oW] f64. */
export function meanPoolRows(
  x: i32,
  taps: i32,
  weights: i32,
  count: i32,
  divisors: i32,
  y: i32,
  rows: i32,
  oW: i32,
  rowStep: i32,
): void {
  for (let i = 0; i < rows; i++) {
    const from = x + i * rowStep;
    for (let j = 0; j < oW; j += 4) {
      const at = from + (j << 2);
      let a = f64x2.splat(0);
      let b = f64x2.splat(0);
      for (let t = 0; t < count; t++) {
        const w = v128.load64_splat(weights + (t << 3));
        const cells = v128.load(at + load<i32>(taps + (t << 2)));
        a = f64x2.add(a, f64x2.mul(w, f64x2.promote_low_f32x4(cells)));
        b = f64x2.add(b, f64x2.mul(w, f64x2.promote_low_f32x4(i32x4.shuffle(cells, cells, 2, 3, 2, 3))));
      }
      const cell = i * oW + j;
      const d = divisors + (cell << 3);
      const low = f32x4.demote_f64x2_zero(f64x2.div(a, v128.load(d)));
      const high = f32x4.demote_f64x2_zero(f64x2.div(b, v128.load(d, 16)));
      v128.store(y + (cell << 2), i32x4.shuffle(low, high, 0, 1, 4, 5));
    }
  }
}

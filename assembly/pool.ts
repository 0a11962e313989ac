/**
 * Pools row by row over a padded band. x: the band's first element; taps [count] i32: byte offset of each cell of the
 * window; rowStep: bytes between the inputs of two output rows; y: rows of oW floats, stored in order: a row may spill
 * over the beginning of the next, and `y` has room for 12 bytes more.
 */

/** y = the largest of the window, the first of equals (+0 and −0 are equal); NaN wins. */
export function maxPoolRows(x: i32, taps: i32, count: i32, y: i32, rows: i32, oW: i32, rowStep: i32): void {
  const end = taps + (count << 2);
  for (let i = 0; i < rows; i++) {
    const from = x + i * rowStep;
    const to = y + ((i * oW) << 2);
    // A sum is NaN when a term is (or when infinities of both signs meet, which only costs time).
    let sums = f32x4.splat(0);
    let j = 0;
    for (; j + 8 <= oW; j += 8) {
      const at = from + (j << 2);
      const first = at + load<i32>(taps);
      let a = v128.load(first);
      let b = v128.load(first, 16);
      sums = f32x4.add(sums, f32x4.add(a, b));
      for (let t = taps + 4; t < end; t += 4) {
        const cell = at + load<i32>(t);
        const c = v128.load(cell);
        const d = v128.load(cell, 16);
        a = f32x4.pmax(a, c);
        b = f32x4.pmax(b, d);
        sums = f32x4.add(sums, f32x4.add(c, d));
      }
      v128.store(to + (j << 2), a);
      v128.store(to + (j << 2), b, 16);
    }
    if (v128.any_true(f32x4.ne(sums, sums))) j = 0;
    for (; j < oW; j += 4) {
      const at = from + (j << 2);
      let a = v128.load(at + load<i32>(taps));
      for (let t = taps + 4; t < end; t += 4) {
        const c = v128.load(at + load<i32>(t));
        a = v128.bitselect(c, a, v128.or(f32x4.gt(c, a), f32x4.ne(c, c)));
      }
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

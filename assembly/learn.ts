/**
 * The inner loops of training (src/engine/training/network). Values of a slice of 8 images lie as [channels, 8, places]:
 * the columns of a product are images and places, a multiple of 8. All sums are float32, in the order told at each.
 */

/**
 * y [M, count] = start + Σ a·b over k = 0 … K−1 in order. Number (m, k) of a lies at a + m·aRow + k·aStep; column n of row k
 * of b at b + floor(n/8)·bPanel + k·bStep + (n mod 8)·4. start: bias [M], 0 where bias is 0; add: the sum, begun with 0, is
 * added to y instead. count: a multiple of 8. Rows of y are yRow bytes apart.
 */
export function multiplyRows(
  a: i32,
  aRow: i32,
  aStep: i32,
  M: i32,
  K: i32,
  b: i32,
  bPanel: i32,
  bStep: i32,
  count: i32,
  bias: i32,
  add: i32,
  y: i32,
  yRow: i32,
): void {
  for (let n = 0; n < count; n += 8) {
    const to = y + (n << 2);
    let m = 0;
    for (; m + 2 < M; m += 4) {
      tile4x8(
        a + m * aRow,
        aRow,
        aStep,
        min(4, M - m),
        K,
        b,
        bStep,
        bias == 0 ? 0 : bias + (m << 2),
        add,
        to + m * yRow,
        yRow,
      );
    }
    if (m < M) {
      tile2x8(a + m * aRow, aRow, aStep, M - m, K, b, bStep, bias == 0 ? 0 : bias + (m << 2), add, to + m * yRow, yRow);
    }
    b += bPanel;
  }
}

function tile4x8(
  a: i32,
  aRow: i32,
  aStep: i32,
  rows: i32,
  K: i32,
  b: i32,
  bStep: i32,
  bias: i32,
  add: i32,
  y: i32,
  yRow: i32,
): void {
  let a0 = a;
  let a1 = a + aRow;
  let a2 = a1 + aRow;
  // of three rows the last is computed twice
  let a3 = rows == 4 ? a2 + aRow : a2;
  let c00 = start(bias, 0);
  let c10 = start(bias, 1);
  let c20 = start(bias, 2);
  let c30 = start(bias, rows - 1);
  let c01 = c00;
  let c11 = c10;
  let c21 = c20;
  let c31 = c30;
  for (let k = 0; k < K; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const r0 = v128.load32_splat(a0);
    const r1 = v128.load32_splat(a1);
    const r2 = v128.load32_splat(a2);
    const r3 = v128.load32_splat(a3);
    c00 = f32x4.add(c00, f32x4.mul(r0, b0));
    c01 = f32x4.add(c01, f32x4.mul(r0, b1));
    c10 = f32x4.add(c10, f32x4.mul(r1, b0));
    c11 = f32x4.add(c11, f32x4.mul(r1, b1));
    c20 = f32x4.add(c20, f32x4.mul(r2, b0));
    c21 = f32x4.add(c21, f32x4.mul(r2, b1));
    c30 = f32x4.add(c30, f32x4.mul(r3, b0));
    c31 = f32x4.add(c31, f32x4.mul(r3, b1));
    a0 += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
    b += bStep;
  }
  put8(y, c00, c01, add);
  put8(y + yRow, c10, c11, add);
  put8(y + 2 * yRow, c20, c21, add);
  if (rows == 4) put8(y + 3 * yRow, c30, c31, add);
}

function tile2x8(
  a: i32,
  aRow: i32,
  aStep: i32,
  rows: i32,
  K: i32,
  b: i32,
  bStep: i32,
  bias: i32,
  add: i32,
  y: i32,
  yRow: i32,
): void {
  let a0 = a;
  let a1 = rows == 2 ? a + aRow : a;
  let c00 = start(bias, 0);
  let c10 = start(bias, rows - 1);
  let c01 = c00;
  let c11 = c10;
  for (let k = 0; k < K; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const r0 = v128.load32_splat(a0);
    const r1 = v128.load32_splat(a1);
    c00 = f32x4.add(c00, f32x4.mul(r0, b0));
    c01 = f32x4.add(c01, f32x4.mul(r0, b1));
    c10 = f32x4.add(c10, f32x4.mul(r1, b0));
    c11 = f32x4.add(c11, f32x4.mul(r1, b1));
    a0 += aStep;
    a1 += aStep;
    b += bStep;
  }
  put8(y, c00, c01, add);
  if (rows == 2) put8(y + yRow, c10, c11, add);
}

function start(bias: i32, row: i32): v128 {
  return bias == 0 ? f32x4.splat(0) : v128.load32_splat(bias + (row << 2));
}

function put8(y: i32, low: v128, high: v128, add: i32): void {
  if (add) {
    low = f32x4.add(v128.load(y), low);
    high = f32x4.add(v128.load(y, 16), high);
  }
  v128.store(y, low);
  v128.store(y, high, 16);
}

/**
 * y [M, K] += a · bᵀ: a [M, 8·panels], rows aRow bytes apart; b [panels, K, 8]. Columns are summed by their place modulo 4,
 * in order, then (0 + 2) + (1 + 3).
 */
export function outerRows(a: i32, aRow: i32, M: i32, b: i32, panels: i32, K: i32, y: i32): void {
  const panel = K << 5;
  for (let k = 0; k < K; k += 4) {
    const last = K - 1 - k;
    const b0 = b + (k << 5);
    const b1 = b0 + (min(1, last) << 5);
    const b2 = b0 + (min(2, last) << 5);
    const b3 = b0 + (min(3, last) << 5);
    for (let m = 0; m < M; m += 2) {
      const rows = min(2, M - m);
      let at = a + m * aRow;
      const second = rows == 2 ? aRow : 0;
      let c00 = f32x4.splat(0);
      let c01 = f32x4.splat(0);
      let c02 = f32x4.splat(0);
      let c03 = f32x4.splat(0);
      let c10 = f32x4.splat(0);
      let c11 = f32x4.splat(0);
      let c12 = f32x4.splat(0);
      let c13 = f32x4.splat(0);
      let from = 0;
      for (let p = 0; p < panels; p++) {
        for (let half = 0; half < 32; half += 16) {
          const r0 = v128.load(at);
          const r1 = v128.load(at + second);
          const t0 = v128.load(b0 + from + half);
          const t1 = v128.load(b1 + from + half);
          const t2 = v128.load(b2 + from + half);
          const t3 = v128.load(b3 + from + half);
          c00 = f32x4.add(c00, f32x4.mul(r0, t0));
          c01 = f32x4.add(c01, f32x4.mul(r0, t1));
          c02 = f32x4.add(c02, f32x4.mul(r0, t2));
          c03 = f32x4.add(c03, f32x4.mul(r0, t3));
          c10 = f32x4.add(c10, f32x4.mul(r1, t0));
          c11 = f32x4.add(c11, f32x4.mul(r1, t1));
          c12 = f32x4.add(c12, f32x4.mul(r1, t2));
          c13 = f32x4.add(c13, f32x4.mul(r1, t3));
          at += 16;
        }
        from += panel;
      }
      const to = y + ((m * K + k) << 2);
      putSums(to, sums(c00, c01, c02, c03), last);
      if (rows == 2) putSums(to + (K << 2), sums(c10, c11, c12, c13), last);
    }
  }
}

/** The four lanes of each added up: (0 + 2) + (1 + 3). */
function sums(c0: v128, c1: v128, c2: v128, c3: v128): v128 {
  const u = f32x4.add(v128.shuffle<f32>(c0, c1, 0, 4, 1, 5), v128.shuffle<f32>(c0, c1, 2, 6, 3, 7));
  const v = f32x4.add(v128.shuffle<f32>(c2, c3, 0, 4, 1, 5), v128.shuffle<f32>(c2, c3, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(u, v, 0, 1, 4, 5), v128.shuffle<f32>(u, v, 2, 3, 6, 7));
}

function putSums(y: i32, s: v128, last: i32): void {
  if (last >= 3) {
    v128.store(y, f32x4.add(v128.load(y), s));
    return;
  }
  store<f32>(y, load<f32>(y) + f32x4.extract_lane(s, 0));
  if (last >= 1) store<f32>(y, load<f32>(y, 4) + f32x4.extract_lane(s, 1), 4);
  if (last >= 2) store<f32>(y, load<f32>(y, 8) + f32x4.extract_lane(s, 2), 8);
}

/** y [M] += the sums of rows of count numbers, aRow bytes apart; by places modulo 4, then (0 + 2) + (1 + 3). count: a multiple of 4. */
export function addRowSums(a: i32, aRow: i32, M: i32, count: i32, y: i32): void {
  for (let m = 0; m < M; m++) {
    let c = f32x4.splat(0);
    const row = a + m * aRow;
    for (let at = row; at < row + (count << 2); at += 16) c = f32x4.add(c, v128.load(at));
    const s = sums(c, c, c, c);
    store<f32>(y + (m << 2), load<f32>(y + (m << 2)) + f32x4.extract_lane(s, 0));
  }
}

/** x [K, 8] → to [8, K]; K: a multiple of 4. */
export function transposePanel(x: i32, K: i32, to: i32): void {
  const row = K << 2;
  for (let k = 0; k < K; k += 4) {
    for (let half = 0; half < 2; half++) {
      const from = x + (k << 5) + (half << 4);
      const r0 = v128.load(from);
      const r1 = v128.load(from, 32);
      const r2 = v128.load(from, 64);
      const r3 = v128.load(from, 96);
      const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      const at = to + (half << 2) * row + (k << 2);
      v128.store(at, v128.shuffle<f32>(t0, t2, 0, 1, 4, 5));
      v128.store(at + row, v128.shuffle<f32>(t0, t2, 2, 3, 6, 7));
      v128.store(at + 2 * row, v128.shuffle<f32>(t1, t3, 0, 1, 4, 5));
      v128.store(at + 3 * row, v128.shuffle<f32>(t1, t3, 2, 3, 6, 7));
    }
  }
}

/**
 * Adds rows of products where their taps came from: row r of tap k, [K, count, oW] from `from` on, to
 * x + taps[k] + rows[r] at every `step` bytes. taps [K], rows [count] i32: byte offsets.
 */
export function scatterRows(from: i32, taps: i32, K: i32, rows: i32, count: i32, oW: i32, step: i32, x: i32): void {
  for (let k = 0; k < K; k++) {
    const tap = x + load<i32>(taps + (k << 2));
    for (let r = 0; r < count; r++) {
      let to = tap + load<i32>(rows + (r << 2));
      const end = from + (oW << 2);
      if (step == 4) {
        for (; from + 16 <= end; from += 16) {
          v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
          to += 16;
        }
      }
      for (; from < end; from += 4) {
        store<f32>(to, load<f32>(to) + load<f32>(from));
        to += step;
      }
    }
  }
}

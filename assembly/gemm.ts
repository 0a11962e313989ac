import { CHUNK, RUN } from './order';

/** Where the parts of the scratch lie: a tile's sums, a tile that sticks out of y, totals in float64. */
const EDGE: i32 = 128;
const TOTALS: i32 = 256;

/**
 * y [M, count] = bias + weights · pixels, summed as in order.ts. a: panels of 4 maps, each [K, 4], as packWeights makes
 * them; b: panels of 8 pixels, each [K, 8]; y: maps `yPlane` bytes apart; scratch: 512 bytes. Reads up to seven biases
 * more than there are.
 */
export function gemmPanels(
  a: i32,
  b: i32,
  K: i32,
  M: i32,
  count: i32,
  bias: i32,
  y: i32,
  yPlane: i32,
  scratch: i32,
): void {
  const edge = scratch + EDGE;
  const left = ((count - 1) & 7) + 1;
  const whole = left > 4 ? count : count - left;
  for (let m = 0; m < M; m += 4) {
    const from = a + ((m * K) << 2);
    const start = bias + (m << 2);
    const row = y + m * yPlane;
    const maps = min(4, M - m);
    for (let n = 0; n < whole; n += 8) {
      const right = b + ((n * K) << 2);
      const to = row + (n << 2);
      const pixels = min(8, count - n);
      if (maps < 4 || pixels < 8) {
        tile4x8(from, right, K, start, edge, 32, scratch);
        for (let r = 0; r < maps; r++) putFloats(edge + (r << 5), to + r * yPlane, pixels);
      } else if (K <= RUN) {
        run4x8(from, right, K, start, to, yPlane);
      } else {
        tile4x8(from, right, K, start, to, yPlane, scratch);
      }
    }
  }
  if (whole == count) return;
  // a last panel of at most 4 pixels: twice as many maps at a time
  const right = b + ((whole * K) << 2);
  for (let m = 0; m < M; m += 8) {
    const from = a + ((m * K) << 2);
    tile8x4(from, m + 4 < M ? from + (K << 4) : from, right, K, bias + (m << 2), edge, scratch);
    const maps = min(8, M - m);
    for (let r = 0; r < maps; r++) putFloats(edge + (r << 4), y + (m + r) * yPlane + (whole << 2), left);
  }
}

function putFloats(from: i32, to: i32, count: i32): void {
  for (let i = 0; i < count << 2; i += 4) store<f32>(to + i, load<f32>(from + i));
}

/** to [4, 8], rows `step` bytes apart = bias + the sum of K taps. */
function tile4x8(a: i32, b: i32, K: i32, bias: i32, to: i32, step: i32, scratch: i32): void {
  if (K <= RUN) {
    run4x8(a, b, K, bias, to, step);
    return;
  }
  chunk4x8(a, b, min(K, CHUNK), scratch);
  if (K > CHUNK) {
    startTotals(scratch, bias);
    for (let k = CHUNK; k < K; k += CHUNK) {
      chunk4x8(a + (k << 4), b + (k << 5), min(K - k, CHUNK), scratch);
      addToTotals(scratch);
    }
  }
  for (let r = 0; r < 4; r++) {
    const sums = scratch + (r << 5);
    if (K > CHUNK) {
      roundTotals(scratch + TOTALS + (r << 6), to);
    } else {
      const s = v128.load32_splat(bias + (r << 2));
      v128.store(to, f32x4.add(s, v128.load(sums)));
      v128.store(to, f32x4.add(s, v128.load(sums, 16)), 16);
    }
    to += step;
  }
}

/** to [8, 4] = the same for the first four pixels of a panel and 8 maps: 4 at a, 4 at `second`. */
function tile8x4(a: i32, second: i32, b: i32, K: i32, bias: i32, to: i32, scratch: i32): void {
  chunk8x4(a, second, b, min(K, CHUNK), scratch);
  if (K <= CHUNK) {
    for (let r = 0; r < 8; r++) {
      v128.store(to + (r << 4), f32x4.add(v128.load32_splat(bias + (r << 2)), v128.load(scratch + (r << 4))));
    }
    return;
  }
  for (let i = 0; i < 128; i += 8) {
    const s = f64x2.splat(<f64>load<f32>(bias + ((i >> 4) << 2)));
    v128.store(scratch + TOTALS + (i << 1), f64x2.add(s, f64x2.promote_low_f32x4(v128.load64_zero(scratch + i))));
  }
  for (let k = CHUNK; k < K; k += CHUNK) {
    chunk8x4(a + (k << 4), second + (k << 4), b + (k << 5), min(K - k, CHUNK), scratch);
    addToTotals(scratch);
  }
  for (let i = 0; i < 128; i += 8) {
    v128.store64_lane(to + i, f32x4.demote_f64x2_zero(v128.load(scratch + TOTALS + (i << 1))), 0);
  }
}

function startTotals(sums: i32, bias: i32): void {
  for (let r = 0; r < 4; r++) {
    const s = f64x2.splat(<f64>load<f32>(bias + (r << 2)));
    for (let i = r << 5; i < (r + 1) << 5; i += 8) {
      const chunk = f64x2.promote_low_f32x4(v128.load64_zero(sums + i));
      v128.store(sums + TOTALS + (i << 1), f64x2.add(s, chunk));
    }
  }
}

function addToTotals(sums: i32): void {
  for (let i = 0; i < 128; i += 8) {
    const at = sums + TOTALS + (i << 1);
    v128.store(at, f64x2.add(v128.load(at), f64x2.promote_low_f32x4(v128.load64_zero(sums + i))));
  }
}

function roundTotals(total: i32, to: i32): void {
  for (let i = 0; i < 32; i += 8) v128.store64_lane(to + i, f32x4.demote_f64x2_zero(v128.load(total + (i << 1))), 0);
}

// The loops below take some steps in a turn: V8 of Node 20 and 22 asks in each turn whether it has been interrupted, and that
// and the jump cost a fifth of such a step. Between the steps there is a way out, for without one all loads are put in
// front, and the registers do not suffice. In pages, whose module is made small, browsers do that by themselves.

/** to [4, 8], rows `step` bytes apart = bias + the sum of K ≤ 32 taps. A sum of two float32 is rounded alike in float32 and through float64. */
export function run4x8(a: i32, b: i32, K: i32, bias: i32, to: i32, step: i32): void {
  const end = a + (K << 4);
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    const a1 = v128.load32_splat(a, 4);
    const a2 = v128.load32_splat(a, 8);
    const a3 = v128.load32_splat(a, 12);
    c00 = f32x4.add(c00, f32x4.mul(a0, b0));
    c01 = f32x4.add(c01, f32x4.mul(a0, b1));
    c10 = f32x4.add(c10, f32x4.mul(a1, b0));
    c11 = f32x4.add(c11, f32x4.mul(a1, b1));
    c20 = f32x4.add(c20, f32x4.mul(a2, b0));
    c21 = f32x4.add(c21, f32x4.mul(a2, b1));
    c30 = f32x4.add(c30, f32x4.mul(a3, b0));
    c31 = f32x4.add(c31, f32x4.mul(a3, b1));
    a += 16;
    b += 32;
    if (ASC_SHRINK_LEVEL > 0) continue;
    if (a >= end) break;
    const b0x = v128.load(b);
    const b1x = v128.load(b, 16);
    const a0x = v128.load32_splat(a);
    const a1x = v128.load32_splat(a, 4);
    const a2x = v128.load32_splat(a, 8);
    const a3x = v128.load32_splat(a, 12);
    c00 = f32x4.add(c00, f32x4.mul(a0x, b0x));
    c01 = f32x4.add(c01, f32x4.mul(a0x, b1x));
    c10 = f32x4.add(c10, f32x4.mul(a1x, b0x));
    c11 = f32x4.add(c11, f32x4.mul(a1x, b1x));
    c20 = f32x4.add(c20, f32x4.mul(a2x, b0x));
    c21 = f32x4.add(c21, f32x4.mul(a2x, b1x));
    c30 = f32x4.add(c30, f32x4.mul(a3x, b0x));
    c31 = f32x4.add(c31, f32x4.mul(a3x, b1x));
    a += 16;
    b += 32;
  }
  const s0 = v128.load32_splat(bias);
  v128.store(to, f32x4.add(s0, c00));
  v128.store(to, f32x4.add(s0, c01), 16);
  to += step;
  const s1 = v128.load32_splat(bias, 4);
  v128.store(to, f32x4.add(s1, c10));
  v128.store(to, f32x4.add(s1, c11), 16);
  to += step;
  const s2 = v128.load32_splat(bias, 8);
  v128.store(to, f32x4.add(s2, c20));
  v128.store(to, f32x4.add(s2, c21), 16);
  to += step;
  const s3 = v128.load32_splat(bias, 12);
  v128.store(to, f32x4.add(s3, c30));
  v128.store(to, f32x4.add(s3, c31), 16);
}

/** to [4, 8] = the sum of kc ≤ 256 taps: runs of 32, added in order. a [kc, 4], b [kc, 8]. */
export function chunk4x8(a: i32, b: i32, kc: i32, to: i32): void {
  const end = a + (kc << 4);
  let first = true;
  while (a < end) {
    const stop = min(a + (RUN << 4), end);
    let c00 = f32x4.splat(0);
    let c01 = f32x4.splat(0);
    let c10 = f32x4.splat(0);
    let c11 = f32x4.splat(0);
    let c20 = f32x4.splat(0);
    let c21 = f32x4.splat(0);
    let c30 = f32x4.splat(0);
    let c31 = f32x4.splat(0);
    while (a < stop) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      const a0 = v128.load32_splat(a);
      const a1 = v128.load32_splat(a, 4);
      const a2 = v128.load32_splat(a, 8);
      const a3 = v128.load32_splat(a, 12);
      c00 = f32x4.add(c00, f32x4.mul(a0, b0));
      c01 = f32x4.add(c01, f32x4.mul(a0, b1));
      c10 = f32x4.add(c10, f32x4.mul(a1, b0));
      c11 = f32x4.add(c11, f32x4.mul(a1, b1));
      c20 = f32x4.add(c20, f32x4.mul(a2, b0));
      c21 = f32x4.add(c21, f32x4.mul(a2, b1));
      c30 = f32x4.add(c30, f32x4.mul(a3, b0));
      c31 = f32x4.add(c31, f32x4.mul(a3, b1));
      a += 16;
      b += 32;
      if (ASC_SHRINK_LEVEL > 0) continue;
      if (a >= stop) break;
      const b0x = v128.load(b);
      const b1x = v128.load(b, 16);
      const a0x = v128.load32_splat(a);
      const a1x = v128.load32_splat(a, 4);
      const a2x = v128.load32_splat(a, 8);
      const a3x = v128.load32_splat(a, 12);
      c00 = f32x4.add(c00, f32x4.mul(a0x, b0x));
      c01 = f32x4.add(c01, f32x4.mul(a0x, b1x));
      c10 = f32x4.add(c10, f32x4.mul(a1x, b0x));
      c11 = f32x4.add(c11, f32x4.mul(a1x, b1x));
      c20 = f32x4.add(c20, f32x4.mul(a2x, b0x));
      c21 = f32x4.add(c21, f32x4.mul(a2x, b1x));
      c30 = f32x4.add(c30, f32x4.mul(a3x, b0x));
      c31 = f32x4.add(c31, f32x4.mul(a3x, b1x));
      a += 16;
      b += 32;
      if (a >= stop) break;
      const b0y = v128.load(b);
      const b1y = v128.load(b, 16);
      const a0y = v128.load32_splat(a);
      const a1y = v128.load32_splat(a, 4);
      const a2y = v128.load32_splat(a, 8);
      const a3y = v128.load32_splat(a, 12);
      c00 = f32x4.add(c00, f32x4.mul(a0y, b0y));
      c01 = f32x4.add(c01, f32x4.mul(a0y, b1y));
      c10 = f32x4.add(c10, f32x4.mul(a1y, b0y));
      c11 = f32x4.add(c11, f32x4.mul(a1y, b1y));
      c20 = f32x4.add(c20, f32x4.mul(a2y, b0y));
      c21 = f32x4.add(c21, f32x4.mul(a2y, b1y));
      c30 = f32x4.add(c30, f32x4.mul(a3y, b0y));
      c31 = f32x4.add(c31, f32x4.mul(a3y, b1y));
      a += 16;
      b += 32;
      if (a >= stop) break;
      const b0z = v128.load(b);
      const b1z = v128.load(b, 16);
      const a0z = v128.load32_splat(a);
      const a1z = v128.load32_splat(a, 4);
      const a2z = v128.load32_splat(a, 8);
      const a3z = v128.load32_splat(a, 12);
      c00 = f32x4.add(c00, f32x4.mul(a0z, b0z));
      c01 = f32x4.add(c01, f32x4.mul(a0z, b1z));
      c10 = f32x4.add(c10, f32x4.mul(a1z, b0z));
      c11 = f32x4.add(c11, f32x4.mul(a1z, b1z));
      c20 = f32x4.add(c20, f32x4.mul(a2z, b0z));
      c21 = f32x4.add(c21, f32x4.mul(a2z, b1z));
      c30 = f32x4.add(c30, f32x4.mul(a3z, b0z));
      c31 = f32x4.add(c31, f32x4.mul(a3z, b1z));
      a += 16;
      b += 32;
    }
    if (!first) {
      c00 = f32x4.add(v128.load(to), c00);
      c01 = f32x4.add(v128.load(to, 16), c01);
      c10 = f32x4.add(v128.load(to, 32), c10);
      c11 = f32x4.add(v128.load(to, 48), c11);
      c20 = f32x4.add(v128.load(to, 64), c20);
      c21 = f32x4.add(v128.load(to, 80), c21);
      c30 = f32x4.add(v128.load(to, 96), c30);
      c31 = f32x4.add(v128.load(to, 112), c31);
    }
    v128.store(to, c00);
    v128.store(to, c01, 16);
    v128.store(to, c10, 32);
    v128.store(to, c11, 48);
    v128.store(to, c20, 64);
    v128.store(to, c21, 80);
    v128.store(to, c30, 96);
    v128.store(to, c31, 112);
    first = false;
  }
}

/** to [8, 4] = the same for 8 maps, 4 at a and 4 at `second`, and the first four pixels of a panel: a map in each lane. */
export function chunk8x4(a: i32, second: i32, b: i32, kc: i32, to: i32): void {
  const end = a + (kc << 4);
  let first = true;
  while (a < end) {
    const stop = min(a + (RUN << 4), end);
    let c00 = f32x4.splat(0);
    let c01 = f32x4.splat(0);
    let c10 = f32x4.splat(0);
    let c11 = f32x4.splat(0);
    let c20 = f32x4.splat(0);
    let c21 = f32x4.splat(0);
    let c30 = f32x4.splat(0);
    let c31 = f32x4.splat(0);
    while (a < stop) {
      const a0 = v128.load(a);
      const a1 = v128.load(second);
      const b0 = v128.load32_splat(b);
      const b1 = v128.load32_splat(b, 4);
      const b2 = v128.load32_splat(b, 8);
      const b3 = v128.load32_splat(b, 12);
      c00 = f32x4.add(c00, f32x4.mul(a0, b0));
      c01 = f32x4.add(c01, f32x4.mul(a1, b0));
      c10 = f32x4.add(c10, f32x4.mul(a0, b1));
      c11 = f32x4.add(c11, f32x4.mul(a1, b1));
      c20 = f32x4.add(c20, f32x4.mul(a0, b2));
      c21 = f32x4.add(c21, f32x4.mul(a1, b2));
      c30 = f32x4.add(c30, f32x4.mul(a0, b3));
      c31 = f32x4.add(c31, f32x4.mul(a1, b3));
      a += 16;
      second += 16;
      b += 32;
    }
    putMaps(c00, c10, c20, c30, first, to);
    putMaps(c01, c11, c21, c31, first, to + 64);
    first = false;
  }
}

/** A map in each lane of four pixels, to [4 maps, 4 pixels]; added to what is there but for the first run. */
function putMaps(p0: v128, p1: v128, p2: v128, p3: v128, first: bool, to: i32): void {
  const lowA = i32x4.shuffle(p0, p1, 0, 4, 1, 5);
  const lowB = i32x4.shuffle(p2, p3, 0, 4, 1, 5);
  const highA = i32x4.shuffle(p0, p1, 2, 6, 3, 7);
  const highB = i32x4.shuffle(p2, p3, 2, 6, 3, 7);
  let m0 = i64x2.shuffle(lowA, lowB, 0, 2);
  let m1 = i64x2.shuffle(lowA, lowB, 1, 3);
  let m2 = i64x2.shuffle(highA, highB, 0, 2);
  let m3 = i64x2.shuffle(highA, highB, 1, 3);
  if (!first) {
    m0 = f32x4.add(v128.load(to), m0);
    m1 = f32x4.add(v128.load(to, 16), m1);
    m2 = f32x4.add(v128.load(to, 32), m2);
    m3 = f32x4.add(v128.load(to, 48), m3);
  }
  v128.store(to, m0);
  v128.store(to, m1, 16);
  v128.store(to, m2, 32);
  v128.store(to, m3, 48);
}

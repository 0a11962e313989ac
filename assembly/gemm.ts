import { CHUNK, RUN } from './order';

/** Where the parts of the scratch lie: a tile's sums, a tile that sticks out of y, totals in float64. */
const EDGE: i32 = 128;
const TOTALS: i32 = 256;

/**
 * y [M, count] = bias + weights · pixels, summed as in order.ts. a: panels of 4 maps, each [K, 4], as packWeights makes
 * them; b: panels of 8 pixels, each [K, 8]; y: maps `yPlane` bytes apart; scratch: 512 bytes. Reads up to three biases
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
  for (let m = 0; m < M; m += 4) {
    const left = a + ((m * K) << 2);
    const start = bias + (m << 2);
    const row = y + m * yPlane;
    const maps = min(4, M - m);
    for (let n = 0; n < count; n += 8) {
      const right = b + ((n * K) << 2);
      const pixels = min(8, count - n);
      const to = row + (n << 2);
      if (maps == 4 && pixels == 8) {
        if (K <= RUN) run4x8(left, right, K, start, to, yPlane);
        else tile4x8(left, right, K, start, to, yPlane, scratch);
        continue;
      }
      if (pixels > 4) tile4x8(left, right, K, start, edge, 32, scratch);
      else tile4x4(left, right, K, start, edge, 32, scratch);
      for (let r = 0; r < maps; r++) {
        for (let i = 0; i < pixels << 2; i += 4) store<f32>(to + r * yPlane + i, load<f32>(edge + (r << 5) + i));
      }
    }
  }
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

/** The same for the first four pixels of a panel; what it writes in place of the others is left over. */
function tile4x4(a: i32, b: i32, K: i32, bias: i32, to: i32, step: i32, scratch: i32): void {
  chunk4x4(a, b, min(K, CHUNK), scratch);
  if (K > CHUNK) {
    startTotals(scratch, bias);
    for (let k = CHUNK; k < K; k += CHUNK) {
      chunk4x4(a + (k << 4), b + (k << 5), min(K - k, CHUNK), scratch);
      addToTotals(scratch);
    }
  }
  for (let r = 0; r < 4; r++) {
    const sums = scratch + (r << 5);
    if (K > CHUNK) roundTotals(scratch + TOTALS + (r << 6), to);
    else v128.store(to, f32x4.add(v128.load32_splat(bias + (r << 2)), v128.load(sums)));
    to += step;
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

/** to [4, 8], rows `step` bytes apart = bias + the sum of K ≤ 32 taps. A sum of two float32 is rounded alike in float32 and through float64. */
function run4x8(a: i32, b: i32, K: i32, bias: i32, to: i32, step: i32): void {
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

/** to [4, 8] = the same for the first four pixels of a panel. */
function chunk4x4(a: i32, b: i32, kc: i32, to: i32): void {
  const end = a + (kc << 4);
  let first = true;
  while (a < end) {
    const stop = min(a + (RUN << 4), end);
    let c0 = f32x4.splat(0);
    let c1 = f32x4.splat(0);
    let c2 = f32x4.splat(0);
    let c3 = f32x4.splat(0);
    while (a < stop) {
      const b0 = v128.load(b);
      c0 = f32x4.add(c0, f32x4.mul(v128.load32_splat(a), b0));
      c1 = f32x4.add(c1, f32x4.mul(v128.load32_splat(a, 4), b0));
      c2 = f32x4.add(c2, f32x4.mul(v128.load32_splat(a, 8), b0));
      c3 = f32x4.add(c3, f32x4.mul(v128.load32_splat(a, 12), b0));
      a += 16;
      b += 32;
    }
    if (!first) {
      c0 = f32x4.add(v128.load(to), c0);
      c1 = f32x4.add(v128.load(to, 32), c1);
      c2 = f32x4.add(v128.load(to, 64), c2);
      c3 = f32x4.add(v128.load(to, 96), c3);
    }
    v128.store(to, c0);
    v128.store(to, c1, 32);
    v128.store(to, c2, 64);
    v128.store(to, c3, 96);
    first = false;
  }
}

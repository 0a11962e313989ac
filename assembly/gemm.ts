import { CHUNK, RUN } from './order';

/**
 * The input of `count` output pixels, gathered for the multiplication: panels of 8 pixels, each [kc, 8], the last one
 * filled up with its last pixel. taps [kc] and pixels [count] i32: byte offsets; a tap of a pixel lies at their sum.
 */
export function packPixels(x: i32, taps: i32, kc: i32, pixels: i32, count: i32, to: i32): void {
  for (let n = 0; n < count; n += 8) {
    const p = pixels + (n << 2);
    const last = count - n - 1;
    const p0 = x + load<i32>(p);
    const p1 = x + load<i32>(p + (min(1, last) << 2));
    const p2 = x + load<i32>(p + (min(2, last) << 2));
    const p3 = x + load<i32>(p + (min(3, last) << 2));
    const p4 = x + load<i32>(p + (min(4, last) << 2));
    const p5 = x + load<i32>(p + (min(5, last) << 2));
    const p6 = x + load<i32>(p + (min(6, last) << 2));
    const p7 = x + load<i32>(p + (min(7, last) << 2));
    const lowTogether = p3 - p0 == 12;
    const highTogether = p7 - p4 == 12;
    for (let k = 0; k < kc; k++) {
      const tap = load<i32>(taps + (k << 2));
      if (lowTogether) {
        v128.store(to, v128.load(p0 + tap));
      } else {
        store<f32>(to, load<f32>(p0 + tap));
        store<f32>(to, load<f32>(p1 + tap), 4);
        store<f32>(to, load<f32>(p2 + tap), 8);
        store<f32>(to, load<f32>(p3 + tap), 12);
      }
      if (highTogether) {
        v128.store(to, v128.load(p4 + tap), 16);
      } else {
        store<f32>(to, load<f32>(p4 + tap), 16);
        store<f32>(to, load<f32>(p5 + tap), 20);
        store<f32>(to, load<f32>(p6 + tap), 24);
        store<f32>(to, load<f32>(p7 + tap), 28);
      }
      to += 32;
    }
  }
}

/**
 * Weights for the multiplication: for each block of 256 taps, panels of 4 maps, each [kc, 4]; maps beyond M are zero.
 * weight [M, K] → to [blocks, ceil(M/4), kc, 4]
 */
export function packWeights(weight: i32, M: i32, K: i32, to: i32): void {
  for (let first = 0; first < K; first += CHUNK) {
    const kc = min(CHUNK, K - first);
    for (let m = 0; m < M; m += 4) {
      for (let k = first; k < first + kc; k++) {
        for (let r = 0; r < 4; r++) {
          store<f32>(to, m + r < M ? load<f32>(weight + (((m + r) * K + k) << 2)) : 0);
          to += 4;
        }
      }
    }
  }
}

/**
 * One block of at most 256 taps: y += weights · pixels for `count` pixels of M maps, summed as in order.ts.
 * a: the block of packWeights; b: of packPixels; first, last: whether the block is; totals [M, ceil8(count)] float64:
 * carried from block to block; y: maps `yPlane` bytes apart; tile: 128 bytes of scratch.
 */
export function gemmChunk(
  a: i32,
  b: i32,
  kc: i32,
  M: i32,
  count: i32,
  first: i32,
  last: i32,
  bias: i32,
  totals: i32,
  y: i32,
  yPlane: i32,
  tile: i32,
): void {
  const panelA = kc << 4;
  const panelB = kc << 5;
  const totalsRow = ((count + 7) & ~7) << 3;
  for (let m = 0; m < M; m += 4) {
    const maps = min(4, M - m);
    const left = a + (m >> 2) * panelA;
    for (let n = 0; n < count; n += 8) {
      chunk4x8(left, b + (n >> 3) * panelB, kc, tile);
      const pixels = min(8, count - n);
      for (let r = 0; r < maps; r++) {
        const sums = tile + (r << 5);
        const total = totals + (m + r) * totalsRow + (n << 3);
        const to = y + (m + r) * yPlane + (n << 2);
        const start = load<f32>(bias + ((m + r) << 2));
        if (first && last) {
          const s = f32x4.splat(start);
          v128.store(sums, f32x4.add(s, v128.load(sums)));
          v128.store(sums, f32x4.add(s, v128.load(sums, 16)), 16);
          put(sums, to, pixels);
        } else {
          addToTotals(sums, total, start, first);
          if (last) {
            for (let i = 0; i < 32; i += 8) {
              v128.store64_lane(sums + i, f32x4.demote_f64x2_zero(v128.load(total + (i << 1))), 0);
            }
            put(sums, to, pixels);
          }
        }
      }
    }
  }
}

function put(sums: i32, to: i32, pixels: i32): void {
  if (pixels == 8) {
    v128.store(to, v128.load(sums));
    v128.store(to, v128.load(sums, 16), 16);
  } else {
    for (let i = 0; i < pixels << 2; i += 4) store<f32>(to + i, load<f32>(sums + i));
  }
}

function addToTotals(sums: i32, total: i32, start: f32, first: i32): void {
  const s = f64x2.splat(<f64>start);
  for (let i = 0; i < 32; i += 8) {
    const at = total + (i << 1);
    const chunk = f64x2.promote_low_f32x4(v128.load64_zero(sums + i));
    v128.store(at, f64x2.add(first ? s : v128.load(at), chunk));
  }
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

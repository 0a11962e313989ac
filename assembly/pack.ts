import { transpose } from './transpose';

/**
 * The input of `count` output pixels, gathered for the multiplication: panels of 8 pixels, each [K, 8], the last one
 * filled up with its last pixel. taps [K] and pixels [count] i32: byte offsets; a tap of a pixel lies at their sum.
 */
export function packPixels(x: i32, taps: i32, K: i32, pixels: i32, count: i32, to: i32): void {
  const panel = K << 5;
  for (let n = 0; n < count; n += 8) {
    const p = pixels + (n << 2);
    const last = count - n - 1;
    packFour(x, taps, K, p, last, to);
    packFour(x, taps, K, p + (min(4, last) << 2), max(0, last - 4), to + 16);
    to += panel;
  }
}

/** Four pixels of a panel: `last` is the last there is of those from `p` on. */
function packFour(x: i32, taps: i32, K: i32, p: i32, last: i32, to: i32): void {
  const end = taps + (K << 2);
  const p0 = x + load<i32>(p);
  const p1 = x + load<i32>(p + (min(1, last) << 2));
  const p2 = x + load<i32>(p + (min(2, last) << 2));
  const p3 = x + load<i32>(p + (min(3, last) << 2));
  // fewer than four end in the same pixel over and over: three steps further they would look like neighbours
  if (last >= 3 && p3 - p0 == 12) {
    for (; taps < end; taps += 4) {
      v128.store(to, v128.load(p0 + load<i32>(taps)));
      to += 32;
    }
    return;
  }
  for (; taps < end; taps += 4) {
    const tap = load<i32>(taps);
    store<f32>(to, load<f32>(p0 + tap));
    store<f32>(to, load<f32>(p1 + tap), 4);
    store<f32>(to, load<f32>(p2 + tap), 8);
    store<f32>(to, load<f32>(p3 + tap), 12);
    to += 32;
  }
}

/**
 * The same for 1×1 kernels over rows without gaps: `count` neighbouring pixels of K planes `plane` bytes apart. What lies
 * in the last panel beyond them is left as it is.
 */
export function packPlanes(x: i32, plane: i32, K: i32, count: i32, to: i32): void {
  const panel = K << 5;
  let n = 0;
  // a cache line at a time
  for (; n + 16 <= count; n += 16) {
    let from = x + (n << 2);
    for (const end = to + panel; to < end; to += 32) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      v128.store(to + panel, v128.load(from, 32));
      v128.store(to + panel, v128.load(from, 48), 16);
      from += plane;
    }
    to += panel;
  }
  for (; n < count; n += 4) {
    let from = x + (n << 2);
    const left = count - n;
    for (const end = to + panel; to < end; to += 32) {
      if (left > 3) v128.store(to, v128.load(from));
      else for (let i = 0; i < left << 2; i += 4) store<f32>(to + i, load<f32>(from + i));
      from += plane;
    }
    to += (n & 4) == 0 ? 16 - panel : -16;
  }
}

/** Weights for the multiplication: panels of 4 maps, each [K, 4]; maps beyond M are zero. weight [M, K] → to [ceil(M/4), K, 4] */
export function packWeights(weight: i32, M: i32, K: i32, to: i32): void {
  const row = K << 2;
  for (let m = 0; m < M; m += 4, weight += row << 2) {
    let k = 0;
    if (m + 4 <= M) {
      for (; k + 4 <= K; k += 4, to += 64) transpose(weight + (k << 2), row, to, 16);
    }
    for (; k < K; k++) {
      for (let r = 0; r < 4; r++, to += 4) store<f32>(to, m + r < M ? load<f32>(weight + r * row + (k << 2)) : 0);
    }
  }
}

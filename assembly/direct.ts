import { CHUNK, RUN } from './order';

/** Where the parts of the scratch lie: sums of a run, sums of a chunk, totals in float64. */
const CHUNKS: i32 = 128;
const TOTALS: i32 = 256;

/**
 * Convolution row by row, straight from the band: register tiles of 1 map × 24 pixels or 2 maps × 16.
 * x: the band's first element; taps [K] i32: byte offset of each tap; weight [M, K]; bias [M]; rowStep: bytes between the
 * inputs of two output rows; y: maps `yPlane` bytes apart, rows of oW floats. scratch: 640 bytes. Reads up to 96 bytes
 * beyond a row. Summation as in order.ts.
 */
export function directRows(
  x: i32,
  taps: i32,
  K: i32,
  weight: i32,
  bias: i32,
  M: i32,
  y: i32,
  yPlane: i32,
  rows: i32,
  oW: i32,
  rowStep: i32,
  scratch: i32,
): void {
  let m = 0;
  for (; m + 2 <= M; m += 2) {
    const w = weight + ((m * K) << 2);
    for (let i = 0; i < rows; i++) {
      const from = x + i * rowStep;
      const to = y + m * yPlane + ((i * oW) << 2);
      if (oW < 16) {
        tile2x16(from, taps, K, w, bias + (m << 2), scratch + 512, 64, scratch);
        memory.copy(to, scratch + 512, oW << 2);
        memory.copy(to + yPlane, scratch + 576, oW << 2);
        continue;
      }
      for (let j = 0; j < oW; j += 16) {
        const at = min(j, oW - 16) << 2;
        tile2x16(from + at, taps, K, w, bias + (m << 2), to + at, yPlane, scratch);
      }
    }
  }
  if (m == M) return;
  const w = weight + ((m * K) << 2);
  const b = load<f32>(bias + (m << 2));
  for (let i = 0; i < rows; i++) {
    const from = x + i * rowStep;
    const to = y + m * yPlane + ((i * oW) << 2);
    if (oW < 24) {
      tile1x24(from, taps, K, w, b, scratch + 512, scratch);
      memory.copy(to, scratch + 512, oW << 2);
      continue;
    }
    for (let j = 0; j < oW; j += 24) {
      const at = min(j, oW - 24) << 2;
      tile1x24(from + at, taps, K, w, b, to + at, scratch);
    }
  }
}

function tile1x24(x: i32, taps: i32, K: i32, weight: i32, bias: f32, to: i32, scratch: i32): void {
  if (K <= RUN) {
    run1x24(x, taps, K, weight, bias, to);
    return;
  }
  chunk1x24(x, taps, min(CHUNK, K), weight, K <= CHUNK ? bias : 0, K <= CHUNK ? to : scratch + CHUNKS, scratch);
  if (K <= CHUNK) return;
  const start = f64x2.splat(<f64>bias);
  for (let i = 0; i < 96; i += 8) {
    const chunk = v128.load64_zero(scratch + CHUNKS + i);
    v128.store(scratch + TOTALS + (i << 1), f64x2.add(start, f64x2.promote_low_f32x4(chunk)));
  }
  for (let k = CHUNK; k < K; k += CHUNK) {
    chunk1x24(x, taps + (k << 2), min(CHUNK, K - k), weight + (k << 2), 0, scratch + CHUNKS, scratch);
    addChunk(scratch, 96);
  }
  for (let i = 0; i < 96; i += 8) {
    v128.store64_lane(to + i, f32x4.demote_f64x2_zero(v128.load(scratch + TOTALS + (i << 1))), 0);
  }
}

/** totals += chunk, `bytes` of float32 sums. */
function addChunk(scratch: i32, bytes: i32): void {
  for (let i = 0; i < bytes; i += 8) {
    const at = scratch + TOTALS + (i << 1);
    const chunk = f64x2.promote_low_f32x4(v128.load64_zero(scratch + CHUNKS + i));
    v128.store(at, f64x2.add(v128.load(at), chunk));
  }
}

/** to[24] = bias + runs of K ≤ 256 taps. A sum of two float32 is rounded alike in float32 and through float64. */
function chunk1x24(x: i32, taps: i32, K: i32, weight: i32, bias: f32, to: i32, scratch: i32): void {
  const sums = scratch + CHUNKS;
  run1x24(x, taps, min(RUN, K), weight, 0, sums);
  for (let k = RUN; k < K; k += RUN) {
    run1x24(x, taps + (k << 2), min(RUN, K - k), weight + (k << 2), 0, scratch);
    for (let i = 0; i < 96; i += 16) {
      v128.store(sums + i, f32x4.add(v128.load(sums + i), v128.load(scratch + i)));
    }
  }
  const start = f32x4.splat(bias);
  for (let i = 0; i < 96; i += 16) v128.store(to + i, f32x4.add(start, v128.load(sums + i)));
}

function run1x24(x: i32, taps: i32, K: i32, weight: i32, bias: f32, to: i32): void {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let a2 = f32x4.splat(0);
  let a3 = f32x4.splat(0);
  let a4 = f32x4.splat(0);
  let a5 = f32x4.splat(0);
  const end = K << 2;
  for (let k = 0; k < end; k += 4) {
    const from = x + load<i32>(taps + k);
    const w = v128.load32_splat(weight + k);
    a0 = f32x4.add(a0, f32x4.mul(w, v128.load(from)));
    a1 = f32x4.add(a1, f32x4.mul(w, v128.load(from, 16)));
    a2 = f32x4.add(a2, f32x4.mul(w, v128.load(from, 32)));
    a3 = f32x4.add(a3, f32x4.mul(w, v128.load(from, 48)));
    a4 = f32x4.add(a4, f32x4.mul(w, v128.load(from, 64)));
    a5 = f32x4.add(a5, f32x4.mul(w, v128.load(from, 80)));
  }
  const b = f32x4.splat(bias);
  v128.store(to, f32x4.add(b, a0));
  v128.store(to, f32x4.add(b, a1), 16);
  v128.store(to, f32x4.add(b, a2), 32);
  v128.store(to, f32x4.add(b, a3), 48);
  v128.store(to, f32x4.add(b, a4), 64);
  v128.store(to, f32x4.add(b, a5), 80);
}

/** Two maps: weights K apart, biases at `bias`, results at `to` and `to + plane`. */
function tile2x16(x: i32, taps: i32, K: i32, weight: i32, bias: i32, to: i32, plane: i32, scratch: i32): void {
  const next = K << 2;
  const b0 = load<f32>(bias);
  const b1 = load<f32>(bias, 4);
  if (K <= RUN) {
    run2x16(x, taps, K, weight, next, b0, b1, to, plane);
    return;
  }
  for (let k = 0; k < K; k += CHUNK) {
    chunk2x16(x, taps + (k << 2), min(CHUNK, K - k), weight + (k << 2), next, scratch);
    if (K <= CHUNK) {
      for (let i = 0; i < 64; i += 16) {
        v128.store(to + i, f32x4.add(f32x4.splat(b0), v128.load(scratch + CHUNKS + i)));
        v128.store(to + plane + i, f32x4.add(f32x4.splat(b1), v128.load(scratch + CHUNKS + i, 64)));
      }
      return;
    }
    if (k == 0) {
      for (let i = 0; i < 128; i += 8) {
        const start = f64x2.splat(<f64>(i < 64 ? b0 : b1));
        const chunk = f64x2.promote_low_f32x4(v128.load64_zero(scratch + CHUNKS + i));
        v128.store(scratch + TOTALS + (i << 1), f64x2.add(start, chunk));
      }
    } else {
      addChunk(scratch, 128);
    }
  }
  for (let i = 0; i < 64; i += 8) {
    const at = scratch + TOTALS + (i << 1);
    v128.store64_lane(to + i, f32x4.demote_f64x2_zero(v128.load(at)), 0);
    v128.store64_lane(to + plane + i, f32x4.demote_f64x2_zero(v128.load(at, 128)), 0);
  }
}

function chunk2x16(x: i32, taps: i32, K: i32, weight: i32, next: i32, scratch: i32): void {
  const sums = scratch + CHUNKS;
  run2x16(x, taps, min(RUN, K), weight, next, 0, 0, sums, 64);
  for (let k = RUN; k < K; k += RUN) {
    run2x16(x, taps + (k << 2), min(RUN, K - k), weight + (k << 2), next, 0, 0, scratch, 64);
    for (let i = 0; i < 128; i += 16) {
      v128.store(sums + i, f32x4.add(v128.load(sums + i), v128.load(scratch + i)));
    }
  }
}

function run2x16(x: i32, taps: i32, K: i32, weight: i32, next: i32, b0: f32, b1: f32, to: i32, plane: i32): void {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let a2 = f32x4.splat(0);
  let a3 = f32x4.splat(0);
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let c2 = f32x4.splat(0);
  let c3 = f32x4.splat(0);
  const end = K << 2;
  for (let k = 0; k < end; k += 4) {
    const from = x + load<i32>(taps + k);
    const w = v128.load32_splat(weight + k);
    const v = v128.load32_splat(weight + next + k);
    const x0 = v128.load(from);
    const x1 = v128.load(from, 16);
    const x2 = v128.load(from, 32);
    const x3 = v128.load(from, 48);
    a0 = f32x4.add(a0, f32x4.mul(w, x0));
    a1 = f32x4.add(a1, f32x4.mul(w, x1));
    a2 = f32x4.add(a2, f32x4.mul(w, x2));
    a3 = f32x4.add(a3, f32x4.mul(w, x3));
    c0 = f32x4.add(c0, f32x4.mul(v, x0));
    c1 = f32x4.add(c1, f32x4.mul(v, x1));
    c2 = f32x4.add(c2, f32x4.mul(v, x2));
    c3 = f32x4.add(c3, f32x4.mul(v, x3));
  }
  const b = f32x4.splat(b0);
  v128.store(to, f32x4.add(b, a0));
  v128.store(to, f32x4.add(b, a1), 16);
  v128.store(to, f32x4.add(b, a2), 32);
  v128.store(to, f32x4.add(b, a3), 48);
  const d = f32x4.splat(b1);
  const second = to + plane;
  v128.store(second, f32x4.add(d, c0));
  v128.store(second, f32x4.add(d, c1), 16);
  v128.store(second, f32x4.add(d, c2), 32);
  v128.store(second, f32x4.add(d, c3), 48);
}

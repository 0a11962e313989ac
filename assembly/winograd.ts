import { chunk4x8 } from './gemm';
import { CHUNK } from './order';

/**
 * Winograd's minimal filtering with 6×6 tiles and the points 0, ±1, ±2, ∞: F(4×4, 3×3) and F(2×2, 5×5) share it.
 * Source: Lavin, Gray 2015, arxiv.org/abs/1509.09308
 */

/** The weights of one kernel row (or column) of 3 or 5 taps `step` doubles apart, at the six points; to: 6 doubles. */
function weightsAtPoints(from: i32, step: i32, taps: i32, to: i32): void {
  const w0 = load<f64>(from);
  const w1 = load<f64>(from + step);
  const w2 = load<f64>(from + 2 * step);
  const w3 = taps == 5 ? load<f64>(from + 3 * step) : 0;
  const w4 = taps == 5 ? load<f64>(from + 4 * step) : 0;
  const even = w0 + w2 + w4;
  const odd = w1 + w3;
  const evenTwo = w0 + 4 * w2 + 16 * w4;
  const oddTwo = 2 * w1 + 8 * w3;
  store<f64>(to, w0 / 4);
  store<f64>(to, -(even + odd) / 6, 8);
  store<f64>(to, -(even - odd) / 6, 16);
  store<f64>(to, (evenTwo + oddTwo) / 24, 24);
  store<f64>(to, (evenTwo - oddTwo) / 24, 32);
  store<f64>(to, taps == 5 ? w4 : w2, 40);
}

/**
 * weight [M, C, taps, taps] → to [36, ceil(M/4), C, 4], computed in float64 and rounded once; maps beyond M are zero.
 * scratch: 800 bytes.
 */
export function winogradWeights(weight: i32, M: i32, C: i32, taps: i32, to: i32, scratch: i32): void {
  const panels = (M + 3) >> 2;
  const position = (panels * C) << 4;
  const rows = scratch + 200;
  const line = scratch + 488;
  memory.fill(to, 0, 36 * position);
  for (let m = 0; m < M; m++) {
    for (let c = 0; c < C; c++) {
      const from = weight + (((m * C + c) * taps * taps) << 2);
      for (let i = 0; i < taps * taps; i++) store<f64>(scratch + (i << 3), <f64>load<f32>(from + (i << 2)));
      for (let u = 0; u < taps; u++) weightsAtPoints(scratch + ((u * taps) << 3), 8, taps, rows + u * 48);
      for (let s = 0; s < 6; s++) {
        weightsAtPoints(rows + (s << 3), 48, taps, line);
        for (let i = 0; i < 6; i++) {
          const at = to + (i * 6 + s) * position + ((((m >> 2) * C + c) << 2) + (m & 3)) * 4;
          store<f32>(at, <f32>load<f64>(line + (i << 3)));
        }
      }
    }
  }
}

/** One line of six input vectors at the six points; to: six vectors `step` bytes apart. */
function inputAtPoints(d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, to: i32, step: i32): void {
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  const five = f32x4.splat(5);
  v128.store(to, f32x4.add(f32x4.sub(f32x4.mul(four, d0), f32x4.mul(five, d2)), d4));
  const a = f32x4.sub(d4, f32x4.mul(four, d2));
  const b = f32x4.sub(d3, f32x4.mul(four, d1));
  v128.store(to + step, f32x4.add(a, b));
  v128.store(to + 2 * step, f32x4.sub(a, b));
  const e = f32x4.sub(d4, d2);
  const f = f32x4.mul(two, f32x4.sub(d3, d1));
  v128.store(to + 3 * step, f32x4.add(e, f));
  v128.store(to + 4 * step, f32x4.sub(e, f));
  v128.store(to + 5 * step, f32x4.add(f32x4.sub(f32x4.mul(four, d1), f32x4.mul(five, d3)), d5));
}

/**
 * x: planes `plane` and rows `row` bytes apart → to [36, panels of 8 tiles, C, 8], positions `position` bytes apart.
 * Tiles are `step` (4 or 2) pixels apart, `across` (a multiple of 4) in a row, `tileRows` rows. scratch: 576 bytes.
 */
export function winogradInput(
  x: i32,
  plane: i32,
  row: i32,
  C: i32,
  tileRows: i32,
  across: i32,
  step: i32,
  to: i32,
  position: i32,
  scratch: i32,
): void {
  for (let c = 0; c < C; c++) {
    for (let tr = 0; tr < tileRows; tr++) {
      for (let tc = 0; tc < across; tc += 4) {
        const base = x + c * plane + tr * step * row + ((tc * step) << 2);
        for (let r = 0; r < 6; r++) {
          const from = base + r * row;
          const v0 = v128.load(from);
          const v1 = v128.load(from, 16);
          const v2 = v128.load(from, 32);
          if (step == 4) {
            const v3 = v128.load(from, 48);
            const v4 = v128.load(from, 64);
            const lowA = i32x4.shuffle(v0, v1, 0, 4, 1, 5);
            const lowB = i32x4.shuffle(v2, v3, 0, 4, 1, 5);
            const highA = i32x4.shuffle(v0, v1, 2, 6, 3, 7);
            const highB = i32x4.shuffle(v2, v3, 2, 6, 3, 7);
            const d0 = i32x4.shuffle(lowA, lowB, 0, 1, 4, 5);
            const d1 = i32x4.shuffle(lowA, lowB, 2, 3, 6, 7);
            const d2 = i32x4.shuffle(highA, highB, 0, 1, 4, 5);
            const d3 = i32x4.shuffle(highA, highB, 2, 3, 6, 7);
            const d4 = i32x4.shuffle(d0, v4, 1, 2, 3, 4);
            const d5 = i32x4.shuffle(d1, v4, 1, 2, 3, 5);
            inputAtPoints(d0, d1, d2, d3, d4, d5, scratch + r * 96, 16);
          } else {
            const d0 = i32x4.shuffle(v0, v1, 0, 2, 4, 6);
            const d1 = i32x4.shuffle(v0, v1, 1, 3, 5, 7);
            const d2 = i32x4.shuffle(d0, v2, 1, 2, 3, 4);
            const d3 = i32x4.shuffle(d1, v2, 1, 2, 3, 5);
            const d4 = i32x4.shuffle(d0, v2, 2, 3, 4, 6);
            const d5 = i32x4.shuffle(d1, v2, 2, 3, 5, 7);
            inputAtPoints(d0, d1, d2, d3, d4, d5, scratch + r * 96, 16);
          }
        }
        const n = tr * across + tc;
        const at = to + (n >> 3) * (C << 5) + (c << 5) + ((n & 4) << 2);
        for (let s = 0; s < 6; s++) {
          const q = scratch + (s << 4);
          inputAtPoints(
            v128.load(q),
            v128.load(q, 96),
            v128.load(q, 192),
            v128.load(q, 288),
            v128.load(q, 384),
            v128.load(q, 480),
            at + s * position,
            6 * position,
          );
        }
      }
    }
  }
}

/** to [M, panels·8] = weights [ceil(M/4), C, 4] · input [panels, C, 8]; chunks of 256 channels in float32. */
export function winogradMultiply(weights: i32, input: i32, C: i32, M: i32, panels: i32, to: i32, tile: i32): void {
  const row = panels << 5;
  for (let m = 0; m < M; m += 4) {
    const maps = min(4, M - m);
    const a = weights + (((m >> 2) * C) << 4);
    for (let p = 0; p < panels; p++) {
      const b = input + ((p * C) << 5);
      const at = to + m * row + (p << 5);
      for (let c = 0; c < C; c += CHUNK) {
        chunk4x8(a + (c << 4), b + (c << 5), min(CHUNK, C - c), tile);
        for (let r = 0; r < maps; r++) {
          const sum = tile + (r << 5);
          const q = at + r * row;
          if (c == 0) {
            v128.store(q, v128.load(sum));
            v128.store(q, v128.load(sum, 16), 16);
          } else {
            v128.store(q, f32x4.add(v128.load(q), v128.load(sum)));
            v128.store(q, f32x4.add(v128.load(q, 16), v128.load(sum, 16)), 16);
          }
        }
      }
    }
  }
}

/** Six products back to 4 (or 2) outputs, `step` bytes apart. */
function outputOfPoints(
  m0: v128,
  m1: v128,
  m2: v128,
  m3: v128,
  m4: v128,
  m5: v128,
  four: bool,
  to: i32,
  step: i32,
): void {
  const s = f32x4.add(m1, m2);
  const d = f32x4.sub(m1, m2);
  const t = f32x4.add(m3, m4);
  const e = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(f32x4.add(m0, s), t));
  const second = f32x4.add(d, f32x4.mul(f32x4.splat(2), e));
  if (four) {
    v128.store(to + step, second);
    v128.store(to + 2 * step, f32x4.add(s, f32x4.mul(f32x4.splat(4), t)));
    v128.store(to + 3 * step, f32x4.add(f32x4.add(d, f32x4.mul(f32x4.splat(8), e)), m5));
  } else {
    v128.store(to + step, f32x4.add(second, m5));
  }
}

/**
 * products: positions `position` bytes apart, each [M, panels·8] with rows `row` bytes apart → y: maps `yPlane` bytes
 * apart, oH rows of oW floats. scratch: 480 bytes.
 */
export function winogradOutput(
  products: i32,
  position: i32,
  row: i32,
  M: i32,
  tileRows: i32,
  across: i32,
  step: i32,
  bias: i32,
  y: i32,
  yPlane: i32,
  oH: i32,
  oW: i32,
  scratch: i32,
): void {
  const four = step == 4;
  const out = scratch + 384;
  for (let m = 0; m < M; m++) {
    const b = f32x4.splat(load<f32>(bias + (m << 2)));
    for (let tr = 0; tr < tileRows; tr++) {
      const rows = min(step, oH - tr * step);
      for (let tc = 0; tc < across; tc += 4) {
        const columns = oW - tc * step;
        if (columns <= 0) break;
        const from = products + m * row + ((tr * across + tc) << 2);
        for (let s = 0; s < 6; s++) {
          const q = from + s * position;
          outputOfPoints(
            v128.load(q),
            v128.load(q + 6 * position),
            v128.load(q + 12 * position),
            v128.load(q + 18 * position),
            v128.load(q + 24 * position),
            v128.load(q + 30 * position),
            four,
            scratch + (s << 4),
            96,
          );
        }
        for (let r = 0; r < rows; r++) {
          const q = scratch + r * 96;
          outputOfPoints(
            v128.load(q),
            v128.load(q, 16),
            v128.load(q, 32),
            v128.load(q, 48),
            v128.load(q, 64),
            v128.load(q, 80),
            four,
            out,
            16,
          );
          const to = y + m * yPlane + (((tr * step + r) * oW + tc * step) << 2);
          const o0 = f32x4.add(b, v128.load(out));
          const o1 = f32x4.add(b, v128.load(out, 16));
          const lowA = i32x4.shuffle(o0, o1, 0, 4, 1, 5);
          const highA = i32x4.shuffle(o0, o1, 2, 6, 3, 7);
          if (four) {
            const o2 = f32x4.add(b, v128.load(out, 32));
            const o3 = f32x4.add(b, v128.load(out, 48));
            const lowB = i32x4.shuffle(o2, o3, 0, 4, 1, 5);
            const highB = i32x4.shuffle(o2, o3, 2, 6, 3, 7);
            put(i32x4.shuffle(lowA, lowB, 0, 1, 4, 5), to, columns, out);
            put(i32x4.shuffle(lowA, lowB, 2, 3, 6, 7), to + 16, columns - 4, out);
            put(i32x4.shuffle(highA, highB, 0, 1, 4, 5), to + 32, columns - 8, out);
            put(i32x4.shuffle(highA, highB, 2, 3, 6, 7), to + 48, columns - 12, out);
          } else {
            put(lowA, to, columns, out);
            put(highA, to + 16, columns - 4, out);
          }
        }
      }
    }
  }
}

function put(values: v128, to: i32, count: i32, scratch: i32): void {
  if (count >= 4) {
    v128.store(to, values);
  } else if (count > 0) {
    v128.store(scratch, values);
    memory.copy(to, scratch, count << 2);
  }
}

import { chunk4x8, chunk8x4, run4x8 } from './gemm';
import { join } from './lanes';
import { CHUNK, RUN } from './order';

/**
 * Winograd's minimal filtering with 6×6 tiles and the points 0, ±1, ±2, ∞: F(4×4, 3×3) and F(2×2, 5×5) share it.
 * Source: Lavin, Gray 2015, arxiv.org/abs/1509.09308
 */

/**
 * The weights of one kernel row (or column) of 3 or 5 taps, of two maps in float64, at the six points. Taps lie `step` bytes
 * apart, results `toStep`.
 */
function weightsAtPoints(from: i32, step: i32, taps: i32, to: i32, toStep: i32): void {
  const four = f64x2.splat(4);
  const six = f64x2.splat(6);
  const w0 = v128.load(from);
  const w1 = v128.load(from + step);
  const w2 = v128.load(from + 2 * step);
  const w3 = taps == 5 ? v128.load(from + 3 * step) : f64x2.splat(0);
  const w4 = taps == 5 ? v128.load(from + 4 * step) : f64x2.splat(0);
  const even = f64x2.add(f64x2.add(w0, w2), w4);
  const odd = f64x2.add(w1, w3);
  v128.store(to, f64x2.div(w0, four));
  v128.store(to + toStep, f64x2.div(f64x2.neg(f64x2.add(even, odd)), six));
  v128.store(to + 2 * toStep, f64x2.div(f64x2.neg(f64x2.sub(even, odd)), six));
  const evenTwo = f64x2.add(f64x2.add(w0, f64x2.mul(four, w2)), f64x2.mul(f64x2.splat(16), w4));
  const oddTwo = f64x2.add(f64x2.mul(f64x2.splat(2), w1), f64x2.mul(f64x2.splat(8), w3));
  v128.store(to + 3 * toStep, f64x2.div(f64x2.add(evenTwo, oddTwo), f64x2.splat(24)));
  v128.store(to + 4 * toStep, f64x2.div(f64x2.sub(evenTwo, oddTwo), f64x2.splat(24)));
  v128.store(to + 5 * toStep, taps == 5 ? w4 : w2);
}

/** Where the parts of the scratch lie: 5 rows of 6 points, then a line of 6; each number is that of four maps in float64. */
const ROWS: i32 = 800;
const LINE: i32 = 1760;

/**
 * weight [M, C, taps, taps] → to [36, ceil(M/4), C, 4], computed in float64 and rounded once; maps beyond M are zero.
 * scratch: 1952 bytes.
 */
export function winogradWeights(weight: i32, M: i32, C: i32, taps: i32, to: i32, scratch: i32): void {
  const position = (((M + 3) >> 2) * C) << 4;
  const all = taps * taps;
  const map = (C * all) << 2;
  const rows = scratch + ROWS;
  const line = scratch + LINE;
  for (let m = 0; m < M; m += 4) {
    const maps = min(4, M - m);
    if (maps < 4) memory.fill(scratch, 0, ROWS);
    for (let c = 0; c < C; c++, to += 16) {
      let from = weight + m * map + ((c * all) << 2);
      for (let r = 0; r < maps; r++, from += map) {
        for (let i = 0; i < all; i++) store<f64>(scratch + (i << 5) + (r << 3), <f64>load<f32>(from + (i << 2)));
      }
      for (let half = 0; half < 32; half += 16) {
        for (let u = 0; u < taps; u++) {
          weightsAtPoints(scratch + ((u * taps) << 5) + half, 32, taps, rows + u * 192 + half, 32);
        }
      }
      for (let s = 0; s < 6; s++) {
        for (let half = 0; half < 32; half += 16) weightsAtPoints(rows + (s << 5) + half, 192, taps, line + half, 32);
        for (let i = 0; i < 6; i++) {
          const at = line + (i << 5);
          v128.store(to + (i * 6 + s) * position, join(v128.load(at), v128.load(at, 16)));
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
 * Tiles are `step` (4 or 2) pixels apart, `across` in a row, `tiles` in all; the last panel is filled up with the last
 * tile to a multiple of 4. scratch: 608 bytes.
 */
export function winogradInput(
  x: i32,
  plane: i32,
  row: i32,
  C: i32,
  tiles: i32,
  across: i32,
  step: i32,
  to: i32,
  position: i32,
  scratch: i32,
): void {
  const corners = scratch + 576;
  for (let n = 0; n < tiles; n += 8) {
    const filled = min(8, (tiles - n + 3) & ~3);
    for (let i = 0; i < filled; i++) {
      const tile = min(n + i, tiles - 1);
      store<i32>(corners + (i << 2), (tile / across) * step * row + (((tile % across) * step) << 2));
    }
    for (let c = 0; c < C; c++) {
      for (let i = 0; i < filled; i += 4) {
        const base = x + c * plane;
        tilesAtPoints(base, corners + (i << 2), row, scratch);
        for (let s = 0; s < 6; s++) {
          const q = scratch + (s << 4);
          inputAtPoints(
            v128.load(q),
            v128.load(q, 96),
            v128.load(q, 192),
            v128.load(q, 288),
            v128.load(q, 384),
            v128.load(q, 480),
            to + (c << 5) + (i << 2) + s * position,
            6 * position,
          );
        }
      }
    }
    to += C << 5;
  }
}

/** The rows of four tiles, a tile in each lane, at the six points; to [6 rows, 6 points, 4]. corners: offsets of the tiles. */
function tilesAtPoints(x: i32, corners: i32, row: i32, to: i32): void {
  let t0 = x + load<i32>(corners);
  let t1 = x + load<i32>(corners, 4);
  let t2 = x + load<i32>(corners, 8);
  let t3 = x + load<i32>(corners, 12);
  for (const end = to + 576; to < end; to += 96) {
    const v0 = v128.load(t0);
    const v1 = v128.load(t1);
    const v2 = v128.load(t2);
    const v3 = v128.load(t3);
    const w0 = v128.load64_zero(t0, 16);
    const w1 = v128.load64_zero(t1, 16);
    const w2 = v128.load64_zero(t2, 16);
    const w3 = v128.load64_zero(t3, 16);
    const lowA = i32x4.shuffle(v0, v1, 0, 4, 1, 5);
    const lowB = i32x4.shuffle(v2, v3, 0, 4, 1, 5);
    const highA = i32x4.shuffle(v0, v1, 2, 6, 3, 7);
    const highB = i32x4.shuffle(v2, v3, 2, 6, 3, 7);
    const endA = i32x4.shuffle(w0, w1, 0, 4, 1, 5);
    const endB = i32x4.shuffle(w2, w3, 0, 4, 1, 5);
    inputAtPoints(
      i64x2.shuffle(lowA, lowB, 0, 2),
      i64x2.shuffle(lowA, lowB, 1, 3),
      i64x2.shuffle(highA, highB, 0, 2),
      i64x2.shuffle(highA, highB, 1, 3),
      i64x2.shuffle(endA, endB, 0, 2),
      i64x2.shuffle(endA, endB, 1, 3),
      to,
      16,
    );
    t0 += row;
    t1 += row;
    t2 += row;
    t3 += row;
  }
}

/**
 * to [M, tiles], rows `row` bytes apart = weights [ceil(M/4), C, 4] · input [panels of 8 tiles, C, 8]; chunks of 256
 * channels in float32. Whole panels are written, or half of one. scratch: 144 bytes.
 */
export function winogradMultiply(
  weights: i32,
  input: i32,
  C: i32,
  M: i32,
  tiles: i32,
  to: i32,
  row: i32,
  scratch: i32,
): void {
  const none = scratch + 128;
  v128.store(none, f32x4.splat(0));
  const whole = ((tiles - 1) & 7) > 3 ? tiles : (tiles - 1) & ~7;
  for (let m = 0; m < M; m += 4) {
    const maps = min(4, M - m);
    const a = weights + ((m * C) << 2);
    for (let n = 0; n < whole; n += 8) {
      const b = input + ((n * C) << 2);
      const at = to + m * row + (n << 2);
      if (C <= RUN && maps == 4) {
        run4x8(a, b, C, none, at, row);
        continue;
      }
      for (let c = 0; c < C; c += CHUNK) {
        chunk4x8(a + (c << 4), b + (c << 5), min(CHUNK, C - c), scratch);
        for (let r = 0; r < maps; r++) {
          addChunk(scratch + (r << 5), at + r * row, c == 0);
          addChunk(scratch + (r << 5) + 16, at + r * row + 16, c == 0);
        }
      }
    }
  }
  if (whole == tiles) return;
  // a last panel of at most 4 tiles: twice as many maps at a time
  const b = input + ((whole * C) << 2);
  for (let m = 0; m < M; m += 8) {
    const a = weights + ((m * C) << 2);
    const second = m + 4 < M ? a + (C << 4) : a;
    const maps = min(8, M - m);
    for (let c = 0; c < C; c += CHUNK) {
      chunk8x4(a + (c << 4), second + (c << 4), b + (c << 5), min(CHUNK, C - c), scratch);
      for (let r = 0; r < maps; r++) addChunk(scratch + (r << 4), to + (m + r) * row + (whole << 2), c == 0);
    }
  }
}

function addChunk(chunk: i32, to: i32, first: bool): void {
  const sums = v128.load(chunk);
  v128.store(to, first ? sums : f32x4.add(v128.load(to), sums));
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
 * products: positions `position` bytes apart, each [M, tiles] with rows `row` bytes apart → y: maps `yPlane` bytes apart,
 * oH rows of oW floats. Tiles as in winogradInput. scratch: 496 bytes.
 */
export function winogradOutput(
  products: i32,
  position: i32,
  row: i32,
  M: i32,
  tiles: i32,
  step: i32,
  bias: i32,
  y: i32,
  yPlane: i32,
  oH: i32,
  oW: i32,
  scratch: i32,
): void {
  const out = scratch + 384;
  const yRow = oW << 2;
  for (let m = 0; m < M; m++) {
    const b = f32x4.splat(load<f32>(bias + (m << 2)));
    let top = 0;
    let left = 0;
    for (let n = 0; n < tiles; n += 4) {
      pointsToRows(products + m * row + (n << 2), position, step == 4, scratch);
      for (let r = 0; r < step; r++) {
        const q = scratch + r * 96;
        outputOfPoints(
          v128.load(q),
          v128.load(q, 16),
          v128.load(q, 32),
          v128.load(q, 48),
          v128.load(q, 64),
          v128.load(q, 80),
          step == 4,
          out,
          16,
        );
        const o0 = f32x4.add(b, v128.load(out));
        const o1 = f32x4.add(b, v128.load(out, 16));
        const lowA = i32x4.shuffle(o0, o1, 0, 4, 1, 5);
        const highA = i32x4.shuffle(o0, o1, 2, 6, 3, 7);
        if (step == 4) {
          const o2 = f32x4.add(b, v128.load(out, 32));
          const o3 = f32x4.add(b, v128.load(out, 48));
          const lowB = i32x4.shuffle(o2, o3, 0, 4, 1, 5);
          const highB = i32x4.shuffle(o2, o3, 2, 6, 3, 7);
          v128.store(q, i64x2.shuffle(lowA, lowB, 0, 2));
          v128.store(q, i64x2.shuffle(lowA, lowB, 1, 3), 16);
          v128.store(q, i64x2.shuffle(highA, highB, 0, 2), 32);
          v128.store(q, i64x2.shuffle(highA, highB, 1, 3), 48);
        } else {
          v128.store(q, lowA);
          v128.store64_lane(q + 16, lowA, 1);
          v128.store(q, highA, 32);
          v128.store64_lane(q + 48, highA, 1);
        }
      }
      // a tile in each 16 bytes of a row
      const some = min(4, tiles - n);
      for (let i = 0; i < some; i++) {
        putTile(scratch + (i << 4), y + top * yRow + (left << 2), yRow, min(step, oH - top), min(step, oW - left));
        left += step;
        if (left < oW) continue;
        left = 0;
        top += step;
      }
    }
    y += yPlane;
  }
}

/** The columns of four tiles, from their products at the six points; to [step rows, 6, 4], rows 96 bytes apart. */
function pointsToRows(products: i32, position: i32, four: bool, to: i32): void {
  for (let s = 0; s < 6; s++) {
    const q = products + s * position;
    outputOfPoints(
      v128.load(q),
      v128.load(q + 6 * position),
      v128.load(q + 12 * position),
      v128.load(q + 18 * position),
      v128.load(q + 24 * position),
      v128.load(q + 30 * position),
      four,
      to + (s << 4),
      96,
    );
  }
}

/** The part of a tile, its rows 96 bytes apart, that lies on the map. */
function putTile(tile: i32, to: i32, yRow: i32, rows: i32, columns: i32): void {
  for (let r = 0; r < rows; r++) {
    if (columns == 4) {
      v128.store(to, v128.load(tile));
    } else {
      for (let i = 0; i < columns << 2; i += 4) store<f32>(to + i, load<f32>(tile + i));
    }
    tile += 96;
    to += yRow;
  }
}

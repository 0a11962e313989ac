import { transpose } from './transpose';

/**
 * A band of an image with its border around it, each row split into `phases` (columns x with x mod phases = f together).
 * src: rows of `width` floats, `srcRow` bytes apart, planes `srcPlane` bytes apart. rowTable [rows] i32: the source row
 * of each padded row, −1 for `fill`. edges [left + right] i32: the source column of each border column, −1 for `fill`.
 * dst [planes, rows, phases, phaseFloats]; left + width + right = phases·phaseFloats. line: scratch of one row.
 */
export function padBand(
  src: i32,
  srcPlane: i32,
  srcRow: i32,
  width: i32,
  dst: i32,
  dstPlane: i32,
  planes: i32,
  rows: i32,
  rowTable: i32,
  left: i32,
  right: i32,
  edges: i32,
  phases: i32,
  phaseFloats: i32,
  line: i32,
  fill: f32,
): void {
  const rowBytes = (phases * phaseFloats) << 2;
  const empty = f32x4.splat(fill);
  const inside = left << 2;
  const end = (left + width) << 2;
  let isEmpty = phases <= 2;
  for (let e = 0; e < left + right; e++) if (load<i32>(edges + (e << 2)) >= 0) isEmpty = false;
  for (let plane = 0; plane < planes; plane++) {
    for (let r = 0; r < rows; r++) {
      const to = dst + plane * dstPlane + r * rowBytes;
      const source = load<i32>(rowTable + (r << 2));
      if (source < 0) {
        for (let i = 0; i < rowBytes; i += 16) v128.store(to + i, empty);
        continue;
      }
      const from = src + plane * srcPlane + source * srcRow;
      if (isEmpty && phases == 1) {
        for (let i = 0; i < inside; i += 16) v128.store(to + i, empty);
        for (let i = end & ~15; i < rowBytes; i += 16) v128.store(to + i, empty);
        copyFloats(from, to + inside, width);
        continue;
      }
      if (isEmpty) {
        for (let i = 0; i < rowBytes; i += 16) v128.store(to + i, empty);
        splitInside(from, width, to, left, phaseFloats);
        continue;
      }
      if (left + right == 0 && phases > 1) {
        splitRow(from, to, phases, phaseFloats);
        continue;
      }
      const row = phases == 1 ? to : line;
      for (let e = 0; e < left; e++) store<f32>(row + (e << 2), edge(from, load<i32>(edges + (e << 2)), fill));
      copyFloats(from, row + (left << 2), width);
      const after = row + ((left + width) << 2);
      for (let e = 0; e < right; e++) {
        store<f32>(after + (e << 2), edge(from, load<i32>(edges + ((left + e) << 2)), fill));
      }
      if (phases > 1) splitRow(line, to, phases, phaseFloats);
    }
  }
}

/** Rows are short: a call to copy them takes longer than this. */
function copyFloats(from: i32, to: i32, count: i32): void {
  const last = (count - 4) << 2;
  if (last < 0) {
    for (let i = 0; i < count << 2; i += 4) store<f32>(to + i, load<f32>(from + i));
    return;
  }
  for (let i = 0; i < last; i += 16) v128.store(to + i, v128.load(from + i));
  v128.store(to + last, v128.load(from + last));
}

function edge(row: i32, column: i32, fill: f32): f32 {
  return column < 0 ? fill : load<f32>(row + (column << 2));
}

function splitRow(line: i32, to: i32, phases: i32, phaseFloats: i32): void {
  if (phases == 2) splitInTwo(line, to, phaseFloats);
  else split(line, to, phases, phaseFloats);
}

/** A row's own columns to their places in two phases, which lie after `left` columns of border. */
function splitInside(from: i32, width: i32, to: i32, left: i32, phaseFloats: i32): void {
  const odd = left & 1;
  const first = to + ((odd * phaseFloats + (left >> 1)) << 2);
  const second = to + (((1 - odd) * phaseFloats + ((left + 1) >> 1)) << 2);
  for (let c = 0; c + 8 <= width; c += 8) {
    const a = v128.load(from + (c << 2));
    const b = v128.load(from + (c << 2), 16);
    v128.store(first + (c << 1), i32x4.shuffle(a, b, 0, 2, 4, 6));
    v128.store(second + (c << 1), i32x4.shuffle(a, b, 1, 3, 5, 7));
  }
  for (let c = width & ~7; c < width; c += 2) {
    store<f32>(first + (c << 1), load<f32>(from + (c << 2)));
    if (c + 1 < width) store<f32>(second + (c << 1), load<f32>(from + (c << 2), 4));
  }
}

function splitInTwo(line: i32, to: i32, phaseFloats: i32): void {
  const odd = to + (phaseFloats << 2);
  let i = 0;
  for (; i + 4 <= phaseFloats; i += 4) {
    const a = v128.load(line + (i << 3));
    const b = v128.load(line + (i << 3), 16);
    v128.store(to + (i << 2), i32x4.shuffle(a, b, 0, 2, 4, 6));
    v128.store(odd + (i << 2), i32x4.shuffle(a, b, 1, 3, 5, 7));
  }
  for (; i < phaseFloats; i++) {
    store<f32>(to + (i << 2), load<f32>(line + (i << 3)));
    store<f32>(odd + (i << 2), load<f32>(line + (i << 3), 4));
  }
}

function split(line: i32, to: i32, phases: i32, phaseFloats: i32): void {
  let f = 0;
  for (; f + 4 <= phases; f += 4) splitFour(line + (f << 2), to + ((f * phaseFloats) << 2), phases, phaseFloats);
  for (; f < phases; f++) splitOne(line + (f << 2), to + ((f * phaseFloats) << 2), phases, 0, phaseFloats);
}

/** Four phases at once. */
function splitFour(from: i32, to: i32, phases: i32, phaseFloats: i32): void {
  const step = phases << 2;
  const row = phaseFloats << 2;
  let i = 0;
  for (; i + 4 <= phaseFloats; i += 4) transpose(from + i * step, step, to + (i << 2), row);
  for (let f = 0; f < 4; f++) splitOne(from + (f << 2), to + f * row, phases, i, phaseFloats);
}

function splitOne(from: i32, to: i32, phases: i32, first: i32, end: i32): void {
  const step = phases << 2;
  for (let i = first; i < end; i++) store<f32>(to + (i << 2), load<f32>(from + i * step));
}

/**
 * Interleaved bytes to planes of floats through one table of 256 floats for each channel.
 * src [count, channels] u8, dst [channels, count] with planes `dstPlane` bytes apart, tables [channels, 256] f32.
 */
export function bytesToPlanes(src: i32, dst: i32, dstPlane: i32, channels: i32, count: i32, tables: i32): void {
  if (channels == 3) {
    const green = dst + dstPlane;
    const blue = green + dstPlane;
    for (let i = 0; i < count; i++) {
      const at = i << 2;
      store<f32>(dst + at, load<f32>(tables + ((<i32>load<u8>(src)) << 2)));
      store<f32>(green + at, load<f32>(tables + ((<i32>load<u8>(src, 1)) << 2), 1024));
      store<f32>(blue + at, load<f32>(tables + ((<i32>load<u8>(src, 2)) << 2), 2048));
      src += 3;
    }
    return;
  }
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < count; i++) {
      const sample = <i32>load<u8>(src + i * channels + c);
      store<f32>(dst + c * dstPlane + (i << 2), load<f32>(tables + (c << 10) + (sample << 2)));
    }
  }
}

import { RUN } from './order';

/**
 * Convolution plane by plane: each of `planes` padded planes, `plane` bytes apart, with `maps` kernels of its own.
 * packed: for each plane, `packedStep` bytes apart, weights [maps, K]; taps [K] i32: byte offset of each tap; kW: its
 * taps in a row; bias [planes·maps]; rowStep: bytes between the inputs of two output rows; y: maps `yPlane` bytes apart,
 * rows of oW floats. K ≤ 256, summed as in order.ts. scratch: 128 bytes. Reads nothing beyond a row of at least 4 outputs.
 */
export function depthwisePlanes(
  x: i32,
  plane: i32,
  planes: i32,
  maps: i32,
  packed: i32,
  packedStep: i32,
  taps: i32,
  K: i32,
  kW: i32,
  bias: i32,
  y: i32,
  yPlane: i32,
  oH: i32,
  oW: i32,
  rowStep: i32,
  scratch: i32,
): void {
  const isThree = K == 9 && kW == 3 && oW > 3;
  // each input row is read by three output rows, or by one or two
  const streams = isThree && load<i32>(taps, 12) == rowStep;
  const strides = isThree && load<i32>(taps, 24) == rowStep;
  for (let p = 0; p < planes; p++) {
    for (let m = 0; m < maps; m++) {
      const weight = packed + m * (K << 2);
      if (streams) strips3x3(x, taps, weight, load<f32>(bias), y, oH, oW, rowStep);
      else if (strides) strips3x3s2(x, taps, weight, load<f32>(bias), y, oH, oW, rowStep);
      else if (oW < 4) narrow(x, taps, K, weight, load<f32>(bias), y, oH, oW, rowStep, scratch);
      else if (oW < 28) tiles3x8(x, taps, K, weight, load<f32>(bias), y, oH, oW, rowStep);
      else tiles1x28(x, taps, K, weight, load<f32>(bias), y, oH, oW, rowStep);
      bias += 4;
      y += yPlane;
    }
    x += plane;
    packed += packedStep;
  }
}

/** 3×3, stride 1: strips of 4 columns from top to bottom, each input row read once for three output rows. */
function strips3x3(x: i32, taps: i32, weight: i32, bias: f32, y: i32, oH: i32, oW: i32, rowStep: i32): void {
  const second = load<i32>(taps, 4);
  const third = load<i32>(taps, 8);
  const w0 = v128.load32_splat(weight);
  const w1 = v128.load32_splat(weight, 4);
  const w2 = v128.load32_splat(weight, 8);
  const w3 = v128.load32_splat(weight, 12);
  const w4 = v128.load32_splat(weight, 16);
  const w5 = v128.load32_splat(weight, 20);
  const w6 = v128.load32_splat(weight, 24);
  const w7 = v128.load32_splat(weight, 28);
  const w8 = v128.load32_splat(weight, 32);
  const b = f32x4.splat(bias);
  const zero = f32x4.splat(0);
  const yRow = oW << 2;
  for (let j = 0; j < oW; j += 4) {
    const at = min(j, oW - 4) << 2;
    let from = x + at;
    let to = y + at;
    let x0 = v128.load(from);
    let x1 = v128.load(from + second);
    let x2 = v128.load(from + third);
    let p = f32x4.add(zero, f32x4.mul(x0, w0));
    p = f32x4.add(p, f32x4.mul(x1, w1));
    p = f32x4.add(p, f32x4.mul(x2, w2));
    from += rowStep;
    x0 = v128.load(from);
    x1 = v128.load(from + second);
    x2 = v128.load(from + third);
    p = f32x4.add(p, f32x4.mul(x0, w3));
    p = f32x4.add(p, f32x4.mul(x1, w4));
    p = f32x4.add(p, f32x4.mul(x2, w5));
    let q = f32x4.add(zero, f32x4.mul(x0, w0));
    q = f32x4.add(q, f32x4.mul(x1, w1));
    q = f32x4.add(q, f32x4.mul(x2, w2));
    for (const end = to + oH * yRow; to < end; to += yRow) {
      from += rowStep;
      x0 = v128.load(from);
      x1 = v128.load(from + second);
      x2 = v128.load(from + third);
      p = f32x4.add(p, f32x4.mul(x0, w6));
      p = f32x4.add(p, f32x4.mul(x1, w7));
      p = f32x4.add(p, f32x4.mul(x2, w8));
      v128.store(to, f32x4.add(b, p));
      p = f32x4.add(q, f32x4.mul(x0, w3));
      p = f32x4.add(p, f32x4.mul(x1, w4));
      p = f32x4.add(p, f32x4.mul(x2, w5));
      q = f32x4.add(zero, f32x4.mul(x0, w0));
      q = f32x4.add(q, f32x4.mul(x1, w1));
      q = f32x4.add(q, f32x4.mul(x2, w2));
    }
  }
}

/** 3×3, stride 2: the same; an input row of every second pair is read for two output rows. */
function strips3x3s2(x: i32, taps: i32, weight: i32, bias: f32, y: i32, oH: i32, oW: i32, rowStep: i32): void {
  const second = load<i32>(taps, 4);
  const third = load<i32>(taps, 8);
  const middle = load<i32>(taps, 12);
  const w0 = v128.load32_splat(weight);
  const w1 = v128.load32_splat(weight, 4);
  const w2 = v128.load32_splat(weight, 8);
  const w3 = v128.load32_splat(weight, 12);
  const w4 = v128.load32_splat(weight, 16);
  const w5 = v128.load32_splat(weight, 20);
  const w6 = v128.load32_splat(weight, 24);
  const w7 = v128.load32_splat(weight, 28);
  const w8 = v128.load32_splat(weight, 32);
  const b = f32x4.splat(bias);
  const zero = f32x4.splat(0);
  const yRow = oW << 2;
  for (let j = 0; j < oW; j += 4) {
    const at = min(j, oW - 4) << 2;
    let from = x + at;
    let to = y + at;
    let p = f32x4.add(zero, f32x4.mul(v128.load(from), w0));
    p = f32x4.add(p, f32x4.mul(v128.load(from + second), w1));
    p = f32x4.add(p, f32x4.mul(v128.load(from + third), w2));
    for (const end = to + oH * yRow; to < end; to += yRow) {
      const odd = from + middle;
      p = f32x4.add(p, f32x4.mul(v128.load(odd), w3));
      p = f32x4.add(p, f32x4.mul(v128.load(odd + second), w4));
      p = f32x4.add(p, f32x4.mul(v128.load(odd + third), w5));
      from += rowStep;
      const x0 = v128.load(from);
      const x1 = v128.load(from + second);
      const x2 = v128.load(from + third);
      p = f32x4.add(p, f32x4.mul(x0, w6));
      p = f32x4.add(p, f32x4.mul(x1, w7));
      p = f32x4.add(p, f32x4.mul(x2, w8));
      v128.store(to, f32x4.add(b, p));
      p = f32x4.add(zero, f32x4.mul(x0, w0));
      p = f32x4.add(p, f32x4.mul(x1, w1));
      p = f32x4.add(p, f32x4.mul(x2, w2));
    }
  }
}

/** Any kernel, rows of 28 outputs and more: the last tile of a row overlaps the one before. */
function tiles1x28(x: i32, taps: i32, K: i32, w: i32, bias: f32, y: i32, oH: i32, oW: i32, rowStep: i32): void {
  for (let i = 0; i < oH; i++) {
    for (let j = 0; j < oW; j += 28) {
      const at = min(j, oW - 28) << 2;
      tile1x28(x + at, taps, K, w, bias, y + at);
    }
    x += rowStep;
    y += oW << 2;
  }
}

function tile1x28(x: i32, taps: i32, K: i32, weight: i32, bias: f32, to: i32): void {
  for (let k = 0; k < K; k += RUN) {
    let a0 = f32x4.splat(0);
    let a1 = f32x4.splat(0);
    let a2 = f32x4.splat(0);
    let a3 = f32x4.splat(0);
    let a4 = f32x4.splat(0);
    let a5 = f32x4.splat(0);
    let a6 = f32x4.splat(0);
    const end = min(k + RUN, K) << 2;
    for (let t = k << 2; t < end; t += 4) {
      const from = x + load<i32>(taps + t);
      const w = v128.load32_splat(weight + t);
      a0 = f32x4.add(a0, f32x4.mul(w, v128.load(from)));
      a1 = f32x4.add(a1, f32x4.mul(w, v128.load(from, 16)));
      a2 = f32x4.add(a2, f32x4.mul(w, v128.load(from, 32)));
      a3 = f32x4.add(a3, f32x4.mul(w, v128.load(from, 48)));
      a4 = f32x4.add(a4, f32x4.mul(w, v128.load(from, 64)));
      a5 = f32x4.add(a5, f32x4.mul(w, v128.load(from, 80)));
      a6 = f32x4.add(a6, f32x4.mul(w, v128.load(from, 96)));
    }
    if (k > 0) {
      a0 = f32x4.add(v128.load(to), a0);
      a1 = f32x4.add(v128.load(to, 16), a1);
      a2 = f32x4.add(v128.load(to, 32), a2);
      a3 = f32x4.add(v128.load(to, 48), a3);
      a4 = f32x4.add(v128.load(to, 64), a4);
      a5 = f32x4.add(v128.load(to, 80), a5);
      a6 = f32x4.add(v128.load(to, 96), a6);
    }
    // no sum of products is −0: to add 0 changes nothing
    const b = f32x4.splat(k + RUN < K ? 0 : bias);
    v128.store(to, f32x4.add(b, a0));
    v128.store(to, f32x4.add(b, a1), 16);
    v128.store(to, f32x4.add(b, a2), 32);
    v128.store(to, f32x4.add(b, a3), 48);
    v128.store(to, f32x4.add(b, a4), 64);
    v128.store(to, f32x4.add(b, a5), 80);
    v128.store(to, f32x4.add(b, a6), 96);
  }
}

/** Any kernel, rows of 4 … 27 outputs: tiles of 3 rows, two vectors in each; the last ones overlap those before. */
function tiles3x8(x: i32, taps: i32, K: i32, w: i32, bias: f32, y: i32, oH: i32, oW: i32, rowStep: i32): void {
  const second = min(4, oW - 4) << 2;
  const yRow = oW << 2;
  // where there are fewer rows, the same one three times
  const rows = oH < 3 ? 1 : 3;
  for (let i = 0; i < oH; i += rows) {
    const top = min(i, oH - rows);
    const from = x + top * rowStep;
    const to = y + top * yRow;
    for (let j = 0; j < oW; j += 8) {
      const at = max(0, min(j, oW - 8)) << 2;
      tile3x8(from + at, rows == 3 ? rowStep : 0, second, taps, K, w, bias, to + at, rows == 3 ? yRow : 0);
    }
  }
}

/** Rows of fewer than 4 outputs, one at a time. */
function narrow(x: i32, taps: i32, K: i32, w: i32, bias: f32, y: i32, oH: i32, oW: i32, rowStep: i32, to: i32): void {
  for (let i = 0; i < oH; i++) {
    tile3x8(x, 0, 0, taps, K, w, bias, to, 0);
    for (let j = 0; j < oW << 2; j += 4) store<f32>(y + j, load<f32>(to + j));
    x += rowStep;
    y += oW << 2;
  }
}

/** 3 rows `row` bytes apart, each of two vectors `second` bytes apart. */
function tile3x8(x: i32, row: i32, second: i32, taps: i32, K: i32, weight: i32, bias: f32, to: i32, toRow: i32): void {
  const to1 = to + toRow;
  const to2 = to1 + toRow;
  for (let k = 0; k < K; k += RUN) {
    let a0 = f32x4.splat(0);
    let a1 = f32x4.splat(0);
    let a2 = f32x4.splat(0);
    let a3 = f32x4.splat(0);
    let a4 = f32x4.splat(0);
    let a5 = f32x4.splat(0);
    const end = min(k + RUN, K) << 2;
    for (let t = k << 2; t < end; t += 4) {
      const from = x + load<i32>(taps + t);
      const from1 = from + row;
      const from2 = from1 + row;
      const w = v128.load32_splat(weight + t);
      a0 = f32x4.add(a0, f32x4.mul(w, v128.load(from)));
      a1 = f32x4.add(a1, f32x4.mul(w, v128.load(from + second)));
      a2 = f32x4.add(a2, f32x4.mul(w, v128.load(from1)));
      a3 = f32x4.add(a3, f32x4.mul(w, v128.load(from1 + second)));
      a4 = f32x4.add(a4, f32x4.mul(w, v128.load(from2)));
      a5 = f32x4.add(a5, f32x4.mul(w, v128.load(from2 + second)));
    }
    if (k > 0) {
      a0 = f32x4.add(v128.load(to), a0);
      a1 = f32x4.add(v128.load(to + second), a1);
      a2 = f32x4.add(v128.load(to1), a2);
      a3 = f32x4.add(v128.load(to1 + second), a3);
      a4 = f32x4.add(v128.load(to2), a4);
      a5 = f32x4.add(v128.load(to2 + second), a5);
    }
    const b = f32x4.splat(k + RUN < K ? 0 : bias);
    v128.store(to, f32x4.add(b, a0));
    v128.store(to + second, f32x4.add(b, a1));
    v128.store(to1, f32x4.add(b, a2));
    v128.store(to1 + second, f32x4.add(b, a3));
    v128.store(to2, f32x4.add(b, a4));
    v128.store(to2 + second, f32x4.add(b, a5));
  }
}

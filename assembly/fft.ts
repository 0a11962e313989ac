import { transpose } from './transpose';

/**
 * Fourier transforms of 4 independent sequences at once, one in each SIMD lane. An element is [4 re, 4 im], 32 bytes.
 * Stockham's self-sorting form, decimation in frequency, radices 2 to 5.
 * A plan in memory: [number of passes, radix of each pass] i32, then at `twiddles` for each pass, p and j = 1 … radix−1:
 * [re, im] of e^(−2πi·p·j/length).
 */

/** Transforms `data` [n], through `other` of the same size. swap: 0 forward; 16 exchanges re and im, which inverts. */
function transform(data: i32, other: i32, n: i32, plan: i32, twiddles: i32, swap: i32): void {
  const passes = load<i32>(plan);
  let from = data;
  let to = other;
  let length = n;
  let stride = 1;
  let w = twiddles;
  for (let pass = 0; pass < passes; pass++) {
    const radix = load<i32>(plan + 4 + (pass << 2));
    const m = length / radix;
    if (radix == 4) pass4(from, to, m, stride, w, swap);
    else if (radix == 2) pass2(from, to, m, stride, w, swap);
    else if (radix == 3) pass3(from, to, m, stride, w, swap);
    else pass5(from, to, m, stride, w, swap);
    w += (m * (radix - 1)) << 3;
    length = m;
    stride *= radix;
    const next = from;
    from = to;
    to = next;
  }
  if (from != data) memory.copy(data, from, n << 5);
}

/** Stores (re, im) times the twiddle at w; p = 0 has the twiddle 1. */
function put(to: i32, re: v128, im: v128, w: i32, p: i32, swap: i32): void {
  if (p == 0) {
    v128.store(to + swap, re);
    v128.store(to + 16 - swap, im);
    return;
  }
  const wr = v128.load32_splat(w);
  const wi = v128.load32_splat(w, 4);
  v128.store(to + swap, f32x4.sub(f32x4.mul(re, wr), f32x4.mul(im, wi)));
  v128.store(to + 16 - swap, f32x4.add(f32x4.mul(re, wi), f32x4.mul(im, wr)));
}

function pass2(from: i32, to: i32, m: i32, stride: i32, w: i32, swap: i32): void {
  const step = stride << 5;
  for (let p = 0; p < m; p++) {
    for (let q = 0; q < step; q += 32) {
      const a = from + q + p * step;
      const b = a + m * step;
      const re0 = v128.load(a + swap);
      const im0 = v128.load(a + 16 - swap);
      const re1 = v128.load(b + swap);
      const im1 = v128.load(b + 16 - swap);
      const out = to + q + 2 * p * step;
      put(out, f32x4.add(re0, re1), f32x4.add(im0, im1), 0, 0, swap);
      put(out + step, f32x4.sub(re0, re1), f32x4.sub(im0, im1), w, p, swap);
    }
    w += 8;
  }
}

function pass3(from: i32, to: i32, m: i32, stride: i32, w: i32, swap: i32): void {
  const step = stride << 5;
  const half = f32x4.splat(0.5);
  const sine = f32x4.splat(0.8660254037844386);
  for (let p = 0; p < m; p++) {
    for (let q = 0; q < step; q += 32) {
      const a = from + q + p * step;
      const b = a + m * step;
      const c = b + m * step;
      const re0 = v128.load(a + swap);
      const im0 = v128.load(a + 16 - swap);
      const re1 = v128.load(b + swap);
      const im1 = v128.load(b + 16 - swap);
      const re2 = v128.load(c + swap);
      const im2 = v128.load(c + 16 - swap);
      const sr = f32x4.add(re1, re2);
      const si = f32x4.add(im1, im2);
      const mr = f32x4.sub(re0, f32x4.mul(half, sr));
      const mi = f32x4.sub(im0, f32x4.mul(half, si));
      const er = f32x4.mul(sine, f32x4.sub(re1, re2));
      const ei = f32x4.mul(sine, f32x4.sub(im1, im2));
      const out = to + q + 3 * p * step;
      put(out, f32x4.add(re0, sr), f32x4.add(im0, si), 0, 0, swap);
      put(out + step, f32x4.add(mr, ei), f32x4.sub(mi, er), w, p, swap);
      put(out + 2 * step, f32x4.sub(mr, ei), f32x4.add(mi, er), w + 8, p, swap);
    }
    w += 16;
  }
}

function pass4(from: i32, to: i32, m: i32, stride: i32, w: i32, swap: i32): void {
  const step = stride << 5;
  for (let p = 0; p < m; p++) {
    for (let q = 0; q < step; q += 32) {
      const a = from + q + p * step;
      const b = a + m * step;
      const c = b + m * step;
      const d = c + m * step;
      const re0 = v128.load(a + swap);
      const im0 = v128.load(a + 16 - swap);
      const re2 = v128.load(c + swap);
      const im2 = v128.load(c + 16 - swap);
      const t0r = f32x4.add(re0, re2);
      const t0i = f32x4.add(im0, im2);
      const t1r = f32x4.sub(re0, re2);
      const t1i = f32x4.sub(im0, im2);
      const re1 = v128.load(b + swap);
      const im1 = v128.load(b + 16 - swap);
      const re3 = v128.load(d + swap);
      const im3 = v128.load(d + 16 - swap);
      const t2r = f32x4.add(re1, re3);
      const t2i = f32x4.add(im1, im3);
      const t3r = f32x4.sub(re1, re3);
      const t3i = f32x4.sub(im1, im3);
      const out = to + q + 4 * p * step;
      put(out, f32x4.add(t0r, t2r), f32x4.add(t0i, t2i), 0, 0, swap);
      put(out + step, f32x4.add(t1r, t3i), f32x4.sub(t1i, t3r), w, p, swap);
      put(out + 2 * step, f32x4.sub(t0r, t2r), f32x4.sub(t0i, t2i), w + 8, p, swap);
      put(out + 3 * step, f32x4.sub(t1r, t3i), f32x4.add(t1i, t3r), w + 16, p, swap);
    }
    w += 24;
  }
}

function pass5(from: i32, to: i32, m: i32, stride: i32, w: i32, swap: i32): void {
  const step = stride << 5;
  const c1 = f32x4.splat(0.30901699437494745);
  const c2 = f32x4.splat(-0.8090169943749475);
  const n1 = f32x4.splat(0.9510565162951535);
  const n2 = f32x4.splat(0.5877852522924731);
  for (let p = 0; p < m; p++) {
    for (let q = 0; q < step; q += 32) {
      const a = from + q + p * step;
      const b = a + m * step;
      const c = b + m * step;
      const d = c + m * step;
      const e = d + m * step;
      const re1 = v128.load(b + swap);
      const im1 = v128.load(b + 16 - swap);
      const re4 = v128.load(e + swap);
      const im4 = v128.load(e + 16 - swap);
      const s1r = f32x4.add(re1, re4);
      const s1i = f32x4.add(im1, im4);
      const d1r = f32x4.sub(re1, re4);
      const d1i = f32x4.sub(im1, im4);
      const re2 = v128.load(c + swap);
      const im2 = v128.load(c + 16 - swap);
      const re3 = v128.load(d + swap);
      const im3 = v128.load(d + 16 - swap);
      const s2r = f32x4.add(re2, re3);
      const s2i = f32x4.add(im2, im3);
      const d2r = f32x4.sub(re2, re3);
      const d2i = f32x4.sub(im2, im3);
      const re0 = v128.load(a + swap);
      const im0 = v128.load(a + 16 - swap);
      const out = to + q + 5 * p * step;
      put(out, f32x4.add(re0, f32x4.add(s1r, s2r)), f32x4.add(im0, f32x4.add(s1i, s2i)), 0, 0, swap);
      const m1r = f32x4.add(re0, f32x4.add(f32x4.mul(c1, s1r), f32x4.mul(c2, s2r)));
      const m1i = f32x4.add(im0, f32x4.add(f32x4.mul(c1, s1i), f32x4.mul(c2, s2i)));
      const e1r = f32x4.add(f32x4.mul(n1, d1r), f32x4.mul(n2, d2r));
      const e1i = f32x4.add(f32x4.mul(n1, d1i), f32x4.mul(n2, d2i));
      put(out + step, f32x4.add(m1r, e1i), f32x4.sub(m1i, e1r), w, p, swap);
      put(out + 4 * step, f32x4.sub(m1r, e1i), f32x4.add(m1i, e1r), w + 24, p, swap);
      const m2r = f32x4.add(re0, f32x4.add(f32x4.mul(c2, s1r), f32x4.mul(c1, s2r)));
      const m2i = f32x4.add(im0, f32x4.add(f32x4.mul(c2, s1i), f32x4.mul(c1, s2i)));
      const e2r = f32x4.sub(f32x4.mul(n2, d1r), f32x4.mul(n1, d2r));
      const e2i = f32x4.sub(f32x4.mul(n2, d1i), f32x4.mul(n1, d2i));
      put(out + 2 * step, f32x4.add(m2r, e2i), f32x4.sub(m2i, e2r), w + 8, p, swap);
      put(out + 3 * step, f32x4.sub(m2r, e2i), f32x4.add(m2i, e2r), w + 16, p, swap);
    }
    w += 32;
  }
}

/** Column `column` of the 4 rows from `row` on, `rowBytes` apart; rows at or beyond `rows` are zero. */
function gather(x: i32, row: i32, rows: i32, rowBytes: i32, at: i32, to: i32): void {
  for (let t = 0; t < 4; t++) {
    store<f32>(to + (t << 2), row + t < rows ? load<f32>(x + (row + t) * rowBytes + at) : 0);
  }
}

/**
 * Real rows to their spectra. x: `rows` rows of `width` floats, `rowBytes` apart, each in `phases` phases `phaseBytes`
 * apart; zeros fill them up to n. 8 rows are 4 complex ones, separated by their symmetry.
 * to: panels [⌈(n/2+1)/4⌉, R] of elements [4 re, 4 im] (4 neighbouring frequencies); rows beyond `rows` become zero.
 * scratch: 64·n + 256 bytes.
 */
export function fftRows(
  x: i32,
  rowBytes: i32,
  rows: i32,
  width: i32,
  phases: i32,
  phaseBytes: i32,
  n: i32,
  plan: i32,
  twiddles: i32,
  to: i32,
  R: i32,
  scratch: i32,
): void {
  const panels = ((n >> 1) + 4) >> 2;
  const data = scratch + 256;
  const half = f32x4.splat(0.5);
  for (let row = 0; row < R; row += 8) {
    const last = min(8, R - row);
    if (row >= rows) {
      for (let panel = 0; panel < panels; panel++) memory.fill(to + ((panel * R + row) << 5), 0, last << 5);
      continue;
    }
    let column = 0;
    if (phases == 1 && row + 8 <= rows) {
      const from = x + row * rowBytes;
      for (; column + 4 <= width; column += 4) {
        transpose(from + (column << 2), rowBytes, data + (column << 5), 32);
        transpose(from + 4 * rowBytes + (column << 2), rowBytes, data + (column << 5) + 16, 32);
      }
    }
    for (; column < width; column++) {
      const at = (column % phases) * phaseBytes + ((column / phases) << 2);
      gather(x, row, rows, rowBytes, at, data + (column << 5));
      gather(x, row + 4, rows, rowBytes, at, data + (column << 5) + 16);
    }
    if (n > width) memory.fill(data + (width << 5), 0, (n - width) << 5);
    transform(data, data + (n << 5), n, plan, twiddles, 0);
    for (let panel = 0; panel < panels; panel++) {
      for (let i = 0; i < 4; i++) {
        const k = (panel << 2) + i;
        const at = scratch + (i << 4);
        if (k > n >> 1) {
          const zero = f32x4.splat(0);
          v128.store(at, zero);
          v128.store(at, zero, 64);
          v128.store(at, zero, 128);
          v128.store(at, zero, 192);
          continue;
        }
        const z = data + (k << 5);
        const y = data + ((k == 0 ? 0 : n - k) << 5);
        const zr = v128.load(z);
        const zi = v128.load(z, 16);
        const yr = v128.load(y);
        const yi = v128.load(y, 16);
        v128.store(at, f32x4.mul(half, f32x4.add(zr, yr)));
        v128.store(at, f32x4.mul(half, f32x4.sub(zi, yi)), 64);
        v128.store(at, f32x4.mul(half, f32x4.add(zi, yi)), 128);
        v128.store(at, f32x4.mul(half, f32x4.sub(yr, zr)), 192);
      }
      const out = to + ((panel * R + row) << 5);
      if (last >= 4) {
        transpose(scratch, 16, out, 32);
        transpose(scratch + 64, 16, out + 16, 32);
      } else {
        untransposed(scratch, out, last);
      }
      if (last == 8) {
        transpose(scratch + 128, 16, out + 128, 32);
        transpose(scratch + 192, 16, out + 144, 32);
      } else if (last > 4) {
        untransposed(scratch + 128, out + 128, last - 4);
      }
    }
  }
}

/** As two transposes, for fewer than 4 rows. */
function untransposed(from: i32, out: i32, rows: i32): void {
  for (let t = 0; t < rows; t++) {
    for (let i = 0; i < 4; i++) {
      store<f32>(out + (t << 5) + (i << 2), load<f32>(from + (i << 4) + (t << 2)));
      store<f32>(out + (t << 5) + (i << 2), load<f32>(from + 64 + (i << 4) + (t << 2)), 16);
    }
  }
}

/** Column transforms of a kernel's panels [panels, R] in place, times `scale`. other: 32·R bytes of scratch. */
export function fftKernel(data: i32, panels: i32, R: i32, plan: i32, twiddles: i32, scale: f32, other: i32): void {
  const s = f32x4.splat(scale);
  for (let panel = 0; panel < panels; panel++) {
    const at = data + ((panel * R) << 5);
    transform(at, other, R, plan, twiddles, 0);
    for (let i = 0; i < R << 5; i += 16) v128.store(at + i, f32x4.mul(s, v128.load(at + i)));
  }
}

/**
 * Column transforms, products and inverse column transforms, panel by panel.
 * x [C, panels, R], transformed in place; kernels [M, C, panels, R] (of fftKernel); y [M, panels, R].
 * y = Σ over channels of x · conj(kernel). other: 32·R bytes of scratch.
 */
export function fftColumns(
  x: i32,
  kernels: i32,
  y: i32,
  C: i32,
  M: i32,
  panels: i32,
  R: i32,
  plan: i32,
  twiddles: i32,
  other: i32,
): void {
  const bytes = R << 5;
  const plane = panels * bytes;
  for (let panel = 0; panel < panels; panel++) {
    for (let c = 0; c < C; c++) transform(x + c * plane + panel * bytes, other, R, plan, twiddles, 0);
    for (let m = 0; m < M; m++) {
      const to = y + m * plane + panel * bytes;
      for (let c = 0; c < C; c++) {
        const a = x + c * plane + panel * bytes;
        const b = kernels + (m * C + c) * plane + panel * bytes;
        for (let i = 0; i < bytes; i += 32) {
          const ar = v128.load(a + i);
          const ai = v128.load(a + i, 16);
          const br = v128.load(b + i);
          const bi = v128.load(b + i, 16);
          let re = f32x4.add(f32x4.mul(ar, br), f32x4.mul(ai, bi));
          let im = f32x4.sub(f32x4.mul(ai, br), f32x4.mul(ar, bi));
          if (c > 0) {
            re = f32x4.add(v128.load(to + i), re);
            im = f32x4.add(v128.load(to + i, 16), im);
          }
          v128.store(to + i, re);
          v128.store(to + i, im, 16);
        }
      }
      transform(to, other, R, plan, twiddles, 16);
    }
  }
}

/**
 * The rows of one map from its panels [panels, R]: output row i is row i·sH, output column j is column j·sW, plus bias.
 * y: oH rows of oW floats. scratch: 64·n + 256 bytes.
 */
export function fftRowsInverse(
  panelsAt: i32,
  R: i32,
  n: i32,
  plan: i32,
  twiddles: i32,
  sH: i32,
  sW: i32,
  oH: i32,
  oW: i32,
  bias: f32,
  y: i32,
  scratch: i32,
): void {
  const panels = ((n >> 1) + 4) >> 2;
  const data = scratch + 256;
  const b = f32x4.splat(bias);
  for (let row = 0; row < oH; row += 8) {
    const last = min(8, oH - row);
    for (let panel = 0; panel < panels; panel++) {
      const from = panelsAt + ((panel * R) << 5);
      for (let t = 0; t < 8; t++) {
        const source = from + ((min(row + t, oH - 1) * sH) << 5);
        const at = scratch + ((t & 4) << 5) + ((t & 3) << 4);
        v128.store(at, v128.load(source));
        v128.store(at, v128.load(source, 16), 64);
      }
      transpose(scratch, 16, scratch, 16);
      transpose(scratch + 64, 16, scratch + 64, 16);
      transpose(scratch + 128, 16, scratch + 128, 16);
      transpose(scratch + 192, 16, scratch + 192, 16);
      for (let i = 0; i < 4; i++) {
        const k = (panel << 2) + i;
        if (k > n >> 1) break;
        const at = scratch + (i << 4);
        const ar = v128.load(at);
        const ai = v128.load(at, 64);
        const br = v128.load(at, 128);
        const bi = v128.load(at, 192);
        if (k > 0) {
          const mirror = data + ((n - k) << 5);
          v128.store(mirror, f32x4.add(ar, bi));
          v128.store(mirror, f32x4.sub(br, ai), 16);
        }
        if (k == 0 || k + k != n) {
          v128.store(data + (k << 5), f32x4.sub(ar, bi));
          v128.store(data + (k << 5), f32x4.add(ai, br), 16);
        }
      }
    }
    transform(data, data + (n << 5), n, plan, twiddles, 16);
    let j = 0;
    if (sW == 1 && last == 8) {
      for (; j + 4 <= oW; j += 4) {
        for (let i = 0; i < 4; i++) {
          const at = data + ((j + i) << 5);
          v128.store(scratch + (i << 4), f32x4.add(b, v128.load(at)));
          v128.store(scratch + (i << 4), f32x4.add(b, v128.load(at, 16)), 64);
        }
        const to = y + ((row * oW + j) << 2);
        transpose(scratch, 16, to, oW << 2);
        transpose(scratch + 64, 16, to + (oW << 4), oW << 2);
      }
    }
    for (; j < oW; j++) {
      for (let t = 0; t < last; t++) {
        store<f32>(y + (((row + t) * oW + j) << 2), bias + load<f32>(data + ((j * sW) << 5) + (t << 2)));
      }
    }
  }
}

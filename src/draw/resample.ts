import type { Image } from '../core/image.js';

/**
 * An image with 8 bits, brought to width×height: along an axis that shrinks by means over what each pixel covers, along
 * one that grows by the nearest pixel. [height, width, channels]. 16-bit samples become 8 (v / 257), halves rounded up.
 */
export function resample(
  { width: W, height: H, channels, depth, data }: Image,
  width: number,
  height: number,
): Uint8Array {
  if (width === W && height === H && data instanceof Uint8Array) return data;
  if (width >= W && height >= H && data instanceof Uint8Array) return enlarge(data, W, H, channels, width, height);
  const columns = spans(W, width);
  const rows = spans(H, height);
  const scale = depth === 8 ? 1 : 1 / 257;
  const out = new Uint8Array(width * height * channels);
  const sums = new Float64Array(width * channels);
  const line = new Float64Array(width * channels);
  let held = -1;
  for (let y = 0; y < height; y++) {
    const { first, weights } = rows[y];
    sums.fill(0);
    for (let v = 0; v < weights.length; v++) {
      // rows of small pictures stand for many: each is averaged across once
      if (held !== first + v) across(data, (first + v) * W * channels, channels, columns, line);
      held = first + v;
      const share = weights[v] * scale;
      for (let i = 0; i < sums.length; i++) sums[i] += line[i] * share;
    }
    const start = y * sums.length;
    for (let i = 0; i < sums.length; i++) out[start + i] = sums[i] + 0.5;
  }
  return out;
}

/** Both axes grow: each pixel is the nearest one. */
function enlarge(data: Uint8Array, W: number, H: number, channels: number, width: number, height: number): Uint8Array {
  const out = new Uint8Array(width * height * channels);
  const row = width * channels;
  const from = Int32Array.from(
    { length: width },
    (_, x) => Math.min(W - 1, Math.floor(((x + 0.5) * W) / width)) * channels,
  );
  let before = -1;
  for (let y = 0; y < height; y++) {
    const source = Math.min(H - 1, Math.floor(((y + 0.5) * H) / height));
    if (source === before) out.copyWithin(y * row, (y - 1) * row, y * row);
    else {
      const start = source * W * channels;
      for (let x = 0, o = y * row; x < width; x++) {
        for (let c = 0; c < channels; c++) out[o++] = data[start + from[x] + c];
      }
    }
    before = source;
  }
  return out;
}

/** The same as RGB: grey three times. [height, width, 3] */
export function resampleRgb(image: Image, width: number, height: number): Uint8Array {
  const samples = resample(image, width, height);
  return image.channels === 3
    ? samples
    : Uint8Array.from({ length: 3 * samples.length }, (_, i) => samples[(i / 3) | 0]);
}

/** A row's samples brought to the columns. */
function across(
  data: Image['data'],
  start: number,
  channels: number,
  columns: readonly Span[],
  line: Float64Array,
): void {
  let o = 0;
  for (const { first, weights } of columns) {
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      let i = start + first * channels + c;
      for (let u = 0; u < weights.length; u++, i += channels) sum += data[i] * weights[u];
      line[o++] = sum;
    }
  }
}

/** The source positions that make one pixel: from the first on, each with its share; the shares are 1 together. */
interface Span {
  readonly first: number;
  readonly weights: readonly number[];
}

function spans(size: number, out: number): Span[] {
  return Array.from({ length: out }, (_, i) => {
    const from = (i * size) / out;
    const to = ((i + 1) * size) / out;
    if (out >= size) return { first: Math.min(size - 1, Math.floor((from + to) / 2)), weights: [1] };
    const first = Math.floor(from);
    const last = Math.min(size, Math.ceil(to)) - 1;
    const weights = Array.from(
      { length: last - first + 1 },
      (_, k) => ((Math.min(to, first + k + 1) - Math.max(from, first + k)) * out) / size,
    );
    return { first, weights };
  });
}

import { CnnvizError } from './errors.js';
import type { SampleRange } from './job.js';
import type { Scale } from './result.js';
import { formatNumber, groupDigits } from './text.js';

/**
 * A picture as samples: interleaved, row-major, [height, width, channels], no gaps.
 * It is what a decoder returns and what an encoder takes. Samples are whole numbers in 0 … 2^depth − 1.
 */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly depth: 8 | 16;
  readonly data: Uint8Array | Uint16Array;
}

/** The largest sample of an image: 255 or 65535. */
export function maxSample(depth: 8 | 16): number {
  return depth === 8 ? 255 : 65535;
}

/** Samples as a decoder gives them: interleaved, [height, width, stored], the last of `stored` perhaps alpha. */
export interface Samples {
  readonly width: number;
  readonly height: number;
  readonly stored: number;
  readonly data: Uint8Array | Uint16Array | Float32Array | Float64Array;
}

/** The samples without what stands behind the first `channels` of each pixel. */
export function withoutAlpha({ stored, data, ...size }: Samples, channels: 1 | 3): Samples {
  if (stored === channels) return { ...size, stored, data };
  const pixels = size.width * size.height;
  const out = data.slice(0, pixels * channels);
  for (let i = 0, to = 0; i < pixels; i++) {
    for (let c = 0; c < channels; c++) out[to++] = data[i * stored + c];
  }
  return { ...size, stored: channels, data: out };
}

/** How many pixels are not opaque; `opaque`: the largest alpha. */
export function countTransparent({ stored, data }: Samples, opaque: number): number {
  let count = 0;
  for (let i = stored - 1; i < data.length; i += stored) if (data[i] < opaque) count++;
  return count;
}

/** Where the range of samples comes from, and what it loses. */
export interface RangedImage {
  readonly image: Image;
  readonly range: Scale;
  /** How many samples lay outside and became black or white. */
  readonly clipped: number;
}

const WHITE = 65_535;

/**
 * Samples of any numbers as 65,536 greys from black to white: (v − lo) / (hi − lo), rounded to the nearest. Equal samples
 * are black.
 * @throws CnnvizError 'decode' for a sample that is NaN or infinite, with its place
 */
export function inRange({ width, height, stored, data }: Samples, wanted: SampleRange): RangedImage {
  refuseHoles(data, width, stored);
  const [lo, hi] = wanted === 'auto' ? extremes(data) : wanted;
  const span = lo === hi ? Number.POSITIVE_INFINITY : hi - lo;
  const out = new Uint16Array(data.length);
  let clipped = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (value < lo || value > hi) clipped++;
    out[i] = Math.min(WHITE, Math.max(0, Math.round(((value - lo) / span) * WHITE)));
  }
  return { image: { width, height, channels: stored as 1 | 3, depth: 16, data: out }, range: { lo, hi }, clipped };
}

function extremes(data: Samples['data']): [number, number] {
  let lo = Number.POSITIVE_INFINITY;
  let hi = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < data.length; i++) {
    if (data[i] < lo) lo = data[i];
    if (data[i] > hi) hi = data[i];
  }
  return [lo, hi];
}

function refuseHoles(data: Samples['data'], width: number, stored: number): void {
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return;
  let first = -1;
  let count = 0;
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    if (first < 0) first = i;
    count++;
  }
  if (count === 0) return;
  const pixel = Math.floor(first / stored);
  const at = `(${pixel % width}, ${Math.floor(pixel / width)})`;
  throw new CnnvizError(
    'decode',
    `the sample at ${at} is ${data[first]}; ${groupDigits(count)} of ${groupDigits(data.length)} are NaN or infinite`,
    { fix: 'fill them first, or hand the numbers in as .npy, where they pass through' },
  );
}

/** "samples from −0.5 to 2.5 are read as black to white, in 65,536 steps" */
export function rangeWords({ range: { lo, hi }, clipped, image }: RangedImage): string {
  if (lo === hi) return `all samples are ${formatNumber(lo)}: read as black`;
  const outside = clipped > 0 ? `; ${groupDigits(clipped)} of ${groupDigits(image.data.length)} lie outside` : '';
  return `samples from ${formatNumber(lo)} to ${formatNumber(hi)} are read as black to white, in 65,536 steps${outside}`;
}

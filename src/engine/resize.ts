import { CnnvizError } from '../core/errors.js';
import { type Image, maxSample } from '../core/image.js';
import type { Area } from '../core/preprocess-geometry.js';
import { LUMA } from './preprocess.js';

/** What each output position reads: `counts` input positions from `firsts` on, with weights of sum 1. */
interface Taps {
  readonly firsts: Int32Array;
  readonly counts: Int32Array;
  /** [positions, room] */
  readonly weights: Float64Array;
  /** Weights of one position, those beyond its count unused. */
  readonly room: number;
}

/** Weights of 8-bit images are whole multiples of 2^-22, so that Pillow's sums fit an int32. */
const STEPS = 2 ** (32 - 8 - 2);

/**
 * An image at another size, as PIL's Image.resize(BILINEAR) makes it, bit for bit: a triangle filter, widened by the
 * factor of reduction (antialias), along rows, then along columns, rounded to samples after each.
 * 8 bits: weights are rounded to 22 bits, sums are exact, halves go up. 16 bits: weights and sums are float64, halves
 * go up, as PIL does in mode I. A side that does not change is left alone; an image that does not is returned itself.
 * Source: Pillow 9.4, src/libImaging/Resample.c
 * @throws CnnvizError 'usage' for sides that are no whole numbers from 1
 */
export function resizeBilinear(image: Image, width: number, height: number): Image {
  if (![width, height].every((side) => Number.isInteger(side) && side >= 1)) {
    throw new CnnvizError('usage', `resize to ${width}×${height}: expected whole sides from 1`);
  }
  return resizeArea(image, width, height, { x: 0, y: 0, width, height });
}

/**
 * The part `area` of an image resized to width×height; nothing else of it is computed. `area` lies inside it.
 * A crop of a long panorama so costs no more than that of a square.
 */
export function resizeArea(image: Image, width: number, height: number, area: Area): Image {
  const rows = height === image.height ? null : bilinearTaps(image.height, height, area.y, area.height, image.depth);
  // rows that the vertical pass reads: taps begin and end in order
  const last = area.height - 1;
  const y = rows ? rows.firsts[0] : area.y;
  const needed = rows ? rows.firsts[last] + rows.counts[last] - y : area.height;
  const across =
    width === image.width
      ? cropImage(image, { x: area.x, y, width: area.width, height: needed })
      : resizeColumns(image, y, needed, bilinearTaps(image.width, width, area.x, area.width, image.depth));
  return rows ? resizeRows(across, y, rows) : across;
}

/** The taps of output positions from … from+count−1, of `outSize` in all, over `inSize` input positions. */
function bilinearTaps(inSize: number, outSize: number, from: number, count: number, depth: 8 | 16): Taps {
  const scale = inSize / outSize;
  const support = Math.max(1, scale);
  const room = Math.min(inSize, Math.ceil(support) * 2 + 1);
  const firsts = new Int32Array(count);
  const counts = new Int32Array(count);
  const weights = new Float64Array(count * room);
  const perPixel = 1 / support;
  for (let o = 0; o < count; o++) {
    const centre = (from + o + 0.5) * scale;
    // truncated as a C cast does: towards zero
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const taps = Math.min(inSize, Math.trunc(centre + support + 0.5)) - first;
    const start = o * room;
    let sum = 0;
    for (let k = 0; k < taps; k++) {
      const distance = Math.abs((k + first - centre + 0.5) * perPixel);
      const weight = distance < 1 ? 1 - distance : 0;
      weights[start + k] = weight;
      sum += weight;
    }
    for (let k = start; k < start + taps; k++) {
      if (sum !== 0) weights[k] /= sum;
      if (depth === 8) weights[k] = Math.trunc(0.5 + weights[k] * STEPS) / STEPS;
    }
    firsts[o] = first;
    counts[o] = taps;
  }
  return { firsts, counts, weights, room };
}

/** The horizontal pass over rows from … from+count−1. */
function resizeColumns(image: Image, from: number, count: number, taps: Taps): Image {
  const { channels, data, depth } = image;
  const width = taps.firsts.length;
  const rowSamples = image.width * channels;
  const out = newSamples(image, count * width * channels);
  const resizeRow = channels === 3 ? resizeColourRow : resizeGrayRow;
  for (let row = 0; row < count; row++) {
    const start = (from + row) * rowSamples;
    const o = row * width * channels;
    resizeRow(data.subarray(start, start + rowSamples), out.subarray(o, o + width * channels), taps, maxSample(depth));
  }
  return { ...image, width, height: count, data: out };
}

function resizeColourRow(
  row: Uint8Array | Uint16Array,
  out: Uint8Array | Uint16Array,
  { firsts, counts, weights, room }: Taps,
  max: number,
): void {
  for (let x = 0, o = 0; x < firsts.length; x++) {
    const start = x * room;
    const end = start + counts[x];
    let [r, g, b] = [0, 0, 0];
    for (let k = start, i = firsts[x] * 3; k < end; k++, i += 3) {
      const weight = weights[k];
      r += row[i] * weight;
      g += row[i + 1] * weight;
      b += row[i + 2] * weight;
    }
    out[o++] = Math.min(max, r + 0.5);
    out[o++] = Math.min(max, g + 0.5);
    out[o++] = Math.min(max, b + 0.5);
  }
}

function resizeGrayRow(
  row: Uint8Array | Uint16Array,
  out: Uint8Array | Uint16Array,
  { firsts, counts, weights, room }: Taps,
  max: number,
): void {
  for (let x = 0; x < firsts.length; x++) {
    const start = x * room;
    const end = start + counts[x];
    let sum = 0;
    for (let k = start, i = firsts[x]; k < end; k++, i++) sum += row[i] * weights[k];
    out[x] = Math.min(max, sum + 0.5);
  }
}

/** The vertical pass. `from`: the row of the original that is the first of `image`. */
function resizeRows(image: Image, from: number, { firsts, counts, weights, room }: Taps): Image {
  const { width, channels, data, depth } = image;
  const rowSamples = width * channels;
  const height = firsts.length;
  const out = newSamples(image, height * rowSamples);
  const sums = new Float64Array(rowSamples);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let k = 0; k < counts[y]; k++) {
      const start = (firsts[y] - from + k) * rowSamples;
      addRow(data.subarray(start, start + rowSamples), weights[y * room + k], sums);
    }
    roundRow(sums, out.subarray(y * rowSamples, (y + 1) * rowSamples), maxSample(depth));
  }
  return { ...image, height, data: out };
}

function addRow(row: Uint8Array | Uint16Array, weight: number, sums: Float64Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] += row[i] * weight;
}

/** The stored number is cut to a whole one, so the half added here rounds. */
function roundRow(sums: Float64Array, out: Uint8Array | Uint16Array, max: number): void {
  for (let i = 0; i < sums.length; i++) out[i] = Math.min(max, sums[i] + 0.5);
}

function newSamples({ depth }: Image, size: number): Uint8Array | Uint16Array {
  return depth === 8 ? new Uint8Array(size) : new Uint16Array(size);
}

/**
 * The part of an image inside `area`; the image itself when it is all of it.
 * @param fill the colour, "#rrggbb", where `area` reaches beyond it; null: zeros
 */
export function cropImage(image: Image, { x, y, width, height }: Area, fill: string | null = null): Image {
  if (x === 0 && y === 0 && width === image.width && height === image.height) return image;
  const { channels, data } = image;
  const size = width * height * channels;
  const out = image.depth === 8 ? new Uint8Array(size) : new Uint16Array(size);
  if (fill !== null) {
    const pixel = samplesOf(fill, image);
    for (let i = 0; i < size; i++) out[i] = pixel[i % channels];
  }
  const left = Math.max(0, x);
  const right = Math.min(image.width, x + width);
  const bottom = Math.min(image.height, y + height);
  for (let row = Math.max(0, y); left < right && row < bottom; row++) {
    const start = row * image.width;
    const samples = data.subarray((start + left) * channels, (start + right) * channels);
    out.set(samples, ((row - y) * width + left - x) * channels);
  }
  return { ...image, width, height, data: out };
}

/** A colour in the samples of an image; of one channel its grey. */
function samplesOf(colour: string, { channels, depth }: Image): number[] {
  const scale = maxSample(depth) / 255;
  const rgb = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) * scale);
  if (channels === 3) return rgb;
  const [r, g, b] = LUMA;
  return [Math.round(r * rgb[0] + g * rgb[1] + b * rgb[2])];
}

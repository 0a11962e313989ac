import { type Image, maxSample } from '../core/image.js';

/** Fixed-point weights have this many bits behind the point: sums of 8-bit samples stay below 2^31. */
const PRECISION = 22;

/** The input samples of each output sample along one axis, and their weights, which sum to one. */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** [out, most] */
  readonly weights: Float64Array;
  /** Room for each output sample. */
  readonly most: number;
}

/**
 * Bilinear weights with antialiasing: the triangle is as wide as an output sample where the image shrinks.
 * Source: Pillow, src/libImaging/Resample.c, precompute_coeffs
 */
function bilinearTaps(size: number, out: number): Taps {
  const scale = size / out;
  const support = Math.max(scale, 1);
  const most = Math.ceil(support) * 2 + 1;
  const taps = { first: new Int32Array(out), count: new Int32Array(out), weights: new Float64Array(out * most), most };
  for (let o = 0; o < out; o++) {
    const centre = (o + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(size, Math.trunc(centre + support + 0.5));
    let sum = 0;
    for (let i = first; i < end; i++) {
      const distance = Math.abs((i - centre + 0.5) / support);
      const weight = distance < 1 ? 1 - distance : 0;
      taps.weights[o * most + i - first] = weight;
      sum += weight;
    }
    if (sum !== 0) for (let i = 0; i < end - first; i++) taps.weights[o * most + i] /= sum;
    taps.first[o] = first;
    taps.count[o] = end - first;
  }
  return taps;
}

/**
 * PIL's Image.resize(…, BILINEAR), bit for bit for 8 bits: rows first, then columns, each rounded to whole samples, with
 * weights of 22 bits. 16 bits have no such witness: sums in float64, rounded half up after each pass.
 */
export function resizeBilinear(image: Image, width: number, height: number): Image {
  const across = image.width === width ? image : resizeRows(image, width);
  return across.height === height ? across : resizeColumns(across, height);
}

/** [H, W, channels] → [H, width, channels] */
function resizeRows(image: Image, width: number): Image {
  const { height, channels, depth } = image;
  const data = newSamples(image, width * height * channels);
  const taps = bilinearTaps(image.width, width);
  const step = image.width * channels;
  if (depth === 8) {
    const weights = fixedPoint(taps);
    for (let row = 0; row < height; row++) {
      for (let o = 0; o < width; o++) {
        const at = row * step + taps.first[o] * channels;
        const to = (row * width + o) * channels;
        for (let c = 0; c < channels; c++) {
          data[to + c] = fixedSum(image.data, at + c, channels, weights, o * taps.most, taps.count[o]);
        }
      }
    }
    return { ...image, width, data };
  }
  const max = maxSample(depth);
  for (let row = 0; row < height; row++) {
    for (let o = 0; o < width; o++) {
      const at = row * step + taps.first[o] * channels;
      const to = (row * width + o) * channels;
      for (let c = 0; c < channels; c++) {
        data[to + c] = exactSum(image.data, at + c, channels, taps.weights, o * taps.most, taps.count[o], max);
      }
    }
  }
  return { ...image, width, data };
}

/** [H, W, channels] → [height, W, channels] */
function resizeColumns(image: Image, height: number): Image {
  const { width, channels, depth } = image;
  const line = width * channels;
  const data = newSamples(image, line * height);
  const taps = bilinearTaps(image.height, height);
  const weights = depth === 8 ? fixedPoint(taps) : null;
  const max = maxSample(depth);
  for (let o = 0; o < height; o++) {
    const at = taps.first[o] * line;
    for (let i = 0; i < line; i++) {
      data[o * line + i] = weights
        ? fixedSum(image.data, at + i, line, weights, o * taps.most, taps.count[o])
        : exactSum(image.data, at + i, line, taps.weights, o * taps.most, taps.count[o], max);
    }
  }
  return { ...image, height, data };
}

function newSamples({ depth }: Image, size: number): Uint8Array | Uint16Array {
  return depth === 8 ? new Uint8Array(size) : new Uint16Array(size);
}

/** Weights in whole steps of 2^−22, halves away from zero. Source: Resample.c, normalize_coeffs_8bpc */
function fixedPoint({ weights }: Taps): Int32Array {
  return Int32Array.from(weights, (weight) => Math.trunc(weight * 2 ** PRECISION + (weight < 0 ? -0.5 : 0.5)));
}

function fixedSum(
  x: Uint8Array | Uint16Array,
  at: number,
  step: number,
  weights: Int32Array,
  from: number,
  count: number,
): number {
  let sum = 1 << (PRECISION - 1);
  for (let i = 0, p = at; i < count; i++, p += step) sum = (sum + Math.imul(x[p], weights[from + i])) | 0;
  const value = sum >> PRECISION;
  return Math.min(255, Math.max(0, value));
}

function exactSum(
  x: Uint8Array | Uint16Array,
  at: number,
  step: number,
  weights: Float64Array,
  from: number,
  count: number,
  max: number,
): number {
  let sum = 0.5;
  for (let i = 0, p = at; i < count; i++, p += step) sum += x[p] * weights[from + i];
  return Math.min(max, Math.max(0, Math.floor(sum)));
}

/** [width, height] with the shorter side `side`, the longer cut to whole pixels. Source: torchvision transforms.Resize */
export function shorterSideSize(width: number, height: number, side: number): [width: number, height: number] {
  const [short, long] = width <= height ? [width, height] : [height, width];
  const other = Math.trunc((side * long) / short);
  return width <= height ? [side, other] : [other, side];
}

/** Where a centred crop begins: negative when the image is smaller and is padded. Source: torchvision center_crop */
export function cropStart(size: number, crop: number): number {
  if (crop > size) return -Math.floor((crop - size) / 2);
  const half = (size - crop) / 2;
  const down = Math.floor(half);
  // Python rounds halves to even
  return half - down === 0.5 ? down + (down % 2) : Math.round(half);
}

/** The middle of an image; zeros where it is smaller. */
export function centreCrop(image: Image, width: number, height: number): Image {
  const { channels } = image;
  const [left, top] = [cropStart(image.width, width), cropStart(image.height, height)];
  const data = newSamples(image, width * height * channels);
  const [x0, x1] = [Math.max(0, left), Math.min(image.width, left + width)];
  for (let y = Math.max(0, top); y < Math.min(image.height, top + height); y++) {
    const from = (y * image.width + x0) * channels;
    data.set(image.data.subarray(from, from + (x1 - x0) * channels), ((y - top) * width + x0 - left) * channels);
  }
  return { ...image, width, height, data };
}

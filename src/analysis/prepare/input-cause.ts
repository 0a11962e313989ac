import type { Image } from '../../core/image.js';
import { fitText, type GeometryJob, type ImagePreset, normalizeText, type PreprocessJob } from '../../core/job.js';
import { PRESETS, reversed } from '../../core/preset.js';
import { formatNumber } from '../../core/text.js';
import { numbersOf } from '../../engine/input.js';
import { toChannelsFirst } from '../channels-last.js';
import { geometryArgs, preprocessImage } from './preset.js';

/** What one side of a comparison reads: [C, H, W], as numbers. */
export interface ComparedInput {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** One step in which two inputs were made otherwise. */
interface InputStep {
  readonly what: string;
  /** The words behind a command that make b as a is; none where no flag does. */
  readonly likeA: readonly string[];
  /** The same of a as b is. */
  readonly likeB: readonly string[];
}

/** Why two inputs of one image differ: every step in which they were made otherwise, and nothing else differs. */
export interface InputCause {
  readonly steps: readonly InputStep[];
}

/** y = factor · x + offset, x a pixel in [0, 1], of each channel. */
interface Line {
  readonly factor: number;
  readonly offset: number;
}

interface Made {
  readonly geometry: GeometryJob;
  readonly order: 'rgb' | 'bgr';
  readonly isMisread: boolean;
  readonly lines: readonly Line[];
}

/** A number is the same within this share of its channel's range: what float32 rounding leaves. */
const ROUNDING = 2e-6;
const RGB_UNIT: PreprocessJob = PRESETS.none.preprocess;

/**
 * Finds how both inputs were made of one image, by making them: every usual geometry, colours in either order, numbers of
 * [H, W, C] under the shape [C, H, W], and of each channel the one factor and offset that its pixels then tell. A way counts
 * when no number is off by more than rounding.
 * @param image as decoded
 * @param own how a was prepared
 * @returns null where one of them is made in none of these ways
 */
export function causeOfInputs(image: Image, own: ImagePreset, a: ComparedInput, b: ComparedInput): InputCause | null {
  const one = waysOf(image, own.geometry, a, own.preprocess.channels ?? 'rgb');
  if (one === null) return null;
  const two = waysOf(image, own.geometry, b, one.order);
  return two && { steps: stepsBetween(one, two) };
}

/** The first way an input can have been made, the expected ones first. */
function waysOf(image: Image, first: GeometryJob, { values, shape }: ComparedInput, order: Made['order']): Made | null {
  const [C, H, W] = shape;
  if (shape.length !== 3 || (C !== 1 && C !== 3)) return null;
  const orders: readonly Made['order'][] = C === 1 ? ['rgb'] : order === 'rgb' ? ['rgb', 'bgr'] : ['bgr', 'rgb'];
  const misread = toChannelsFirst({ dtype: 'float32', shape: [H, W, C], data: values }).data as Float32Array;
  for (const geometry of geometries(first, image, [H, W])) {
    const { input } = preprocessImage(image, { geometry, preprocess: { ...RGB_UNIT, gray: C === 1 } });
    if (input.shape.join() !== shape.join()) continue;
    const pixels = numbersOf(input);
    for (const isMisread of C === 1 ? [false] : [false, true]) {
      for (const one of orders) {
        const lines = linesOf(pixels, isMisread ? misread : values, C, one);
        if (lines) return { geometry, order: one, isMisread, lines };
      }
    }
  }
  return null;
}

/** Usual ways to a size; sizes that an image would not have are left out. */
function geometries(first: GeometryJob, { width, height }: Image, size: readonly [number, number]): GeometryJob[] {
  const resize = size;
  const short = Math.round((Math.min(...size) * 256) / 224);
  const all: GeometryJob[] = [
    first,
    { resize, crop: null },
    { resize, crop: null, fit: { kind: 'crop' } },
    { resize: 256, crop: size },
    { resize: short, crop: size },
    { resize: null, crop: size },
  ];
  for (const colour of ['#727272', '#000000', '#808080', '#ffffff']) {
    all.push(
      { resize, crop: null, fit: { kind: 'letterbox', colour } },
      { resize, crop: null, fit: { kind: 'letterbox', colour, corner: true } },
    );
  }
  if (height === size[0] && width === size[1]) all.splice(1, 0, { resize: null, crop: null });
  return all;
}

/** Of each channel the line from its pixels to its numbers; null where a number lies beside it. */
function linesOf(pixels: Float32Array, values: Float32Array, C: number, order: Made['order']): Line[] | null {
  const size = pixels.length / C;
  const lines: Line[] = [];
  for (let c = 0; c < C; c++) {
    const from = order === 'bgr' ? C - 1 - c : c;
    const line = lineOf(pixels.subarray(from * size, (from + 1) * size), values.subarray(c * size, (c + 1) * size));
    if (line === null) return null;
    lines.push(line);
  }
  return lines;
}

/** Least squares, in float64; then the largest distance decides. */
function lineOf(x: Float32Array, y: Float32Array): Line | null {
  let [meanX, meanY, least, most] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < x.length; i++) {
    meanX += x[i] / x.length;
    meanY += y[i] / x.length;
    least = Math.min(least, y[i]);
    most = Math.max(most, y[i]);
  }
  let [both, own] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    both += (x[i] - meanX) * (y[i] - meanY);
    own += (x[i] - meanX) ** 2;
  }
  // of one grey alone nothing is told, and numbers that are not there tell nothing
  if (own === 0 || !Number.isFinite(both) || !(most > least)) return null;
  const factor = both / own;
  const offset = meanY - factor * meanX;
  const limit = ROUNDING * Math.max(most - least, Math.abs(most), Math.abs(least));
  for (let i = 0; i < x.length; i++) if (!(Math.abs(factor * x[i] + offset - y[i]) <= limit)) return null;
  return factor === 0 ? null : { factor, offset };
}

function stepsBetween(a: Made, b: Made): InputStep[] {
  const steps: InputStep[] = [];
  const geometry = [a, b].map((made) => geometryArgs(made.geometry));
  if (geometry[0].join(' ') !== geometry[1].join(' ')) {
    const [one, two] = [a, b].map((made) => geometryText(made.geometry));
    const words = (args: string[]) => (args.length === 0 ? ['--preset', 'none'] : args);
    steps.push({
      what: `the image came to its size in another way: a ${one}, b ${two}`,
      likeA: words(geometry[0]),
      likeB: words(geometry[1]),
    });
  }
  if (a.order !== b.order) {
    steps.push({
      what: `the colours are in the other order: a ${a.order.toUpperCase()}, b ${b.order.toUpperCase()}`,
      likeA: ['--channels', a.order],
      likeB: ['--channels', b.order],
    });
  }
  if (a.isMisread !== b.isMisread) {
    const name = a.isMisread ? 'a' : 'b';
    steps.push({
      what: `${name} holds numbers in the order [H, W, C] under the shape [C, H, W]: reshaped where it should be transposed`,
      likeA: [],
      likeB: [],
    });
  }
  const scaling = scalingStep(a, b);
  return scaling ? [...steps, scaling] : steps;
}

function geometryText(geometry: GeometryJob): string {
  const { resize, crop, fit } = geometry;
  if (fit) return fitText(fit);
  const size = resize === null ? 'as it is' : typeof resize === 'number' ? `shorter side ${resize}` : 'stretched';
  return crop === null ? size : `${size}, centre crop`;
}

/** How pixels in [0, 1] became numbers, colour by colour. */
function scalingStep(a: Made, b: Made): InputStep | null {
  const [first, second] = [linesOfColours(a), linesOfColours(b)];
  if (first.every((line, c) => isClose(line, second[c], SAME_LINE))) return null;
  const [one, two] = [scalingOf(a), scalingOf(b)];
  const ratio = second[0].factor / first[0].factor;
  const isFactor = first.every(({ factor, offset }, c) =>
    isClose({ factor: factor * ratio, offset: offset * ratio }, second[c], SAME_LINE),
  );
  const times = isFactor ? ` (b is ${formatNumber(ratio)} times a)` : '';
  return { what: `a is ${one.words}, b is ${two.words}${times}`, likeA: one.args, likeB: two.args };
}

/** Factors and offsets that are told from pixels are this near to what they are. */
const SAME_LINE = 1e-5;

/** In the order red, green, blue. */
function linesOfColours({ lines, order }: Made): readonly Line[] {
  return order === 'bgr' ? [...lines].reverse() : lines;
}

function isClose(a: Line, b: Line, share: number): boolean {
  const limit = share * Math.max(Math.abs(a.factor), Math.abs(b.factor));
  return Math.abs(a.factor - b.factor) <= limit && Math.abs(a.offset - b.offset) <= limit;
}

interface Scaling {
  readonly words: string;
  readonly args: readonly string[];
}

/** The scaling by its name, or its mean and std, in the order the channels are fed. */
function scalingOf({ lines, order }: Made): Scaling {
  for (const { words, pixels, normalize } of NAMED) {
    const [scale, shift] = pixels === '255' ? [255, 0] : pixels === 'signed' ? [2, -1] : [1, 0];
    for (const own of normalize ? [normalize, reversed(normalize)] : [null]) {
      if (!lines.every((line, c) => isClose(line, lineFor(scale, shift, own, c), SAME_LINE))) continue;
      const isOfOthers = normalize !== null && (own === normalize) === (order === 'bgr');
      return {
        words: isOfOthers ? `${words}, those of red for blue` : words,
        args: ['--pixels', pixels, '--normalize', own ? normalizeText(own) : '0/1'],
      };
    }
  }
  const [mean, std] = [lines.map(({ factor, offset }) => -offset / factor), lines.map(({ factor }) => 1 / factor)];
  const digits = (list: readonly number[]) => list.map((value) => Number(value.toPrecision(6)));
  const text = normalizeText({ mean: digits(mean), std: digits(std) });
  return { words: `(pixel in [0, 1] − mean) / std with ${text}`, args: ['--pixels', 'unit', '--normalize', text] };
}

function lineFor(scale: number, shift: number, normalize: PreprocessJob['normalize'], c: number): Line {
  const mean = normalize ? normalize.mean[c % normalize.mean.length] : 0;
  const std = normalize ? normalize.std[c % normalize.std.length] : 1;
  return { factor: scale / std, offset: (shift - mean) / std };
}

const IMAGENET = PRESETS.imagenet.preprocess.normalize!;

const NAMED: readonly (Pick<PreprocessJob, 'pixels' | 'normalize'> & { readonly words: string })[] = [
  { words: 'pixels in [0, 1], without mean and std', pixels: 'unit', normalize: null },
  { words: 'pixels in 0 … 255, without mean and std', pixels: '255', normalize: null },
  { words: 'pixels in [−1, 1]', pixels: 'signed', normalize: null },
  { words: 'normalised by the mean and std of ImageNet', pixels: 'unit', normalize: IMAGENET },
  {
    words: 'pixels in 0 … 255, normalised by a mean and std for [0, 1]',
    pixels: '255',
    normalize: IMAGENET,
  },
  {
    words: "pixels in 0 … 255 minus the mean of ImageNet, as Caffe's",
    pixels: '255',
    normalize: reversed(PRESETS.caffe.preprocess.normalize),
  },
];

import { type ImagePreset, normalizeText, type PixelRange } from '../../core/job.js';
import { PRESETS, reversed } from '../../core/preset.js';

/** Another way to prepare what was fed, told from how it is: y = scale·x + shift for each channel. Plain data. */
export interface Preparation {
  /** What it would mean if this fits better: "pixels are 255 times too large". */
  readonly cause: string;
  /** What is fed then: "pixels in [0, 1]". */
  readonly words: string;
  /** Flags, or a line of Python for arrays. */
  readonly fix: string;
  /** The same, with the channels in the opposite order. */
  readonly fixReversed: string;
  readonly scale: readonly number[];
  readonly shift: readonly number[];
}

type Normal = NonNullable<ImagePreset['preprocess']['normalize']>;

const IMAGENET = PRESETS.imagenet.preprocess.normalize!;
const MNIST = PRESETS.mnist.preprocess.normalize!;
const NOTHING: Normal = { mean: [0], std: [1] };
/** The bytes that Caffe's networks subtract, red first. */
const CAFFE: Normal = { mean: [123.68, 116.78, 103.94], std: [1] };

/** value = k·u + o of a pixel u in [0, 1] */
const RANGES: Readonly<Record<PixelRange, readonly [k: number, o: number]>> = {
  unit: [1, 0],
  '255': [255, 0],
  signed: [2, -1],
};

const RANGE_WORDS: Readonly<Record<PixelRange, string>> = {
  unit: 'pixels in [0, 1]',
  '255': 'pixels in [0, 255]',
  signed: 'pixels in [−1, 1]',
};

interface Way {
  readonly pixels: PixelRange;
  readonly normalize: Normal | null;
  readonly name?: string;
}

/** The ways in which images are commonly prepared, beside the one they are. */
export function waysOfImages({ preprocess }: ImagePreset, channels: number): Preparation[] {
  const now: Way = { pixels: preprocess.pixels, normalize: preprocess.normalize };
  // lists of three are in the order they are fed
  const fed = (normal: Normal) => (preprocess.channels === 'bgr' ? reversed(normal) : normal)!;
  const [imagenet, caffe] = [fed(IMAGENET), fed(CAFFE)];
  const ways: Way[] = [
    { pixels: 'unit', normalize: null },
    { pixels: '255', normalize: null },
    { pixels: 'signed', normalize: null },
    ...(channels === 3
      ? ([
          { pixels: 'unit', normalize: imagenet, name: "ImageNet's mean/std" },
          { pixels: '255', normalize: caffe, name: "Caffe's means subtracted" },
        ] as const)
      : ([{ pixels: 'unit', normalize: MNIST, name: "MNIST's mean/std" }] as const)),
  ];
  const swapped = now.normalize && { mean: now.normalize.std, std: now.normalize.mean };
  if (swapped?.std.every((std) => std > 0)) ways.push({ pixels: now.pixels, normalize: swapped });
  const from = affineOf(now, channels);
  return ways.flatMap((way): Preparation[] => {
    const to = affineOf(way, channels);
    const scale = to.map(([k], c) => k / from[c][0]);
    const shift = to.map(([k, o], c) => o - (k * from[c][1]) / from[c][0]);
    if (isSame(scale, shift)) return [];
    const fix = flagsOf(now, way);
    const fixReversed = reversedFlags(preprocess, way, fix);
    return [{ cause: causeOf(now, way, swapped), words: wordsOf(way), fix, fixReversed, scale, shift }];
  });
}

/** [k, o] of each channel: what is fed is k·u + o, u in [0, 1]. */
function affineOf({ pixels, normalize }: Way, channels: number): (readonly [number, number])[] {
  const [k, o] = RANGES[pixels];
  const { mean, std } = normalize ?? NOTHING;
  const of = (list: readonly number[], c: number) => list[list.length === 1 ? 0 : c];
  return Array.from({ length: channels }, (_, c) => [k / of(std, c), (o - of(mean, c)) / of(std, c)] as const);
}

function isSame(scale: readonly number[], shift: readonly number[]): boolean {
  return scale.every((one) => Math.abs(one - 1) < 0.05) && shift.every((one) => Math.abs(one) < 0.05);
}

function wordsOf({ pixels, normalize, name }: Way): string {
  if (normalize === null) return RANGE_WORDS[pixels];
  return `${RANGE_WORDS[pixels]}, ${name ?? 'mean and std the other way round'}`;
}

function flagsOf(now: Way, { pixels, normalize }: Way): string {
  const flags = [
    ...(pixels === now.pixels ? [] : [`--pixels ${pixels}`]),
    ...(normalize !== null ? [`--normalize ${normalizeText(normalize)}`] : now.normalize ? ['--normalize 0/1'] : []),
  ];
  return flags.join(' ');
}

/** The flags of a preparation with the channels in the opposite order: lists of three turn with them. */
export function reversedFlags(
  { channels }: ImagePreset['preprocess'],
  { normalize }: Pick<Way, 'normalize'>,
  flags = '',
): string {
  const isList = normalize !== null && new Set([...normalize.mean, 0]).size > 2;
  const others = flags.split(' --normalize ')[0].replace(/^--normalize .*/, '');
  const order = `--channels ${channels === 'bgr' ? 'rgb' : 'bgr'}`;
  if (!isList) return [flags, order].filter(Boolean).join(' ');
  return [others, order, `--normalize ${normalizeText(reversed(normalize)!)}`].filter(Boolean).join(' ');
}

function causeOf(now: Way, way: Way, swapped: Normal | null): string {
  if (way.normalize !== null && way.normalize === swapped) return 'mean and std are swapped';
  const [before, after] = [RANGES[now.pixels][0], RANGES[way.pixels][0]];
  if (after < before / 100) return 'pixels are 255 times too large';
  if (before < after / 100) return 'pixels are 255 times too small';
  if (now.normalize === null && way.normalize !== null) return 'pixels are not normalised';
  if (now.normalize !== null && way.normalize === null) return 'pixels are normalised, and should not be';
  return 'pixels are prepared in another way than they were for training';
}

/** Channels of [N, C, H, W] in the opposite order. */
export const ARRAY_REVERSED = 'x = x[:, ::-1]   # the channels of [N, C, H, W] reversed';

/** What arrays are commonly made wrong by: they came as numbers, and nothing is known of them. */
export function waysOfArrays(channels: number): Preparation[] {
  const { mean, std } = channels === 3 ? IMAGENET : MNIST;
  const name = channels === 3 ? "ImageNet's" : "MNIST's";
  const each = (cause: string, words: string, fix: string, of: (c: number) => readonly [number, number]) => {
    const pairs = Array.from({ length: channels }, (_, c) => of(c));
    return {
      cause,
      words,
      fix,
      fixReversed: `${fix}; ${ARRAY_REVERSED}`,
      scale: pairs.map(([k]) => k),
      shift: pairs.map(([, o]) => o),
    };
  };
  const m = `mean = ${pythonColumn(mean)}`;
  const s = `std = ${pythonColumn(std)}`;
  return [
    each('numbers are 255 times too large', 'numbers / 255', 'x = x / 255', () => [1 / 255, 0]),
    each('numbers are 255 times too small', 'numbers × 255', 'x = x * 255', () => [255, 0]),
    each('pixels in [0, 1] where [−1, 1] is expected', '2·x − 1', 'x = 2 * x - 1', () => [2, -1]),
    each('pixels in [0, 255] where [−1, 1] is expected', 'x/127.5 − 1', 'x = x / 127.5 - 1', () => [1 / 127.5, -1]),
    each('pixels are not normalised', `(x − mean)/std with ${name}`, `x = (x - mean) / std   # ${m}, ${s}`, (c) => [
      1 / std[c],
      -mean[c] / std[c],
    ]),
    each(
      'pixels are not normalised, and 255 times too large',
      `(x/255 − mean)/std with ${name}`,
      `x = (x / 255 - mean) / std   # ${m}, ${s}`,
      (c) => [1 / (255 * std[c]), -mean[c] / std[c]],
    ),
    // (u − std)/mean was fed
    each(
      'mean and std are swapped',
      `mean and std the other way round, ${name}`,
      `x = ((x * mean + std) - mean) / std   # ${m}, ${s}`,
      (c) => [mean[c] / std[c], (std[c] - mean[c]) / std[c]],
    ),
    each(
      'pixels are normalised, and should not be',
      `x·std + mean with ${name}`,
      `x = x * std + mean   # ${m}, ${s}`,
      (c) => [std[c], mean[c]],
    ),
  ];
}

function pythonColumn(numbers: readonly number[]): string {
  return numbers.length === 1 ? String(numbers[0]) : `numpy.array([${numbers.join(', ')}])[:, None, None]`;
}

/** How the channels of an input lie: channels [N, C, H, W] first, or [N, H, W, C] last. */
export interface Channels {
  readonly count: number;
  readonly isLast: boolean;
  /** H·W */
  readonly plane: number;
}

/** How an input of images lies; null: it is none of one or three channels. */
export function channelsOfInput(shape: readonly number[]): Channels | null {
  if (shape.length !== 4) return null;
  const [, C, H, W] = shape;
  if (C === 1 || C === 3) return { count: C, isLast: false, plane: H * W };
  return W === 1 || W === 3 ? { count: W, isLast: true, plane: C * H } : null;
}

/** An input, prepared in another way. */
export function prepared(
  x: Float32Array,
  { count, isLast, plane }: Channels,
  { scale, shift }: Pick<Preparation, 'scale' | 'shift'>,
): Float32Array {
  return x.map((value, i) => {
    const c = isLast ? i % count : Math.floor(i / plane) % count;
    return scale[c] * value + shift[c];
  });
}

/** An input with its channels in the opposite order. */
export function reversedChannels(x: Float32Array, { count, isLast, plane }: Channels): Float32Array {
  const step = isLast ? 1 : plane;
  return x.map((_, i) => {
    const c = Math.floor(i / step) % count;
    return x[i + (count - 1 - 2 * c) * step];
  });
}

/**
 * How much rougher pictures [N, C, H, W] are as they lie than as [N, H, W, C]: the mean step to the next number in a row and
 * to the one below, over the same of the other reading. Of pictures that lie channel by channel below 1.
 */
export function interleaving(x: Float32Array, [, C, H, W]: readonly number[]): number {
  return stepsOf(x, W, 1, W) / stepsOf(x, H * W * C, C, C * W);
}

/** The mean |step| to the right and down; a row of `row` numbers has no step beyond its end. */
function stepsOf(x: Float32Array, row: number, right: number, down: number): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i + down < x.length; i++) {
    if ((i % row) + right < row) {
      sum += Math.abs(x[i + right] - x[i]);
      count++;
    }
    sum += Math.abs(x[i + down] - x[i]);
    count++;
  }
  return sum / count;
}

import { CnnvizError } from '../core/errors.js';
import {
  type DecodeJob,
  type FitChoice,
  fitText,
  type NetworkJob,
  type NetworkRequest,
  normalizeText,
  PRESET_NAMES,
  type PresetChoice,
  type SampleRange,
} from '../core/job.js';
import { PRESETS, reversed } from '../core/preset.js';
import { baseName } from '../io/paths.js';
import { type Flag, flag, under, type ValuesOf } from './flags.js';
import {
  parseColour,
  parseNormalize,
  parseNumber,
  parsePixelCount,
  parseShape,
  parseSize,
  parseWhole,
} from './parse.js';

/** The text of print(model) is taken at its word. */
export const asPrintedFlag = flag.on(
  '--as-printed',
  'the text of print(model) is the whole network: no activation or pool is missing',
);

/** Made-up weights from a seed. */
export const initFlag = flag.of(
  '--init <seed:N>',
  'made-up He weights, the same on every machine, for a network without a checkpoint',
  (_, text) => parseSeed(text),
  (seed) => `seed:${seed}`,
);

/** Where a network's numbers come from. */
export const weightFlags = under('Weights:', {
  weights: flag.text(
    '-w, --weights <file>',
    'numbers: .pth, .safetensors, .npz, or of a model: .onnx, .keras, .h5, .tflite, .pt2; the same as NET@FILE',
  ),
  init: initFlag,
  input: flag.texts('--input <NAME=FILE.npy>', 'feed an input from an array; may be repeated'),
  asPrinted: asPrintedFlag,
});

/** The largest image that is decoded. */
export const maxPixelsFlag = flag.of(
  '--max-pixels <n>',
  'refuse larger images',
  (_, text) => parsePixelCount(text),
  String,
  '100M',
);

/** Which page of a file is read, and which samples become black and white. */
export const pageFlags = under('Pixels:', {
  page: flag.whole('--page <n>', 'which page of a TIFF, or frame of a GIF or WebP, from 1 (default: the first)', 1),
  range: flag.of(
    '--range <lo,hi|auto>',
    'the samples that become black and white, as for 16-bit and float files; auto: the least and the largest (floats do)',
    (long, text) => parseRange(long, text),
    (range) => (range === 'auto' ? range : range.join()),
  ),
});

/** What the presets are, in a line. */
export const PRESETS_ABOUT =
  'imagenet: shorter side 256, centre crop 224, mean/std; mnist: one digit; caffe, keras-tf, yolox: as those prepare images; none: as it is';

/** What a network alone asks of an image: one layer given by its kernels has no use for it. */
export const networkInputFlags = {
  preset: flag.choice('--preset <name>', `${PRESETS_ABOUT} (default: as the network says)`, PRESET_NAMES),
  channels: flag.choice('--channels <order>', 'the order of the colours: rgb, bgr (default: as the network says)', [
    'rgb',
    'bgr',
  ]),
  layout: flag.choice('--layout <axes>', 'nchw or nhwc, channels last (default: as the network says)', [
    'nchw',
    'nhwc',
  ]),
  fit: flag.of(
    '--fit <how>',
    'how an image comes to both sides of --resize or of the network: stretch, crop or letterbox[:COLOUR[:corner]]',
    (long, text) => parseFit(long, text),
    fitText,
  ),
};

/** How an image becomes a network's input. */
export const presetFlags = under('Pixels:', {
  ...networkInputFlags,
  resize: flag.of('--resize <n|h,w>', 'the shorter side, or both, before the crop', (_, text) => parseResize(text)),
  crop: flag.of('--crop <n|h,w>', 'the middle of the image', parseSize),
  gray: flag.on('--gray', 'convert to gray first (0.299 R + 0.587 G + 0.114 B)'),
  pixels: flag.choice('--pixels <range>', 'unit: [0, 1], 255: [0, 255], signed: [-1, 1] (default: unit)', [
    'unit',
    '255',
    'signed',
  ]),
  normalize: flag.of(
    '--normalize <imagenet|MEAN/STD>',
    '(x − mean) / std per channel',
    (_, text) => parseNormalize(text),
    normalizeText,
  ),
  background: flag.of(
    '--background <colour>',
    'lay transparent images over this colour (else alpha is dropped)',
    (_, text) => parseColour(text),
  ),
  maxPixels: maxPixelsFlag,
});

/** Class names of one's own. */
export const labelsFlag = flag.text(
  '--labels <file>',
  "class names, one a line (default: ImageNet's for 1,000 classes)",
);

/** The size of an input that nothing else says. */
export const sizeFlag = flag.of(
  '--size <C,H,W>',
  'the input, for networks that do not say one',
  (long, text) => parseShape(long, text, ['C', 'H', 'W']),
  (size) => size.join(','),
);

/** Names of layers. */
export function layersFlag(about: string): Flag<readonly string[]> {
  return flag.list('-l, --layers <names>', about);
}

/** Sums in one order. */
export const exactFlag = flag.on('--exact', 'only algorithms that add in one fixed order; no batch norm folded');

/** What results are named after: "alexnet", a file's name without its ending, "pipe". */
export function networkName(network: string): string {
  if (network.includes('|')) return 'pipe';
  const at = network.lastIndexOf('@');
  return baseName(at > 0 ? network.slice(0, at) : network).replace(/\.[a-z]\w*$/i, '');
}

/** Which network, with what numbers. @throws CnnvizError 'usage' */
export function requestOf(
  network: string,
  { weights = null, init = null, input = [], asPrinted = false }: Partial<ValuesOf<typeof weightFlags>>,
): NetworkRequest {
  return {
    network,
    weights,
    init,
    ...(asPrinted ? { asPrinted } : {}),
    inputs: input.map((text) => {
      const at = text.indexOf('=');
      if (at < 1 || at === text.length - 1) {
        throw new CnnvizError('usage', `--input: expected NAME=FILE.npy, got "${text}"`);
      }
      return { name: text.slice(0, at), path: text.slice(at + 1) };
    }),
  };
}

/** What the flags change of how an image is prepared; null when none is given. */
export function presetOf(flags: ValuesOf<Omit<typeof presetFlags, 'background' | 'maxPixels'>>): PresetChoice | null {
  const { preset, resize, crop, gray, pixels, normalize, channels, layout, fit } = flags;
  const isAnyGiven = [preset, resize, crop, pixels, normalize, channels, layout, fit].some((value) => value !== null);
  if (!gray && !isAnyGiven) return null;
  // by its name it is of colours, in whatever order they are fed
  const isNamed = normalize === PRESETS.imagenet.preprocess.normalize;
  return {
    name: preset,
    resize,
    crop,
    gray,
    pixels,
    normalize: isNamed && channels === 'bgr' ? reversed(normalize) : normalize,
    ...(channels && { channels }),
    ...(layout && { layout }),
    ...(fit && { fit }),
  };
}

/** How image files are decoded; what is not asked for has no key: jobs without it are the same as ever. */
export function decodeOf({
  background,
  maxPixels,
  page = null,
  range = null,
}: Pick<ValuesOf<typeof presetFlags>, 'background' | 'maxPixels'> & Partial<ValuesOf<typeof pageFlags>>): DecodeJob {
  return { background, maxPixels, ...(page !== null && { page }), ...(range !== null && { range }) };
}

/** A network run for its numbers alone: nothing is drawn, nothing is written. */
export function numbersJob(
  network: string,
  flags: ValuesOf<typeof presetFlags> & Partial<ValuesOf<typeof weightFlags & typeof pageFlags>>,
  {
    layers = ['output'],
    exact = false,
    labels = null,
  }: { readonly layers?: readonly string[]; readonly exact?: boolean; readonly labels?: string | null } = {},
): NetworkJob {
  return {
    request: requestOf(network, flags),
    decode: decodeOf(flags),
    preset: presetOf(flags),
    layers,
    picturesImplied: false,
    exact,
    top: null,
    labels,
    picture: { scale: { kind: 'auto' }, depth: 8, colormap: 'gray' },
    output: { products: [], target: { kind: 'working-folder' }, clobber: true },
  };
}

function parseSeed(text: string): number {
  const match = /^seed:(\d{1,15})$/.exec(text);
  if (!match)
    throw new CnnvizError('usage', `--init: expected seed:N, got "${text}"`, { fix: 'such as --init seed:1' });
  return Number(match[1]);
}

/** n: the shorter side; h,w: both */
function parseResize(text: string): number | readonly [number, number] {
  return /[,x×]/i.test(text) ? parseSize('--resize', text) : parseWhole('--resize', text, 1);
}

/** stretch, crop, letterbox, letterbox:114, letterbox:#ff8000:corner; bars are 114 without a word, as those of YOLO */
export function parseFit(long: string, text: string): FitChoice {
  const [kind, ...more] = text.toLowerCase().split(':');
  if ((kind === 'stretch' || kind === 'crop') && more.length === 0) return { kind };
  const corner = more.at(-1) === 'corner';
  const [colour = '114', ...rest] = corner ? more.slice(0, -1) : more;
  if (kind !== 'letterbox' || rest.length > 0) {
    throw new CnnvizError('usage', `${long}: expected stretch, crop or letterbox[:COLOUR[:corner]], got "${text}"`, {
      fix: `${long} letterbox:114 for grey bars, ${long} letterbox:114:corner for the image in the upper left corner`,
    });
  }
  return { kind, colour: parseColour(colour, long), ...(corner && { corner }) };
}

/** LO,HI in the file's own numbers, or auto */
function parseRange(long: string, text: string): SampleRange {
  if (text.toLowerCase() === 'auto') return 'auto';
  const parts = text.split(',');
  const [lo, hi] = parts.map((part) => parseNumber(long, part));
  if (parts.length === 2 && lo < hi) return [lo, hi];
  throw new CnnvizError('usage', `${long}: expected the sample of black, then a larger one of white, got "${text}"`, {
    fix: 'two numbers such as 0,4095, or auto',
  });
}

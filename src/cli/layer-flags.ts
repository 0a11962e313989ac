import { CnnvizError } from '../core/errors.js';
import {
  activationText,
  biasText,
  type Job,
  type KernelSource,
  kernelText,
  type LayerJob,
  paddingText,
  pairText,
  poolText,
} from '../core/job.js';
import { PRESETS } from '../core/preset.js';
import { flag, refuseBoth, under, type ValuesOf } from './flags.js';
import { decodeOf, pageFlags, presetFlags } from './network-flags.js';
import { parseActivation, parseBias, parseKernels, parsePadding, parsePair, parsePatch, parsePool } from './parse.js';

/** The kernels of a layer; the order of --kernel and --patch among each other counts. */
const kernelFlags = under('Kernels:', {
  kernel: flag.inOrder(
    '-k, --kernel <kernel>',
    'names with commas (see `cnnviz kernels`; sobel is the gradient magnitude), FILE.npy, .json, .csv, .txt or "1 0 -1; 1 0 -1"; may be repeated',
    (_, text) => parseKernels(text),
    (sources) => sources.map((source) => kernelText(source)).join(),
  ),
  patch: flag.inOrder(
    '-p, --patch <x,y,w,h[@image]>',
    'cut the kernel out of the image (or of another); may be repeated',
    (_, text) => [parsePatch(text, 'zero-mean')],
    ([source]) => kernelText(source),
  ),
  patchMode: flag.choice(
    '--patch-mode <mode>',
    'what a patch is measured by',
    ['zero-mean', 'raw', 'ncc'],
    'zero-mean',
  ),
  flip: flag.on('--flip', 'turn kernels by 180°: true convolution instead of cross-correlation'),
});

/** One layer: kernels → bias → activation → pool. */
export const layerFlags = {
  ...kernelFlags,
  ...under('Layer:', {
    stride: flag.of(
      '--stride <n|h,w>',
      'step between neighbouring windows; 2,3 and 2x3 are the same',
      (long, text) => parsePair(long, text),
      pairText,
      '1',
    ),
    padding: flag.of(
      '--padding <n|h,w|t,l,b,r|rule>',
      'border around the image; rules: same, valid, full',
      (_, text) => parsePadding(text),
      paddingText,
      '0',
    ),
    paddingMode: flag.choice(
      '--padding-mode <mode>',
      'what the border holds',
      ['zeros', 'reflect', 'replicate', 'circular'],
      'zeros',
    ),
    dilation: flag.of(
      '--dilation <n|h,w>',
      'distance between neighbouring taps of a kernel',
      (long, text) => parsePair(long, text),
      pairText,
      '1',
    ),
    groups: flag.whole('--groups <n>', 'split channels and kernels into n independent groups', 1, '1'),
    bias: flag.of(
      '--bias <bias>',
      'a number, FILE.npy (one per kernel), p99 or fire:1%',
      (_, text) => parseBias(text),
      (bias) => biasText(bias),
    ),
    activation: flag.of(
      '--activation <name[:number]>',
      'relu, leaky_relu:0.01, sigmoid, tanh, gelu, relu6, elu, silu, hardswish, softplus',
      (_, text) => parseActivation(text),
      activationText,
    ),
    relu: flag.on('--relu', 'short for --activation relu'),
    pool: flag.of(
      '--pool <kind[:size[:stride]]>',
      'max, avg or gauss pooling, such as max (2), max:3:2 or gauss:3:2',
      (_, text) => parsePool(text),
      (pool) => poolText(pool),
    ),
  }),
};

/** How an image becomes the numbers that one layer reads. */
export const pixelFlags = under('Pixels:', {
  gray: flag.on('--gray', 'convert to gray first (0.299 R + 0.587 G + 0.114 B)'),
  pixels: flag.choice(
    '--pixels <range>',
    'unit: [0, 1], 255: [0, 255], signed: [-1, 1]',
    ['unit', '255', 'signed'],
    'unit',
  ),
  normalize: presetFlags.normalize,
  rgb: flag.on('--rgb', 'read a one-channel file as three equal channels'),
  resize: presetFlags.resize,
  crop: presetFlags.crop,
  background: presetFlags.background,
  ...pageFlags,
  maxPixels: presetFlags.maxPixels,
});

/** Which algorithms may be taken. */
export const algorithmFlags = under('Running:', {
  exact: flag.on('--exact', 'only algorithms that add in one fixed order: see docs/trust.md'),
  algorithm: flag.text('--algorithm <name>', 'take this algorithm (see `cnnviz plan`) or say why it cannot be taken'),
});

type LayerValues = ValuesOf<typeof layerFlags & typeof algorithmFlags>;

/** --kernel and --patch in the order they were given. */
export function kernelsOf({
  kernel,
  patch,
  patchMode,
}: Pick<LayerValues, 'kernel' | 'patch' | 'patchMode'>): KernelSource[] {
  return [...kernel, ...patch]
    .sort((a, b) => a.at - b.at)
    .flatMap(({ value }) => value.map((one) => (one.kind === 'patch' ? { ...one, mode: patchMode } : one)));
}

/** The layer that the flags say. @throws CnnvizError 'usage' */
export function layerOf(flags: LayerValues): LayerJob {
  const { flip, stride, padding, paddingMode, dilation, groups, bias, activation, relu, pool, exact, algorithm } =
    flags;
  refuseBoth('--relu', '--activation', 'keep one of them', relu && activation !== null);
  return {
    kernels: kernelsOf(flags),
    flip,
    stride,
    padding,
    paddingMode,
    dilation,
    groups,
    bias,
    activation: relu ? { name: 'relu', parameter: null } : activation,
    pool,
    exact,
    algorithm,
  };
}

/** What an image becomes. @throws CnnvizError 'usage' */
export function pixelsOf({
  gray,
  pixels,
  normalize,
  rgb,
  resize,
  crop,
  ...decode
}: ValuesOf<typeof pixelFlags>): Pick<Job, 'decode' | 'preprocess' | 'geometry'> {
  refuseBoth('--gray', '--rgb', 'keep one of them', gray && rgb);
  if (normalize === PRESETS.imagenet.preprocess.normalize && pixels !== 'unit') {
    throw new CnnvizError('usage', `--normalize imagenet is for pixels in [0, 1], not --pixels ${pixels}`, {
      fix: 'leave --pixels out',
    });
  }
  return {
    decode: { ...decodeOf(decode), ...(rgb && { rgb }) },
    preprocess: { pixels, gray, normalize },
    ...((resize !== null || crop !== null) && { geometry: { resize, crop } }),
  };
}

/** One layer for its numbers alone: nothing is drawn, nothing is written. @throws CnnvizError 'usage' */
export function oneLayerJob(flags: LayerValues & ValuesOf<typeof pixelFlags>): Job {
  const layer = layerOf(flags);
  if (layer.kernels.length === 0) {
    throw new CnnvizError('usage', 'conv needs a kernel', {
      fix: 'add --kernel edge3x3 (`cnnviz kernels` lists them) or cut one from the image: --patch x,y,width,height',
    });
  }
  return {
    ...pixelsOf(flags),
    layer,
    picture: { scale: { kind: 'auto' }, depth: 8, colormap: 'gray' },
    output: { products: [], target: { kind: 'working-folder' }, clobber: true },
  };
}

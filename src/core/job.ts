import type { Padding, PaddingMode, Pads, Pair } from './geometry.js';
import type { Look } from './look.js';
import type { PartsJob } from './part.js';

/** Activations that a user may ask for by name; what each computes: layers/activation.ts. */
export type ActivationName =
  | 'relu'
  | 'relu6'
  | 'leaky_relu'
  | 'elu'
  | 'gelu'
  | 'gelu_tanh'
  | 'silu'
  | 'hardswish'
  | 'softplus'
  | 'sigmoid'
  | 'tanh';

/** [0, 1] as torchvision's ToTensor · [0, 255] · [−1, 1] */
export type PixelRange = 'unit' | '255' | 'signed';

/** How an image becomes the tensor [C, H, W] that the first layer reads. */
export interface PreprocessJob {
  readonly pixels: PixelRange;
  /** 0.299 R + 0.587 G + 0.114 B, unrounded: one channel instead of three */
  readonly gray: boolean;
  /** (x − mean) / std per channel, in the order they are fed, or null */
  readonly normalize: { readonly mean: readonly number[]; readonly std: readonly number[] } | null;
  /** Colours are fed as blue, green, red; absent: as red, green, blue. */
  readonly channels?: 'bgr';
}

export interface DecodeJob {
  /** The colour transparent pixels are laid over, "#rrggbb", or null: alpha is dropped. */
  readonly background: string | null;
  readonly maxPixels: number;
  /** Which page of a TIFF, which frame of a GIF or WebP, from 1; absent: the first. */
  readonly page?: number;
  /** The samples that become black and white; auto: the smallest and the largest there are. Absent: as the file's type says. */
  readonly range?: SampleRange;
  /** One layer reads a one-channel file as three equal channels; absent: as one. Networks always read three. */
  readonly rgb?: true;
}

export type SampleRange = readonly [lo: number, hi: number] | 'auto';

export interface PatchRect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** zero-mean: minus the mean of all weights together · raw: as cut · ncc: normalised cross-correlation */
export type PatchMode = 'zero-mean' | 'raw' | 'ncc';

/** Where a kernel's numbers come from. A patch without an image is cut from each input itself. */
export type KernelSource =
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'inline'; readonly text: string }
  | { readonly kind: 'patch'; readonly rect: PatchRect; readonly image: string | null; readonly mode: PatchMode };

/**
 * What is added to each map. percentile: minus that percentile of the map, so the rest stays above zero;
 * fire: the bias at which at most that share of the map is above zero.
 */
export type BiasSource =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'percentile'; readonly percent: number }
  | { readonly kind: 'fire'; readonly percent: number };

export interface PoolJob {
  readonly kind: 'max' | 'avg' | 'gauss';
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly pads: Pads;
  /** gauss only; null: a quarter of the size */
  readonly sigma: Pair | null;
}

/** One convolutional layer as a user says it: kernels → bias → activation → pooling. */
export interface LayerJob {
  readonly kernels: readonly KernelSource[];
  readonly flip: boolean;
  readonly stride: Pair;
  readonly padding: Padding;
  readonly paddingMode: PaddingMode;
  readonly dilation: Pair;
  readonly groups: number;
  readonly bias: BiasSource | null;
  readonly activation: { readonly name: ActivationName; readonly parameter: number | null } | null;
  readonly pool: PoolJob | null;
  /** Leave out algorithms that round differently from the one order of summation. */
  readonly exact: boolean;
  /** The algorithm to take, or null: the planner's choice. */
  readonly algorithm: string | null;
}

/** auto: minmax without the few outliers that would flatten the rest · minmax: darkest to brightest · symmetric: zero at
 * mid-grey · fixed limits · percentiles of the values */
export type ScaleRule =
  | { readonly kind: 'auto' }
  | { readonly kind: 'minmax' }
  | { readonly kind: 'symmetric' }
  | { readonly kind: 'fixed'; readonly lo: number; readonly hi: number }
  | { readonly kind: 'percentiles'; readonly lo: number; readonly hi: number };

export type ColormapName = 'gray' | 'viridis' | 'magma' | 'diverging';

export interface PictureJob {
  readonly scale: ScaleRule;
  readonly depth: 8 | 16;
  readonly colormap: ColormapName;
  /** In figures, values of both signs are blue and orange around a neutral zero; `colormap` is for the others. */
  readonly signs?: true;
  /** Each map of a sheet has a scale of its own. */
  readonly each?: true;
}

/**
 * maps: a file each · sheet: all in one labelled picture · strip: input ▸ kernel ▸ map · histogram: of all layers ·
 * overview: a whole network · npy: exact numbers · index: a page of many layers' sheets
 */
export type ProductKind = 'maps' | 'sheet' | 'strip' | 'histogram' | 'overview' | 'npy' | 'index';

export interface OutputJob {
  readonly products: readonly ProductKind[];
  /** Where results go; `place` decides the path of each. */
  readonly target:
    | { readonly kind: 'working-folder' }
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'folder'; readonly path: string }
    | { readonly kind: 'template'; readonly path: string }
    | { readonly kind: 'stdout' };
  readonly clobber: boolean;
  /** Results of many inputs share a file; absent: each has files of its own. */
  readonly parts?: PartsJob;
  /** How figures are finished, and whether they are SVG; as usual when left out. */
  readonly figure?: { readonly look: Look; readonly svg: boolean };
  /** What names say where no place is named, behind the input's: the settings of one map, and of a picture of all. */
  readonly names?: { readonly one: string; readonly all: string };
  /** There is one input: a page of its layers is the page of the folder. */
  readonly isOfOne?: true;
}

/** Everything a run needs but its inputs. Plain JSON: the same job serves the command line, threads and queues. */
export interface Job {
  readonly decode: DecodeJob;
  /** What happens to an image's size first; absent: nothing. */
  readonly geometry?: GeometryJob;
  readonly preprocess: PreprocessJob;
  readonly layer: LayerJob;
  readonly picture: PictureJob;
  readonly output: OutputJob;
}

/** Which network: as typed, with what its numbers come from. Plain JSON. */
export interface NetworkRequest {
  /** A pipe, a file, the name of a built-in; "NET@WEIGHTS" names a checkpoint too. */
  readonly network: string;
  /** A checkpoint, or null. */
  readonly weights: string | null;
  /** The seed of made-up He weights, or null. */
  readonly init: number | null;
  /** The text of print(model) is taken as the whole network, whatever it seems to leave out. */
  readonly asPrinted?: boolean;
  /** Named inputs from arrays. */
  readonly inputs: readonly { readonly name: string; readonly path: string }[];
}

/** Everything a network's run needs but its images. Plain JSON. */
export interface NetworkJob {
  readonly request: NetworkRequest;
  readonly decode: DecodeJob;
  /** What is changed of how an image becomes the input; null: as the network says. */
  readonly preset: PresetChoice | null;
  /** Names and globs; "output" and "all" are understood. */
  readonly layers: readonly string[];
  /** Nobody asked for pictures: an output of classes gets none. */
  readonly picturesImplied: boolean;
  readonly exact: boolean;
  /** How many classes to name; null: five when the network ends in classes and nothing else was asked for. */
  readonly top: number | null;
  /** A file of class names, one a line; null: ImageNet's for 1,000 classes. */
  readonly labels: string | null;
  readonly picture: PictureJob;
  readonly output: OutputJob;
}

/** What happens to an image's size, before its pixels become numbers. */
export interface GeometryJob {
  /** The shorter side, in pixels, the other in proportion; or [height, width]; null: as it is. */
  readonly resize: number | readonly [number, number] | null;
  /** [height, width] of the middle to keep; what is smaller gets a border of zeros. Null: all of it. */
  readonly crop: readonly [number, number] | null;
  /** How an image of other proportions comes to `resize`, which is both sides then; absent: each side is stretched. */
  readonly fit?: Fit;
}

/**
 * crop: as large as covers the size, the middle of it kept. letterbox: as large as fits into the size, in its middle, or in
 * the upper left corner, the rest in one colour, "#rrggbb".
 */
export type Fit =
  | { readonly kind: 'crop' }
  | { readonly kind: 'letterbox'; readonly colour: string; readonly corner?: true };

/** How a user says it: stretch is how it is done without a word. */
export type FitChoice = Fit | { readonly kind: 'stretch' };

/** How a photograph becomes a network's input: resize, crop, then pixels → numbers. Plain JSON. */
export interface ImagePreset {
  readonly geometry: GeometryJob;
  readonly preprocess: PreprocessJob;
  /** The image is of one digit, and becomes what MNIST would have made of it; `geometry` says the size alone. */
  readonly digit?: true;
  /** It is fed as [N, H, W, C]; absent: as [N, C, H, W], or as the network declares. */
  readonly layout?: 'nhwc';
}

export const PRESET_NAMES = ['imagenet', 'mnist', 'caffe', 'keras-tf', 'yolox', 'none'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

/** What a user changes of how images are prepared; null leaves a part as it is. */
export interface PresetChoice {
  /** The preset to begin with; null: the network's own. */
  readonly name: PresetName | null;
  readonly resize: GeometryJob['resize'];
  readonly crop: GeometryJob['crop'];
  readonly gray: boolean;
  readonly pixels: PreprocessJob['pixels'] | null;
  /** In the order the channels are fed. */
  readonly normalize: PreprocessJob['normalize'];
  /** What is not asked for has no key: jobs without it are the same as ever. */
  readonly channels?: 'rgb' | 'bgr';
  readonly layout?: 'nchw' | 'nhwc';
  readonly fit?: FitChoice;
}

/** The values of a job as they are typed behind their flags. Each text is read back as the same value. */

/** How a file is called in a text: as it was typed, unless a recipe leaves the folders out. */
type NameOf = (path: string) => string;

const asTyped: NameOf = (path) => path;

/** 2 for 2,2 */
export function pairText([a, b]: Pair): string {
  return a === b ? String(a) : `${a},${b}`;
}

/** 2 for 2,2; 2x3 (height x width) else: where a comma stands between the values of a list. */
export function pairName([a, b]: Pair): string {
  return a === b ? String(a) : `${a}x${b}`;
}

export function paddingText(padding: Padding): string {
  return typeof padding === 'string' || typeof padding === 'number' ? String(padding) : padding.join(',');
}

export function biasText(bias: BiasSource, nameOf = asTyped): string {
  switch (bias.kind) {
    case 'number':
      return String(bias.value);
    case 'file':
      return nameOf(bias.path);
    case 'percentile':
      return `p${bias.percent}`;
    case 'fire':
      return `fire:${bias.percent}%`;
  }
}

/** relu, or leaky_relu:0.1 */
export function activationText({ name, parameter }: NonNullable<LayerJob['activation']>): string {
  return name + (parameter === null ? '' : `:${parameter}`);
}

/** max:3:2; `pair`: how a size and a stride are written */
export function poolText({ kind, kernelSize, stride, sigma }: PoolJob, pair = pairText): string {
  return `${kind}:${pair(kernelSize)}:${pair(stride)}${sigma === null ? '' : `:${pair(sigma)}`}`;
}

/** The text behind --kernel, or behind --patch. */
export function kernelText(kernel: KernelSource, nameOf = asTyped): string {
  switch (kernel.kind) {
    case 'builtin':
      return kernel.name;
    case 'file':
      return nameOf(kernel.path);
    case 'inline':
      return kernel.text;
    case 'patch': {
      const { x, y, width, height } = kernel.rect;
      return `${x},${y},${width},${height}${kernel.image === null ? '' : `@${nameOf(kernel.image)}`}`;
    }
  }
}

export function scaleText(scale: ScaleRule): string {
  if (scale.kind === 'fixed') return `${scale.lo},${scale.hi}`;
  if (scale.kind === 'percentiles') return `p${scale.lo},p${scale.hi}`;
  return scale.kind;
}

/** stretch, crop, letterbox:114, letterbox:#ff8000, letterbox:114:corner */
export function fitText(fit: FitChoice): string {
  if (fit.kind !== 'letterbox') return fit.kind;
  return `letterbox:${colourText(fit.colour)}${fit.corner ? ':corner' : ''}`;
}

/** A grey by its number. */
export function colourText(colour: string): string {
  const [red, green, blue] = [1, 3, 5].map((at) => colour.slice(at, at + 2));
  return red === green && green === blue ? String(Number.parseInt(red, 16)) : colour;
}

/** MEAN/STD */
export function normalizeText({ mean, std }: NonNullable<PreprocessJob['normalize']>): string {
  return `${mean.join(',')}/${std.join(',')}`;
}

import type { ActivationName, Padding, PaddingMode, Pads, Pair } from './layers.js';

/** [0, 1] as torchvision's ToTensor · [0, 255] · [−1, 1] */
export type PixelRange = 'unit' | '255' | 'signed';

/** How an image becomes the tensor [C, H, W] that the first layer reads. */
export interface PreprocessJob {
  readonly pixels: PixelRange;
  /** 0.299 R + 0.587 G + 0.114 B, unrounded: one channel instead of three */
  readonly gray: boolean;
  /** (x − mean) / std per channel, or null */
  readonly normalize: { readonly mean: readonly number[]; readonly std: readonly number[] } | null;
}

export interface DecodeJob {
  /** The colour transparent pixels are laid over, "#rrggbb", or null: alpha is dropped. */
  readonly background: string | null;
  readonly maxPixels: number;
}

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

/** minmax: darkest to brightest · symmetric: zero at mid-grey · fixed limits · percentiles of the values */
export type ScaleRule =
  | { readonly kind: 'minmax' }
  | { readonly kind: 'symmetric' }
  | { readonly kind: 'fixed'; readonly lo: number; readonly hi: number }
  | { readonly kind: 'percentiles'; readonly lo: number; readonly hi: number };

export type ColormapName = 'gray' | 'viridis' | 'magma' | 'diverging';

export interface PictureJob {
  readonly scale: ScaleRule;
  readonly depth: 8 | 16;
  readonly colormap: ColormapName;
}

/** maps: a file each · sheet: all in one labelled picture · strip: input ▸ kernel ▸ map · npy: exact numbers */
export type ProductKind = 'maps' | 'sheet' | 'strip' | 'npy';

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
}

/** Everything a run needs but its inputs. Plain JSON: the same job serves the command line, threads and queues. */
export interface Job {
  readonly decode: DecodeJob;
  readonly preprocess: PreprocessJob;
  readonly layer: LayerJob;
  readonly picture: PictureJob;
  readonly output: OutputJob;
}

import type { NetworkInput } from '../analysis/prepare/network-input.js';
import type { ColormapName, ImagePreset, PresetChoice, ScaleRule } from '../core/job.js';
import type { DType } from '../core/values.js';
import type { Layer } from '../layers/index.js';
import type { ModelInput } from '../layers/model.js';

/**
 * What a page of `cnnviz explore` is made of: plain JSON in the page, with one run of bytes beside it that holds all
 * weights and pixels. Written by the command, read by the page and its worker.
 */
export interface PageData {
  readonly cnnviz: string;
  /** A network's layers; or one convolution, its bias, activation and pooling, with controls for their settings. */
  readonly kind: 'network' | 'layer';
  /** One; two that are compared, the first as it should be; or the checkpoints of one training, in their order. */
  readonly networks: readonly PackedNetwork[];
  readonly together: 'alone' | 'compared' | 'film';
  readonly images: readonly PackedImage[];
  /** The page offers a canvas to draw a digit on. */
  readonly draws: boolean;
  /** What is shown first, before the engine runs; null: the engine runs first. */
  readonly first: FirstSight | null;
  /** Where the bytes are: in the page, or asked for from the server that gives the page. */
  readonly bytes: { readonly kind: 'inside' } | { readonly kind: 'served'; readonly path: string };
}

/** A run of bytes of the page. */
export interface ByteRange {
  readonly at: number;
  readonly length: number;
}

/** A network as the engine takes it: bound to its weights. */
export interface PackedNetwork {
  /** What tables say: "digits", a file's name without its folder. */
  readonly name: string;
  readonly model: PackedModel;
  /** [C, H, W] of one input it is made for; null: any size. */
  readonly input: readonly number[] | null;
  /** The type its input is declared in. */
  readonly dtype: DType;
  /** How an image is prepared for it: `presetOfJob` of what it reads and what was asked. */
  readonly preset: ImagePreset;
  /** What it says of its images itself, and what was asked of them on the command line; null: nothing was. */
  readonly reads: Pick<NetworkInput, 'channels' | 'declared' | 'preset'>;
  readonly asked: PresetChoice | null;
  /** Only algorithms that add in the one order: --exact, or a head that asks for it. */
  readonly exact: boolean;
  /** The names of its classes, or null: it ends in none, or nothing names them. */
  readonly labels: readonly string[] | null;
  /** It has modules that an exporter took apart: some of its layers are several nodes. */
  readonly hasModules: boolean;
  /** Layers in the order of the model, as `summary` tells them. */
  readonly layers: readonly PackedLayer[];
  /** What stands before the image in a shell line, as words: ["digits"], ["alexnet@alexnet.pth", "--preset", "none"]. */
  readonly args: readonly string[];
  /** Of a film: how far its training was, "step 120"; null otherwise. */
  readonly moment: string | null;
  readonly notes: readonly string[];
  /** What `doctor` finds, with the images of the page, the worst first; null: it was not asked. */
  readonly findings: readonly PackedFinding[] | null;
}

/** A sentence of `doctor`. */
export interface PackedFinding {
  readonly severity: 'broken' | 'suspect' | 'remark';
  /** Null: the whole network, or what it is fed. */
  readonly layer: string | null;
  readonly what: string;
  readonly fix: string | null;
}

export interface PackedModel {
  readonly inputs: readonly ModelInput[];
  /** None where the layers that are shown end before them: then the page has no classes. */
  readonly outputs: readonly string[];
  readonly nodes: readonly PackedNode[];
  /** Numbers as they lie in a typed array of their type, little-endian; of equal ones of several networks one copy. */
  readonly constants: readonly {
    readonly name: string;
    readonly dtype: DType;
    readonly shape: readonly number[];
    readonly bytes: ByteRange;
  }[];
}

export interface PackedNode {
  readonly name: string;
  readonly layer: Layer;
  readonly inputs: readonly (string | null)[];
  readonly outputs: readonly string[];
}

/** A layer in the list and in the graph. */
export interface PackedLayer {
  readonly name: string;
  /** The value that is shown for it. */
  readonly value: string;
  /** "conv 3×3, stride 2" */
  readonly words: string;
  /** N included. */
  readonly shape: readonly number[];
  readonly params: number;
  readonly macs: number;
  /** Names of the layers it reads. */
  readonly from: readonly string[];
  /** What a position sees of the input, as words: "3×3 pixels"; null where that is not told. */
  readonly sees: string | null;
  /** What its channels are called: kernels that the reader named, "sobel-x"; absent: they have numbers only. */
  readonly channels?: readonly string[];
  /** The weight that kernels are drawn from; null: it has none. */
  readonly weight: string | null;
  /** Its box in the graph, in pixels: middle, width and height; null: the graph is too large and has no boxes. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | null;
}

/** Pixels exactly as the command line decoded them, or the numbers of an array. */
export type PackedImage =
  | {
      readonly kind: 'pixels';
      /** As it was named, without its folder. */
      readonly name: string;
      /** As a shell line names it. */
      readonly path: string;
      readonly width: number;
      readonly height: number;
      readonly channels: 1 | 3;
      readonly depth: 8 | 16;
      readonly colour: string;
      readonly bytes: ByteRange;
    }
  | {
      readonly kind: 'array';
      readonly name: string;
      readonly path: string;
      /** [C, H, W] or [1, C, H, W], float32 */
      readonly shape: readonly number[];
      readonly bytes: ByteRange;
    };

/** The maps of one layer as greys, for the first paint. */
export interface FirstSight {
  readonly layer: string;
  readonly maps: MapGreys;
}

/** Maps of one layer as pictures of 8 bits, and what their greys mean. */
export interface MapGreys {
  readonly layer: string;
  readonly width: number;
  readonly height: number;
  /** Which channels these are. */
  readonly channels: readonly number[];
  /** One plane after another, row by row; numbers in JSON: a base64 text. */
  readonly greys: Uint8Array | string;
  /** One for each plane, or one for all. */
  readonly scales: readonly { readonly lo: number; readonly hi: number }[];
  readonly zero: { readonly level: number } | 'below' | 'above';
  readonly clipped: { readonly below: number; readonly above: number; readonly nan: number };
  /** What the greys mean, in the words of the command line. */
  readonly words: string;
}

/** How maps become pictures. */
export interface Look {
  readonly scale: ScaleRule;
  readonly colormap: ColormapName;
  /** Each map has a scale of its own. */
  readonly each: boolean;
}

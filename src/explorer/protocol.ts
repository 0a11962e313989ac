import type { Explanation } from '../analysis/explain/explanation.js';
import type { FieldFacts } from '../analysis/field.js';
import type { ImagePreset } from '../core/job.js';
import type { LayerFacts } from '../core/result.js';
import type { ValuePlace } from '../core/value-place.js';
import type { Layer } from '../layers/index.js';
import type { Look, MapGreys } from './page-data.js';

/** Which image is fed: one of the page, or pixels that were dropped, pasted, drawn, or taken with the camera. */
export type FedImage =
  | { readonly kind: 'own'; readonly index: number }
  | {
      readonly kind: 'given';
      readonly name: string;
      readonly width: number;
      readonly height: number;
      /** RGBA, opaque, as a canvas gives them; of a drawing R = G = B. */
      readonly pixels: Uint8ClampedArray;
      /** Its three channels are equal: it is fed as one where the network reads one. */
      readonly gray: boolean;
    };

/** Something that is otherwise than in the file. Later ones win over earlier ones of the same place. */
export type Edit =
  /** One number of a weight or bias. */
  | { readonly kind: 'weight'; readonly constant: string; readonly index: number; readonly value: number }
  /** A channel of a layer's output is zero. */
  | { readonly kind: 'silence'; readonly layer: string; readonly channel: number }
  /** A layer is replaced by another that reads the same inputs: another stride, another activation, none ('identity'). */
  | { readonly kind: 'layer'; readonly layer: string; readonly becomes: Layer }
  /** A kernel is replaced by another of any size: its numbers [M, C, kH, kW]. */
  | {
      readonly kind: 'kernel';
      readonly constant: string;
      readonly shape: readonly number[];
      readonly data: readonly number[];
    };

/** All that decides the numbers. */
export interface Situation {
  /** Which of the page's networks. */
  readonly network: number;
  readonly image: FedImage;
  /** Null: the network's own. */
  readonly preset: ImagePreset | null;
  readonly edits: readonly Edit[];
}

/** One layer after a run. */
export interface RanLayer {
  readonly name: string;
  /** N included. */
  readonly shape: readonly number[];
  /** Settings may have been edited: "conv 3×3, stride 2". */
  readonly words: string;
  /** The same numbers as in the run before it: no picture of it has to be drawn again. */
  readonly unchanged: boolean;
}

export interface RankedScore {
  readonly index: number;
  readonly name: string | null;
  /** A share, 0 … 1, where the network's scores are or become shares; else the score itself. */
  readonly share: number | null;
  readonly score: number;
}

/** What a run found. */
export interface Ran {
  readonly layers: readonly RanLayer[];
  /** How the image was prepared, in the words of the command line. */
  readonly prepared: string;
  /** What the first layer reads, as a picture: RGBA. */
  readonly input: { readonly width: number; readonly height: number; readonly rgba: Uint8ClampedArray };
  /** From the most likely on, at most ten; null: the network ends in no classes. */
  readonly classes: readonly RankedScore[] | null;
  readonly notes: readonly string[];
  /** Layers that were computed, and the time they took. */
  readonly computed: number;
  readonly ms: number;
}

/** A refusal in the command line's words. */
export interface Refusal {
  readonly message: string;
  readonly fix: string | null;
}

/** What one map shows of a class. */
export interface ClassPicture {
  readonly class: RankedScore;
  readonly layer: string;
  /** Of the size of `Ran.input`, row by row: shares of the strongest value, 0 … 1; all 0 where nothing speaks for the class. */
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
  /** A sentence: where it is strongest. */
  readonly words: string;
}

/** The kernels of a layer as pictures: of each map the channels it reads. */
export interface KernelGreys {
  readonly layer: string;
  readonly constant: string;
  /** [M, C, kH, kW] */
  readonly shape: readonly number[];
  readonly data: Float32Array;
  readonly bias: Float32Array | null;
  readonly biasConstant: string | null;
}

/** Where two networks part: layers of the same name and shape, in order. */
export interface Compared {
  readonly rows: readonly {
    readonly layer: string;
    /** Largest |a − b|, and that as a share of the largest |a|; null: only one has it, or shapes differ. */
    readonly worst: number | null;
    readonly share: number | null;
    readonly same: boolean;
  }[];
  /** The first that differs, or null. */
  readonly first: string | null;
}

/** What is computed behind the page: in a worker there, in place in tests. Every method may throw a CnnvizError. */
export interface ExplorerEngine {
  /** Runs what a change reaches; what was computed before is kept. Later calls are about the last situation. */
  run(situation: Situation): Promise<Ran>;
  /** Greys of some channels; null: of all. */
  maps(layer: string, channels: readonly number[] | null, look: Look): Promise<MapGreys>;
  facts(layer: string): Promise<LayerFacts>;
  /** Counts of values in `bins` bins from the smallest to the largest; zeros, NaN and infinite ones are counted apart. */
  histogram(
    layer: string,
    bins: number,
  ): Promise<{
    readonly lo: number;
    readonly hi: number;
    readonly counts: readonly number[];
    readonly zeros: number;
    readonly nan: number;
    readonly infinite: number;
  }>;
  /** The numbers of a layer, N included, as they lie: a copy. */
  values(layer: string): Promise<{ readonly shape: readonly number[]; readonly data: Float32Array }>;
  value(layer: string, place: ValuePlace): Promise<number>;
  explain(layer: string, place: ValuePlace): Promise<Explanation>;
  field(
    layer: string,
    at: { readonly x: number; readonly y: number } | null,
    pixel: { readonly x: number; readonly y: number } | null,
  ): Promise<FieldFacts>;
  kernels(layer: string): Promise<KernelGreys>;
  classMap(index: number | null, layer: string | null): Promise<ClassPicture>;
  /** Network `a` against `b` on the image of the last situation. */
  compare(a: number, b: number): Promise<Compared>;
}

/** The methods by name, for messages. */
export type EngineMethod = keyof ExplorerEngine;

/** Page → worker. The first message opens; each later one is answered under its number. */
export type ToWorker =
  | {
      readonly kind: 'open';
      readonly data: import('./page-data.js').PageData;
      /** The page's bytes; null: they are asked for from `base` by range, one request a range. */
      readonly bytes: ArrayBuffer | null;
      readonly base: string | null;
      /** The engine's routines: dist/explorer/engine.wasm. */
      readonly wasm: ArrayBuffer;
    }
  | { readonly kind: 'call'; readonly id: number; readonly method: EngineMethod; readonly args: readonly unknown[] };

/** Worker → page. */
export type FromWorker =
  | { readonly kind: 'opened' }
  | { readonly kind: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'refused'; readonly id: number; readonly refusal: Refusal }
  /** Something of ours is broken: shown as such, with its stack. */
  | { readonly kind: 'broken'; readonly message: string };

import type { ImagePreset } from '../../core/job.js';
import type { ValueFault } from '../../core/values.js';
import type { ShapedModel } from '../../layers/infer.js';
import type { ModelNode } from '../../layers/model.js';
import type { BatchNorm } from './batch-norms.js';
import type { Fit } from './fit.js';
import type { Moments } from './moments.js';
import type { Weight } from './weights.js';

/** What is examined: a network with all its numbers, and what images showed of it. */
export interface Patient {
  readonly shaped: ShapedModel;
  /** Every convolution and linear layer with its weight, in the order of the network. */
  readonly weights: readonly Weight[];
  /** Every batch norm whose statistics are constants, in the order of the network. */
  readonly norms: readonly BatchNorm[];
  /** How images are prepared; null: arrays, or nothing was given. */
  readonly preset: ImagePreset | null;
  /** Null: no image was given. */
  readonly seen: Seen | null;
}

/** What the runs on all images showed. */
export interface Seen {
  readonly images: number;
  /** What went wrong first, on the first image it did. */
  readonly faults: readonly ValueFault[];
  /** Of every layer that was watched, by the name of its node. */
  readonly layers: readonly LayerSeen[];
  /** What arrives at each batch norm, by the name of its node. */
  readonly arriving: ReadonlyMap<string, Moments>;
  /** Softmax layers, by name, that were given numbers that are a softmax already: every row ≥ 0, with the sum 1. */
  readonly given: ReadonlySet<string>;
  /** The largest |value| of the network's outputs. */
  readonly largest: number;
  /** How well preparations fit the batch norms; null: it cannot be told. */
  readonly fit: Fit | null;
  /** Arrays that look like [H, W, C] under the shape [C, H, W]: how much smoother they are that way. */
  readonly interleaved: number | null;
}

/** What all images showed of one layer's channels. */
export interface LayerSeen {
  readonly node: ModelNode;
  readonly channels: number;
  /** Places of a channel's map; 1: of a vector. */
  readonly places: number;
  /** Of each channel the smallest and the largest value. */
  readonly lo: Float64Array;
  readonly hi: Float64Array;
  /** The share of values at the activation's limits; null: it has none. */
  readonly saturated: number | null;
}

import type { Axis, Conv2dGeometry } from '../core/geometry.js';
import type { ActivationLayer, Conv2dLayer, Layer, LinearLayer, NccLayer, PoolLayer } from '../core/layers.js';
import type { Shape4 } from '../core/shapes/spatial.js';
import type { ValueInfo } from '../core/values.js';
import type { Bands } from './bands.js';
import type { ConvWeight } from './conv-weight.js';
import type { Conv2dAlgorithm } from './conv2d/algorithm.js';
import type { PoolAlgorithm } from './pooling/max.js';

interface StepFields {
  /** The node's name. */
  readonly name: string;
  /** Values it reads; null: left out. */
  readonly inputs: readonly (string | null)[];
  /** Values it makes, with their type and shape. */
  readonly outputs: readonly string[];
  readonly infos: readonly ValueInfo[];
  readonly macs: number;
}

/** A convolution, or a linear layer as one: x [N, K] is N images of K channels and one pixel. */
export interface ConvStep extends StepFields {
  readonly kind: 'conv';
  readonly layer: Conv2dLayer | NccLayer | LinearLayer;
  readonly weight: ConvWeight;
  readonly bias: Float32Array | null;
  readonly geometry: Conv2dGeometry;
  /** What is computed: `geometry`, or for a linear layer over N > 1 vectors a 1×1 kernel over one row of N pixels. */
  readonly computed: Conv2dGeometry;
  readonly algorithm: Conv2dAlgorithm;
  /** Null for an algorithm that takes whole images. */
  readonly bands: Bands | null;
  /** An activation that is applied to each band while it is in the cache; `outputs` are the activation's. */
  readonly fused: ActivationLayer | null;
  /** The batch norm taken into the weights: the step has its name and its outputs. */
  readonly folds: string | null;
}

export interface PoolStep extends StepFields {
  readonly kind: 'pool';
  readonly layer: PoolLayer;
  readonly inShape: Shape4;
  readonly axes: [Axis, Axis];
  /** Its windows as a depthwise convolution of all planes. */
  readonly windows: Conv2dGeometry;
  readonly algorithm: PoolAlgorithm;
  readonly bands: Bands;
}

/** Any other layer: computed by its operator. */
export interface OperatorStep extends StepFields {
  readonly kind: 'operator';
  readonly layer: Layer;
}

export type Step = ConvStep | PoolStep | OperatorStep;

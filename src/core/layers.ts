import type { Tensor } from './tensor.js';

/** How the border of an input is continued; names as in torch.nn.Conv2d. */
export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';

/** What a user may say: one number, [height, width], [top, left, bottom, right] or a rule. */
export type Padding = number | readonly number[] | 'same' | 'valid' | 'full';

/** [height, width] */
export type Pair = readonly [number, number];

/** [top, left, bottom, right], in input pixels */
export type Pads = readonly [number, number, number, number];

/** One convolutional layer (cross-correlation). weight [M, C/groups, kH, kW], bias [M] or null. */
export interface Conv2dLayer {
  readonly kind: 'conv';
  readonly weight: Tensor;
  readonly bias: Float32Array | null;
  readonly stride: Pair;
  readonly padding: Padding;
  readonly paddingMode: PaddingMode;
  readonly dilation: Pair;
  readonly groups: number;
}

/**
 * Normalised cross-correlation: like a convolution, but each window and each kernel is made zero-mean (all channels
 * together) and of length one, so values lie in [−1, 1]. weight [M, C, kH, kW]. A flat window gives 0.
 */
export interface NccLayer extends Omit<Conv2dLayer, 'kind'> {
  readonly kind: 'ncc';
}

export type ActivationName =
  | 'relu'
  | 'relu6'
  | 'leaky_relu'
  | 'elu'
  | 'gelu'
  | 'silu'
  | 'hardswish'
  | 'softplus'
  | 'sigmoid'
  | 'tanh';

/** An activation, element by element. `parameter`: leaky_relu's negative_slope, elu's alpha; null for the others. */
export interface ActivationLayer {
  readonly kind: 'activation';
  readonly name: ActivationName;
  readonly parameter: number | null;
}

/** What all pools share; fields as in torch.nn.MaxPool2d and AvgPool2d. */
interface PoolFields {
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly pads: Pads;
  readonly ceilMode: boolean;
}

/** Padding counts as −∞ and never wins. */
export interface MaxPoolLayer extends PoolFields {
  readonly kind: 'max_pool';
  readonly dilation: Pair;
}

export interface AvgPoolLayer extends PoolFields {
  readonly kind: 'avg_pool';
  readonly countIncludePad: boolean;
  /** The number to divide by instead of the window's size, or null. */
  readonly divisorOverride: number | null;
}

/** Mean weighted by exp(−d²/2σ²) at distance d from the window's centre; weights sum to 1. */
export interface GaussPoolLayer extends PoolFields {
  readonly kind: 'gauss_pool';
  /** [vertical, horizontal], in pixels */
  readonly sigma: Pair;
  readonly countIncludePad: boolean;
}

export type PoolLayer = MaxPoolLayer | AvgPoolLayer | GaussPoolLayer;

export type Layer = Conv2dLayer | NccLayer | ActivationLayer | PoolLayer;

/** Layers one after another. One kernel is a model of one layer. */
export interface Model {
  readonly layers: readonly { readonly name: string; readonly layer: Layer }[];
}

import type { GraphLayer } from './graph-layers.js';

/** How the border of an input is continued; names as in torch.nn.Conv2d. */
export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';

/** What a user may say: one number, [height, width], [top, left, bottom, right] or a rule. */
export type Padding = number | readonly number[] | 'same' | 'same_lower' | 'valid' | 'full';

/** [height, width] */
export type Pair = readonly [number, number];

/** [top, left, bottom, right], in input pixels */
export type Pads = readonly [number, number, number, number];

/** One convolutional layer (cross-correlation). Inputs: x [N, C, H, W] or [C, H, W], weight [M, C/groups, kH, kW], bias [M]. */
export interface Conv2dLayer {
  readonly kind: 'conv';
  readonly stride: Pair;
  readonly padding: Padding;
  readonly paddingMode: PaddingMode;
  readonly dilation: Pair;
  readonly groups: number;
}

/**
 * Normalised cross-correlation: like a convolution, but each window and each kernel is made zero-mean (all channels
 * together) and of length one, so values lie in [−1, 1]. A flat window gives 0. Inputs as a convolution's.
 */
export interface NccLayer extends Omit<Conv2dLayer, 'kind'> {
  readonly kind: 'ncc';
}

/** y = x·weightᵀ + bias. Inputs: x [..., K], weight [M, K], bias [M]. */
export interface LinearLayer {
  readonly kind: 'linear';
}

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

/**
 * An activation, element by element. `parameters`: leaky_relu's negative_slope, elu's alpha, softplus's beta and
 * threshold; torch's defaults stand for those left out. gelu_tanh is gelu with approximate='tanh'.
 */
export interface ActivationLayer {
  readonly kind: 'activation';
  readonly name: ActivationName;
  readonly parameters: readonly number[];
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

/** Pools to a given size, whatever the input's; null keeps the input's side. Fields as in torch.nn.AdaptiveAvgPool2d. */
export interface AdaptivePoolLayer {
  readonly kind: 'adaptive_avg_pool' | 'adaptive_max_pool';
  readonly outputSize: readonly [number | null, number | null];
}

/** x / (k + alpha/size · Σ x²)^beta over `size` channels around each. Fields as in torch.nn.LocalResponseNorm. */
export interface LrnLayer {
  readonly kind: 'lrn';
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

/**
 * (x − running_mean) / √(running_var + eps) · weight + bias for each channel.
 * Inputs: x [N, C, ...], weight [C] or null, bias [C] or null, running_mean [C], running_var [C].
 */
export interface BatchNormLayer {
  readonly kind: 'batch_norm';
  readonly eps: number;
}

/** Axes startDim … endDim become one; N counts, as in torch.nn.Flatten. */
export interface FlattenLayer {
  readonly kind: 'flatten';
  readonly startDim: number;
  readonly endDim: number;
}

/** Does nothing: a network that computes does not drop. A second output, the mask, is all true. */
export interface DropoutLayer {
  readonly kind: 'dropout';
}

interface IdentityLayer {
  readonly kind: 'identity';
}

/** Over axis `dim`, N included; null: torch's implicit choice, 0 for rank 0, 1 and 3, else 1. */
export interface SoftmaxLayer {
  readonly kind: 'softmax' | 'log_softmax';
  readonly dim: number | null;
}

/** Element by element with numpy's broadcasting, from left to right. Inputs: two or more. */
export interface ArithmeticLayer {
  readonly kind: 'add' | 'sub' | 'mul' | 'div';
}

/** Inputs one after another along axis `dim`. */
export interface ConcatLayer {
  readonly kind: 'concat';
  readonly dim: number;
}

/** The shape of its input as int64 [rank], from axis `start` to before `end`; null: the last. */
export interface ShapeLayer {
  readonly kind: 'shape';
  readonly start: number;
  readonly end: number | null;
}

export type Layer =
  | Conv2dLayer
  | NccLayer
  | LinearLayer
  | ActivationLayer
  | PoolLayer
  | AdaptivePoolLayer
  | LrnLayer
  | BatchNormLayer
  | FlattenLayer
  | DropoutLayer
  | IdentityLayer
  | SoftmaxLayer
  | ArithmeticLayer
  | ConcatLayer
  | ShapeLayer
  | GraphLayer;

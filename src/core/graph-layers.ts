import type { DType } from './values.js';

/**
 * Layers of computation graphs, beside those of torch.nn in layers.ts: what ONNX models are made of. What decides a
 * shape (axes, pads, a target shape) is an input of the layer, so that one kind serves constants and computed values.
 */

/** Padding of a window over any number of axes: [first axis … last axis before, first … last after], or a rule. */
export type WindowPadding = readonly number[] | 'same' | 'same_lower' | 'valid';

/** What windows over any number of axes share. */
interface WindowFields {
  readonly stride: readonly number[];
  readonly padding: WindowPadding;
  readonly dilation: readonly number[];
}

/**
 * Cross-correlation over any number of axes, by definition. Inputs: x [N, C, ...], weight [M, C/groups, ...], bias [M]
 * or null.
 */
export interface ConvNdLayer extends WindowFields {
  readonly kind: 'conv_nd';
  readonly groups: number;
}

/** A pool over any number of axes. Input: x [N, C, ...]. A second output of a max pool: where each maximum lies in x. */
export interface PoolNdLayer extends WindowFields {
  readonly kind: 'max_pool_nd' | 'avg_pool_nd';
  readonly kernelSize: readonly number[];
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  /** Whether the places of maxima count the last axis slowest instead of fastest. */
  readonly columnMajor: boolean;
}

/** One value for each channel: [N, C, ...] → [N, C, 1, ...]. */
export interface GlobalPoolLayer {
  readonly kind: 'global_avg_pool' | 'global_max_pool';
}

export type PointwiseName =
  | 'abs'
  | 'neg'
  | 'sign'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'reciprocal'
  | 'sqrt'
  | 'exp'
  | 'log'
  | 'erf'
  | 'not'
  | 'hard_sigmoid'
  | 'selu'
  | 'celu'
  | 'mish'
  | 'softsign'
  | 'swish'
  | 'thresholded_relu';

/** One number to one number. `parameters`: as ONNX's attributes, in the order of its documentation. */
export interface PointwiseLayer {
  readonly kind: 'pointwise';
  readonly name: PointwiseName;
  readonly parameters: readonly number[];
}

/** x < 0 ? slope·x : x. Inputs: x, slope (broadcast to x). */
export interface PReluLayer {
  readonly kind: 'prelu';
}

/** min(max(x, lo), hi). Inputs: x, lo or null, hi or null (single numbers). */
export interface ClipLayer {
  readonly kind: 'clip';
}

/** Element by element with numpy's broadcasting. pow takes two inputs, of types of their own; the others one or more. */
export interface ExtremeLayer {
  readonly kind: 'min' | 'max' | 'mean' | 'pow';
}

/** Compares two arrays element by element with broadcasting, to bool. */
export interface CompareLayer {
  readonly kind: 'compare';
  readonly name: 'equal' | 'greater' | 'greater_or_equal' | 'less' | 'less_or_equal' | 'and' | 'or' | 'xor';
}

/** condition ? a : b with broadcasting. Inputs: condition, a, b. */
export interface WhereLayer {
  readonly kind: 'where';
}

/** Matrix product as numpy.matmul. Inputs: a, b. */
export interface MatMulLayer {
  readonly kind: 'matmul';
}

/** alpha·A·B + beta·C. Inputs: A [n, k], B [k, m] (or transposed), C broadcast to [n, m] or null. */
export interface GemmLayer {
  readonly kind: 'gemm';
  readonly alpha: number;
  readonly beta: number;
  readonly transA: boolean;
  readonly transB: boolean;
}

/** To two axes: those before `axis` and those from it on. */
export interface Flatten2dLayer {
  readonly kind: 'flatten_2d';
  readonly axis: number;
}

/** Inputs: x, shape (int64; −1: what is left; 0: x's own side, unless allowZero). */
export interface ReshapeLayer {
  readonly kind: 'reshape';
  readonly allowZero: boolean;
}

/** Inputs: b, a. b with sides of 1 behind it, so that its first axis meets a's axis `axis`: broadcasting before opset 7. */
export interface AlignLayer {
  readonly kind: 'align';
  readonly axis: number;
}

/** Axis i of the output is axis perm[i] of the input; null: all reversed. */
export interface TransposeLayer {
  readonly kind: 'transpose';
  readonly perm: readonly number[] | null;
}

/** Takes sides of 1 out, or puts them in. Inputs: x, axes (squeeze: null for all). */
export interface SqueezeLayer {
  readonly kind: 'squeeze' | 'unsqueeze';
}

export type PadMode = 'constant' | 'reflect' | 'edge' | 'wrap';

/** Inputs: x, pads [before …, after …] (negative ones cut), value or null for 0, axes or null for all. */
export interface PadLayer {
  readonly kind: 'pad';
  readonly mode: PadMode;
}

/** Input: shape. All elements are `value`. */
export interface ConstantOfShapeLayer {
  readonly kind: 'constant_of_shape';
  readonly dtype: DType;
  readonly value: number;
}

/** How many elements x has, as an int64 scalar. */
export interface SizeLayer {
  readonly kind: 'size';
}

/** Slices of x along an axis. Inputs: x, indices (negative ones count from the end). */
export interface GatherLayer {
  readonly kind: 'gather';
  readonly axis: number;
}

/** Inputs: x, starts, ends, axes or null for the first ones, steps or null for 1; as Python's slices. */
export interface SliceLayer {
  readonly kind: 'slice';
}

/** To another number type: towards zero from floating point to integers. */
export interface CastLayer {
  readonly kind: 'cast';
  readonly to: DType;
}

export type ReduceName =
  | 'mean'
  | 'sum'
  | 'max'
  | 'min'
  | 'prod'
  | 'l1'
  | 'l2'
  | 'sum_square'
  | 'log_sum'
  | 'log_sum_exp';

/** Inputs: x, axes or null. */
export interface ReduceLayer {
  readonly kind: 'reduce';
  readonly name: ReduceName;
  readonly keepDims: boolean;
  /** What an empty or missing list of axes means: none instead of all. */
  readonly noopWithEmptyAxes: boolean;
}

/** Where along an axis the largest (smallest) element is, as int64. */
export interface ArgReduceLayer {
  readonly kind: 'argmax' | 'argmin';
  readonly axis: number;
  readonly keepDims: boolean;
  /** Of equal ones the last instead of the first. */
  readonly last: boolean;
}

/** Inputs: x, sizes or null for equal parts (the last may be smaller). */
export interface SplitLayer {
  readonly kind: 'split';
  readonly axis: number;
  readonly parts: number;
}

export type CoordinateMode =
  | 'half_pixel'
  | 'half_pixel_symmetric'
  | 'pytorch_half_pixel'
  | 'align_corners'
  | 'asymmetric'
  | 'tf_half_pixel_for_nn'
  | 'tf_crop_and_resize';

/** Nearest-neighbour resizing. Inputs: x, roi or null, scales or null, sizes or null. */
export interface ResizeLayer {
  readonly kind: 'resize';
  readonly coordinateMode: CoordinateMode;
  readonly nearestMode: 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil';
  /** The axes that scales and sizes speak of; null: all. */
  readonly axes: readonly number[] | null;
  readonly keepAspectRatio: 'stretch' | 'not_larger' | 'not_smaller';
  /** What tf_crop_and_resize gives outside of the input. */
  readonly extrapolationValue: number;
}

/** Inputs: x, shape; repeated as broadcasting both together. */
export interface ExpandLayer {
  readonly kind: 'expand';
}

/** start, start + delta … before limit. Inputs: start, limit, delta (single numbers). */
export interface RangeLayer {
  readonly kind: 'range';
}

export type GraphLayer =
  | ConvNdLayer
  | PoolNdLayer
  | GlobalPoolLayer
  | PointwiseLayer
  | PReluLayer
  | ClipLayer
  | ExtremeLayer
  | CompareLayer
  | WhereLayer
  | MatMulLayer
  | GemmLayer
  | Flatten2dLayer
  | ReshapeLayer
  | AlignLayer
  | TransposeLayer
  | SqueezeLayer
  | PadLayer
  | ConstantOfShapeLayer
  | SizeLayer
  | GatherLayer
  | SliceLayer
  | CastLayer
  | ReduceLayer
  | ArgReduceLayer
  | SplitLayer
  | ResizeLayer
  | ExpandLayer
  | RangeLayer;

import { type DType, isFloat } from '../core/values.js';
import { ACTIVATION, type ActivationLayer } from './activation.js';
import { ADAPTIVE_POOL, type AdaptivePoolLayer } from './adaptive-pool.js';
import { ARITHMETIC, type ArithmeticFamily } from './arithmetic.js';
import { ARRANGE, type ArrangeFamily } from './arrange.js';
import { COMPARE, type CompareFamily } from './compare.js';
import { CONV, type ConvFamily } from './conv.js';
import { ELEMENTWISE, type ElementwiseFamily } from './elementwise/index.js';
import type { Families, Forward, LayerFamily } from './family.js';
import { INDEXING, type IndexingFamily } from './indexing.js';
import { MATRIX, type MatrixFamily } from './matrix.js';
import { NORM, type NormFamily } from './norm.js';
import { NORMS, type NormsFamily } from './norms/index.js';
import { POINTWISE, type PointwiseFamily } from './pointwise.js';
import { POOL, type PoolLayer } from './pool.js';
import { QUANTIZED, type QuantizedFamily } from './quantized/index.js';
import { REDUCE, type ReduceFamily } from './reduce.js';
import { RESHAPE, type ReshapeFamily } from './reshape.js';
import { SELECTING, type SelectingFamily } from './selecting/index.js';
import { SHAPES, type ShapesFamily } from './shapes.js';
import { SOFTMAX, type SoftmaxLayer } from './softmax.js';
import { SPATIAL, type SpatialFamily } from './spatial/index.js';
import { TFLITE, type TfliteFamily } from './tflite/index.js';
import { UNSUPPORTED, type UnsupportedLayer } from './unsupported.js';
import { WINDOW_ND, type WindowNdFamily } from './window-nd.js';

/** One layer of a network. A family of kinds is a file of this folder or of one below. */
export type Layer =
  | ConvFamily
  | MatrixFamily
  | ActivationLayer
  | PointwiseFamily
  | QuantizedFamily
  | PoolLayer
  | AdaptivePoolLayer
  | ReduceFamily
  | NormFamily
  | NormsFamily
  | SoftmaxLayer
  | ArithmeticFamily
  | CompareFamily
  | ElementwiseFamily
  | WindowNdFamily
  | ReshapeFamily
  | ArrangeFamily
  | IndexingFamily
  | SelectingFamily
  | SpatialFamily
  | ShapesFamily
  | TfliteFamily
  | UnsupportedLayer;

/** Every kind of layer, once. Adding one: an entry in its family's file; a new family has a line here and in `Layer`. */
export const LAYERS: Families<Layer> = {
  ...CONV,
  ...MATRIX,
  ...ACTIVATION,
  ...POINTWISE,
  ...QUANTIZED,
  ...POOL,
  ...ADAPTIVE_POOL,
  ...REDUCE,
  ...NORM,
  ...NORMS,
  ...SOFTMAX,
  ...ARITHMETIC,
  ...COMPARE,
  ...ELEMENTWISE,
  ...WINDOW_ND,
  ...RESHAPE,
  ...ARRANGE,
  ...INDEXING,
  ...SELECTING,
  ...SPATIAL,
  ...SHAPES,
  ...TFLITE,
  ...UNSUPPORTED,
};

/** All that is known of a layer; its kind decides, so the types fit. */
export function layerFamily<L extends Layer>(layer: L): LayerFamily<L> {
  return LAYERS[layer.kind] as unknown as LayerFamily<L>;
}

/** What a layer is called: "conv", "max_pool"; an activation by its own name. */
export function nameOf(layer: Layer): string {
  return layer.kind === 'activation' ? layer.name : layer.kind;
}

/**
 * Whether values of this type are numbers that a network computes, not shapes, indices or conditions: those of floating
 * point, and the whole numbers of quantised networks.
 */
export function computesNumbers({ kind }: Layer, dtype: DType): boolean {
  return isFloat(dtype) || ['int8', 'uint8', 'int16', 'uint16'].includes(dtype) || WHOLE_SUMS.includes(kind);
}

/** Layers that give sums of products in 32 bits. */
const WHOLE_SUMS: readonly Layer['kind'][] = ['conv_integer', 'matmul_integer'];

/** Whether a layer hands the numbers of its first input on as they are, perhaps under another shape. */
export function keepsNumbers(layer: Layer): boolean {
  return forwardOf(layer)?.memory === 'alias';
}

/** How a layer is computed by itself; null for one that the planner gives to the engine's convolutions or pools, or that is refused. */
export function forwardOf<L extends Layer>(layer: L): Forward<L> | null {
  const { forward } = layerFamily(layer);
  return typeof forward === 'string' ? null : forward;
}

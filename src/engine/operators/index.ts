import type { Layer } from '../../core/layers.js';
import { activationOperator } from './activation.js';
import { adaptivePoolOperator } from './adaptive-pool.js';
import { arithmeticOperator } from './arithmetic.js';
import { batchNormOperator } from './batch-norm.js';
import { concatOperator, shapeOperator } from './concat.js';
import { lrnOperator } from './lrn.js';
import type { Operator } from './operator.js';
import { dropoutOperator, sameDataOperator } from './same-data.js';
import { softmaxOperator } from './softmax.js';

/** Layers that the engine's convolutions and pools compute. */
type SpatialKind = 'conv' | 'ncc' | 'linear' | 'max_pool' | 'avg_pool' | 'gauss_pool';

/** How every other kind of layer is computed. Adding one: a file in this folder and a line here. */
export const OPERATORS: {
  readonly [K in Exclude<Layer['kind'], SpatialKind>]: Operator<Extract<Layer, { readonly kind: K }>>;
} = {
  activation: activationOperator,
  adaptive_avg_pool: adaptivePoolOperator,
  adaptive_max_pool: adaptivePoolOperator,
  lrn: lrnOperator,
  batch_norm: batchNormOperator,
  flatten: sameDataOperator,
  dropout: dropoutOperator,
  identity: sameDataOperator,
  softmax: softmaxOperator,
  log_softmax: softmaxOperator,
  add: arithmeticOperator,
  sub: arithmeticOperator,
  mul: arithmeticOperator,
  div: arithmeticOperator,
  concat: concatOperator,
  shape: shapeOperator,
};

/** The operator of a layer; null for a convolution, a linear layer or a pool. */
export function operatorFor(layer: Layer): Operator<Layer> | null {
  const { kind } = layer;
  return kind in OPERATORS ? (OPERATORS[kind as keyof typeof OPERATORS] as unknown as Operator<Layer>) : null;
}

import type { Layer } from '../../core/layers.js';
import { activationOperator } from './activation.js';
import { adaptivePoolOperator } from './adaptive-pool.js';
import { arithmeticOperator } from './arithmetic.js';
import { expandOperator, padOperator, splitOperator, transposeOperator } from './arrange.js';
import { batchNormOperator } from './batch-norm.js';
import { castOperator } from './cast.js';
import { compareOperator, extremeOperator, whereOperator } from './combine.js';
import { concatOperator, shapeOperator } from './concat.js';
import { constantOfShapeOperator, gatherOperator, rangeOperator, sizeOperator, sliceOperator } from './indexing.js';
import { lrnOperator } from './lrn.js';
import { gemmOperator, matmulOperator } from './matrix.js';
import type { Operator } from './operator.js';
import { clipOperator, pointwiseOperator, preluOperator } from './pointwise.js';
import { argReduceOperator, globalPoolOperator, reduceOperator } from './reduce.js';
import { resizeOperator } from './resize.js';
import { dropoutOperator, sameDataOperator } from './same-data.js';
import { softmaxOperator } from './softmax.js';
import { convNdOperator, poolNdOperator } from './window.js';

/** Layers that the engine's convolutions and pools compute. */
type SpatialKind = 'conv' | 'ncc' | 'linear' | 'max_pool' | 'avg_pool' | 'gauss_pool';

/** How every other kind of layer is computed. Adding one: a file in this folder and a line here. */
const OPERATORS: {
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
  conv_nd: convNdOperator,
  max_pool_nd: poolNdOperator,
  avg_pool_nd: poolNdOperator,
  global_avg_pool: globalPoolOperator,
  global_max_pool: globalPoolOperator,
  pointwise: pointwiseOperator,
  prelu: preluOperator,
  clip: clipOperator,
  min: extremeOperator,
  max: extremeOperator,
  mean: extremeOperator,
  pow: extremeOperator,
  compare: compareOperator,
  where: whereOperator,
  matmul: matmulOperator,
  gemm: gemmOperator,
  flatten_2d: sameDataOperator,
  reshape: sameDataOperator,
  align: sameDataOperator,
  transpose: transposeOperator,
  squeeze: sameDataOperator,
  unsqueeze: sameDataOperator,
  pad: padOperator,
  constant_of_shape: constantOfShapeOperator,
  size: sizeOperator,
  gather: gatherOperator,
  slice: sliceOperator,
  cast: castOperator,
  reduce: reduceOperator,
  argmax: argReduceOperator,
  argmin: argReduceOperator,
  split: splitOperator,
  resize: resizeOperator,
  expand: expandOperator,
  range: rangeOperator,
};

/** The operator of a layer; null for a convolution, a linear layer or a pool. */
export function operatorFor(layer: Layer): Operator<Layer> | null {
  const { kind } = layer;
  return kind in OPERATORS ? (OPERATORS[kind as keyof typeof OPERATORS] as unknown as Operator<Layer>) : null;
}

import type { Layer } from '../layers.js';
import {
  alignShape,
  flatten2dShape,
  padShape,
  reshapeShape,
  splitShape,
  squeezeShape,
  transposeShape,
} from './arrange.js';
import {
  castShape,
  clipShape,
  compareShape,
  expandShape,
  extremeShape,
  pointwiseShape,
  preluShape,
  whereShape,
} from './elementwise.js';
import {
  arithmeticShape,
  batchNormShape,
  concatShape,
  dropoutShape,
  flattenShape,
  lrnShape,
  sameShape,
  shapeOfShape,
  softmaxShape,
} from './general.js';
import { constantOfShapeShape, gatherShape, rangeShape, sizeShape, sliceShape } from './indexing.js';
import { gemmShape, matmulShape } from './matrix.js';
import { argReduceShape, reduceShape } from './reduce.js';
import { resizeShape } from './resize.js';
import type { ShapeRule } from './rule.js';
import { adaptivePoolShape, convShape, linearShape, poolShape } from './spatial.js';
import { convNdShape, globalPoolShape, poolNdShape } from './window.js';

/** The shape rule of every kind of layer: the one place where shapes of a network are worked out. */
const SHAPE_RULES: { readonly [K in Layer['kind']]: ShapeRule<Extract<Layer, { readonly kind: K }>> } = {
  conv: convShape,
  ncc: convShape,
  linear: linearShape,
  activation: sameShape,
  max_pool: poolShape,
  avg_pool: poolShape,
  gauss_pool: poolShape,
  adaptive_avg_pool: adaptivePoolShape,
  adaptive_max_pool: adaptivePoolShape,
  lrn: lrnShape,
  batch_norm: batchNormShape,
  flatten: flattenShape,
  dropout: dropoutShape,
  identity: sameShape,
  softmax: softmaxShape,
  log_softmax: softmaxShape,
  add: arithmeticShape,
  sub: arithmeticShape,
  mul: arithmeticShape,
  div: arithmeticShape,
  concat: concatShape,
  shape: shapeOfShape,
  conv_nd: convNdShape,
  max_pool_nd: poolNdShape,
  avg_pool_nd: poolNdShape,
  global_avg_pool: globalPoolShape,
  global_max_pool: globalPoolShape,
  pointwise: pointwiseShape,
  prelu: preluShape,
  clip: clipShape,
  min: extremeShape,
  max: extremeShape,
  mean: extremeShape,
  pow: extremeShape,
  compare: compareShape,
  where: whereShape,
  matmul: matmulShape,
  gemm: gemmShape,
  flatten_2d: flatten2dShape,
  reshape: reshapeShape,
  align: alignShape,
  transpose: transposeShape,
  squeeze: squeezeShape,
  unsqueeze: squeezeShape,
  pad: padShape,
  constant_of_shape: constantOfShapeShape,
  size: sizeShape,
  gather: gatherShape,
  slice: sliceShape,
  cast: castShape,
  reduce: reduceShape,
  argmax: argReduceShape,
  argmin: argReduceShape,
  split: splitShape,
  resize: resizeShape,
  expand: expandShape,
  range: rangeShape,
};

/** The rule of one layer; its kind decides, so the types fit. */
export function shapeRule<L extends Layer>(layer: L): ShapeRule<L> {
  return SHAPE_RULES[layer.kind] as unknown as ShapeRule<L>;
}

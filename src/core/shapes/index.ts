import type { Layer } from '../layers.js';
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
import type { ShapeRule } from './rule.js';
import { adaptivePoolShape, convShape, linearShape, poolShape } from './spatial.js';

/** The shape rule of every kind of layer: the one place where shapes of a network are worked out. */
export const SHAPE_RULES: { readonly [K in Layer['kind']]: ShapeRule<Extract<Layer, { readonly kind: K }>> } = {
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
};

/** The rule of one layer; its kind decides, so the types fit. */
export function shapeRule<L extends Layer>(layer: L): ShapeRule<L> {
  return SHAPE_RULES[layer.kind] as unknown as ShapeRule<L>;
}

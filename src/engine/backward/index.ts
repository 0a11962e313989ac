import type { Layer } from '../../core/layers.js';
import { activationBackward } from './activation.js';
import { arithmeticBackward, extremeBackward } from './arithmetic.js';
import type { Backward } from './backward.js';
import { batchNormBackward } from './batch-norm.js';
import { convBackward } from './conv.js';
import { lrnBackward } from './lrn.js';
import { gemmBackward, linearBackward, matmulBackward } from './matrix.js';
import {
  concatBackward,
  expandBackward,
  gatherBackward,
  padBackward,
  resizeBackward,
  sliceBackward,
  splitBackward,
  transposeBackward,
  whereBackward,
} from './moved.js';
import { clipBackward, pointwiseBackward, preluBackward } from './pointwise.js';
import { adaptivePoolBackward, maxPoolBackward, meanPoolBackward } from './pool.js';
import { globalPoolBackward, reduceBackward } from './reduce.js';
import { sameDataBackward } from './same-data.js';
import { softmaxBackward } from './softmax.js';
import { convNdBackward, poolNdBackward } from './window.js';

/** Why gradients do not pass a kind of layer. */
const WHOLE_NUMBERS = 'it gives whole numbers, which do not change a little';

/** What every kind of layer does to gradients, or why it does nothing. Adding one: a file in this folder and a line here. */
export const BACKWARD: {
  readonly [K in Layer['kind']]: Backward<Extract<Layer, { readonly kind: K }>> | string;
} = {
  conv: convBackward,
  ncc: 'normalised cross-correlation has no backward pass here',
  linear: linearBackward,
  activation: activationBackward,
  max_pool: maxPoolBackward,
  avg_pool: meanPoolBackward,
  gauss_pool: meanPoolBackward,
  adaptive_avg_pool: adaptivePoolBackward,
  adaptive_max_pool: adaptivePoolBackward,
  lrn: lrnBackward,
  batch_norm: batchNormBackward,
  flatten: sameDataBackward,
  dropout: sameDataBackward,
  identity: sameDataBackward,
  softmax: softmaxBackward,
  log_softmax: softmaxBackward,
  add: arithmeticBackward,
  sub: arithmeticBackward,
  mul: arithmeticBackward,
  div: arithmeticBackward,
  concat: concatBackward,
  shape: WHOLE_NUMBERS,
  conv_nd: convNdBackward,
  max_pool_nd: poolNdBackward,
  avg_pool_nd: poolNdBackward,
  global_avg_pool: globalPoolBackward,
  global_max_pool: globalPoolBackward,
  pointwise: pointwiseBackward,
  prelu: preluBackward,
  clip: clipBackward,
  min: extremeBackward,
  max: extremeBackward,
  mean: extremeBackward,
  pow: extremeBackward,
  compare: WHOLE_NUMBERS,
  where: whereBackward,
  matmul: matmulBackward,
  gemm: gemmBackward,
  flatten_2d: sameDataBackward,
  reshape: sameDataBackward,
  align: sameDataBackward,
  transpose: transposeBackward,
  squeeze: sameDataBackward,
  unsqueeze: sameDataBackward,
  pad: padBackward,
  constant_of_shape: WHOLE_NUMBERS,
  size: WHOLE_NUMBERS,
  gather: gatherBackward,
  slice: sliceBackward,
  cast: sameDataBackward,
  reduce: reduceBackward,
  argmax: WHOLE_NUMBERS,
  argmin: WHOLE_NUMBERS,
  split: splitBackward,
  resize: resizeBackward,
  expand: expandBackward,
  range: 'a range that depends on the input has no backward pass here',
};

/** The rule of a layer, or why there is none. */
export function backwardFor(layer: Layer): Backward<Layer> | string {
  return BACKWARD[layer.kind] as unknown as Backward<Layer> | string;
}

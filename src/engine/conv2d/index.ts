import type { Conv2dAlgorithm } from './algorithm.js';
import { depthwise } from './depthwise.js';
import { direct } from './direct.js';
import { fft } from './fft.js';
import { gemm } from './gemm.js';
import { linear } from './linear.js';
import { pointwise } from './pointwise.js';
import { reference } from './reference.js';
import { separable } from './separable.js';
import { winograd2x5, winograd4x3 } from './winograd.js';

/** Every way to compute a convolution. The planner takes the cheapest that does not reject; order breaks ties. */
export const CONV2D_ALGORITHMS: readonly Conv2dAlgorithm[] = [
  direct,
  depthwise,
  linear,
  separable,
  pointwise,
  gemm,
  winograd4x3,
  winograd2x5,
  fft,
  reference,
];

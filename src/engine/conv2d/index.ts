import type { Conv2dAlgorithm } from './algorithm.js';
import { direct } from './direct.js';
import { reference } from './reference.js';

/** Every way to compute a convolution. The planner takes the cheapest that does not reject; order breaks ties. */
export const CONV2D_ALGORITHMS: readonly Conv2dAlgorithm[] = [direct, reference];

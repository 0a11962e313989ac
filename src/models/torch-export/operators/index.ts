import type { Writer } from '../aten-node.js';
import { ACTIVATIONS } from './activations.js';
import { ARITHMETIC } from './arithmetic.js';
import { ARRANGE } from './arrange.js';
import { CONVOLUTIONS } from './convolutions.js';
import { MATRICES } from './matrices.js';
import { NORMS } from './norms.js';
import { POOLS } from './pools.js';
import { REDUCTIONS } from './reductions.js';
import { RESIZED } from './resized.js';
import { SELECTING } from './selecting.js';
import { SIZES } from './sizes.js';

/** "conv2d.default": each operator with its overload; those in place (relu_) are written as the ones that are not. */
export const OPERATORS: ReadonlyMap<string, Writer> = new Map(
  [
    CONVOLUTIONS,
    NORMS,
    ACTIVATIONS,
    POOLS,
    REDUCTIONS,
    MATRICES,
    ARITHMETIC,
    ARRANGE,
    SELECTING,
    RESIZED,
    SIZES,
  ].flatMap((list) => Object.entries(list)),
);

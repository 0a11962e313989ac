import type { Layer } from './index.js';

type Kinds = readonly Layer['kind'][];

/** Layers that slide a window over the places of an image: what they make has places. */
export const SLIDING: Kinds = ['conv', 'ncc', 'max_pool', 'avg_pool', 'gauss_pool', 'qlinear_conv', 'conv_integer'];

/** Layers that give their input again, or bring any image to one size for the layers of vectors behind them. */
export const WITHOUT_MAPS_OF_THEIR_OWN: Kinds = ['dropout', 'identity', 'adaptive_avg_pool', 'adaptive_max_pool'];

/** Layers that read one value and nothing else, so that one of them can stand in the place of any layer. */
export const READ_ONE: Kinds = [
  ...(['activation', 'identity', 'dropout', 'softmax', 'log_softmax', 'flatten'] as const),
  ...(['max_pool', 'avg_pool', 'gauss_pool', 'adaptive_avg_pool', 'adaptive_max_pool'] as const),
];

import type { Layer } from './index.js';

type Kinds = readonly Layer['kind'][];

/** Layers that slide a window over the places of an image: what they make has places. */
export const SLIDING: Kinds = [
  'conv',
  'ncc',
  'max_pool',
  'avg_pool',
  'gauss_pool',
  'qlinear_conv',
  'conv_integer',
  'tflite_conv',
];

/** Layers that give their input again, or bring any image to one size for the layers of vectors behind them. */
export const WITHOUT_MAPS_OF_THEIR_OWN: Kinds = ['dropout', 'identity', 'adaptive_avg_pool', 'adaptive_max_pool'];

/** Layers that read one value and nothing else, so that one of them can stand in the place of any layer. */
export const READ_ONE: Kinds = [
  ...(['activation', 'identity', 'dropout', 'softmax', 'log_softmax', 'flatten'] as const),
  ...(['max_pool', 'avg_pool', 'gauss_pool', 'adaptive_avg_pool', 'adaptive_max_pool'] as const),
];

/** Layers in whose constants −∞ is a mask. */
export const MASKING: Kinds = ['add', 'where', 'clip', 'max', 'min', 'pad', 'expand'];

/** Layers that move numbers without changing one. */
export const MOVING: Kinds = ['transpose', 'concat', 'slice', 'split', 'resize', 'expand'];

/** Layers that leave the numbers of an image as they are, but for their type and order. */
export const LEAVING_NUMBERS: Kinds = ['cast', 'identity', 'transpose', 'dropout'];

/** Layers that do the same to each number; those of two inputs, where the other is one number. */
export const OF_EACH_NUMBER: Kinds = ['cast', 'add', 'sub', 'mul', 'div'];

/** Layers that prepare an image: (x − mean) / std in one of its forms. */
export const PREPARING: Kinds = ['sub', 'mul', 'div', 'add', 'batch_norm', 'cast'];

/** Layers whose output stands for the numbers that its input stands for, rounded at most. */
export const STANDING_FOR_THE_SAME: Kinds = ['dequantize_linear', 'quantize_linear', 'tflite_quantize'];

/** Layers that read [N, C, H, W] and nothing else. */
export const READING_PLANES: Kinds = [
  ...(['conv', 'conv_nd', 'conv_transpose'] as const),
  ...(['max_pool', 'avg_pool', 'global_avg_pool'] as const),
];

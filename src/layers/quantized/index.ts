import type { Families } from '../family.js';
import { WHOLE_CONV, type WholeConvFamily } from './convolution.js';
import { LINEAR, type LinearFamily } from './linear.js';
import { WHOLE_MATRIX, type WholeMatrixFamily } from './matrix.js';

/** Layers that make or read whole numbers with a scale. */
export type QuantizedFamily = LinearFamily | WholeConvFamily | WholeMatrixFamily;

export const QUANTIZED: Families<QuantizedFamily> = { ...LINEAR, ...WHOLE_CONV, ...WHOLE_MATRIX };

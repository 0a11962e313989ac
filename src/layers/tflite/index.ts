import type { Families } from '../family.js';
import { OTHER_FAMILY, type OtherFamily } from './others.js';
import { PAIR_FAMILY, type PairFamily } from './pairs.js';
import { SUM, type SumFamily } from './sums.js';
import { TABLE, type TableFamily } from './tables.js';
import { WINDOW_FAMILY, type WindowFamily } from './windows.js';

/** Layers of whole numbers of 8 bits, with the arithmetic of TensorFlow Lite's reference kernels. */
export type TfliteFamily = SumFamily | TableFamily | PairFamily | WindowFamily | OtherFamily;

export const TFLITE: Families<TfliteFamily> = { ...SUM, ...TABLE, ...PAIR_FAMILY, ...WINDOW_FAMILY, ...OTHER_FAMILY };

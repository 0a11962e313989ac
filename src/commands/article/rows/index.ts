import type { SectionDefinition } from '../row.js';
import { ALEXNET } from './alexnet.js';
import { CONVOLUTION } from './convolution.js';
import { DETECTOR } from './detector.js';
import { PATCHES, STRUCTURE } from './patches.js';
import { POOLING } from './pooling.js';
import { STRIDE } from './stride.js';

/** The whole article, in its order. */
export const SECTIONS: readonly SectionDefinition[] = [
  STRUCTURE,
  CONVOLUTION,
  PATCHES,
  STRIDE,
  DETECTOR,
  POOLING,
  ALEXNET,
];

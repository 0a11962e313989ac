import type { Families } from '../family.js';
import { CONDITIONS, type ConditionsFamily } from './conditions.js';
import { INTEGERS, type IntegersFamily } from './integers.js';

/** Layers that make each number of those at its place, and are rarely met in convolutional networks. */
export type ElementwiseFamily = IntegersFamily | ConditionsFamily;

export const ELEMENTWISE: Families<ElementwiseFamily> = { ...INTEGERS, ...CONDITIONS };

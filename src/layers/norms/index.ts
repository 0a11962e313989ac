import type { Families } from '../family.js';
import { ALONG_AXES, type AlongAxesFamily } from './along-axes.js';
import { GROUP_NORM, type GroupNormFamily } from './group-norm.js';
import { LAYER_NORM, type LayerNormLayer } from './layer-norm.js';

/** Normalisations by statistics of what is read, not by those of a training set. */
export type NormsFamily = LayerNormLayer | GroupNormFamily | AlongAxesFamily;

export const NORMS: Families<NormsFamily> = { ...LAYER_NORM, ...GROUP_NORM, ...ALONG_AXES };

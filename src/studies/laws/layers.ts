import { conv2d, prepareConv2d } from '../../api/conv2d.js';
import { avgPool2d, gaussPool2d, maxPool2d, relu } from '../../api/layers.js';
import type { Check } from '../../core/check.js';

/** The engine's layers as the library gives them: what the laws are tried on. */
export interface Layers {
  readonly conv2d: typeof conv2d;
  readonly prepareConv2d: typeof prepareConv2d;
  readonly relu: typeof relu;
  readonly maxPool2d: typeof maxPool2d;
  readonly avgPool2d: typeof avgPool2d;
  readonly gaussPool2d: typeof gaussPool2d;
}

export const LAYERS: Layers = { conv2d, prepareConv2d, relu, maxPool2d, avgPool2d, gaussPool2d };

/** A statement about layers, tried on them: what was expected, what came out. */
export type Law = (layers: Layers) => Check[];

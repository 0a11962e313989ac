import type { Translator } from '../layer-call.js';
import type { KerasLayer } from '../topology.js';
import { CONVOLUTION } from './convolution.js';
import { DENSE } from './dense.js';
import { ELEMENTWISE } from './elementwise.js';
import { MERGE } from './merge.js';
import { NORMALIZATION } from './normalization.js';
import { POOL } from './pool.js';
import { SHAPE } from './shape.js';

/** Layers of Keras that are computed, by the name of their class. */
const LAYERS: ReadonlyMap<string, Translator> = new Map(
  [CONVOLUTION, DENSE, ELEMENTWISE, MERGE, NORMALIZATION, POOL, SHAPE].flatMap((family) => Object.entries(family)),
);

/** What turns a layer into layers; null: it is not computed. */
export function translatorOf({ className, module }: Pick<KerasLayer, 'className' | 'module'>): Translator | null {
  if (module?.includes('.ops.')) return null;
  return LAYERS.get(className) ?? null;
}

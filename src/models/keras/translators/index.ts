import type { Translator } from '../layer-call.js';
import { isOperation, type KerasLayer } from '../topology.js';
import { CONVOLUTION } from './convolution.js';
import { DENSE } from './dense.js';
import { ELEMENTWISE } from './elementwise.js';
import { MERGE } from './merge.js';
import { NORMALIZATION } from './normalization.js';
import { OPERATION_LAYERS, OPERATIONS } from './operation-lists.js';
import { POOL } from './pool.js';
import { OF_APPLICATIONS, RESIZING } from './resizing.js';
import { SHAPE } from './shape.js';

/** Layers of Keras that are computed, by the name of their class. */
export const LAYERS: ReadonlyMap<string, Translator> = new Map(
  [CONVOLUTION, DENSE, ELEMENTWISE, MERGE, NORMALIZATION, POOL, RESIZING, SHAPE, OPERATION_LAYERS].flatMap((family) =>
    Object.entries(family),
  ),
);

const OF_OPERATIONS: ReadonlyMap<string, Translator> = new Map(Object.entries(OPERATIONS));
const OWN: ReadonlyMap<string, Translator> = new Map(Object.entries(OF_APPLICATIONS));

/** What turns a layer into layers; null: it is not computed. */
export function translatorOf({ className, module }: Pick<KerasLayer, 'className' | 'module'>): Translator | null {
  if (isOperation({ module })) return OF_OPERATIONS.get(className) ?? null;
  return LAYERS.get(className) ?? (module?.includes('.applications.') ? (OWN.get(className) ?? null) : null);
}

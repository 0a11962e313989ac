import { layerFamily } from './index.js';
import type { Model } from './model.js';

/** The values that do not depend on what is run: constants, and what follows from them and from shapes alone. */
export function fixedValues({ nodes, constants }: Model): ReadonlySet<string> {
  const fixed = new Set(constants.keys());
  for (const { layer, inputs, outputs } of nodes) {
    if (!layerFamily(layer).readsShapes && !inputs.every((name) => name === null || fixed.has(name))) continue;
    for (const output of outputs) fixed.add(output);
  }
  return fixed;
}

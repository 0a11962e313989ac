import type { Layer } from '../../../core/layers.js';
import type { Fields } from '../fields.js';
import type { LayerSpec } from '../spec.js';

/** A layer before it has its place: what its fields say. */
export type BuiltLayer = Pick<LayerSpec, 'layer' | 'parameters'>;

/** How a layer is said: by a word in pipes and files, by a class in print(model). */
export interface LayerWord {
  readonly word: string;
  /** Fields that may be said without their names, in order. */
  readonly positional: readonly string[];
  /** Every field, for schemas and completion. */
  readonly fields: readonly string[];
  /** PyTorch's classes, with the names of what they print without names. */
  readonly classes: Readonly<Record<string, readonly string[]>>;
  /** It reads two layers or more. */
  readonly joins?: true;
  /** @throws CnnvizError 'usage' that begins with the name of the field at fault */
  readonly build: (name: string, fields: Fields) => BuiltLayer;
}

/** A layer without parameters. */
export function plain(layer: Layer): BuiltLayer {
  return { layer, parameters: [] };
}

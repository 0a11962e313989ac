import { CnnvizError } from '../errors.js';
import type { Layer } from '../layers.js';
import type { Value, ValueInfo } from '../values.js';

/** An input of a layer: what is known of it, and its numbers where they are known before anything runs. */
export interface KnownInput extends ValueInfo {
  /** The numbers, when they are a constant or follow from constants, shapes and bound inputs alone; else null. */
  readonly known: () => Value | null;
}

/**
 * The type and shape of each output of a layer.
 * @throws CnnvizError 'shape' or 'usage' when the inputs do not fit the layer
 */
export type ShapeRule<L extends Layer> = (layer: L, inputs: readonly (KnownInput | null)[]) => readonly ValueInfo[];

/** Input number `index`, which must be there. `what` names it: "weight". */
export function required(inputs: readonly (KnownInput | null)[], index: number, what: string): KnownInput {
  const input = inputs[index];
  if (input) return input;
  throw new CnnvizError('shape', `expected ${what} as input ${index + 1}, found none`);
}

/** An axis counted from the front; −1 is the last. @throws CnnvizError 'shape' when there is no such axis */
export function wrapDim(dim: number, rank: number): number {
  const sides = Math.max(rank, 1);
  if (Number.isInteger(dim) && dim >= -sides && dim < sides) return dim < 0 ? dim + sides : dim;
  throw new CnnvizError('shape', `axis ${dim} of an array of rank ${rank}: expected ${-sides} … ${sides - 1}`);
}

import { CnnvizError } from '../core/errors.js';
import type { Families, ShapeRule } from './family.js';

/** A layer that cannot be computed. It stands where the network has it: what does not depend on it can be run. */
export interface UnsupportedLayer {
  readonly kind: 'unsupported';
  /** What the network's file calls it: "LSTM", "com.microsoft.Attention". */
  readonly operator: string;
  /** The whole refusal, its place in front. */
  readonly reason: string;
  readonly fix: string | null;
}

/** @throws CnnvizError 'unsupported', always: its shape is not known either */
const refused: ShapeRule<UnsupportedLayer> = ({ reason, fix }) => {
  throw new CnnvizError('unsupported', reason, { ...(fix === null ? {} : { fix }), scope: 'command' });
};

export const UNSUPPORTED: Families<UnsupportedLayer> = {
  unsupported: {
    shape: refused,
    forward: 'refused',
    backward: 'it cannot be computed here',
    reads: () => null,
    explain: null,
    words: ({ operator }) => `not supported: ${operator}`,
  },
};

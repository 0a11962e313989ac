import type { DenseRows } from './dense-rows.js';

/** A function of many variables with its gradient. */
export interface Objective {
  /** How many variables. */
  readonly size: number;
  /** The value at `at`; its gradient is written to `gradient`. Yields between portions of work (see PRODUCTS_PER_BREATH). */
  evaluate(at: Float64Array, gradient: Float64Array): Generator<null, number>;
}

/** About this many products are computed between two breaths: a tenth of a second at most. */
const PRODUCTS_PER_BREATH = 1e8;

/** After how many rows of `perRow` products work pauses. */
export function rowsPerBreath(perRow: number): number {
  return Math.max(1, Math.floor(PRODUCTS_PER_BREATH / perRow));
}

/** A loss with a penalty: `evaluate` gives their sum. */
export interface PenalisedObjective extends Objective {
  penalty(at: Float64Array): number;
}

/** What a classifier learns from: standardised features and what they are of. */
export interface Examples {
  /** The features, with room for the first layer. */
  readonly rows: DenseRows;
  /** [n], 0 … classes − 1 */
  readonly labels: Int32Array;
  readonly classes: number;
  /** [n]: how much each counts. */
  readonly weights: Float64Array;
}

import type { DenseRows } from './dense-rows.js';

/** A function of many variables with its gradient. */
export interface Objective {
  /** How many variables. */
  readonly size: number;
  /** The value at `at`; its gradient is written to `gradient`. */
  evaluate(at: Float64Array, gradient: Float64Array): number;
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

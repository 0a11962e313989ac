import type { Value } from '../../core/values.js';
import type { Plan } from '../../engine/plan.js';

/** A run with the values that were kept of it, as the engine left them. */
export interface KeptRun {
  readonly plan: Plan;
  /** A kept value, an input or a constant, by name. */
  readonly read: (name: string) => Value;
}

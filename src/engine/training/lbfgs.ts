import { searchLine } from './line-search.js';
import type { Objective } from './objective.js';

export interface LbfgsOptions {
  readonly maxIterations: number;
  /** Done when no part of the gradient is larger than this. */
  readonly tolerance: number;
}

/** Where a minimisation stands. `at` is the minimiser's own array: copy what shall last. */
export interface LbfgsState {
  readonly iteration: number;
  readonly at: Float64Array;
  readonly value: number;
  /** The largest part of the gradient. */
  readonly slope: number;
}

/** Why it ended: the slope is small enough, no step gets lower any more, or it was told to. */
export type LbfgsEnd = 'converged' | 'no lower' | 'iterations';

/** Pairs of steps and changes of the gradient that are remembered. */
const MEMORY = 10;

/**
 * Minimises a smooth function, deterministically; yields after each iteration, the first at the start, and null between
 * portions of work. The caller may stop at any of them. Source: Nocedal and Wright, Numerical Optimization, algorithms 7.4 and 7.5
 */
export function* minimise(
  objective: Objective,
  start: Float64Array,
  { maxIterations, tolerance }: LbfgsOptions,
): Generator<LbfgsState | null, LbfgsEnd> {
  const n = objective.size;
  const at = Float64Array.from(start);
  const gradient = new Float64Array(n);
  let value = yield* objective.evaluate(at, gradient);
  const direction = new Float64Array(n);
  const next = { at: new Float64Array(n), gradient: new Float64Array(n) };
  const pairs: { readonly s: Float64Array; readonly y: Float64Array; readonly sy: number }[] = [];
  for (let iteration = 0; ; iteration++) {
    const slope = largest(gradient);
    yield { iteration, at, value, slope };
    if (slope <= tolerance) return 'converged';
    if (iteration === maxIterations) return 'iterations';
    towardsMinimum(direction, gradient, pairs);
    const first = pairs.length === 0 ? 1 / Math.sqrt(dot(gradient, gradient)) : 1;
    const found = yield* searchLine(objective, { at, gradient, value, direction }, Math.min(1, first), next);
    if (found === null) return 'no lower';
    // the oldest pair's arrays serve the newest
    const oldest = pairs.length === MEMORY ? pairs.shift()! : null;
    const s = oldest?.s ?? new Float64Array(n);
    const y = oldest?.y ?? new Float64Array(n);
    for (let i = 0; i < n; i++) {
      s[i] = next.at[i] - at[i];
      y[i] = next.gradient[i] - gradient[i];
    }
    const sy = dot(s, y);
    if (sy > 0) pairs.push({ s, y, sy });
    at.set(next.at);
    gradient.set(next.gradient);
    value = found;
  }
}

/** direction = −H·gradient by the two loops over the remembered pairs. */
function towardsMinimum(
  direction: Float64Array,
  gradient: Float64Array,
  pairs: readonly { readonly s: Float64Array; readonly y: Float64Array; readonly sy: number }[],
): void {
  for (let i = 0; i < direction.length; i++) direction[i] = -gradient[i];
  const shares: number[] = [];
  for (const { s, y, sy } of [...pairs].reverse()) {
    const share = dot(s, direction) / sy;
    shares.push(share);
    add(direction, -share, y);
  }
  const last = pairs.at(-1);
  if (last) {
    const factor = last.sy / dot(last.y, last.y);
    for (let i = 0; i < direction.length; i++) direction[i] *= factor;
  }
  for (const { s, y, sy } of pairs) add(direction, shares.pop()! - dot(y, direction) / sy, s);
}

function add(target: Float64Array, factor: number, values: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] += factor * values[i];
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function largest(values: Float64Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}

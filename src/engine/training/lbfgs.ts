import type { Objective } from './objective.js';

interface LbfgsOptions {
  readonly maxIterations: number;
  /** Done when no part of the gradient is larger than this. */
  readonly tolerance: number;
}

/** Where a minimisation stands. `at` is the minimiser's own array: copy what shall last. */
interface LbfgsState {
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

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function largest(values: Float64Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}

/** A point, and the way to go from it. */
interface LineStart {
  readonly at: Float64Array;
  readonly gradient: Float64Array;
  readonly value: number;
  readonly direction: Float64Array;
}

/** The strong Wolfe conditions: lower by this share of what the slope promises, and this much flatter. */
const LOWER = 1e-4;
const FLATTER = 0.9;
const MOST_TRIES = 40;

interface Trial {
  readonly step: number;
  readonly value: number;
  /** The derivative along the direction. */
  readonly slope: number;
}

/**
 * A step along the direction that fulfils the strong Wolfe conditions; point and gradient there are left in `next`. Gives
 * the value there, or null when nothing lower is found; yields where the objective does.
 * Source: Nocedal and Wright, Numerical Optimization, algorithms 3.5 and 3.6; Moré and Thuente's cubic interpolation
 */
function* searchLine(
  objective: Objective,
  { at, gradient, value, direction }: LineStart,
  first: number,
  next: { readonly at: Float64Array; readonly gradient: Float64Array },
): Generator<null, number | null> {
  const slopeOf = (g: Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < g.length; i++) sum += g[i] * direction[i];
    return sum;
  };
  const start: Trial = { step: 0, value, slope: slopeOf(gradient) };
  if (!(start.slope < 0)) return null;
  function* tryStep(step: number): Generator<null, Trial> {
    for (let i = 0; i < at.length; i++) next.at[i] = at[i] + step * direction[i];
    const found = yield* objective.evaluate(next.at, next.gradient);
    return { step, value: found, slope: slopeOf(next.gradient) };
  }
  const isLower = ({ step, value: found }: Trial) => found <= value + LOWER * step * start.slope;
  const isFlat = ({ slope }: Trial) => Math.abs(slope) <= -FLATTER * start.slope;

  let low = start;
  let high: Trial | null = null;
  let step = first;
  let last = start;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const trial = yield* tryStep(step);
    last = trial;
    if (!isLower(trial) || trial.value >= low.value) high = trial;
    else {
      if (isFlat(trial)) return trial.value;
      // the minimum lies between: behind us when it goes up here, else before us
      if (high === null ? trial.slope >= 0 : trial.slope * (high.step - low.step) >= 0) high = low;
      low = trial;
    }
    if (high === null) step = 2 * low.step;
    else if (Math.abs(high.step - low.step) <= 1e-12 * Math.max(1, low.step)) break;
    else step = between(low, high);
  }
  // not flat enough, but lower than where it began
  if (low.step === 0) return null;
  return last === low ? low.value : (yield* tryStep(low.step)).value;
}

/** The minimum of the cubic through both, kept off the ends; the middle where there is none. */
function between(a: Trial, b: Trial): number {
  const width = b.step - a.step;
  const d1 = a.slope + b.slope - (3 * (b.value - a.value)) / width;
  const square = d1 * d1 - a.slope * b.slope;
  const d2 = Math.sign(width) * Math.sqrt(square);
  const cubic = b.step - (width * (b.slope + d2 - d1)) / (b.slope - a.slope + 2 * d2);
  const [from, to] = [a.step + 0.1 * width, b.step - 0.1 * width];
  const [least, most] = from < to ? [from, to] : [to, from];
  return square >= 0 && cubic >= least && cubic <= most ? cubic : a.step + width / 2;
}

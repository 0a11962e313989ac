import type { Objective } from './objective.js';

/** A point, and the way to go from it. */
export interface LineStart {
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
export function* searchLine(
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

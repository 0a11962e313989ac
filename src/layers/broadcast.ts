import { CnnvizError } from '../core/errors.js';
import { rowMajor } from '../core/tensor.js';
import type { Numbers } from '../core/values.js';
import type { KnownInput, LayerShapes, Term } from './family.js';

/** numpy's rule: sides are compared from the last; equal, or one of them 1. @throws CnnvizError 'shape' */
export function broadcastShapes(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [p, q] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (p !== q && p !== 1 && q !== 1) {
      throw new CnnvizError('shape', `[${a.join(', ')}] and [${b.join(', ')}] do not fit together`, {
        fix: 'sides must be equal or 1, compared from the last',
      });
    }
    return p === 1 ? q : p;
  });
}

/** The shape of all inputs together. */
export function broadcastAll(inputs: readonly (KnownInput | null)[]): number[] {
  return inputs.reduce<number[]>((shape, input) => (input ? broadcastShapes(shape, input.shape) : shape), []);
}

/** @throws CnnvizError 'shape' when an input is of another type */
export function sameType(dtype: string, other: KnownInput, what: string): void {
  if (other.dtype !== dtype) throw new CnnvizError('shape', `${what}: expected ${dtype}, got ${other.dtype}`);
}

/** How arrays are read together under one output shape: axes that all of them run through alike are one. */
interface BroadcastPlan {
  /** Merged sides of the output, outermost first; never empty. */
  readonly sides: readonly number[];
  /** For each array its step along each merged axis; 0 where it is repeated. */
  readonly steps: readonly (readonly number[])[];
}

/** @param shapes arrays that fit `out` by numpy's rule: sides equal or 1, compared from the last */
export function planBroadcast(out: readonly number[], shapes: readonly (readonly number[])[]): BroadcastPlan {
  const steps = shapes.map((shape) => broadcastSteps(out, shape));
  const sides: number[] = [];
  const merged: number[][] = shapes.map(() => []);
  for (let axis = out.length - 1; axis >= 0; axis--) {
    if (out[axis] === 1) continue;
    const joins = sides.length > 0 && steps.every((own, s) => own[axis] === merged[s][0] * sides[0]);
    if (joins) sides[0] *= out[axis];
    else {
      sides.unshift(out[axis]);
      for (const [s, own] of steps.entries()) merged[s].unshift(own[axis]);
    }
  }
  if (sides.length > 0) return { sides, steps: merged };
  return { sides: [1], steps: shapes.map(() => [0]) };
}

/** The step of `shape` along each axis of `out`. */
function broadcastSteps(out: readonly number[], shape: readonly number[]): number[] {
  const steps = new Array<number>(out.length).fill(0);
  let step = 1;
  for (let axis = out.length - 1, own = shape.length - 1; own >= 0; axis--, own--) {
    steps[axis] = shape[own] === 1 ? 0 : step;
    step *= shape[own];
  }
  return steps;
}

/**
 * Calls `row(o, starts)` for every run along the innermost axis, the last one first: with the loop inside a row running
 * backwards too, an output may lie in the memory of an input that is repeated, because an element is never read after
 * its own place in the output was written.
 */
export function eachRow({ sides, steps }: BroadcastPlan, row: (o: number, starts: readonly number[]) => void): void {
  if (sides.includes(0)) return;
  const outer = sides.slice(0, -1);
  const length = sides[sides.length - 1];
  const at = outer.map((side) => side - 1);
  const starts = steps.map((own) => at.reduce((sum, index, axis) => sum + index * own[axis], 0));
  const rows = outer.reduce((product, side) => product * side, 1);
  for (let r = rows - 1; r >= 0; r--) {
    row(r * length, starts);
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      const carries = at[axis] === 0;
      const move = carries ? outer[axis] - 1 : -1;
      at[axis] += move;
      for (let s = 0; s < steps.length; s++) starts[s] += move * steps[s][axis];
      if (!carries) break;
    }
  }
}

/** y[o + i] = a[p + i·pStep] ∘ b[q + i·qStep] for i = count−1 … 0 */
export type PairLoop = (
  a: Numbers,
  p: number,
  pStep: number,
  b: Numbers,
  q: number,
  qStep: number,
  y: Numbers,
  o: number,
  count: number,
) => void;

/** y = a ∘ b with broadcasting; y may lie in a's memory. */
export function combinePairs(
  loop: PairLoop,
  a: { readonly data: Numbers; readonly shape: readonly number[] },
  b: { readonly data: Numbers; readonly shape: readonly number[] },
  y: { readonly data: Numbers; readonly shape: readonly number[] },
): void {
  const plan = planBroadcast(y.shape, [a.shape, b.shape]);
  const count = plan.sides[plan.sides.length - 1];
  const [pStep, qStep] = plan.steps.map((own) => own[own.length - 1]);
  eachRow(plan, (o, [p, q]) => loop(a.data, p, pStep, b.data, q, qStep, y.data, o, count));
}

/** Calls `visit(o, places)` for every element of an output and where each array has what meets there. */
export function eachElement(
  { sides, steps }: BroadcastPlan,
  visit: (o: number, places: readonly number[]) => void,
): void {
  const count = sides[sides.length - 1];
  const places = new Array<number>(steps.length);
  const inner = steps.map((own) => own[own.length - 1]);
  eachRow({ sides, steps }, (start, starts) => {
    for (let i = 0; i < count; i++) {
      for (let s = 0; s < places.length; s++) places[s] = starts[s] + i * inner[s];
      visit(start + i, places);
    }
  });
}

/** The loop of a function of two numbers. */
export function pairLoop(of: (a: number, b: number) => number): PairLoop {
  return (a, p, pStep, b, q, qStep, y, o, count) => {
    for (let i = count - 1; i >= 0; i--) y[o + i] = of(a[p + i * pStep], b[q + i * qStep]);
  };
}

/** One number of each input: where what is repeated to output `index` lies. */
export const broadcastTerms = (_: unknown, { inputs, output }: LayerShapes, index: number): Term[] =>
  inputs.flatMap((shape, input) => (shape === null ? [] : [{ input, index: broadcastIndex(shape, output, index) }]));

/** Where the element of a smaller array lies that is repeated to output `index`. */
function broadcastIndex(own: readonly number[], out: readonly number[], index: number): number {
  const steps = rowMajor(own);
  let [rest, at] = [index, 0];
  for (let axis = out.length - 1; axis >= 0; axis--) {
    const position = rest % out[axis];
    rest = Math.floor(rest / out[axis]);
    const ownAxis = axis - out.length + own.length;
    if (ownAxis >= 0 && own[ownAxis] > 1) at += position * steps[ownAxis];
  }
  return at;
}

import { describe, expect, it } from 'vitest';
import { type LbfgsEnd, minimise } from '../../../src/engine/training/lbfgs.js';

type Smooth = (at: readonly number[]) => [value: number, gradient: number[]];

/** Minimises, and writes down where the function was asked, and where each iteration stood. */
function follow(f: Smooth, start: number[] | Float64Array, { maxIterations = 200, tolerance = 1e-9 } = {}) {
  const asked: number[][] = [];
  const objective = {
    size: start.length,
    *evaluate(at: Float64Array, gradient: Float64Array): Generator<null, number> {
      asked.push([...at]);
      const [value, slopes] = f([...at]);
      gradient.set(slopes);
      yield null;
      return value;
    },
  };
  const stood: { iteration: number; at: number[]; value: number; slope: number }[] = [];
  const steps = minimise(objective as never, start instanceof Float64Array ? start : Float64Array.from(start), {
    maxIterations,
    tolerance,
  });
  let end: LbfgsEnd | null = null;
  while (end === null) {
    const { done, value } = steps.next();
    if (done) end = value;
    else if (value) stood.push({ ...value, at: [...value.at] });
  }
  return { asked, stood, end, last: stood.at(-1)! };
}

const distance = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((x, i) => x - b[i]));

/** Σ w (x − 1)², as steep as its weights. */
const bowl =
  (weights: number[]): Smooth =>
  (at) => [at.reduce((sum, x, i) => sum + weights[i] * (x - 1) ** 2, 0), at.map((x, i) => 2 * weights[i] * (x - 1))];

/** Rosenbrock's valley: its minimum is 0 at (1, 1). */
const valley: Smooth = ([x, y]) => [
  (1 - x) ** 2 + 100 * (y - x * x) ** 2,
  [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)],
];

describe('L-BFGS', () => {
  it('tries a first step of length 1, or of the gradient where that is shorter', () => {
    const steep = follow(bowl([50, 50]), [4, 5]);
    expect(distance(steep.asked[0], steep.asked[1])).toBeCloseTo(1, 12);
    const flat = follow(bowl([0.1, 0.1]), [1.3, 1.4]);
    expect(distance(flat.asked[0], flat.asked[1])).toBeCloseTo(2 * 0.1 * 0.5, 12);
  });

  it('tries whole quasi-Newton steps afterwards: a bowl of one dimension is done in two iterations', () => {
    const { last, end } = follow(bowl([3]), [9]);
    expect([end, last.iteration]).toEqual(['converged', 2]);
    expect(last.at[0]).toBeCloseTo(1, 12);
  });

  it('finds the end of a bent valley, each step lower and flatter as Wolfe asks', () => {
    const { stood, last, end } = follow(valley, [-1.2, 1]);
    expect(end).toBe('converged');
    expect(last.at[0]).toBeCloseTo(1, 9);
    expect(last.at[1]).toBeCloseTo(1, 9);
    expect(last.slope).toBeLessThanOrEqual(1e-9);
    expect(last.iteration).toBeLessThan(45);
    for (const [i, { at, value, slope }] of stood.entries()) {
      expect(slope).toBe(Math.max(...valley(at)[1].map(Math.abs)));
      if (i === 0) continue;
      const before = stood[i - 1];
      const step = at.map((x, axis) => x - before.at[axis]);
      const along = (g: number[]) => g.reduce((sum, x, axis) => sum + x * step[axis], 0);
      const slopes = [along(valley(before.at)[1]), along(valley(at)[1])];
      expect(slopes[0]).toBeLessThan(0);
      // near the end values differ by less than they are rounded to
      expect(value).toBeLessThanOrEqual(before.value + 1e-4 * slopes[0] + 1e-15);
      expect(Math.abs(slopes[1])).toBeLessThanOrEqual(-0.9 * slopes[0] + 1e-15);
    }
  });

  it('remembers ten pairs: as many iterations as that takes in twelve dimensions of different steepness', () => {
    const weights = Array.from({ length: 12 }, (_, i) => 2 ** i);
    const { last, end } = follow(bowl(weights), Array(12).fill(0));
    expect(end).toBe('converged');
    expect(distance(last.at, Array(12).fill(1))).toBeLessThan(1e-8);
    // algorithm 7.5 in Python, with another line search: 234; with five pairs 440, with twenty 80
    expect(last.iteration).toBeGreaterThan(150);
    expect(last.iteration).toBeLessThan(300);
  });

  it('doubles a step that goes on downhill', () => {
    // a straight slope that ends far away
    const slope: Smooth = ([x]) => (x < 100 ? [-x, [-1]] : [-100 + (x - 100) ** 2 / 2, [x - 100]]);
    const { asked } = follow(slope, [0]);
    expect(asked.slice(0, 8).map(([x]) => x)).toEqual([0, 1, 2, 4, 8, 16, 32, 64]);
  });

  it('ends at once where it is flat, after the iterations allowed, or where no step is lower', () => {
    const flat = follow(bowl([1]), [1]);
    expect([flat.end, flat.asked.length, flat.last.iteration]).toEqual(['converged', 1, 0]);
    const short = follow(valley, [-1.2, 1], { maxIterations: 3 });
    expect([short.end, short.stood.length, short.last.iteration]).toEqual(['iterations', 4, 3]);
    expect(follow(bowl([1]), [1 + 1e-3], { tolerance: 2.1e-3 }).last.iteration).toBe(0);
    // a gradient that points the wrong way
    const wrong = follow((at) => [at[0] ** 2, [-2 * at[0]]], [1]);
    expect([wrong.end, wrong.last.at]).toEqual(['no lower', [1]]);
  });

  it('leaves the start as it was', () => {
    const start = Float64Array.of(3);
    follow(bowl([1]), start);
    expect([...start]).toEqual([3]);
  });
});

import type { Numbers } from '../../core/values.js';

/** Numbers that are normalised together: `count` of them one after another, or `step` apart, from `start` on. */
export interface NumberSet {
  readonly start: number;
  readonly count: number;
  readonly step: number;
}

/** What a set is normalised by: (x − mean) · inverse. */
export interface Standard {
  mean: number;
  /** 1 / √(variance + eps) */
  inverse: number;
}

/** Fills in mean and inverse of a set, in float64 and two passes: first the mean, then the squares around it. */
export function findStandard(x: Numbers, { start, count, step }: NumberSet, eps: number, to: Standard): void {
  const end = start + count * step;
  let sum = 0;
  for (let i = start; i < end; i += step) sum += x[i];
  const mean = sum / count;
  let squares = 0;
  for (let i = start; i < end; i += step) squares += (x[i] - mean) * (x[i] - mean);
  to.mean = mean;
  to.inverse = 1 / Math.sqrt(squares / count + eps);
}

/** The same without a mean: 1 / √(mean of squares + eps). */
export function findRootMeanSquare(x: Numbers, { start, count, step }: NumberSet, eps: number, to: Standard): void {
  const end = start + count * step;
  let squares = 0;
  for (let i = start; i < end; i += step) squares += x[i] * x[i];
  to.mean = 0;
  to.inverse = 1 / Math.sqrt(squares / count + eps);
}

/**
 * Adds to dx what the gradients g of z = (x − mean) · inverse make of one set:
 * dx = inverse · (g − mean(g) − z·mean(g·z)); where no mean is taken away, without mean(g).
 * `gradient(i)`: that of z at index i.
 */
export function addGradient(
  x: Numbers,
  { start, count, step }: NumberSet,
  { mean, inverse }: Standard,
  centres: boolean,
  gradient: (i: number) => number,
  dx: Float64Array,
): void {
  const end = start + count * step;
  let [sum, along] = [0, 0];
  for (let i = start; i < end; i += step) {
    const g = gradient(i);
    sum += g;
    along += g * (x[i] - mean) * inverse;
  }
  const [shift, turn] = [centres ? sum / count : 0, along / count];
  for (let i = start; i < end; i += step) dx[i] += inverse * (gradient(i) - shift - (x[i] - mean) * inverse * turn);
}

import { rowsPerBreath } from './objective.js';

/** What makes features alike: from each its mean is subtracted, then it is divided by its standard deviation. */
export interface Scaling {
  /** [D] */
  readonly mean: Float32Array;
  /** [D], population standard deviation; 1 for a feature that is the same for all rows. */
  readonly std: Float32Array;
  /** Features that are the same for all rows. */
  readonly constant: number;
}

/**
 * Mean and standard deviation of some rows of x [N, D], in two passes of float64 sums, rounded to float32; yields between
 * portions of work.
 * Source: sklearn.preprocessing.StandardScaler
 */
export function* measureScaling(x: Float32Array, features: number, rows: Int32Array): Generator<null, Scaling> {
  const [sums, squares] = [new Float64Array(features), new Float64Array(features)];
  const same = new Uint8Array(features).fill(1);
  const first = rows[0] * features;
  const perBreath = rowsPerBreath(features);
  for (const [r, row] of rows.entries()) {
    if (r % perBreath === perBreath - 1) yield null;
    const start = row * features;
    for (let d = 0; d < features; d++) {
      sums[d] += x[start + d];
      if (x[start + d] !== x[first + d]) same[d] = 0;
    }
  }
  for (let d = 0; d < features; d++) sums[d] /= rows.length;
  for (const [r, row] of rows.entries()) {
    if (r % perBreath === perBreath - 1) yield null;
    const start = row * features;
    for (let d = 0; d < features; d++) squares[d] += (x[start + d] - sums[d]) * (x[start + d] - sums[d]);
  }
  const std = Float32Array.from(squares, (sum) => Math.sqrt(sum / rows.length));
  const mean = Float32Array.from(sums);
  let constant = 0;
  for (let d = 0; d < features; d++) {
    if (same[d] === 0 && std[d] > 0) continue;
    mean[d] = x[first + d];
    std[d] = 1;
    constant++;
  }
  return { mean, std, constant };
}

/** (x − mean) / std of some rows of x [N, D], in float32, to `out` [rows, D]. */
export function standardize(
  x: Float32Array,
  features: number,
  rows: Int32Array,
  { mean, std }: Pick<Scaling, 'mean' | 'std'>,
  out: Float32Array,
): void {
  rows.forEach((row, r) => {
    const from = row * features;
    const to = r * features;
    for (let d = 0; d < features; d++) out[to + d] = (x[from + d] - mean[d]) / std[d];
  });
}

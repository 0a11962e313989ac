import type { Histogram } from '../core/result.js';

/** Counts values in two passes. @param steps how many equal steps from the smallest to the largest */
export function histogramOf(values: Float32Array, steps: number): Histogram {
  let [zeros, nan, infinite] = [0, 0, 0];
  let [lo, hi] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value === 0) zeros++;
    else if (Number.isNaN(value)) nan++;
    else if (!Number.isFinite(value)) infinite++;
    else {
      if (value < lo) lo = value;
      if (value > hi) hi = value;
    }
  }
  const bins = new Array<number>(steps).fill(0);
  const others = { count: values.length, zeros, nan, infinite };
  if (lo > hi) return { ...others, lo: Number.NaN, hi: Number.NaN, bins };
  const scale = steps / (hi - lo);
  for (const value of values) {
    if (value === 0 || !Number.isFinite(value)) continue;
    // one value alone has no range: it stands in the middle
    bins[lo === hi ? steps >> 1 : Math.min(steps - 1, Math.floor((value - lo) * scale))]++;
  }
  return { ...others, lo, hi, bins };
}

/** The finite values in rising order. */
export function sortedFinite(arrays: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let count = 0;
  for (const values of arrays) {
    for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) all[count++] = values[i];
  }
  return all.subarray(0, count).sort();
}

/** The p-th percentile of sorted values, linear between neighbours, as numpy.percentile; NaN when there are none. */
export function percentileOf(sorted: Float32Array, p: number): number {
  if (sorted.length === 0) return Number.NaN;
  const at = (p / 100) * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

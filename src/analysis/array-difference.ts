/** How far two arrays of one size are apart. */
export interface ArrayDifference {
  /** Largest |a − b|; infinite where only one of the two is NaN. */
  readonly largest: number;
  /** The largest finite |a|. */
  readonly scale: number;
  /** `largest` as a share of `scale`; 0 when nothing differs. */
  readonly relative: number;
  /** Mean |a − b| over all values. */
  readonly mean: number;
  /** Where the largest difference is, as an index into both, and both values there. */
  readonly at: number;
  readonly a: number;
  readonly b: number;
  /** How many values differ at all. */
  readonly differing: number;
}

/** Compares element by element; two NaN are equal. a and b have one length. */
export function compareArrays(a: Float32Array, b: Float32Array): ArrayDifference {
  let [largest, at, sum, differing, scale] = [0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [p, q] = [a[i], b[i]];
    const size = Math.abs(p);
    if (size > scale && size !== Number.POSITIVE_INFINITY) scale = size;
    if (p === q || (Number.isNaN(p) && Number.isNaN(q))) continue;
    differing++;
    const gap = Math.abs(p - q);
    const distance = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap;
    sum += distance;
    if (distance > largest) {
      largest = distance;
      at = i;
    }
  }
  const relative = largest === 0 ? 0 : largest / scale;
  return { largest, scale, relative, mean: a.length === 0 ? 0 : sum / a.length, at, a: a[at], b: b[at], differing };
}

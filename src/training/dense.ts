/** Rows are taken four at a time, outputs two: each number that is loaded then serves several products. */
export const BLOCK = 4;

/**
 * Four rows of x [n, D] through a fully connected layer: z [4, K] = x·Wᵀ + b, in float64. Rows past the last are row `last`
 * again. w: W [K, D] from `weightAt`, b [K] from `biasAt`.
 */
export function denseForward(
  x: Float32Array,
  D: number,
  row: number,
  last: number,
  w: Float64Array,
  weightAt: number,
  biasAt: number,
  K: number,
  z: Float64Array,
): void {
  const x0 = row * D;
  const x1 = Math.min(row + 1, last) * D;
  const x2 = Math.min(row + 2, last) * D;
  const x3 = Math.min(row + 3, last) * D;
  let k = 0;
  for (; k + 1 < K; k += 2) {
    const wa = weightAt + k * D;
    const wb = wa + D;
    let [a0, a1, a2, a3, b0, b1, b2, b3] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (let d = 0; d < D; d++) {
      const u = w[wa + d];
      const v = w[wb + d];
      const p = x[x0 + d];
      const q = x[x1 + d];
      const r = x[x2 + d];
      const s = x[x3 + d];
      a0 += u * p;
      a1 += u * q;
      a2 += u * r;
      a3 += u * s;
      b0 += v * p;
      b1 += v * q;
      b2 += v * r;
      b3 += v * s;
    }
    const [ba, bb] = [w[biasAt + k], w[biasAt + k + 1]];
    z[k] = a0 + ba;
    z[K + k] = a1 + ba;
    z[2 * K + k] = a2 + ba;
    z[3 * K + k] = a3 + ba;
    z[k + 1] = b0 + bb;
    z[K + k + 1] = b1 + bb;
    z[2 * K + k + 1] = b2 + bb;
    z[3 * K + k + 1] = b3 + bb;
  }
  if (k < K) {
    const wa = weightAt + k * D;
    let [a0, a1, a2, a3] = [0, 0, 0, 0];
    for (let d = 0; d < D; d++) {
      const u = w[wa + d];
      a0 += u * x[x0 + d];
      a1 += u * x[x1 + d];
      a2 += u * x[x2 + d];
      a3 += u * x[x3 + d];
    }
    const ba = w[biasAt + k];
    z[k] = a0 + ba;
    z[K + k] = a1 + ba;
    z[2 * K + k] = a2 + ba;
    z[3 * K + k] = a3 + ba;
  }
}

/**
 * What four rows add to the gradient of that layer: δᵀ·x to W [K, D], δ to b. delta [4, K] is 0 for rows past the last.
 */
export function denseBackward(
  x: Float32Array,
  D: number,
  row: number,
  last: number,
  delta: Float64Array,
  K: number,
  gradient: Float64Array,
  weightAt: number,
  biasAt: number,
): void {
  const x0 = row * D;
  const x1 = Math.min(row + 1, last) * D;
  const x2 = Math.min(row + 2, last) * D;
  const x3 = Math.min(row + 3, last) * D;
  let k = 0;
  for (; k + 1 < K; k += 2) {
    const [a0, a1, a2, a3] = [delta[k], delta[K + k], delta[2 * K + k], delta[3 * K + k]];
    const [b0, b1, b2, b3] = [delta[k + 1], delta[K + k + 1], delta[2 * K + k + 1], delta[3 * K + k + 1]];
    const ga = weightAt + k * D;
    const gb = ga + D;
    for (let d = 0; d < D; d++) {
      const p = x[x0 + d];
      const q = x[x1 + d];
      const r = x[x2 + d];
      const s = x[x3 + d];
      gradient[ga + d] += a0 * p + a1 * q + a2 * r + a3 * s;
      gradient[gb + d] += b0 * p + b1 * q + b2 * r + b3 * s;
    }
    gradient[biasAt + k] += a0 + a1 + a2 + a3;
    gradient[biasAt + k + 1] += b0 + b1 + b2 + b3;
  }
  if (k < K) {
    const [a0, a1, a2, a3] = [delta[k], delta[K + k], delta[2 * K + k], delta[3 * K + k]];
    const ga = weightAt + k * D;
    for (let d = 0; d < D; d++) {
      gradient[ga + d] += a0 * x[x0 + d] + a1 * x[x1 + d] + a2 * x[x2 + d] + a3 * x[x3 + d];
    }
    gradient[biasAt + k] += a0 + a1 + a2 + a3;
  }
}

import type { Conv2dGeometry } from '../core/geometry.js';
import { paddedSize, padInput } from './conv2d/padding.js';

/** Below this share of Σx² the spread of a window is rounding: the window is flat and matches nothing. */
const FLAT = 1e-12;

/**
 * 1 / ‖window − its mean‖ for every output position, all channels together: inverse [oH, oW], 0 where flat.
 * x [C, pH, pW] padded. Window sums are separable: first along rows, then along columns, in float64.
 * Source: Lewis 1995, Fast Normalized Cross-Correlation; the direct sums avoid its running-sum cancellation.
 */
export function inverseWindowNorms(g: Conv2dGeometry, x: Float32Array): Float64Array {
  const [pH, pW] = paddedSize(g);
  const sums = new Float64Array(pH * g.oW);
  const squares = new Float64Array(pH * g.oW);
  for (let c = 0; c < g.C; c++) {
    for (let row = 0; row < pH; row++) {
      for (let j = 0; j < g.oW; j++) {
        let at = (c * pH + row) * pW + j * g.sW;
        for (let v = 0; v < g.kW; v++, at += g.dW) {
          sums[row * g.oW + j] += x[at];
          squares[row * g.oW + j] += x[at] * x[at];
        }
      }
    }
  }
  const count = g.C * g.kH * g.kW;
  const inverse = new Float64Array(g.oH * g.oW);
  for (let i = 0; i < g.oH; i++) {
    for (let j = 0; j < g.oW; j++) {
      let sum = 0;
      let square = 0;
      for (let u = 0; u < g.kH; u++) {
        const at = (i * g.sH + u * g.dH) * g.oW + j;
        sum += sums[at];
        square += squares[at];
      }
      const spread = square - (sum * sum) / count;
      inverse[i * g.oW + j] = spread > FLAT * square ? 1 / Math.sqrt(spread) : 0;
    }
  }
  return inverse;
}

/** y [M, oH, oW], the responses of zero-mean unit kernels, becomes the correlation in [−1, 1], plus the bias. */
export function normaliseResponses(y: Float32Array, inverse: Float64Array, bias: Float32Array | null): void {
  for (let i = 0; i < y.length; i++) {
    const m = Math.floor(i / inverse.length);
    const correlation = y[i] * inverse[i - m * inverse.length];
    y[i] = Math.min(1, Math.max(-1, correlation)) + (bias === null ? 0 : bias[m]);
  }
}

/** The same for all maps, of x [C, H, W]. */
export function normaliseMaps(g: Conv2dGeometry, x: Float32Array, y: Float32Array, bias: Float32Array | null): void {
  const [pH, pW] = paddedSize(g);
  const padded = new Float32Array(g.C * pH * pW);
  padInput(g, x, padded);
  normaliseResponses(y, inverseWindowNorms(g, padded), bias);
}

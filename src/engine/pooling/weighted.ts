import type { Axis } from '../../core/geometry.js';
import type { Pair } from '../../core/layers.js';
import { exp } from '../../core/math.js';

/** How a weighted mean treats cells outside the input. */
export interface MeanRule {
  /** Padding counts as zeros with its full weight; false: weights are shared out among the input's own cells. */
  readonly countIncludePad: boolean;
  /** Divide by this instead of the sum of the weights, or null. */
  readonly divisorOverride: number | null;
}

/** All weights 1: the plain mean. */
export function flatWeights(kernel: number): Float64Array {
  return new Float64Array(kernel).fill(1);
}

/** exp(−d²/2σ²) at distance d from the window's centre, along one axis; the 2-D weight is the product of two. */
export function gaussWeights(kernel: number, sigma: number): Float64Array {
  const centre = (kernel - 1) / 2;
  return Float64Array.from({ length: kernel }, (_, k) => exp(-((k - centre) * (k - centre)) / (2 * sigma * sigma)));
}

/** σ unless given: a quarter of the window's side. */
export function defaultSigma([kH, kW]: Pair): Pair {
  return [kH / 4, kW / 4];
}

/**
 * Weighted mean pooling of planes: x [planes, H, W] → y [planes, oH, oW]. Sums in float64, rounded once.
 * A window that reaches beyond the padding (ceil_mode) does not count the cells beyond, as in torch.
 * Source: torch.nn.AvgPool2d; Gaussian weights: design notes in ARCHITECTURE.md
 */
export function weightedPool(
  rows: Axis,
  columns: Axis,
  rowWeights: Float64Array,
  columnWeights: Float64Array,
  rule: MeanRule,
  planes: number,
  x: Float32Array,
  y: Float32Array,
): void {
  const [H, W] = [rows.size, columns.size];
  let to = 0;
  for (let plane = 0; plane < planes; plane++) {
    for (let i = 0; i < rows.out; i++) {
      const top = i * rows.stride - rows.padBefore;
      for (let j = 0; j < columns.out; j++) {
        const left = j * columns.stride - columns.padBefore;
        let sum = 0;
        let inside = 0;
        let counted = 0;
        for (let u = 0; u < rows.kernel && top + u < H + rows.padAfter; u++) {
          const row = top + u;
          for (let v = 0; v < columns.kernel && left + v < W + columns.padAfter; v++) {
            const column = left + v;
            const weight = rowWeights[u] * columnWeights[v];
            counted += weight;
            if (row < 0 || row >= H || column < 0 || column >= W) continue;
            inside += weight;
            sum += weight * x[(plane * H + row) * W + column];
          }
        }
        y[to++] = sum / (rule.divisorOverride ?? (rule.countIncludePad ? counted : inside));
      }
    }
  }
}

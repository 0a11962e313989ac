import type { AdaptivePoolLayer } from '../../core/layers.js';
import { sizeOf } from '../../core/tensor.js';
import type { Numbers } from '../../core/values.js';
import type { Operator } from './operator.js';

/**
 * Bin i of `out` over `size` pixels reads floor(i·size/out) … ceil((i+1)·size/out)−1: bins may overlap.
 * x [..., H, W]   y [..., oH, oW]   Source: torch.nn.AdaptiveAvgPool2d
 */
export const adaptivePoolOperator: Operator<AdaptivePoolLayer> = {
  run({ kind }, [x], [y]) {
    const [H, W] = x!.shape.slice(-2);
    const [oH, oW] = y.shape.slice(-2);
    const planes = sizeOf(y.shape.slice(0, -2));
    const ofBin = kind === 'adaptive_avg_pool' ? meanOfBin : largestOfBin;
    for (let plane = 0, o = 0; plane < planes; plane++) {
      for (let i = 0; i < oH; i++) {
        const [top, bottom] = [Math.floor((i * H) / oH), Math.ceil(((i + 1) * H) / oH)];
        for (let j = 0; j < oW; j++, o++) {
          const [left, right] = [Math.floor((j * W) / oW), Math.ceil(((j + 1) * W) / oW)];
          y.data[o] = ofBin(x!.data, (plane * H + top) * W + left, bottom - top, right - left, W);
        }
      }
    }
  },
};

function meanOfBin(x: Numbers, start: number, rows: number, columns: number, W: number): number {
  let sum = 0;
  for (let u = 0; u < rows; u++) {
    for (let v = start + u * W, end = v + columns; v < end; v++) sum += x[v];
  }
  return sum / (rows * columns);
}

/** A NaN in the bin is the result, as in torch. */
function largestOfBin(x: Numbers, start: number, rows: number, columns: number, W: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let u = 0; u < rows; u++) {
    for (let v = start + u * W, end = v + columns; v < end; v++) {
      if (!(x[v] <= largest)) largest = x[v];
      if (Number.isNaN(largest)) return largest;
    }
  }
  return largest;
}

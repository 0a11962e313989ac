import type { SoftmaxLayer } from '../../core/layers.js';
import { exp, log } from '../../core/math.js';
import { softmaxDim } from '../../core/shapes/general.js';
import { sizeOf } from '../../core/tensor.js';
import type { Numbers } from '../../core/values.js';
import type { Operator } from './operator.js';

/** e^(x − max) / Σ e^(x − max) along one axis, or its logarithm; sums in float64. A NaN makes its whole row NaN. */
export const softmaxOperator: Operator<SoftmaxLayer> = {
  memory: 'in-place',
  run({ kind, dim }, [x], [y]) {
    const { shape } = x!;
    const axis = softmaxDim(dim, shape.length);
    const count = shape[axis] ?? 1;
    const inner = sizeOf(shape.slice(axis + 1));
    const rows = count === 0 ? 0 : y.data.length / count;
    const powers = new Float64Array(count);
    for (let row = 0; row < rows; row++) {
      const start = Math.floor(row / inner) * count * inner + (row % inner);
      const end = start + count * inner;
      const largest = largestOf(x!.data, start, end, inner);
      let sum = 0;
      for (let i = start, c = 0; i < end; i += inner, c++) {
        powers[c] = exp(x!.data[i] - largest);
        sum += powers[c];
      }
      if (kind === 'softmax') for (let i = start, c = 0; i < end; i += inner, c++) y.data[i] = powers[c] / sum;
      else {
        const logSum = log(sum);
        for (let i = start; i < end; i += inner) y.data[i] = x!.data[i] - largest - logSum;
      }
    }
  },
};

function largestOf(x: Numbers, start: number, end: number, step: number): number {
  let largest = x[start];
  for (let i = start; i < end; i += step) if (!(x[i] <= largest)) largest = x[i];
  return largest;
}

import type { SoftmaxLayer } from '../../core/layers.js';
import { exp } from '../../core/math.js';
import { softmaxDim } from '../../core/shapes/general.js';
import { sizeOf } from '../../core/tensor.js';
import type { Backward } from './backward.js';

/** softmax: dx = y·(dy − Σ dy·y). log_softmax: dx = dy − e^y · Σ dy. Sums along the layer's axis. */
export const softmaxBackward: Backward<SoftmaxLayer> = {
  needs: 'outputs',
  run({ kind, dim }, { y, dy, dx }) {
    const { data, shape } = y(0);
    const axis = softmaxDim(dim, shape.length);
    const count = shape[axis] ?? 1;
    const inner = sizeOf(shape.slice(axis + 1));
    const rows = count === 0 ? 0 : data.length / count;
    const [gradient, own] = [dy[0]!, dx[0]!];
    for (let row = 0; row < rows; row++) {
      const start = Math.floor(row / inner) * count * inner + (row % inner);
      const end = start + count * inner;
      let sum = 0;
      for (let i = start; i < end; i += inner) sum += gradient[i] * (kind === 'softmax' ? data[i] : 1);
      for (let i = start; i < end; i += inner) {
        own[i] += kind === 'softmax' ? data[i] * (gradient[i] - sum) : gradient[i] - exp(data[i]) * sum;
      }
    }
  },
};

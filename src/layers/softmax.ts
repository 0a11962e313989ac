import { exp, log } from '../core/math.js';
import { exp32 } from '../core/math32.js';
import { sizeOf } from '../core/tensor.js';
import type { Numbers } from '../core/values.js';
import {
  type Backward,
  type Families,
  type Forward,
  type LayerFamily,
  type LayerShapes,
  SAME_PLACE,
  type ShapeRule,
  type Term,
} from './family.js';
import { alongAxis, required, wrapDim } from './inputs.js';

/** Over axis `dim`, N included; null: torch's implicit choice, 0 for rank 0, 1 and 3, else 1. */
export interface SoftmaxLayer {
  readonly kind: 'softmax' | 'log_softmax';
  readonly dim: number | null;
}

const softmaxShape: ShapeRule<SoftmaxLayer> = ({ dim }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  softmaxDim(dim, shape.length);
  return [{ dtype: dtype === 'float64' ? 'float64' : 'float32', shape }];
};

/** The axis a softmax runs over. Source: torch.nn.functional.softmax, _get_softmax_dim */
export function softmaxDim(dim: number | null, rank: number): number {
  return wrapDim(dim ?? (rank === 0 || rank === 1 || rank === 3 ? 0 : 1), rank);
}

/** e^(x − max) / Σ e^(x − max) along one axis, or its logarithm; sums in float64. A NaN makes its whole row NaN. */
const softmaxForward: Forward<SoftmaxLayer> = {
  memory: 'in-place',
  rowWork: ({ kind, dim }, [x]) =>
    kind === 'softmax' ? { work: 'softmax', axis: softmaxDim(dim, x!.shape.length) } : null,
  run({ kind, dim }, [x], [y]) {
    const { shape } = x!;
    const axis = softmaxDim(dim, shape.length);
    const count = shape[axis] ?? 1;
    const inner = sizeOf(shape.slice(axis + 1));
    const rows = count === 0 ? 0 : y.data.length / count;
    const powers = new Float64Array(count);
    const power = kind === 'softmax' && y.data instanceof Float32Array ? exp32 : exp;
    for (let row = 0; row < rows; row++) {
      const start = Math.floor(row / inner) * count * inner + (row % inner);
      const end = start + count * inner;
      const largest = largestOf(x!.data, start, end, inner);
      let sum = 0;
      for (let i = start, c = 0; i < end; i += inner, c++) {
        powers[c] = power(x!.data[i] - largest);
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

/** softmax: dx = y·(dy − Σ dy·y). log_softmax: dx = dy − e^y · Σ dy. Sums along the layer's axis. */
const softmaxBackward: Backward<SoftmaxLayer> = {
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

/** What both have. */
const ALONG_AXIS = {
  shape: softmaxShape,
  forward: softmaxForward,
  backward: softmaxBackward,
  reads({ dim }, { output }) {
    const behind = output.length - 1 - softmaxDim(dim, output.length);
    return output.length < 3
      ? SAME_PLACE
      : [{ by: behind === 1 ? 'all' : 'place' }, { by: behind === 0 ? 'all' : 'place' }];
  },
  words: ({ kind, dim }) => (dim === null ? kind : `${kind} dim ${dim}`),
} satisfies Omit<LayerFamily<SoftmaxLayer>, 'explain'>;

function terms({ dim }: SoftmaxLayer, { output }: LayerShapes, index: number): Term[] {
  return alongAxis(output, softmaxDim(dim, output.length), index).map((at) => ({ input: 0, index: at }));
}

export const SOFTMAX: Families<SoftmaxLayer> = {
  softmax: { ...ALONG_AXIS, explain: { formula: () => 'e^x / Σ e^x', terms } },
  log_softmax: { ...ALONG_AXIS, explain: { formula: () => 'x − log Σ e^x', terms } },
};

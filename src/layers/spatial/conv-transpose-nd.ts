import { sizeOf } from '../../core/tensor.js';
import { type Backward, type Families, type Forward, kindWords } from '../family.js';
import { findTaps, newTaps } from '../window-nd.js';
import { type TransposedFields, transposedAxes, transposedShape } from './transposed.js';

/** A transposed convolution over any number of axes and of any type, by definition. */
export interface ConvTransposeNdLayer extends TransposedFields {
  readonly kind: 'conv_transpose_nd';
}

/** Calls `visit` for every tap: of x, of the weight and of y. x [N, C, ...]  weight [C, M/groups, ...]  y [N, M, ...] */
function eachTap(
  layer: ConvTransposeNdLayer,
  x: readonly number[],
  weight: readonly number[],
  y: readonly number[],
  visit: (from: number, tap: number, to: number) => void,
): void {
  const [[N, C, ...sides], [, perGroup, ...kernel]] = [x, weight];
  const axes = transposedAxes(sides, kernel, layer);
  const [inPlane, outPlane, kernelSize] = [sizeOf(sides), sizeOf(y.slice(2)), sizeOf(kernel)];
  const inGroup = C / layer.groups;
  const taps = newTaps(axes);
  for (let i = 0; i < inPlane; i++) {
    findTaps(axes, i, taps);
    for (let n = 0; n < N; n++) {
      for (let c = 0; c < C; c++) {
        const first = Math.floor(c / inGroup) * perGroup;
        const from = (n * C + c) * inPlane + i;
        for (let m = 0; m < perGroup; m++) {
          const plane = (n * y[1] + first + m) * outPlane;
          const numbers = (c * perGroup + m) * kernelSize;
          for (let t = 0; t < taps.count; t++) visit(from, numbers + taps.kernel[t], plane + taps.places[t]);
        }
      }
    }
  }
}

/** In float64, rounded once. */
const forward: Forward<ConvTransposeNdLayer> = {
  run(layer, [x, weight, bias], [y]) {
    const sums = new Float64Array(y.data.length);
    const plane = sizeOf(y.shape.slice(2));
    if (bias) for (let i = 0; i < sums.length; i++) sums[i] = bias.data[Math.floor(i / plane) % y.shape[1]];
    eachTap(layer, x!.shape, weight!.shape, y.shape, (from, tap, to) => {
      sums[to] += x!.data[from] * weight!.data[tap];
    });
    y.data.set(sums);
  },
};

const backward: Backward<ConvTransposeNdLayer> = {
  run(layer, { inputs, outputs, x, dy, dx }) {
    const { data, shape } = x(1);
    eachTap(layer, inputs[0]!.shape, shape, outputs[0].shape, (from, tap, to) => {
      dx[0]![from] += dy[0]![to] * data[tap];
    });
  },
};

export const CONV_TRANSPOSE_ND: Families<ConvTransposeNdLayer> = {
  conv_transpose_nd: {
    shape: transposedShape,
    forward,
    backward,
    reads: () => null,
    explain: null,
    words: kindWords,
    macs: (_, [x, weight]) => sizeOf(x) * sizeOf(weight.slice(1)),
    growth: 'grows',
  },
};

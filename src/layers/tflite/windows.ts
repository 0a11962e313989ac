import { sizeOf } from '../../core/tensor.js';
import type { Value } from '../../core/values.js';
import { sizeWords, strideWords } from '../conv.js';
import { type Families, type Forward, type MapReads, type ShapeRule, WHOLE_MAP } from '../family.js';
import { checkBias, checkedAxes, checkedShape, required } from '../inputs.js';
import { checkBytes } from '../quantized/requantize.js';
import { type TransposedFields, transposedAxes } from '../spatial/transposed.js';
import { findTaps, newTaps, type WindowPadding, windowAxes } from '../window-nd.js';
import { held, multiplyBy, quantizeMultiplier, type Range, type Scaled } from './fixed-point.js';
import { factorsOf, type SumFields, WHOLE_OUTPUT } from './sums.js';

/**
 * The mean of whole numbers under a window, of those inside the image; of halves the number farther from 0.
 * Input: x [N, C, H, W]. Source: tensorflow/lite/kernels/internal/reference/integer_ops/pooling.h; pooling.h for uint8
 */
interface TflitePoolLayer {
  readonly kind: 'tflite_avg_pool';
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: WindowPadding;
  readonly range: Range;
}

/**
 * The mean, or the sum, over some axes, at another scale. Input: x.
 * Source: tensorflow/lite/kernels/internal/reference/reduce.h, QuantizedMeanOrSum
 */
interface TfliteReduceLayer {
  readonly kind: 'tflite_reduce';
  readonly name: 'mean' | 'sum';
  readonly axes: readonly number[];
  readonly keepDims: boolean;
  readonly x: Scaled;
  readonly y: Scaled;
  readonly range: Range;
}

/**
 * A transposed convolution of whole numbers. Inputs: x [N, C, H, W], weight [C, M, kH, kW], bias int32 [M] or null.
 * Source: tensorflow/lite/kernels/internal/reference/integer_ops/transpose_conv.h
 */
interface TfliteTransposedLayer extends TransposedFields, SumFields {
  readonly kind: 'tflite_conv_transpose';
}

export type WindowFamily = TflitePoolLayer | TfliteReduceLayer | TfliteTransposedLayer;

const poolAxesOf = ({ kernelSize, stride, padding }: TflitePoolLayer, x: readonly number[]) =>
  windowAxes(x.slice(2), { kernelSize, stride, padding, dilation: kernelSize.map(() => 1), ceilMode: false });

const poolShape: ShapeRule<TflitePoolLayer> = (layer, inputs) => {
  const x = required(inputs, 0, 'x');
  checkBytes(x, 'x');
  const sides = poolAxesOf(layer, x.shape).map(({ out }) => out);
  return [{ dtype: x.dtype, shape: checkedShape([...x.shape.slice(0, 2), ...sides]) }];
};

const poolForward: Forward<TflitePoolLayer> = {
  run(layer, [x], [y]) {
    const axes = poolAxesOf(layer, x!.shape);
    const planes = sizeOf(y.shape.slice(0, 2));
    const [inPlane, outPlane] = [sizeOf(x!.shape.slice(2)), sizeOf(y.shape.slice(2))];
    const taps = newTaps(axes);
    for (let o = 0; o < outPlane; o++) {
      findTaps(axes, o, taps);
      const { count } = taps;
      const half = Math.floor(count / 2);
      for (let plane = 0; plane < planes; plane++) {
        let sum = 0;
        for (let t = 0; t < count; t++) sum += x!.data[plane * inPlane + taps.places[t]];
        y.data[plane * outPlane + o] = held(Math.trunc((sum > 0 ? sum + half : sum - half) / count), layer.range);
      }
    }
  },
};

const reduceShape: ShapeRule<TfliteReduceLayer> = ({ axes, keepDims }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  checkBytes({ dtype, shape, known: () => null }, 'x');
  const own = checkedAxes(axes, shape.length);
  const kept = shape.flatMap((side, axis) => (own.includes(axis) ? (keepDims ? [1] : []) : [side]));
  return [{ dtype, shape: kept }];
};

/** A sum's factor; of a mean of `count` numbers a whole part of it, at a higher power. */
function reduceFactor({ name, x, y }: TfliteReduceLayer, count: number) {
  const factor = quantizeMultiplier(x.scale / y.scale);
  if (name === 'sum') return factor;
  const shift = Math.min(Math.floor(Math.log2(count)), 32, 31 + factor.shift);
  return { multiplier: Math.floor((factor.multiplier * 2 ** shift) / count), shift: factor.shift - shift };
}

const reduceForward: Forward<TfliteReduceLayer> = {
  run(layer, [x], [y]) {
    const { shape, data } = x!;
    const own = checkedAxes(layer.axes, shape.length);
    const count = own.reduce((product, axis) => product * shape[axis], 1);
    const factor = reduceFactor(layer, Math.max(1, count));
    const sums = new Int32Array(y.data.length);
    const kept = shape.map((_, axis) => axis).filter((axis) => !own.includes(axis));
    const steps = new Array<number>(shape.length).fill(0);
    kept.reduceRight((step, axis) => {
      steps[axis] = step;
      return step * shape[axis];
    }, 1);
    const at = new Array<number>(shape.length).fill(0);
    for (let i = 0, o = 0; i < data.length; i++) {
      sums[o] += data[i];
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        o += steps[axis];
        if (++at[axis] < shape[axis]) break;
        o -= shape[axis] * steps[axis];
        at[axis] = 0;
      }
    }
    for (let o = 0; o < sums.length; o++) {
      y.data[o] = held(multiplyBy((sums[o] - layer.x.zero * count) | 0, factor) + layer.y.zero, layer.range);
    }
  },
};

const transposedShape: ShapeRule<TfliteTransposedLayer> = (layer, inputs) => {
  const [x, weight] = [required(inputs, 0, 'x'), required(inputs, 1, 'weight')];
  checkBytes(x, 'x');
  checkBytes(weight, 'weight');
  const [N, , ...sides] = x.shape;
  const axes = transposedAxes(sides, weight.shape.slice(2), layer);
  checkBias(inputs[2], weight.shape[1]);
  return [{ dtype: layer.dtype, shape: checkedShape([N, weight.shape[1], ...axes.map(({ size }) => size)]) }];
};

const transposedForward: Forward<TfliteTransposedLayer> = {
  run(layer, [x, weight, bias], [y]) {
    const [N, C, H, W] = x!.shape;
    const [, M, kH, kW] = weight!.shape;
    const [rows, columns] = transposedAxes([H, W], [kH, kW], layer);
    const factors = factorsOf(layer);
    const plane = rows.size * columns.size;
    const sums = new Int32Array(plane);
    for (let n = 0; n < N; n++) {
      for (let m = 0; m < M; m++) {
        sums.fill(bias?.data[m] ?? 0);
        for (let c = 0; c < C; c++) {
          addPlane(layer, x!, (n * C + c) * H * W, weight!, (c * M + m) * kH * kW, rows, columns, sums);
        }
        const factor = factors[factors.length === 1 ? 0 : m];
        for (let i = 0; i < plane; i++) {
          y.data[(n * M + m) * plane + i] = held(multiplyBy(sums[i], factor) + layer.y.zero, layer.range);
        }
      }
    }
  },
};

type Along = ReturnType<typeof transposedAxes>[number];

/** Adds what one plane of x and one kernel give to where it falls. */
function addPlane(
  layer: TfliteTransposedLayer,
  x: Value,
  from: number,
  weight: Value,
  kernel: number,
  rows: Along,
  columns: Along,
  sums: Int32Array,
): void {
  for (let i = 0; i < rows.out; i++) {
    for (let j = 0; j < columns.out; j++) {
      const value = x.data[from + i * columns.out + j] - layer.x.zero;
      if (value === 0) continue;
      for (let u = 0; u < rows.kernel; u++) {
        const row = i * rows.stride - rows.padBefore + u;
        if (row < 0 || row >= rows.size) continue;
        for (let v = 0; v < columns.kernel; v++) {
          const column = j * columns.stride - columns.padBefore + v;
          if (column < 0 || column >= columns.size) continue;
          sums[row * columns.size + column] +=
            value * (weight.data[kernel + u * columns.kernel + v] - layer.weightZero);
        }
      }
    }
  }
}

export const WINDOW_FAMILY: Families<WindowFamily> = {
  tflite_avg_pool: {
    shape: poolShape,
    forward: poolForward,
    backward: WHOLE_OUTPUT,
    reads(layer, { inputs: [x] }): MapReads {
      const [rows, columns] = poolAxesOf(layer, x!);
      return [
        { by: 'window', axis: rows, mode: 'zeros' },
        { by: 'window', axis: columns, mode: 'zeros' },
      ];
    },
    explain: null,
    words: ({ kind, kernelSize, stride }) => `${kind} ${sizeWords(kernelSize)}${strideWords(stride)}`,
  },
  tflite_reduce: {
    shape: reduceShape,
    forward: reduceForward,
    backward: WHOLE_OUTPUT,
    reads: () => WHOLE_MAP,
    explain: null,
    words: ({ name }) => `tflite_${name}`,
  },
  tflite_conv_transpose: {
    shape: transposedShape,
    forward: transposedForward,
    backward: WHOLE_OUTPUT,
    reads: () => null,
    explain: null,
    words: ({ kind, stride }, [, weight]) => `${kind} ${sizeWords((weight ?? [1, 1]).slice(-2))}${strideWords(stride)}`,
    macs: (_, [x, weight]) => sizeOf(x) * sizeOf(weight.slice(1)),
    growth: 'grows',
    learnt: [1],
  },
};

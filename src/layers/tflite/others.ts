import { CnnvizError } from '../../core/errors.js';
import { exp } from '../../core/math.js';
import { sizeOf } from '../../core/tensor.js';
import { type Families, type Forward, kindWords, SAME_PLACE, type ShapeRule } from '../family.js';
import { checkedShape, required, wrapDim } from '../inputs.js';
import { checkBytes } from '../quantized/requantize.js';
import { RANGES } from '../quantized/scales.js';
import { type ByteType, held, roundAway, type Scaled } from './fixed-point.js';
import { WHOLE_OUTPUT } from './sums.js';

/** Numbers to whole ones: round(x / scale) + zero, of ties the one farther from 0. Source: reference/quantize.h, AffineQuantize */
interface TfliteQuantizeLayer {
  readonly kind: 'tflite_quantize';
  readonly y: Scaled;
  readonly dtype: ByteType;
}

/**
 * Shares of whole numbers along an axis, by a table of e^(−scale·beta·i) in float32.
 * Source: tensorflow/lite/kernels/internal/optimized/optimized_ops.h, Softmax of int8 and uint8
 */
interface TfliteSoftmaxLayer {
  readonly kind: 'tflite_softmax';
  readonly dim: number;
  readonly beta: number;
  readonly x: Scaled;
  readonly y: Scaled;
  readonly dtype: ByteType;
}

/**
 * Rows and columns of whole numbers between those of the input: of int8 in whole numbers of 10 bits behind the point, of
 * uint8 in float32. Input: x [N, C, H, W].
 * Source: tensorflow/lite/kernels/internal/reference/resize_bilinear.h, ResizeBilinearInteger and ResizeBilinear
 */
interface TfliteResizeLayer {
  readonly kind: 'tflite_resize_bilinear';
  readonly sizes: readonly number[];
  readonly alignCorners: boolean;
  readonly halfPixel: boolean;
}

export type OtherFamily = TfliteQuantizeLayer | TfliteSoftmaxLayer | TfliteResizeLayer;

const quantizeShape: ShapeRule<TfliteQuantizeLayer> = ({ dtype }, inputs) => {
  const x = required(inputs, 0, 'x');
  if (x.dtype !== 'float32') throw new CnnvizError('shape', `quantize of ${x.dtype}: expected float32`);
  return [{ dtype, shape: x.shape }];
};

const quantizeForward: Forward<TfliteQuantizeLayer> = {
  run({ y: { scale, zero }, dtype }, [x], [y]) {
    const range = RANGES[dtype]!;
    for (let i = 0; i < y.data.length; i++) {
      y.data[i] = held(roundAway(Math.fround(x!.data[i] / scale)) + zero, range);
    }
  },
};

const softmaxShape: ShapeRule<TfliteSoftmaxLayer> = ({ dim, dtype }, inputs) => {
  const x = required(inputs, 0, 'x');
  checkBytes(x, 'x');
  wrapDim(dim, x.shape.length);
  return [{ dtype, shape: x.shape }];
};

const softmaxForward: Forward<TfliteSoftmaxLayer> = {
  run({ dim, beta, x: { scale }, y: output, dtype }, [x], [y]) {
    const { shape, data } = x!;
    const axis = wrapDim(dim, shape.length);
    const [count, inner] = [shape[axis] ?? 1, sizeOf(shape.slice(axis + 1))];
    const range = RANGES[dtype]!;
    const step = Math.fround(-scale * beta);
    const table = Float32Array.from({ length: 256 }, (_, i) => exp(Math.fround(step * i)));
    for (let row = 0; row < y.data.length / Math.max(1, count); row++) {
      const start = Math.floor(row / inner) * count * inner + (row % inner);
      const end = start + count * inner;
      let most = data[start];
      for (let i = start; i < end; i += inner) most = Math.max(most, data[i]);
      let sum = 0;
      for (let i = start; i < end; i += inner) sum = Math.fround(sum + table[most - data[i]]);
      const inverse = Math.fround(1 / Math.fround(sum * output.scale));
      for (let i = start; i < end; i += inner) {
        const share = Math.fround(table[most - data[i]] * inverse);
        // of uint8 cut off above a half, of int8 rounded with its zero point added
        const whole =
          dtype === 'uint8' ? Math.trunc(Math.fround(share + 0.5)) : roundAway(Math.fround(share + output.zero));
        y.data[i] = held(whole, range);
      }
    }
  },
};

const resizeShape: ShapeRule<TfliteResizeLayer> = ({ sizes }, inputs) => {
  const x = required(inputs, 0, 'x');
  checkBytes(x, 'x');
  if (x.shape.length !== 4) throw new CnnvizError('shape', `expected [N, C, H, W], got [${x.shape.join(', ')}]`);
  return [{ dtype: x.dtype, shape: checkedShape([...x.shape.slice(0, 2), ...sizes]) }];
};

/** Where a row or column of the output lies between two of the input, in float32. */
function sharesBetween(size: number, out: number, alignCorners: boolean, halfPixel: boolean): Between[] {
  const scale = alignCorners && out > 1 ? Math.fround((size - 1) / (out - 1)) : Math.fround(size / out);
  return Array.from({ length: out }, (_, i) => {
    const place = halfPixel ? Math.fround(Math.fround((i + 0.5) * scale) - 0.5) : Math.fround(i * scale);
    const before = Math.max(Math.floor(place), 0);
    return { before, after: Math.min(Math.ceil(place), size - 1), share: Math.fround(place - before) };
  });
}

interface Between {
  readonly before: number;
  readonly after: number;
  /** How far behind `before`: of 1024, or of 1. */
  readonly share: number;
}

function betweens(size: number, out: number, alignCorners: boolean, halfPixel: boolean): Between[] {
  const [from, to] = alignCorners && out > 1 ? [size - 1, out - 1] : [size, out];
  const step = Math.floor((1024 * from + Math.floor(to / 2)) / to);
  return Array.from({ length: out }, (_, i) => {
    const place = halfPixel ? i * step + Math.trunc(step / 2) - 512 : i * step;
    const before = Math.max(Math.trunc(place / 1024), 0);
    const after = Math.min(Math.trunc((place + 1023) / 1024), size - 1);
    return { before, after, share: place - 1024 * before };
  });
}

/** Upper left, lower left, upper right, lower right. */
type Corners = readonly [number, number, number, number];

function byWholes([a, b, c, d]: Corners, down: number, across: number): number {
  const sum =
    a * (1024 - down) * (1024 - across) + b * down * (1024 - across) + c * (1024 - down) * across + d * down * across;
  return Math.trunc((sum + (sum > 0 ? 524288 : -524288)) / 1048576);
}

/** Of uint8 in float32, each step rounded. */
function byShares([a, b, c, d]: Corners, down: number, across: number): number {
  const [up, back] = [Math.fround(1 - down), Math.fround(1 - across)];
  const part = (corner: number, p: number, q: number) => Math.fround(Math.fround(corner * p) * q);
  let sum = Math.fround(part(a, up, back) + part(b, down, back));
  sum = Math.fround(sum + part(c, up, across));
  sum = Math.fround(sum + part(d, down, across));
  return Math.trunc(Math.fround(sum + 0.5));
}

const resizeForward: Forward<TfliteResizeLayer> = {
  run({ sizes: [oH, oW], alignCorners, halfPixel }, [x], [y]) {
    const [H, W] = x!.shape.slice(2);
    const planes = sizeOf(x!.shape.slice(0, 2));
    const { data, dtype } = x!;
    const [places, between] = dtype === 'uint8' ? [sharesBetween, byShares] : [betweens, byWholes];
    const rows = places(H, oH, alignCorners, halfPixel);
    const columns = places(W, oW, alignCorners, halfPixel);
    for (let plane = 0, o = 0; plane < planes; plane++) {
      for (const { before: top, after: bottom, share: down } of rows) {
        const [upper, lower] = [(plane * H + top) * W, (plane * H + bottom) * W];
        for (const { before: left, after: right, share: across } of columns) {
          const corners = [data[upper + left], data[lower + left], data[upper + right], data[lower + right]] as const;
          y.data[o++] = between(corners, down, across);
        }
      }
    }
  },
};

export const OTHER_FAMILY: Families<OtherFamily> = {
  tflite_quantize: {
    shape: quantizeShape,
    forward: quantizeForward,
    backward: WHOLE_OUTPUT,
    reads: () => SAME_PLACE,
    explain: {
      formula: () => 'round(x / y.scale) + y.zero',
      terms: 'place',
      numbers: ({ y }) => ({ 'y.scale': y.scale, 'y.zero': y.zero }),
    },
    words: kindWords,
  },
  tflite_softmax: {
    shape: softmaxShape,
    forward: softmaxForward,
    backward: WHOLE_OUTPUT,
    reads: (_, { output }) => (output.length < 3 ? SAME_PLACE : null),
    explain: null,
    words: ({ kind, dim }) => `${kind} dim ${dim}`,
  },
  tflite_resize_bilinear: {
    shape: resizeShape,
    forward: resizeForward,
    backward: WHOLE_OUTPUT,
    reads(layer, { inputs: [x], output }) {
      const along = (axis: number) => {
        const all = betweens(x![axis], output[axis], layer.alignCorners, layer.halfPixel);
        const places = all.map(({ before, after }) => (after > before ? [before, after] : [before]));
        return { by: 'list', places, grid: null } as const;
      };
      return [along(2), along(3)];
    },
    explain: null,
    words: kindWords,
  },
};

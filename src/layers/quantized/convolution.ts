import { CnnvizError } from '../../core/errors.js';
import type { Axis } from '../../core/geometry.js';
import { sizeOf } from '../../core/tensor.js';
import type { Value } from '../../core/values.js';
import { paddingWords, sizeWords, strideWords } from '../conv.js';
import type { Families, Forward, KnownInput, LayerFamily, MapReads, ShapeRule } from '../family.js';
import { required } from '../inputs.js';
import { convNdAxes, convNdSides, type WindowPadding } from '../window-nd.js';
import { checkBytes, checkCount, checkZeroPoint, type Requantize, requantizeOf, requantizeRun } from './requantize.js';
import { numberAt } from './scales.js';
import { BLOCK, centred, multiplyWhole } from './whole-sums.js';
import { convSizes, convWork, type WholeConv } from './whole-work.js';

interface WholeFields {
  readonly stride: readonly number[];
  readonly padding: WindowPadding;
  readonly dilation: readonly number[];
  readonly groups: number;
}

/**
 * A convolution of whole numbers, to int32: Σ (x − x_zero) · (w − w_zero), exact but that sums of more than 32 bits wrap.
 * Inputs: x [N, C, ...], weight [M, C/groups, ...], x_zero or null, w_zero (one, or [M]) or null. Source: ONNX ConvInteger
 */
interface ConvIntegerLayer extends WholeFields {
  readonly kind: 'conv_integer';
}

/**
 * The same with a bias of int32, its sums scaled to whole numbers of 8 bits: saturate(round(sum · x_scale·w_scale/y_scale) + y_zero).
 * Inputs: x, x_scale, x_zero, weight, w_scale (one, or [M]), w_zero, y_scale, y_zero, bias [M] or null.
 * Source: ONNX QLinearConv
 */
interface QLinearConvLayer extends WholeFields {
  readonly kind: 'qlinear_conv';
}

export type WholeConvFamily = ConvIntegerLayer | QLinearConvLayer;

const convIntegerShape: ShapeRule<ConvIntegerLayer> = (layer, inputs) => {
  const [x, weight] = [required(inputs, 0, 'x'), required(inputs, 1, 'weight')];
  return [{ dtype: 'int32', shape: checkedConv(layer, x, weight, inputs[2], inputs[3]) }];
};

const qlinearConvShape: ShapeRule<QLinearConvLayer> = (layer, inputs) => {
  const [x, weight] = [required(inputs, 0, 'x'), required(inputs, 3, 'weight')];
  const shape = checkedConv(layer, x, weight, inputs[2], inputs[5]);
  const [M] = weight.shape;
  checkCount(required(inputs, 1, 'x_scale'), 'x_scale', 1);
  checkCount(required(inputs, 4, 'w_scale'), 'w_scale', M);
  checkCount(required(inputs, 6, 'y_scale'), 'y_scale', 1);
  const zero = required(inputs, 7, 'y_zero_point');
  checkBytes(zero, 'y_zero_point');
  checkCount(zero, 'y_zero_point', 1);
  const bias = inputs[8];
  if (bias && (bias.dtype !== 'int32' || String(bias.shape) !== String([M]))) {
    throw new CnnvizError('shape', `bias: expected int32 [${M}], got ${bias.dtype} [${bias.shape.join(', ')}]`);
  }
  return [{ dtype: zero.dtype, shape }];
};

function checkedConv(
  layer: WholeConvFamily,
  x: KnownInput,
  weight: KnownInput,
  xZero: KnownInput | null | undefined,
  wZero: KnownInput | null | undefined,
): number[] {
  checkBytes(x, 'x');
  checkBytes(weight, 'weight');
  checkZeroPoint(xZero, x, 'x_zero_point', 1);
  checkZeroPoint(wZero, weight, 'w_zero_point', weight.shape[0]);
  return convNdSides(layer, x.shape, weight.shape);
}

/**
 * Convolves BLOCK places at a time of one image and group. A place in the padding is 0: there x is its zero point.
 */
function convolveWhole({ layer, x, weight, xZero, wZero }: WholeConv, outSides: readonly number[], take: Take): void {
  const { groups } = layer;
  const [N, C, ...sides] = x.shape;
  const [M, perGroup, ...kernel] = weight.shape;
  const [plane, places, taps] = [sizeOf(sides), sizeOf(outSides), sizeOf(kernel)];
  const [maps, inner] = [M / groups, perGroup * taps];
  const axes = convNdAxes(layer, x.shape, weight.shape);
  const rows = new Int16Array(M * inner);
  for (let m = 0; m < M; m++) centred(weight.data, m * inner, inner, numberAt(wZero, m, 0), rows, m * inner);
  const image = new Int16Array(C * plane);
  const columns = new Int16Array(BLOCK * inner);
  const sums = new Int32Array(maps * BLOCK);
  const at = new Int32Array(BLOCK * taps);
  for (let n = 0; n < N; n++) {
    centred(x.data, n * C * plane, C * plane, xZero, image, 0);
    for (let from = 0; from < places; from += BLOCK) {
      const count = Math.min(BLOCK, places - from);
      findPlaces(axes, from, count, taps, at);
      for (let group = 0; group < groups; group++) {
        gather(image, group * perGroup * plane, plane, perGroup, at, taps, count, columns);
        const first = group * maps;
        multiplyWhole(rows.subarray(first * inner), 0, maps, columns, count, inner, sums, 0, BLOCK);
        take(sums, n, first, maps, from, count, BLOCK);
      }
    }
  }
}

/** The sums of a convolution of whole numbers, handed out as they are made. */
export function convSums(conv: WholeConv, outSides: readonly number[], take: Take): void {
  if (isDepthwise(conv)) convolvePlanes(conv, outSides, take);
  else convolveWhole(conv, outSides, take);
}

/** Each map reads one channel, along two axes. */
function isDepthwise({ layer, x, weight }: WholeConv): boolean {
  return x.shape.length === 4 && weight.shape[1] === 1 && weight.shape[0] === layer.groups;
}

/** Plane by plane, tap by tap over all places that it reaches. */
function convolvePlanes({ layer, x, weight, xZero, wZero }: WholeConv, outSides: readonly number[], take: Take): void {
  const [N, C, H, W] = x.shape;
  const [, , kH, kW] = weight.shape;
  const [rows, columns] = convNdAxes(layer, x.shape, weight.shape);
  const places = sizeOf(outSides);
  const image = new Int16Array(H * W);
  const sums = new Int32Array(places);
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < C; c++) {
      centred(x.data, (n * C + c) * H * W, H * W, xZero, image, 0);
      sums.fill(0);
      for (let tap = 0; tap < kH * kW; tap++) {
        const factor = weight.data[c * kH * kW + tap] - numberAt(wZero, c, 0);
        addTap(image, factor, { ...rows, tap: Math.floor(tap / kW) }, { ...columns, tap: tap % kW }, sums);
      }
      take(sums, n, c, 1, 0, places, places);
    }
  }
}

interface TapAxis extends Axis {
  readonly tap: number;
}

/** The first and behind the last place along an axis whose tap lies inside the image. */
function placesInside({ size, stride, dilation, padBefore, out, tap }: TapAxis): [first: number, end: number] {
  const offset = tap * dilation - padBefore;
  const [first, end] = [Math.ceil(-offset / stride), Math.floor((size - 1 - offset) / stride) + 1];
  return [Math.max(0, first), Math.min(out, end)];
}

function addTap(image: Int16Array, factor: number, rows: TapAxis, columns: TapAxis, sums: Int32Array): void {
  const [firstRow, endRow] = placesInside(rows);
  const [first, end] = placesInside(columns);
  const step = columns.stride;
  for (let i = firstRow; i < endRow; i++) {
    const row = i * rows.stride + rows.tap * rows.dilation - rows.padBefore;
    let from = row * columns.size + first * step + columns.tap * columns.dilation - columns.padBefore;
    for (let o = i * columns.out + first; o < i * columns.out + end; o++, from += step) {
      sums[o] += Math.imul(factor, image[from]);
    }
  }
}

/** at[j·taps + t]: where in a plane tap t of the window at place from + j lies; −1 for one in the padding. */
function findPlaces(axes: readonly Axis[], from: number, count: number, taps: number, at: Int32Array): void {
  for (let j = 0; j < count; j++) {
    for (let t = 0; t < taps; t++) {
      let [place, tap, index, step] = [from + j, t, 0, 1];
      for (let a = axes.length - 1; a >= 0; a--) {
        const { out, kernel, stride, dilation, padBefore, size } = axes[a];
        const position = (place % out) * stride - padBefore + (tap % kernel) * dilation;
        place = Math.floor(place / out);
        tap = Math.floor(tap / kernel);
        index = index < 0 || position < 0 || position >= size ? -1 : index + position * step;
        step *= size;
      }
      at[j * taps + t] = index;
    }
  }
}

/** columns[(j·channels + c)·taps + t] = the image's channel c at place at[j·taps + t] */
function gather(
  image: Int16Array,
  start: number,
  plane: number,
  channels: number,
  at: Int32Array,
  taps: number,
  count: number,
  columns: Int16Array,
): void {
  for (let j = 0; j < count; j++) {
    const to = j * channels * taps;
    for (let t = 0; t < taps; t++) {
      const place = at[j * taps + t];
      if (place < 0) for (let c = 0; c < channels; c++) columns[to + c * taps + t] = 0;
      else for (let c = 0, p = start + place; c < channels; c++, p += plane) columns[to + c * taps + t] = image[p];
    }
  }
}

/** Takes sums [maps, step] of maps from `first` on of image n, at places from `from` on: `count` of each row. */
export type Take = (
  sums: Int32Array,
  n: number,
  first: number,
  maps: number,
  from: number,
  count: number,
  step: number,
) => void;

function takeInteger(y: Value): Take {
  const [, M, ...outSides] = y.shape;
  const places = sizeOf(outSides);
  return (sums, n, first, maps, from, count, step) => {
    for (let m = 0; m < maps; m++) {
      y.data.set(sums.subarray(m * step, m * step + count), (n * M + first + m) * places + from);
    }
  };
}

function takeScaled([, xScale, , , wScale, , yScale, yZero, bias]: readonly (Value | null)[], y: Value): Take {
  const [, M, ...outSides] = y.shape;
  const places = sizeOf(outSides);
  const to: Requantize = requantizeOf(xScale!, wScale!, yScale!, yZero!.data[0], y.dtype);
  return (sums, n, first, maps, from, count, step) => {
    for (let m = 0; m < maps; m++) {
      const added = bias?.data[first + m] ?? 0;
      for (let i = m * step; i < m * step + count; i++) sums[i] += added;
      requantizeRun(sums, m * step, count, first + m, to, y.data, (n * M + first + m) * places + from);
    }
  };
}

/** What is convolved: x, weight and their zero points. */
function convolved(layer: WholeConvFamily, inputs: readonly (Value | null)[]): WholeConv {
  const [x, weight, xZero, wZero] = (layer.kind === 'qlinear_conv' ? [0, 3, 2, 5] : [0, 1, 2, 3]).map((i) => inputs[i]);
  return { layer, x: x!, weight: weight!, xZero: numberAt(xZero, 0, 0), wZero };
}

function forwardBy<L extends WholeConvFamily>(
  takeOf: (inputs: readonly (Value | null)[], y: Value) => Take,
): Forward<L> {
  return {
    run(layer, inputs, [y]) {
      convSums(convolved(layer, inputs), y.shape.slice(2), takeOf(inputs, y));
    },
    whole: {
      sizes: (layer, shapes) => convSizes(layer, shapes[0]!, shapes[weightOf(layer)]!),
      work(layer, inputs, [y]) {
        const take = takeOf(inputs, y);
        return convWork(convolved(layer, inputs), (sums, n, first, maps, from, count) =>
          take(sums, n, first, maps, from, count, count),
        );
      },
    },
  };
}

/** Where the weight is among the inputs. */
const weightOf = ({ kind }: WholeConvFamily): number => (kind === 'qlinear_conv' ? 3 : 1);

/** What both have. */
const WHOLE = {
  backward: 'it gives whole numbers, which do not change a little',
  reads(layer, { inputs }): MapReads | null {
    const axes = convNdAxes(layer, inputs[0]!, inputs[weightOf(layer)]!);
    if (axes.length !== 2) return null;
    return [
      { by: 'window', axis: axes[0], mode: 'zeros' },
      { by: 'window', axis: axes[1], mode: 'zeros' },
    ];
  },
  explain: null,
  words(layer, inputs) {
    const kernel = inputs[weightOf(layer)]?.slice(2) ?? [1, 1];
    const size = kernel.length === 2 ? sizeWords(kernel) : kernel.join('×');
    const groups = layer.groups === 1 ? '' : ` groups ${layer.groups}`;
    return `${layer.kind} ${size}${strideWords(layer.stride)}${paddingWords(layer.padding)}${groups}`;
  },
  macs: (layer, inputs, output) => sizeOf(output) * sizeOf(inputs[weightOf(layer)].slice(1)),
  growth: 'grows',
} satisfies Omit<LayerFamily<WholeConvFamily>, 'shape' | 'forward'>;

export const WHOLE_CONV: Families<WholeConvFamily> = {
  conv_integer: { ...WHOLE, shape: convIntegerShape, forward: forwardBy((_, y) => takeInteger(y)), learnt: [1] },
  qlinear_conv: { ...WHOLE, shape: qlinearConvShape, forward: forwardBy(takeScaled), learnt: [3, 8] },
};

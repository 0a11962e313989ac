import { CnnvizError } from '../../core/errors.js';
import { sizeOf } from '../../core/tensor.js';
import type { Value } from '../../core/values.js';
import { paddingWords, sizeWords, strideWords } from '../conv.js';
import {
  type Explained,
  type Families,
  type Forward,
  kindWords,
  type LayerFamily,
  type LayerShapes,
  type MapReads,
  type ShapeRule,
  type Term,
  WHOLE_MAP,
} from '../family.js';
import { checkBias, required } from '../inputs.js';
import { convSums, type Take } from '../quantized/convolution.js';
import { checkBytes } from '../quantized/requantize.js';
import { centred, multiplyWhole } from '../quantized/whole-sums.js';
import { convSizes, convWork, type WholeConv } from '../quantized/whole-work.js';
import { convNdAxes, convNdSides, findTaps, newTaps, type WindowPadding } from '../window-nd.js';
import {
  type ByteType,
  held,
  type Multiplier,
  multiplyBy,
  quantizeMultiplier,
  type Range,
  type Scaled,
} from './fixed-point.js';

/** What layers share that sum products of whole numbers and bring the sums to another scale. */
export interface SumFields {
  readonly x: Scaled;
  /** One scale for all kernels, or one for each. */
  readonly weightScales: readonly number[];
  readonly weightZero: number;
  readonly y: Scaled;
  readonly range: Range;
  readonly dtype: ByteType;
}

/**
 * A convolution of whole numbers: Σ (x − x.zero)·(w − weightZero) + bias in int32, times x.scale·w.scale/y.scale as a whole
 * number of 31 bits and a shift, rounded twice, + y.zero, held in its range.
 * Inputs: x [N, C, H, W], weight [M, C/groups, kH, kW], bias int32 [M] or null.
 * Source: tensorflow/lite/kernels/internal/reference/integer_ops/conv.h, depthwise_conv.h; conv.h for uint8
 */
interface TfliteConvLayer extends SumFields {
  readonly kind: 'tflite_conv';
  readonly stride: readonly number[];
  readonly padding: WindowPadding;
  readonly dilation: readonly number[];
  readonly groups: number;
}

/** The same of vectors. Inputs: x [..., K], weight [M, K], bias int32 [M] or null. Source: integer_ops/fully_connected.h */
interface TfliteLinearLayer extends SumFields {
  readonly kind: 'tflite_linear';
}

export type SumFamily = TfliteConvLayer | TfliteLinearLayer;

function checkSumInputs(inputs: Parameters<ShapeRule<SumFamily>>[1], M: number): void {
  checkBytes(required(inputs, 0, 'x'), 'x');
  checkBytes(required(inputs, 1, 'weight'), 'weight');
  checkBias(inputs[2], M);
  if (inputs[2] && inputs[2].dtype !== 'int32') {
    throw new CnnvizError('unsupported', `bias of ${inputs[2].dtype}: expected int32`);
  }
}

const convShape: ShapeRule<TfliteConvLayer> = (layer, inputs) => {
  const [x, weight] = [required(inputs, 0, 'x'), required(inputs, 1, 'weight')];
  const shape = convNdSides(layer, x.shape, weight.shape);
  checkSumInputs(inputs, shape[1]);
  return [{ dtype: layer.dtype, shape }];
};

const linearShape: ShapeRule<TfliteLinearLayer> = ({ dtype }, inputs) => {
  const [x, weight] = [required(inputs, 0, 'x'), required(inputs, 1, 'weight')];
  const [M, K] = weight.shape;
  if (weight.shape.length !== 2 || x.shape.at(-1) !== K) {
    throw new CnnvizError(
      'shape',
      `weight [${weight.shape.join(', ')}] does not fit x [${x.shape.join(', ')}]: expected [M, K] and [..., K]`,
    );
  }
  checkSumInputs(inputs, M);
  return [{ dtype, shape: [...x.shape.slice(0, -1), M] }];
};

/** x.scale · w.scale / y.scale, for each kernel or for all. */
export function factorsOf({ x, weightScales, y }: SumFields): Multiplier[] {
  return weightScales.map((scale) => quantizeMultiplier((x.scale * scale) / y.scale));
}

/** Sums of a map become numbers of the output. */
function rescaler({ y: { zero }, range }: SumFields, factors: readonly Multiplier[], bias: Value | null | undefined) {
  return (sums: Int32Array, from: number, count: number, map: number, y: Value, to: number): void => {
    const factor = factors[factors.length === 1 ? 0 : map];
    const added = bias?.data[map] ?? 0;
    for (let i = 0; i < count; i++) {
      y.data[to + i] = held(multiplyBy((sums[from + i] + added) | 0, factor) + zero, range);
    }
  };
}

function takeOf(layer: SumFields, bias: Value | null | undefined, y: Value): Take {
  const [, M, ...outSides] = y.shape;
  const places = sizeOf(outSides);
  const rescale = rescaler(layer, factorsOf(layer), bias);
  return (sums, n, first, maps, from, count, step) => {
    for (let m = 0; m < maps; m++) {
      rescale(sums, m * step, count, first + m, y, (n * M + first + m) * places + from);
    }
  };
}

function wholeConv(layer: TfliteConvLayer, [x, weight]: readonly (Value | null)[]): WholeConv {
  const zero: Value = { dtype: weight!.dtype, shape: [], data: Int32Array.of(layer.weightZero) };
  return { layer, x: x!, weight: weight!, xZero: layer.x.zero, wZero: zero };
}

const convForward: Forward<TfliteConvLayer> = {
  run: (layer, inputs, [y]) => convSums(wholeConv(layer, inputs), y.shape.slice(2), takeOf(layer, inputs[2], y)),
  whole: {
    sizes: (layer, [x, weight]) => convSizes(layer, x!, weight!),
    work(layer, inputs, [y]) {
      const take = takeOf(layer, inputs[2], y);
      return convWork(wholeConv(layer, inputs), (sums, n, first, maps, from, count) =>
        take(sums, n, first, maps, from, count, count),
      );
    },
  },
};

const linearForward: Forward<TfliteLinearLayer> = {
  run(layer, [x, weight, bias], [y]) {
    const [M, K] = weight!.shape;
    const rows = new Int16Array(M * K);
    const columns = new Int16Array(K);
    const sums = new Int32Array(M);
    centred(weight!.data, 0, M * K, layer.weightZero, rows, 0);
    const factors = factorsOf(layer);
    const rescale = rescaler(layer, factors, bias);
    for (let row = 0; row < y.data.length / M; row++) {
      centred(x!.data, row * K, K, layer.x.zero, columns, 0);
      multiplyWhole(rows, 0, M, columns, 1, K, sums, 0, 1);
      for (let m = 0; m < M; m++) rescale(sums, m, 1, m, y, row * M + m);
    }
  },
};

const FORMULA = 'Σ (x − x.zero)·(w − w.zero) + bias in whole numbers, times x.scale·w.scale/y.scale, rounded, + y.zero';

function numbersOf(layer: SumFields, map: number): Record<string, number> {
  const { x, weightScales, weightZero, y } = layer;
  return {
    'x.scale': x.scale,
    'x.zero': x.zero,
    'w.scale': weightScales[weightScales.length === 1 ? 0 : map],
    'w.zero': weightZero,
    'y.scale': y.scale,
    'y.zero': y.zero,
  };
}

/** The window's numbers inside the image, channel by channel. */
function windowTerms(layer: TfliteConvLayer, { inputs: [x, weight], output }: LayerShapes, index: number): Term[] {
  const axes = convNdAxes(layer, x!, weight!);
  const [, C, ...sides] = x!;
  const [, M] = output;
  const places = sizeOf(output.slice(2));
  const taps = newTaps(axes);
  findTaps(axes, index % places, taps);
  const [map, n] = [Math.floor(index / places) % M, Math.floor(index / (places * M))];
  const perGroup = C / layer.groups;
  const first = Math.floor(map / (M / layer.groups)) * perGroup;
  return Array.from({ length: perGroup * taps.count }, (_, i) => {
    const [c, t] = [Math.floor(i / taps.count), i % taps.count];
    return { input: 0, index: (n * C + first + c) * sizeOf(sides) + taps.places[t] };
  });
}

const explainConv: Explained<TfliteConvLayer> = {
  formula: () => FORMULA,
  terms: windowTerms,
  numbers: (layer, _, { output }, index) => numbersOf(layer, Math.floor(index / sizeOf(output.slice(2))) % output[1]),
};

const explainLinear: Explained<TfliteLinearLayer> = {
  formula: () => FORMULA,
  terms: (_, { inputs: [x], output }, index) => {
    const K = x!.at(-1)!;
    const row = Math.floor(index / output.at(-1)!);
    return Array.from({ length: K }, (_, k) => ({ input: 0, index: row * K + k }));
  },
  numbers: (layer, _, { output }, index) => numbersOf(layer, index % output.at(-1)!),
};

export const WHOLE_OUTPUT = 'it gives whole numbers, which do not change a little';

/** What both have. */
const SUMS = { backward: WHOLE_OUTPUT, growth: 'grows', learnt: [1] } satisfies Partial<LayerFamily<SumFamily>>;

export const SUM: Families<SumFamily> = {
  tflite_conv: {
    ...SUMS,
    shape: convShape,
    forward: convForward,
    reads(layer, { inputs: [x, weight] }): MapReads | null {
      const [rows, columns] = convNdAxes(layer, x!, weight!);
      return [
        { by: 'window', axis: rows, mode: 'zeros' },
        { by: 'window', axis: columns, mode: 'zeros' },
      ];
    },
    explain: explainConv,
    words({ kind, stride, padding, dilation, groups }, [, weight]) {
      const dilated = dilation.every((side) => side === 1) ? '' : ` dilation ${dilation.join(',')}`;
      return `${kind} ${sizeWords((weight ?? [1, 1]).slice(-2))}${strideWords(stride)}${paddingWords(padding)}${dilated}${groups === 1 ? '' : ` groups ${groups}`}`;
    },
    macs: (_, [, weight], output) => sizeOf(output) * sizeOf(weight.slice(1)),
  },
  tflite_linear: {
    ...SUMS,
    shape: linearShape,
    forward: linearForward,
    reads: () => WHOLE_MAP,
    explain: explainLinear,
    words: kindWords,
    macs: (_, [, weight], output) => sizeOf(output) * (weight[1] ?? 1),
  },
};

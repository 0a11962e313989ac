import { erf, exp, expm1, tanh } from '../../core/math.js';
import { type Families, type Forward, SAME_PLACE, type ShapeRule } from '../family.js';
import { required } from '../inputs.js';
import { checkBytes } from '../quantized/requantize.js';
import { RANGES } from '../quantized/scales.js';
import {
  type ByteType,
  divideByPower,
  held,
  multiplyBy,
  quantizeMultiplier,
  type Range,
  roundAway,
  type Scaled,
} from './fixed-point.js';
import { WHOLE_OUTPUT } from './sums.js';

/** How each whole number becomes another. */
export type TableName =
  /** The same number at another scale. */
  | 'rescale'
  /** The same, held in a range. */
  | 'relu'
  /** As concatenations of uint8 rescale: in float32. */
  | 'rescale_float'
  | 'leaky_relu'
  | 'hard_swish'
  | 'sigmoid'
  | 'tanh'
  | 'elu'
  | 'exp'
  | 'gelu'
  | 'gelu_tanh';

/** One whole number of 8 bits to one, by a table of all of them. */
interface TfliteTableLayer {
  readonly kind: 'tflite_table';
  readonly name: TableName;
  readonly x: Scaled;
  readonly y: Scaled;
  readonly range: Range;
  readonly dtype: ByteType;
  /** leaky_relu's slope. */
  readonly parameters: readonly number[];
}

export type TableFamily = TfliteTableLayer;

const tableShape: ShapeRule<TfliteTableLayer> = ({ dtype }, inputs) => {
  const x = required(inputs, 0, 'x');
  checkBytes(x, 'x');
  return [{ dtype, shape: x.shape }];
};

type OfWhole = (q: number) => number;

/** MultiplyByQuantizedMultiplier of x.scale / y.scale. Source: tensorflow/lite/kernels/internal/reference/requantize.h */
function rescale({ x, y }: TfliteTableLayer): OfWhole {
  const factor = quantizeMultiplier(x.scale / y.scale);
  return (q) => multiplyBy(q - x.zero, factor) + y.zero;
}

/** The same with a share in float32. Source: tensorflow/lite/kernels/activations.cc, QuantizedReluX */
function relu({ x, y }: TfliteTableLayer): OfWhole {
  const factor = quantizeMultiplier(Math.fround(x.scale / y.scale));
  return (q) => multiplyBy(q - x.zero, factor) + y.zero;
}

/** Source: tensorflow/lite/kernels/internal/reference/concatenation.h, ConcatenationWithScaling */
function rescaleFloat({ x, y }: TfliteTableLayer): OfWhole {
  const scale = Math.fround(x.scale * Math.fround(1 / y.scale));
  const bias = Math.fround(-x.zero * scale);
  return (q) => roundAway(Math.fround(Math.fround(q * scale) + bias)) + y.zero;
}

/** Source: tensorflow/lite/kernels/internal/reference/leaky_relu.h; kernels/activations.cc, LeakyReluPrepare */
function leakyRelu({ x, y, parameters: [alpha] }: TfliteTableLayer): OfWhole {
  const identity = quantizeMultiplier(Math.fround(x.scale / y.scale));
  const share = Math.fround(Math.fround(x.scale * alpha) / y.scale);
  const slope = quantizeMultiplier(Math.abs(share));
  return (q) => {
    const value = q - x.zero;
    if (value >= 0) return y.zero + multiplyBy(value, identity);
    return y.zero + Math.sign(share) * multiplyBy(value, slope);
  };
}

/** 16 bits of a multiplier of 32. Source: kernels/internal/common.h, DownScaleInt32ToInt16Multiplier */
function to16(multiplier: number): number {
  return multiplier >= 32767 * 65536 ? 32767 : (multiplier + 32768) >> 16;
}

/** doublingHighMul of 16 bits. */
function highMul16(a: number, b: number): number {
  return a === -32768 && b === a ? 32767 : (a * b + 16384) >> 15;
}

const saturated16 = (x: number): number => Math.max(-32768, Math.min(32767, x));
const to16Bits = (x: number): number => (x << 16) >> 16;

/** Source: tensorflow/lite/kernels/internal/reference/hard_swish.h; kernels/activations.cc, HardSwishPrepare */
function hardSwish({ x, y }: TfliteTableLayer): OfWhole {
  const fine = Math.fround(Math.fround(1 / 128) * x.scale);
  const output = quantizeMultiplier(Math.fround(fine / y.scale));
  const relu = quantizeMultiplier(Math.fround(fine / Math.fround(3 / 32768)));
  const [outputFactor, reluFactor] = [to16(output.multiplier), to16(relu.multiplier)];
  return (q) => {
    const value = to16Bits((q - x.zero) * 128);
    const scaled = highMul16(value, outputFactor);
    let share = value;
    if (relu.shift > 0) share = saturated16(share * 2 ** (relu.shift - 1));
    share = highMul16(share, reluFactor);
    if (relu.shift > 0) share = saturated16(share * 2);
    if (relu.shift < 0) share = divideByPower(share, -relu.shift);
    share = (share + 32768) >> 1;
    const product = Math.trunc((share * scaled) / 32768);
    return to16Bits(divideByPower(product, -output.shift) + y.zero);
  };
}

/** √(2/π) */
const ROOT_2_OVER_PI = 0.7978845608028654;

/** Functions of the number that a whole one stands for, in float32. */
const FUNCTIONS: Readonly<Partial<Record<TableName, (x: number) => number>>> = {
  sigmoid: (x) => Math.fround(1 / Math.fround(1 + Math.fround(exp(-x)))),
  tanh: (x) => Math.fround(tanh(x)),
  elu: (x) => (x < 0 ? Math.fround(expm1(x)) : x),
  exp: (x) => Math.fround(exp(x)),
  gelu: (x) => Math.fround(0.5 * x * (1 + erf(x * Math.SQRT1_2))),
  gelu_tanh: (x) => Math.fround(0.5 * x * (1 + tanh(ROOT_2_OVER_PI * (x + 0.044715 * x * x * x)))),
};

/** Source: tensorflow/lite/kernels/internal/common.h, LUTPopulate */
function byFunction({ name, x, y }: TfliteTableLayer): OfWhole {
  const of = FUNCTIONS[name]!;
  const inverse = Math.fround(1 / y.scale);
  return (q) => roundAway(Math.fround(of(Math.fround(x.scale * (q - x.zero))) * inverse)) + y.zero;
}

const MAKERS: Readonly<Partial<Record<TableName, (layer: TfliteTableLayer) => OfWhole>>> = {
  rescale,
  relu,
  rescale_float: rescaleFloat,
  leaky_relu: leakyRelu,
  hard_swish: hardSwish,
};

/** What each whole number of the input's type becomes, by its lowest 8 bits. */
export function tableOf(layer: TfliteTableLayer, from: ByteType): Int16Array {
  const of = (MAKERS[layer.name] ?? byFunction)(layer);
  const [least, most] = RANGES[from]!;
  const table = new Int16Array(256);
  for (let q = least; q <= most; q++) table[q & 255] = held(of(q), layer.range);
  return table;
}

const tableForward: Forward<TfliteTableLayer> = {
  run(layer, [x], [y]) {
    const table = tableOf(layer, x!.dtype as ByteType);
    for (let i = 0; i < y.data.length; i++) y.data[i] = table[x!.data[i] & 255];
  },
};

export const TABLE: Families<TableFamily> = {
  tflite_table: {
    shape: tableShape,
    forward: tableForward,
    backward: WHOLE_OUTPUT,
    reads: () => SAME_PLACE,
    explain: {
      formula: ({ name }) => `${name} of x.scale·(x − x.zero), as a whole number: / y.scale, rounded, + y.zero`,
      terms: 'place',
      numbers: ({ x, y }) => ({ 'x.scale': x.scale, 'x.zero': x.zero, 'y.scale': y.scale, 'y.zero': y.zero }),
    },
    words: ({ name, parameters }) => ['tflite', name, ...parameters].join(' '),
    growth: 'grows',
  },
};

import type { Value } from '../../core/values.js';
import { broadcastAll, broadcastTerms, combinePairs, pairLoop } from '../broadcast.js';
import { type Families, type Forward, kindWords, SAME_PLACE, type ShapeRule } from '../family.js';
import { required } from '../inputs.js';
import { checkBytes } from '../quantized/requantize.js';
import { type ByteType, held, multiplyBy, quantizeMultiplier, type Range, type Scaled } from './fixed-point.js';
import { WHOLE_OUTPUT } from './sums.js';

/**
 * Two arrays of whole numbers, each at a scale of its own, place by place with broadcasting, to a third scale.
 * tflite_prelu: a where it is not below 0, else a·b. Inputs: a, b.
 * Source: tensorflow/lite/kernels/internal/reference/{add,sub,mul,prelu}.h
 */
interface TflitePairLayer {
  readonly kind: 'tflite_add' | 'tflite_sub' | 'tflite_mul' | 'tflite_prelu';
  readonly a: Scaled;
  readonly b: Scaled;
  readonly y: Scaled;
  readonly range: Range;
  readonly dtype: ByteType;
}

export type PairFamily = TflitePairLayer;

const pairShape: ShapeRule<TflitePairLayer> = ({ dtype }, inputs) => {
  checkBytes(required(inputs, 0, 'a'), 'a');
  checkBytes(required(inputs, 1, 'b'), 'b');
  return [{ dtype, shape: broadcastAll(inputs) }];
};

/** Bits that numbers are moved up before they are scaled, so that little is lost. */
const LEFT_SHIFT = 20;

type OfTwo = (a: number, b: number) => number;

/** Both at twice the larger scale, then to that of the output: kernels/add.cc, sub.cc, PrepareGeneral… */
function sum({ a, b, y }: TflitePairLayer, sign: 1 | -1): OfTwo {
  const twice = 2 * Math.max(a.scale, b.scale);
  const [first, second] = [quantizeMultiplier(a.scale / twice), quantizeMultiplier(b.scale / twice)];
  const output = quantizeMultiplier(twice / (2 ** LEFT_SHIFT * y.scale));
  return (p, q) => {
    const left = multiplyBy((p - a.zero) << LEFT_SHIFT, first);
    const right = multiplyBy((q - b.zero) << LEFT_SHIFT, second);
    return multiplyBy(left + sign * right, output);
  };
}

function product({ a, b, y }: TflitePairLayer): OfTwo {
  const factor = quantizeMultiplier((a.scale * b.scale) / y.scale);
  return (p, q) => multiplyBy((p - a.zero) * (q - b.zero), factor);
}

function prelu(layer: TflitePairLayer): OfTwo {
  const same = quantizeMultiplier(layer.a.scale / layer.y.scale);
  const below = product(layer);
  return (p, q) => (p >= layer.a.zero ? multiplyBy(p - layer.a.zero, same) : below(p, q));
}

const MAKERS: Readonly<Record<TflitePairLayer['kind'], (layer: TflitePairLayer) => OfTwo>> = {
  tflite_add: (layer) => sum(layer, 1),
  tflite_sub: (layer) => sum(layer, -1),
  tflite_mul: product,
  tflite_prelu: prelu,
};

const pairForward: Forward<TflitePairLayer> = {
  run(layer, [a, b]: readonly (Value | null)[], [y]) {
    const of = MAKERS[layer.kind](layer);
    const { range } = layer;
    const { zero } = layer.y;
    combinePairs(
      pairLoop((p, q) => held(of(p, q) + zero, range)),
      a!,
      b!,
      y,
    );
  },
};

const FORMULAS: Readonly<Record<TflitePairLayer['kind'], string>> = {
  tflite_add: 'a.scale·(a − a.zero) + b.scale·(b − b.zero)',
  tflite_sub: 'a.scale·(a − a.zero) − b.scale·(b − b.zero)',
  tflite_mul: 'a.scale·(a − a.zero) · b.scale·(b − b.zero)',
  tflite_prelu: 'a < a.zero ? a.scale·(a − a.zero) · b.scale·(b − b.zero) : a.scale·(a − a.zero)',
};

const PAIR = {
  shape: pairShape,
  forward: pairForward,
  backward: WHOLE_OUTPUT,
  reads: () => SAME_PLACE,
  explain: {
    formula: ({ kind }: TflitePairLayer) => `${FORMULAS[kind]}, in whole numbers: / y.scale, rounded, + y.zero`,
    terms: broadcastTerms,
    numbers: ({ a, b, y }: TflitePairLayer) => ({
      ...{ 'a.scale': a.scale, 'a.zero': a.zero, 'b.scale': b.scale, 'b.zero': b.zero },
      ...{ 'y.scale': y.scale, 'y.zero': y.zero },
    }),
  },
  words: kindWords,
  growth: 'grows',
} as const;

export const PAIR_FAMILY: Families<PairFamily> = {
  tflite_add: PAIR,
  tflite_sub: PAIR,
  tflite_mul: PAIR,
  tflite_prelu: PAIR,
};

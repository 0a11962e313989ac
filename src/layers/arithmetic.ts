import { CnnvizError } from '../core/errors.js';
import { log, power } from '../core/math.js';
import { type DType, isFloat, type Value } from '../core/values.js';
import {
  broadcastAll,
  broadcastShapes,
  broadcastTerms,
  combinePairs,
  eachElement,
  type PairLoop,
  pairLoop,
  planBroadcast,
  sameType,
} from './broadcast.js';
import {
  type Backward,
  type BackwardCall,
  type Families,
  type Forward,
  kindWords,
  type LayerFamily,
  SAME_PLACE,
  type ShapeRule,
} from './family.js';
import { required } from './inputs.js';

/** Element by element with numpy's broadcasting, from left to right. Inputs: two or more. */
interface ArithmeticLayer {
  readonly kind: 'add' | 'sub' | 'mul' | 'div';
}

/** Element by element with numpy's broadcasting. pow takes two inputs, of types of their own; the others one or more. */
interface ExtremeLayer {
  readonly kind: 'min' | 'max' | 'mean' | 'pow';
}

const arithmeticShape: ShapeRule<ArithmeticLayer> = ({ kind }, inputs) => {
  const first = required(inputs, 0, 'a');
  let shape = first.shape;
  for (let i = 1; i < inputs.length; i++) {
    const next = required(inputs, i, 'b');
    if (next.dtype !== first.dtype) {
      throw new CnnvizError('shape', `${kind} of ${first.dtype} and ${next.dtype}: expected one type`);
    }
    shape = broadcastShapes(shape, next.shape);
  }
  return [{ dtype: first.dtype, shape }];
};

const extremeShape: ShapeRule<ExtremeLayer> = ({ kind }, inputs) => {
  const first = required(inputs, 0, 'a');
  if (kind === 'pow') {
    required(inputs, 1, 'b');
    return [{ dtype: first.dtype, shape: broadcastAll(inputs) }];
  }
  for (let i = 1; i < inputs.length; i++) sameType(first.dtype, required(inputs, i, 'b'), `input ${i + 1}`);
  return [{ dtype: first.dtype, shape: broadcastAll(inputs) }];
};

type Name = ArithmeticLayer['kind'];

const SIGNS = { add: '+', sub: '−', mul: '×', div: '÷' } as const;

/** One written-out loop each: a function called for every element would cost three times as much. */
const LOOPS: Readonly<Record<Name, PairLoop>> = {
  add(a, p, pStep, b, q, qStep, y, o, count) {
    for (let i = count - 1; i >= 0; i--) y[o + i] = a[p + i * pStep] + b[q + i * qStep];
  },
  sub(a, p, pStep, b, q, qStep, y, o, count) {
    for (let i = count - 1; i >= 0; i--) y[o + i] = a[p + i * pStep] - b[q + i * qStep];
  },
  mul(a, p, pStep, b, q, qStep, y, o, count) {
    for (let i = count - 1; i >= 0; i--) y[o + i] = a[p + i * pStep] * b[q + i * qStep];
  },
  div(a, p, pStep, b, q, qStep, y, o, count) {
    for (let i = count - 1; i >= 0; i--) y[o + i] = a[p + i * pStep] / b[q + i * qStep];
  },
};

/** Products of 32-bit integers wrap, though they do not fit a float64. */
const wrappedProduct: PairLoop = (a, p, pStep, b, q, qStep, y, o, count) => {
  for (let i = count - 1; i >= 0; i--) y[o + i] = Math.imul(a[p + i * pStep], b[q + i * qStep]);
};

/** Towards zero, as in ONNX and C; by zero 0, as numpy. */
const integerQuotient: PairLoop = (a, p, pStep, b, q, qStep, y, o, count) => {
  for (let i = count - 1; i >= 0; i--) {
    const divisor = b[q + i * qStep];
    // + 0: −1/2 is 0, not −0
    y[o + i] = divisor === 0 ? 0 : Math.trunc(a[p + i * pStep] / divisor) + 0;
  }
};

function loopOf(kind: Name, dtype: DType): PairLoop {
  if (kind === 'div' && !isFloat(dtype)) return integerQuotient;
  if (kind === 'mul' && (dtype === 'int32' || dtype === 'uint32')) return wrappedProduct;
  return LOOPS[kind];
}

/**
 * Element by element with broadcasting, computed in float64 and rounded once; integers wrap. More than two arrays are
 * combined from left to right.
 */
const arithmeticForward: Forward<ArithmeticLayer> = {
  memory: 'in-place',
  rowWork: ({ kind }, { length }) => (length === 2 ? { work: 'pair', operation: SIGNS[kind] } : null),
  run({ kind }, inputs, [y]) {
    const loop = loopOf(kind, y.dtype);
    if (inputs.length === 2) combinePairs(loop, inputs[0]!, inputs[1]!, y);
    else combineAll(loop, inputs as readonly Value[], y);
    if (y.dtype === 'bool') for (let i = 0; i < y.data.length; i++) y.data[i] = y.data[i] === 0 ? 0 : 1;
  },
};

/** Sums up in float64 apart from all arrays; integers wrap after each step. */
function combineAll(loop: PairLoop, [first, ...rest]: readonly Value[], y: Value): void {
  const data = isFloat(y.dtype) ? new Float64Array(y.data.length) : y.data.slice();
  const total = { data, shape: y.shape };
  const zero = { data: new Float64Array(1), shape: [] };
  combinePairs(LOOPS.add, first, zero, total);
  for (const value of rest) combinePairs(loop, total, value, total);
  y.data.set(total.data);
}

const ZERO = { data: new Float64Array(1), shape: [] };

const EXTREMES: Readonly<Record<ExtremeLayer['kind'], PairLoop>> = {
  min: pairLoop(Math.min),
  max: pairLoop(Math.max),
  mean: pairLoop((a, b) => a + b),
  pow: pairLoop(power),
};

const FIRST = pairLoop((a) => a);

/** Exponents for which a power is a few products, or a root. */
function isEasyExponent(n: number): boolean {
  return Math.abs(n) === 0.5 || (Number.isInteger(n) && Math.abs(n) <= 64);
}

/** From left to right in float64, rounded once; to integers towards zero. */
const extremeForward: Forward<ExtremeLayer> = {
  rowWork({ kind }, inputs) {
    const [, second] = inputs;
    if (inputs.length !== 2) return null;
    if (kind === 'min' || kind === 'max') return { work: 'pair', operation: kind };
    const exponent = kind === 'pow' && second?.data.length === 1 ? second.data[0] : Number.NaN;
    return isEasyExponent(exponent) ? { work: 'each', of: 'power', parameters: [exponent, 0] } : null;
  },
  run({ kind }, inputs, [y]) {
    const [first, ...rest] = inputs as readonly Value[];
    const total = { data: new Float64Array(y.data.length), shape: y.shape };
    combinePairs(FIRST, first, ZERO, total);
    for (const value of rest) combinePairs(EXTREMES[kind], total, value, total);
    if (kind === 'mean') for (let i = 0; i < total.data.length; i++) total.data[i] /= inputs.length;
    if (isFloat(y.dtype)) y.data.set(total.data);
    else for (let i = 0; i < total.data.length; i++) y.data[i] = Math.trunc(total.data[i]);
  },
};

/** ∂y/∂(operand i), from all operands that meet at one element. */
type Partial = (operands: readonly number[], i: number) => number;

function productBut(operands: readonly number[], left: number): number {
  let product = 1;
  for (let i = 0; i < operands.length; i++) if (i !== left) product *= operands[i];
  return product;
}

/** Operands are combined from left to right: a / b / c is a / (b·c). */
const PARTIALS: Readonly<Record<ArithmeticLayer['kind'] | ExtremeLayer['kind'], Partial>> = {
  add: () => 1,
  sub: (_, i) => (i === 0 ? 1 : -1),
  mul: productBut,
  div: (operands, i) => {
    const divisor = productBut(operands, 0);
    return i === 0 ? 1 / divisor : -operands[0] / (divisor * operands[i]);
  },
  mean: ({ length }) => 1 / length,
  // equals share, as in torch.maximum
  max: (operands, i) => shareOfEquals(operands, i, Math.max(...operands)),
  min: (operands, i) => shareOfEquals(operands, i, Math.min(...operands)),
  pow: ([base, exponent], i) => {
    if (i === 0) return exponent === 0 ? 0 : exponent * power(base, exponent - 1);
    return base === 0 && exponent >= 0 ? 0 : power(base, exponent) * log(base);
  },
};

function shareOfEquals(operands: readonly number[], i: number, winner: number): number {
  if (operands[i] !== winner) return 0;
  return 1 / operands.reduce((count, operand) => count + (operand === winner ? 1 : 0), 0);
}

function runBackward({ kind }: ArithmeticLayer | ExtremeLayer, { inputs, outputs, x, dy, dx }: BackwardCall): void {
  const isLinear = NEEDS_NOTHING.includes(kind);
  const values = inputs.map((_, i) => (isLinear ? null : x(i).data));
  const operands = new Array<number>(inputs.length).fill(0);
  const partial = PARTIALS[kind];
  const plan = planBroadcast(
    outputs[0].shape,
    inputs.map((input) => input!.shape),
  );
  eachElement(plan, (o, places) => {
    const gradient = dy[0]![o];
    if (gradient === 0) return;
    for (let i = 0; i < operands.length; i++) operands[i] = values[i]?.[places[i]] ?? 0;
    for (let i = 0; i < operands.length; i++) {
      const own = dx[i];
      if (own) own[places[i]] += gradient * partial(operands, i);
    }
  });
}

const NEEDS_NOTHING: readonly string[] = ['add', 'sub', 'mean'];

const needs = ({ kind }: { readonly kind: string }) => (NEEDS_NOTHING.includes(kind) ? 'none' : 'inputs');

/** Element by element; where an operand was repeated its gradients are added up. */
const arithmeticBackward: Backward<ArithmeticLayer> = { needs, reaches: 'all', run: runBackward };

const extremeBackward: Backward<ExtremeLayer> = { needs, reaches: 'all', run: runBackward };

export type ArithmeticFamily = ArithmeticLayer | ExtremeLayer;

/** One of the four: its formula, and how its values grow. */
function arithmetic(formula: string, growth: 'grows' | 'passes'): LayerFamily<ArithmeticLayer> {
  return {
    shape: arithmeticShape,
    forward: arithmeticForward,
    backward: arithmeticBackward,
    reads: () => SAME_PLACE,
    explain: { formula: () => formula, terms: broadcastTerms },
    words: kindWords,
    growth,
  };
}

const EXTREME: LayerFamily<ExtremeLayer> = {
  shape: extremeShape,
  forward: extremeForward,
  backward: extremeBackward,
  reads: () => SAME_PLACE,
  explain: { formula: kindWords, terms: broadcastTerms },
  words: kindWords,
};

export const ARITHMETIC: Families<ArithmeticFamily> = {
  add: arithmetic('a + b', 'passes'),
  sub: arithmetic('a − b', 'passes'),
  mul: arithmetic('a · b', 'grows'),
  div: arithmetic('a / b', 'grows'),
  min: { ...EXTREME, growth: 'passes' },
  max: { ...EXTREME, growth: 'passes' },
  mean: EXTREME,
  pow: EXTREME,
};

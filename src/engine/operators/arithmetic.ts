import type { ArithmeticLayer } from '../../core/layers.js';
import { type DType, isFloat, type Value } from '../../core/values.js';
import { combinePairs, type PairLoop } from './broadcast.js';
import type { Operator } from './operator.js';

type Name = ArithmeticLayer['kind'];

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
export const arithmeticOperator: Operator<ArithmeticLayer> = {
  memory: 'in-place',
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

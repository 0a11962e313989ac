import type { ClipLayer, PointwiseLayer, PointwiseName, PReluLayer } from '../../core/graph-layers.js';
import { erf, exp, expm1, log, log1p, tanh } from '../../core/math.js';
import { combinePairs } from './broadcast.js';
import type { Operator } from './operator.js';

type OfNumber = (x: number, first: number, second: number) => number;

/** ONNX's functions of one number, in float64. NaN stays NaN. Source: onnx.ai, operators */
const FUNCTIONS: Readonly<Record<PointwiseName, OfNumber>> = {
  abs: Math.abs,
  neg: (x) => -x,
  sign: Math.sign,
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfToEven,
  reciprocal: (x) => 1 / x,
  sqrt: Math.sqrt,
  exp,
  log,
  erf,
  not: (x) => (x === 0 ? 1 : 0),
  hard_sigmoid: (x, alpha, beta) => Math.max(0, Math.min(1, alpha * x + beta)),
  selu: (x, alpha, gamma) => (x > 0 ? gamma * x : gamma * alpha * expm1(x)),
  celu: (x, alpha) => Math.max(0, x) + Math.min(0, alpha * expm1(x / alpha)),
  mish: (x) => x * tanh(x > 20 ? x : log1p(exp(x))),
  softsign: (x) => x / (1 + Math.abs(x)),
  swish: (x, alpha) => x / (1 + exp(-alpha * x)),
  thresholded_relu: (x, alpha) => (x > alpha ? x : Number.isNaN(x) ? x : 0),
};

function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

export const pointwiseOperator: Operator<PointwiseLayer> = {
  memory: 'in-place',
  run({ name, parameters }, [x], [y]) {
    const of = FUNCTIONS[name];
    const [first = 0, second = 0] = parameters;
    for (let i = 0; i < y.data.length; i++) y.data[i] = of(x!.data[i], first, second);
  },
};

export const preluOperator: Operator<PReluLayer> = {
  memory: 'in-place',
  run(_, [x, slope], [y]) {
    combinePairs(
      (a, p, pStep, b, q, qStep, out, o, count) => {
        for (let i = count - 1; i >= 0; i--) {
          const value = a[p + i * pStep];
          out[o + i] = value < 0 ? value * b[q + i * qStep] : value;
        }
      },
      x!,
      slope!,
      y,
    );
  },
};

export const clipOperator: Operator<ClipLayer> = {
  memory: 'in-place',
  run(_, [x, lo, hi], [y]) {
    const [least, most] = [lo?.data[0] ?? Number.NEGATIVE_INFINITY, hi?.data[0] ?? Number.POSITIVE_INFINITY];
    for (let i = 0; i < y.data.length; i++) y.data[i] = Math.min(Math.max(x!.data[i], least), most);
  },
};

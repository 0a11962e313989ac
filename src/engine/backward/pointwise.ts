import type { ClipLayer, PointwiseLayer, PointwiseName, PReluLayer } from '../../core/graph-layers.js';
import { exp, log1p, tanh } from '../../core/math.js';
import { planBroadcast } from '../operators/broadcast.js';
import { addProducts, type Backward } from './backward.js';
import { eachElement } from './elements.js';

type Slope = (x: number, first: number, second: number) => number;

const sigmoid = (x: number): number => 1 / (1 + exp(-x));
const step: Slope = () => 0;
/** 2/√π */
const TWO_OVER_SQRT_PI = 1.1283791670955126;

/** Slopes of ONNX's functions of one number; at a corner as torch: 0 for abs and hard_sigmoid. */
const SLOPES: Readonly<Record<PointwiseName, Slope>> = {
  abs: (x) => Math.sign(x),
  neg: () => -1,
  sign: step,
  floor: step,
  ceil: step,
  round: step,
  not: step,
  reciprocal: (x) => -1 / (x * x),
  sqrt: (x) => 0.5 / Math.sqrt(x),
  exp,
  log: (x) => 1 / x,
  erf: (x) => TWO_OVER_SQRT_PI * exp(-x * x),
  hard_sigmoid: (x, alpha, beta) => (alpha * x + beta > 0 && alpha * x + beta < 1 ? alpha : 0),
  selu: (x, alpha, gamma) => (x > 0 ? gamma : gamma * alpha * exp(x)),
  celu: (x, alpha) => (x > 0 ? 1 : exp(x / alpha)),
  mish: (x) => {
    const t = tanh(x > 20 ? x : log1p(exp(x)));
    return t + x * (1 - t * t) * sigmoid(x);
  },
  softsign: (x) => 1 / ((1 + Math.abs(x)) * (1 + Math.abs(x))),
  swish: (x, alpha) => {
    const s = sigmoid(alpha * x);
    return s + alpha * x * s * (1 - s);
  },
  thresholded_relu: (x, alpha) => (x > alpha ? 1 : 0),
};

export const pointwiseBackward: Backward<PointwiseLayer> = {
  needs: 'inputs',
  run({ name, parameters }, { x, dy, dx }) {
    const [first = 0, second = 0] = parameters;
    addProducts(dx[0]!, dy[0]!, x(0).data, (value) => SLOPES[name](value, first, second));
  },
};

export const preluBackward: Backward<PReluLayer> = {
  needs: 'inputs',
  reaches: 'all',
  run(_, { outputs, x, dy, dx }) {
    const [value, slope] = [x(0), x(1)];
    eachElement(planBroadcast(outputs[0].shape, [value.shape, slope.shape]), (o, [p, q]) => {
      const isBelow = !(value.data[p] > 0);
      if (dx[0]) dx[0][p] += dy[0]![o] * (isBelow ? slope.data[q] : 1);
      if (dx[1] && isBelow) dx[1][q] += dy[0]![o] * value.data[p];
    });
  },
};

/** Passes where lo ≤ x ≤ hi, both ends included, as torch.clamp. */
export const clipBackward: Backward<ClipLayer> = {
  needs: 'inputs',
  run(_, { inputs, x, dy, dx }) {
    const least = inputs[1] ? x(1).data[0] : Number.NEGATIVE_INFINITY;
    const most = inputs[2] ? x(2).data[0] : Number.POSITIVE_INFINITY;
    addProducts(dx[0]!, dy[0]!, x(0).data, (value) => (value >= least && value <= most ? 1 : 0));
  },
};

import { CnnvizError } from '../core/errors.js';
import { roundToBfloat, roundToHalf } from '../core/half-precision.js';
import { erf, exp, expm1, log, log1p, roundHalfToEven, tanh } from '../core/math.js';
import { erf32, exp32, log32, mish32, swish32 } from '../core/math32.js';
import { acos, acosh, asin, asinh, atan, atanh, cos, cosh, sin, sinh, tan } from '../core/trigonometry.js';
import { type DType, isFloat, type Value } from '../core/values.js';
import { addProducts, sigmoid } from './activation.js';
import { broadcastShapes, broadcastTerms, combinePairs, eachElement, planBroadcast, sameType } from './broadcast.js';
import { type Backward, type Families, type Forward, kindWords, SAME_PLACE, type ShapeRule } from './family.js';
import { required } from './inputs.js';
import { sameDataBackward } from './reshape.js';

export type PointwiseName =
  | 'abs'
  | 'neg'
  | 'sign'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'reciprocal'
  | 'sqrt'
  | 'exp'
  | 'log'
  | 'erf'
  | 'not'
  | 'hard_sigmoid'
  | 'selu'
  | 'celu'
  | 'mish'
  | 'softsign'
  | 'swish'
  | 'thresholded_relu'
  | 'shrink'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'sinh'
  | 'cosh'
  | 'asinh'
  | 'acosh'
  | 'atanh';

/** One number to one number. `parameters`: as ONNX's attributes, in the order of its documentation. */
interface PointwiseLayer {
  readonly kind: 'pointwise';
  readonly name: PointwiseName;
  readonly parameters: readonly number[];
}

/** x < 0 ? slope·x : x. Inputs: x, slope (broadcast to x). */
interface PReluLayer {
  readonly kind: 'prelu';
}

/** min(max(x, lo), hi). Inputs: x, lo or null, hi or null (single numbers). */
interface ClipLayer {
  readonly kind: 'clip';
}

/** To another number type: towards zero from floating point to integers. */
interface CastLayer {
  readonly kind: 'cast';
  readonly to: DType;
  /** The type of 16 bits whose numbers it gives, in float32. */
  readonly rounds?: 'float16' | 'bfloat16';
}

const pointwiseShape: ShapeRule<PointwiseLayer> = ({ name }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  if (!isFloat(dtype) && !['abs', 'neg', 'sign', 'floor', 'ceil', 'round', 'not', 'shrink'].includes(name)) {
    throw new CnnvizError('shape', `${name} of ${dtype}: expected floating point`);
  }
  return [{ dtype, shape }];
};

const preluShape: ShapeRule<PReluLayer> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  const slope = required(inputs, 1, 'slope');
  sameType(dtype, slope, 'slope');
  const both = broadcastShapes(shape, slope.shape);
  if (both.length !== shape.length || both.some((side, axis) => side !== shape[axis])) {
    throw new CnnvizError('shape', `slope [${slope.shape.join(', ')}] does not fit into x [${shape.join(', ')}]`);
  }
  return [{ dtype, shape }];
};

const clipShape: ShapeRule<ClipLayer> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  for (const [i, name] of ['min', 'max'].entries()) {
    const limit = inputs[i + 1];
    if (limit?.shape.some((side) => side !== 1)) {
      throw new CnnvizError('shape', `${name}: expected a single number, got [${limit.shape.join(', ')}]`);
    }
  }
  return [{ dtype, shape }];
};

const castShape: ShapeRule<CastLayer> = ({ to }, inputs) => [{ dtype: to, shape: required(inputs, 0, 'x').shape }];

type OfNumber = (x: number, first: number, second: number) => number;

/** ONNX's functions of one number, computed in float64. NaN stays NaN. Source: onnx.ai, operators */
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
  shrink: (x, bias, lambd) => (x < -lambd ? x + bias : x > lambd ? x - bias : Number.isNaN(x) ? x : 0),
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  asinh,
  acosh,
  atanh,
};

/** Those that are computed by fewer operations over float32. */
const FUNCTIONS_32: Readonly<Partial<Record<PointwiseName, OfNumber>>> = {
  exp: exp32,
  log: log32,
  erf: erf32,
  mish: mish32,
  swish: swish32,
};

const ROW_FUNCTIONS = [
  'abs',
  'neg',
  'floor',
  'ceil',
  'round',
  'sqrt',
  'reciprocal',
  'exp',
  'log',
  'erf',
  'hard_sigmoid',
  'mish',
  'swish',
] as const;

const pointwiseForward: Forward<PointwiseLayer> = {
  memory: 'in-place',
  run({ name, parameters }, [x], [y]) {
    const of = (y.data instanceof Float32Array && FUNCTIONS_32[name]) || FUNCTIONS[name];
    const [first = 0, second = 0] = parameters;
    for (let i = 0; i < y.data.length; i++) y.data[i] = of(x!.data[i], first, second);
  },
  rowWork({ name, parameters: [first = 0, second = 0] }) {
    const of = ROW_FUNCTIONS.find((one) => one === name);
    return of === undefined ? null : { work: 'each', of, parameters: [first, second] };
  },
};

const preluForward: Forward<PReluLayer> = {
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

/** The limits of a clip: inputs 1 and 2. */
const limits = ([, lo, hi]: readonly (Value | null | undefined)[]): [number, number] => [
  lo?.data[0] ?? Number.NEGATIVE_INFINITY,
  hi?.data[0] ?? Number.POSITIVE_INFINITY,
];

const clipForward: Forward<ClipLayer> = {
  memory: 'in-place',
  rowWork: (_, inputs) => ({ work: 'each', of: 'clip', parameters: limits(inputs) }),
  run(_, inputs, [y]) {
    const [x] = inputs;
    const [least, most] = limits(inputs);
    for (let i = 0; i < y.data.length; i++) y.data[i] = Math.min(Math.max(x!.data[i], least), most);
  },
};

const TWO_TO_64 = 2 ** 64;

/** To bool: 0 or not. To integers: towards zero, those that do not fit wrap, NaN is 0. To floating point: rounded. */
const castForward: Forward<CastLayer> = {
  run({ to, rounds }, [x], [y]) {
    const [from, out] = [x!.data, y.data];
    if (rounds) {
      const round = rounds === 'float16' ? roundToHalf : roundToBfloat;
      for (let i = 0; i < out.length; i++) out[i] = round(from[i]);
    } else if (to === 'bool') for (let i = 0; i < out.length; i++) out[i] = from[i] === 0 ? 0 : 1;
    else if (to === 'int64' || to === 'uint64') {
      for (let i = 0; i < out.length; i++) {
        // int64 travels as float64, which would keep NaN and a fraction
        const whole = Math.trunc(from[i]) || 0;
        out[i] = to === 'uint64' && whole < 0 ? whole + TWO_TO_64 : whole;
      }
    } else out.set(from);
  },
};

type Slope = (x: number, first: number, second: number) => number;

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
  shrink: (x, _, lambd) => (Math.abs(x) > lambd ? 1 : 0),
  sin: cos,
  cos: (x) => -sin(x),
  tan: (x) => 1 / (cos(x) * cos(x)),
  asin: (x) => 1 / Math.sqrt(1 - x * x),
  acos: (x) => -1 / Math.sqrt(1 - x * x),
  atan: (x) => 1 / (1 + x * x),
  sinh: cosh,
  cosh: sinh,
  asinh: (x) => 1 / Math.sqrt(x * x + 1),
  acosh: (x) => 1 / Math.sqrt(x * x - 1),
  atanh: (x) => 1 / (1 - x * x),
};

const pointwiseBackward: Backward<PointwiseLayer> = {
  needs: 'inputs',
  run({ name, parameters }, { x, dy, dx }) {
    const [first = 0, second = 0] = parameters;
    addProducts(dx[0]!, dy[0]!, x(0).data, (value) => SLOPES[name](value, first, second));
  },
};

const preluBackward: Backward<PReluLayer> = {
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
const clipBackward: Backward<ClipLayer> = {
  needs: 'inputs',
  run(_, { inputs, x, dy, dx }) {
    const least = inputs[1] ? x(1).data[0] : Number.NEGATIVE_INFINITY;
    const most = inputs[2] ? x(2).data[0] : Number.POSITIVE_INFINITY;
    addProducts(dx[0]!, dy[0]!, x(0).data, (value) => (value >= least && value <= most ? 1 : 0));
  },
};

export type PointwiseFamily = PointwiseLayer | PReluLayer | ClipLayer | CastLayer;

export const POINTWISE: Families<PointwiseFamily> = {
  pointwise: {
    shape: pointwiseShape,
    forward: pointwiseForward,
    backward: pointwiseBackward,
    reads: () => SAME_PLACE,
    explain: { formula: ({ name }) => `${name}(x)`, terms: 'place' },
    words: kindWords,
  },
  prelu: {
    shape: preluShape,
    forward: preluForward,
    backward: preluBackward,
    reads: () => SAME_PLACE,
    explain: { formula: kindWords, terms: broadcastTerms },
    words: kindWords,
    growth: 'grows',
  },
  clip: {
    shape: clipShape,
    forward: clipForward,
    backward: clipBackward,
    reads: () => SAME_PLACE,
    explain: { formula: kindWords, terms: 'place' },
    words: kindWords,
    learnt: [],
    growth: 'passes',
  },
  cast: {
    shape: castShape,
    forward: castForward,
    backward: sameDataBackward,
    reads: () => SAME_PLACE,
    explain: null,
    words: kindWords,
  },
};

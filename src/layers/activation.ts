import { CnnvizError } from '../core/errors.js';
import type { ActivationName } from '../core/job.js';
import { erf, exp, expm1, log1p, tanh } from '../core/math.js';
import { elu32, gelu32, geluTanh32, sigmoid32, softplus32, swish32, tanh32 } from '../core/math32.js';
import type { Numbers } from '../core/values.js';
import { type Backward, type Families, type Forward, SAME_PLACE } from './family.js';
import { sameShape } from './inputs.js';

/**
 * An activation, element by element. `parameters`: leaky_relu's negative_slope, elu's alpha, softplus's beta and
 * threshold; torch's defaults stand for those left out. gelu_tanh is gelu with approximate='tanh'.
 */
export interface ActivationLayer {
  readonly kind: 'activation';
  readonly name: ActivationName;
  readonly parameters: readonly number[];
}

interface Activation {
  /** torch's defaults of its parameters */
  readonly parameters: readonly number[];
  readonly of: (x: number, first: number, second: number) => number;
  /** The same over float32, by fewer operations; without it `of`. */
  readonly of32?: (x: number, first: number, second: number) => number;
  readonly slope: Slope;
  /** In a line, where it has one; of its first parameter. */
  readonly formula?: (first: number) => string;
  /** At or within a hundredth of these limits a value is saturated; what is infinite or far too large ends at them too. */
  readonly limits?: readonly [lo: number, hi: number];
  /** Nothing passes at or below zero; of others (tanh, leaky_relu, silu …) zero is a value like any. */
  readonly silences?: true;
}

/** The slope of an activation, from its input or, where that is enough, from its output. */
interface Slope {
  readonly from: 'inputs' | 'outputs';
  readonly of: (value: number, first: number, second: number) => number;
}

export const sigmoid = (x: number): number => 1 / (1 + exp(-x));

/** √(2/π) and 1/√(2π) */
const SQRT_2_OVER_PI = 0.7978845608028654;
const INVERSE_SQRT_2_PI = 0.3989422804014327;

/**
 * Element-wise activations, meaning as in torch.nn. Computed in float64 by pure JavaScript functions and rounded once,
 * so that every machine gives the same bits; the engine has SIMD routines with the bits of those over float32. NaN stays NaN. Slopes as torch has them where there are two: 0 for relu at 0,
 * and at both ends of relu6; negative_slope for leaky_relu at 0; hardswish at −3 as inside.
 */
export const ACTIVATIONS: Readonly<Record<ActivationName, Activation>> = {
  relu: {
    parameters: [],
    of: (x) => Math.max(0, x),
    slope: { from: 'outputs', of: (y) => (y > 0 ? 1 : 0) },
    formula: () => 'max(0, x)',
    silences: true,
  },
  relu6: {
    parameters: [],
    of: (x) => Math.min(Math.max(0, x), 6),
    slope: { from: 'outputs', of: (y) => (y > 0 && y < 6 ? 1 : 0) },
    formula: () => 'min(max(0, x), 6)',
    limits: [Number.NEGATIVE_INFINITY, 6],
    silences: true,
  },
  leaky_relu: {
    parameters: [0.01],
    of: (x, slope) => (x < 0 ? slope * x : x),
    slope: { from: 'inputs', of: (x, slope) => (x > 0 ? 1 : slope) },
    formula: (slope) => `x < 0 ? ${slope}·x : x`,
  },
  elu: {
    parameters: [1],
    of: (x, alpha) => (x < 0 ? alpha * expm1(x) : x),
    of32: elu32,
    slope: { from: 'inputs', of: (x, alpha) => (x > 0 ? 1 : alpha * exp(x)) },
    formula: (alpha) => `x < 0 ? ${alpha}·(e^x − 1) : x`,
  },
  gelu: {
    parameters: [],
    of: (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)),
    of32: gelu32,
    slope: {
      from: 'inputs',
      of: (x) => 0.5 * (1 + erf(x * Math.SQRT1_2)) + x * INVERSE_SQRT_2_PI * exp(-0.5 * x * x),
    },
  },
  gelu_tanh: {
    parameters: [],
    of: (x) => 0.5 * x * (1 + tanh(SQRT_2_OVER_PI * (x + 0.044715 * x * x * x))),
    of32: geluTanh32,
    slope: {
      from: 'inputs',
      of: (x) => {
        const t = tanh(SQRT_2_OVER_PI * (x + 0.044715 * x * x * x));
        return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * SQRT_2_OVER_PI * (1 + 3 * 0.044715 * x * x);
      },
    },
  },
  silu: {
    parameters: [],
    of: (x) => x * sigmoid(x),
    of32: (x) => swish32(x, 1),
    slope: {
      from: 'inputs',
      of: (x) => {
        const s = sigmoid(x);
        return s * (1 + x * (1 - s));
      },
    },
    formula: () => 'x / (1 + e^−x)',
  },
  hardswish: {
    parameters: [],
    of: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
    slope: { from: 'inputs', of: (x) => (x < -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1) },
  },
  softplus: {
    parameters: [1, 20],
    of: (x, beta, threshold) => (x * beta > threshold ? x : log1p(exp(x * beta)) / beta),
    of32: softplus32,
    slope: { from: 'inputs', of: (x, beta, threshold) => (x * beta > threshold ? 1 : sigmoid(x * beta)) },
    formula: () => 'log(1 + e^x)',
  },
  sigmoid: {
    parameters: [],
    of: sigmoid,
    of32: sigmoid32,
    slope: { from: 'outputs', of: (y) => y * (1 - y) },
    formula: () => '1 / (1 + e^−x)',
    limits: [0.01, 0.99],
  },
  tanh: {
    parameters: [],
    of: tanh,
    of32: tanh32,
    slope: { from: 'outputs', of: (y) => 1 - y * y },
    limits: [-0.99, 0.99],
  },
};

/** The two parameters of an activation: torch's defaults stand for those left out; over float32 rounded, as in torch. */
export function activationParameters(
  name: ActivationName,
  parameters: readonly number[],
  isSingle: boolean,
): [number, number] {
  const { parameters: defaults } = ACTIVATIONS[name];
  const all = [0, 1].map((i) => parameters[i] ?? defaults[i] ?? 0);
  const [first, second] = isSingle ? all.map(Math.fround) : all;
  return [first, second];
}

/** y[i] = activation(x[i]); x and y may be the same array. */
export function activate(name: ActivationName, parameters: readonly number[], x: Numbers, y: Numbers): void {
  const isSingle = y instanceof Float32Array;
  const [first, second] = activationParameters(name, parameters, isSingle);
  const { of, of32 = of } = ACTIVATIONS[name];
  const compute = isSingle ? of32 : of;
  for (let i = 0; i < y.length; i++) y[i] = compute(x[i], first, second);
}

/** @throws CnnvizError 'usage' for more parameters than are taken, or one that is not a finite number. */
export function checkActivation(name: ActivationName, parameters: readonly number[]): void {
  const { length } = ACTIVATIONS[name].parameters;
  if (parameters.length > length) {
    const takes = ['no parameter', 'one parameter', 'two parameters'][length];
    throw new CnnvizError('usage', `activation ${name} takes ${takes}, got ${parameters.join(', ')}`, {
      fix: length === 0 ? `use ${name}` : 'leave the rest out',
    });
  }
  const wrong = parameters.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) {
    throw new CnnvizError('usage', `activation ${name}: expected a finite number, got ${wrong}`);
  }
}

const activationForward: Forward<ActivationLayer> = {
  memory: 'in-place',
  run: ({ name, parameters }, [x], [y]) => activate(name, parameters, x!.data, y.data),
  rowWork: ({ name, parameters }) => ({
    work: 'each',
    of: name,
    parameters: activationParameters(name, parameters, true),
  }),
};

const activationBackward: Backward<ActivationLayer> = {
  needs: ({ name }) => ACTIVATIONS[name].slope.from,
  run({ name, parameters }, { x, y, dy, dx }) {
    const { slope, parameters: defaults } = ACTIVATIONS[name];
    const [first, second] = [0, 1].map((i) => parameters[i] ?? defaults[i] ?? 0);
    addProducts(dx[0]!, dy[0]!, (slope.from === 'inputs' ? x(0) : y(0)).data, (value) =>
      slope.of(value, first, second),
    );
  },
};

/** x and dy as the rules of functions of one number see them. */
export function addProducts(dx: Float64Array, dy: Float64Array, x: Numbers, slope: (x: number) => number): void {
  for (let i = 0; i < dx.length; i++) if (dy[i] !== 0) dx[i] += dy[i] * slope(x[i]);
}

export const ACTIVATION: Families<ActivationLayer> = {
  activation: {
    shape: sameShape,
    forward: activationForward,
    backward: activationBackward,
    reads: () => SAME_PLACE,
    explain: {
      formula: ({ name, parameters: [slope = ACTIVATIONS[name].parameters[0]] }) =>
        ACTIVATIONS[name].formula?.(slope) ?? `${name}(x)`,
      terms: 'place',
    },
    words: ({ name, parameters }) => [name, ...parameters].join(' '),
    growth: 'grows',
  },
};

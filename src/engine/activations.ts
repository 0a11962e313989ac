import { CnnvizError } from '../core/errors.js';
import type { ActivationName } from '../core/layers.js';
import { erf, exp, expm1, log1p, tanh } from '../core/math.js';
import type { Numbers } from '../core/values.js';

interface Activation {
  /** torch's defaults of its parameters */
  readonly parameters: readonly number[];
  readonly of: (x: number, first: number, second: number) => number;
}

const sigmoid = (x: number): number => 1 / (1 + exp(-x));

/** √(2/π) */
const SQRT_2_OVER_PI = 0.7978845608028654;

/**
 * Element-wise activations, meaning as in torch.nn. Computed in float64 by pure JavaScript functions and rounded once,
 * so that every machine gives the same bits. NaN stays NaN.
 */
export const ACTIVATIONS: Readonly<Record<ActivationName, Activation>> = {
  relu: { parameters: [], of: (x) => Math.max(0, x) },
  relu6: { parameters: [], of: (x) => Math.min(Math.max(0, x), 6) },
  leaky_relu: { parameters: [0.01], of: (x, slope) => (x < 0 ? slope * x : x) },
  elu: { parameters: [1], of: (x, alpha) => (x < 0 ? alpha * expm1(x) : x) },
  gelu: { parameters: [], of: (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)) },
  gelu_tanh: { parameters: [], of: (x) => 0.5 * x * (1 + tanh(SQRT_2_OVER_PI * (x + 0.044715 * x * x * x))) },
  silu: { parameters: [], of: (x) => x * sigmoid(x) },
  hardswish: { parameters: [], of: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6 },
  softplus: {
    parameters: [1, 20],
    of: (x, beta, threshold) => (x * beta > threshold ? x : log1p(exp(x * beta)) / beta),
  },
  sigmoid: { parameters: [], of: sigmoid },
  tanh: { parameters: [], of: tanh },
};

/**
 * y[i] = activation(x[i]); x and y may be the same array. torch's defaults stand for parameters left out; over float32
 * they are rounded to float32 first, as torch does.
 */
export function activate(name: ActivationName, parameters: readonly number[], x: Numbers, y: Numbers): void {
  const { of, parameters: defaults } = ACTIVATIONS[name];
  const [first, second] = [0, 1].map((i) => {
    const value = parameters[i] ?? defaults[i] ?? 0;
    return y instanceof Float32Array ? Math.fround(value) : value;
  });
  for (let i = 0; i < y.length; i++) y[i] = of(x[i], first, second);
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

import { CnnvizError } from '../core/errors.js';
import type { ActivationName } from '../core/layers.js';
import { erf, exp, expm1, log1p, tanh } from '../core/math.js';

interface Activation {
  /** torch's default of the one parameter, or null when there is none */
  readonly parameter: number | null;
  readonly of: (x: number, parameter: number) => number;
}

const sigmoid = (x: number): number => 1 / (1 + exp(-x));

/**
 * Element-wise activations, meaning as in torch.nn. Computed in float64 from the float32 input by pure JavaScript
 * functions and rounded once, so that every machine gives the same bits. NaN stays NaN.
 */
export const ACTIVATIONS: Readonly<Record<ActivationName, Activation>> = {
  relu: { parameter: null, of: (x) => Math.max(0, x) },
  relu6: { parameter: null, of: (x) => Math.min(Math.max(0, x), 6) },
  leaky_relu: { parameter: 0.01, of: (x, slope) => (x < 0 ? Math.fround(slope) * x : x) },
  elu: { parameter: 1, of: (x, alpha) => (x < 0 ? Math.fround(alpha) * expm1(x) : x) },
  gelu: { parameter: null, of: (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)) },
  silu: { parameter: null, of: (x) => x * sigmoid(x) },
  hardswish: { parameter: null, of: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6 },
  softplus: { parameter: null, of: (x) => (x > 20 ? x : log1p(exp(x))) },
  sigmoid: { parameter: null, of: sigmoid },
  tanh: { parameter: null, of: tanh },
};

/** y[i] = activation(x[i]); x and y may be the same array. `parameter` null: torch's default. */
export function activate(name: ActivationName, parameter: number | null, x: Float32Array, y: Float32Array): void {
  const activation = ACTIVATIONS[name];
  const value = parameter ?? activation.parameter ?? 0;
  const { of } = activation;
  for (let i = 0; i < x.length; i++) y[i] = of(x[i], value);
}

/** @throws CnnvizError 'usage' for a parameter where none is taken, or one that is not a finite number. */
export function checkActivation(name: ActivationName, parameter: number | null): void {
  if (parameter === null) return;
  if (ACTIVATIONS[name].parameter === null) {
    throw new CnnvizError('usage', `activation ${name} takes no parameter, got ${parameter}`, { fix: `use ${name}` });
  }
  if (!Number.isFinite(parameter)) {
    throw new CnnvizError('usage', `activation ${name}: expected a finite number, got ${parameter}`);
  }
}

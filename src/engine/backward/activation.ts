import type { ActivationLayer, ActivationName } from '../../core/layers.js';
import { erf, exp, tanh } from '../../core/math.js';
import { ACTIVATIONS } from '../activations.js';
import { addProducts, type Backward } from './backward.js';

/** The slope of an activation, from its input or, where that is enough, from its output. */
interface Slope {
  readonly from: 'inputs' | 'outputs';
  readonly of: (value: number, first: number, second: number) => number;
}

const sigmoid = (x: number): number => 1 / (1 + exp(-x));
/** 1/√(2π) and √(2/π) */
const INVERSE_SQRT_2_PI = 0.3989422804014327;
const SQRT_2_OVER_PI = 0.7978845608028654;

/**
 * Slopes as torch has them where there are two: 0 for relu at 0, and at both ends of relu6; negative_slope for
 * leaky_relu at 0; hardswish at −3 as inside.
 */
const SLOPES: Readonly<Record<ActivationName, Slope>> = {
  relu: { from: 'outputs', of: (y) => (y > 0 ? 1 : 0) },
  relu6: { from: 'outputs', of: (y) => (y > 0 && y < 6 ? 1 : 0) },
  leaky_relu: { from: 'inputs', of: (x, slope) => (x > 0 ? 1 : slope) },
  elu: { from: 'inputs', of: (x, alpha) => (x > 0 ? 1 : alpha * exp(x)) },
  gelu: {
    from: 'inputs',
    of: (x) => 0.5 * (1 + erf(x * Math.SQRT1_2)) + x * INVERSE_SQRT_2_PI * exp(-0.5 * x * x),
  },
  gelu_tanh: {
    from: 'inputs',
    of: (x) => {
      const t = tanh(SQRT_2_OVER_PI * (x + 0.044715 * x * x * x));
      return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * SQRT_2_OVER_PI * (1 + 3 * 0.044715 * x * x);
    },
  },
  silu: {
    from: 'inputs',
    of: (x) => {
      const s = sigmoid(x);
      return s * (1 + x * (1 - s));
    },
  },
  hardswish: { from: 'inputs', of: (x) => (x < -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1) },
  softplus: { from: 'inputs', of: (x, beta, threshold) => (x * beta > threshold ? 1 : sigmoid(x * beta)) },
  sigmoid: { from: 'outputs', of: (y) => y * (1 - y) },
  tanh: { from: 'outputs', of: (y) => 1 - y * y },
};

export const activationBackward: Backward<ActivationLayer> = {
  needs: ({ name }) => SLOPES[name].from,
  run({ name, parameters }, { x, y, dy, dx }) {
    const { from, of } = SLOPES[name];
    const [first, second] = [0, 1].map((i) => parameters[i] ?? ACTIVATIONS[name].parameters[i] ?? 0);
    addProducts(dx[0]!, dy[0]!, (from === 'inputs' ? x(0) : y(0)).data, (value) => of(value, first, second));
  },
};

import { CnnvizError } from '../../core/errors.js';
import { sizeOf } from '../../core/tensor.js';
import type { Numbers, Value } from '../../core/values.js';
import { broadcastShapes, eachElement, planBroadcast } from '../broadcast.js';
import {
  type Backward,
  type Families,
  type Forward,
  kindWords,
  type LayerFamily,
  SAME_PLACE,
  type ShapeRule,
} from '../family.js';
import { required, wrapDim } from '../inputs.js';
import { addGradient, findRootMeanSquare, findStandard, type NumberSet, type Standard } from './sets.js';

/**
 * layer_norm: (x − mean) / √(variance + eps) · weight + bias. rms_norm: x / √(mean of squares + eps) · weight. All numbers
 * from axis `axis` on are normalised together: −1 for those of the last axis alone.
 * Inputs: x, weight or null, bias or null (of a layer_norm), both broadcast to x, as a rule x.shape[axis …].
 * Further outputs of a layer_norm: the means, and 1 / √(variance + eps), with sides of 1 from `axis` on.
 * Source: torch.nn.LayerNorm, RMSNorm; ONNX LayerNormalization, RMSNormalization
 */
export interface LayerNormLayer {
  readonly kind: 'layer_norm' | 'rms_norm';
  readonly axis: number;
  readonly eps: number;
}

const layerNormShape: ShapeRule<LayerNormLayer> = ({ kind, axis }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  if (shape.length === 0) throw new CnnvizError('shape', `${kind} of a scalar`);
  const first = wrapDim(axis, shape.length);
  for (const [i, name] of ['weight', 'bias'].entries()) {
    const parameter = inputs[i + 1];
    if (!parameter) continue;
    const both = broadcastShapes(shape, parameter.shape);
    if (String(both) === String(shape)) continue;
    throw new CnnvizError(
      'shape',
      `${name}: expected [${shape.slice(first).join(', ')}], got [${parameter.shape.join(', ')}]`,
    );
  }
  const made = { dtype: dtype === 'float64' ? 'float64' : 'float32', shape } as const;
  if (kind === 'rms_norm') return [made];
  const standards = { dtype: 'float32', shape: shape.map((side, i) => (i < first ? side : 1)) } as const;
  return [made, standards, standards];
};

/** Numbers that are repeated along x, as ones that belong to every `period` numbers of x. */
interface Repeated {
  readonly data: Numbers;
  readonly period: number;
}

/** A parameter that is broadcast to x; without one it is `otherwise` everywhere. */
function repeated(value: Value | null | undefined, x: readonly number[], otherwise: number): Repeated {
  if (!value) return { data: Float64Array.of(otherwise), period: 1 };
  const period = value.data.length;
  if (period === 1) return { data: value.data, period };
  const sides = value.shape.slice(value.shape.findIndex((side) => side !== 1));
  if (String(sides) === String(x.slice(x.length - sides.length))) return { data: value.data, period };
  const data = new Float64Array(sizeOf(x));
  eachElement(planBroadcast(x, [value.shape]), (o, [p]) => {
    data[o] = value.data[p];
  });
  return { data, period: data.length };
}

function setsOf({ axis }: LayerNormLayer, shape: readonly number[]) {
  const first = wrapDim(axis, shape.length);
  return { sets: sizeOf(shape.slice(0, first)), count: sizeOf(shape.slice(first)) };
}

const finderOf = ({ kind }: LayerNormLayer) => (kind === 'rms_norm' ? findRootMeanSquare : findStandard);

/** In float64, rounded once. x, y [...]; means and inverses one for each set. */
const layerNormForward: Forward<LayerNormLayer> = {
  memory: 'in-place',
  run(layer, [x, weight, bias], [y, means, inverses]) {
    const { shape, data } = x!;
    const { sets, count } = setsOf(layer, shape);
    const [factors, terms] = [repeated(weight, shape, 1), repeated(bias, shape, 0)];
    const find = finderOf(layer);
    const standard: Standard = { mean: 0, inverse: 0 };
    for (let s = 0; s < sets; s++) {
      const start = s * count;
      find(data, { start, count, step: 1 }, layer.eps, standard);
      normaliseRow(data, y.data, start, count, standard, factors, terms);
      if (means) means.data[s] = standard.mean;
      if (inverses) inverses.data[s] = standard.inverse;
    }
  },
};

function normaliseRow(
  x: Numbers,
  y: Numbers,
  start: number,
  count: number,
  { mean, inverse }: Standard,
  { data: weight, period: weights }: Repeated,
  { data: bias, period: biases }: Repeated,
): void {
  for (let i = start, w = start % weights, b = start % biases; i < start + count; i++) {
    y[i] = (x[i] - mean) * inverse * weight[w] + bias[b];
    if (++w === weights) w = 0;
    if (++b === biases) b = 0;
  }
}

const layerNormBackward: Backward<LayerNormLayer> = {
  needs: 'inputs',
  run(layer, { inputs, x, dy, dx }) {
    const { data, shape } = x(0);
    const { sets, count } = setsOf(layer, shape);
    const { data: weight, period } = repeated(inputs[1] ? x(1) : null, shape, 1);
    const standard: Standard = { mean: 0, inverse: 0 };
    for (let s = 0; s < sets; s++) {
      const set: NumberSet = { start: s * count, count, step: 1 };
      finderOf(layer)(data, set, layer.eps, standard);
      addGradient(data, set, standard, layer.kind === 'layer_norm', (i) => dy[0]![i] * weight[i % period], dx[0]!);
    }
  },
};

/** What both have. */
const ROWS = {
  shape: layerNormShape,
  forward: layerNormForward,
  backward: layerNormBackward,
  reads({ axis }, { output }) {
    const behind = output.length - wrapDim(axis, output.length);
    return output.length < 3 ? SAME_PLACE : [{ by: behind > 1 ? 'all' : 'place' }, { by: 'all' }];
  },
  words: kindWords,
  learnt: [1, 2],
} satisfies Omit<LayerFamily<LayerNormLayer>, 'explain'>;

/** The number itself, then those that are normalised with it. */
function termsOf(layer: LayerNormLayer, output: readonly number[], index: number) {
  const { count } = setsOf(layer, output);
  const start = index - (index % count);
  const others = Array.from({ length: count }, (_, i) => start + i).filter((at) => at !== index);
  return [index, ...others].map((at) => ({ input: 0, index: at }));
}

export const LAYER_NORM: Families<LayerNormLayer> = {
  layer_norm: {
    ...ROWS,
    explain: {
      formula: ({ eps }) => `(x − mean) / √(variance + ${eps}) · weight + bias`,
      terms: (layer, { output }, index) => termsOf(layer, output, index),
    },
  },
  rms_norm: {
    ...ROWS,
    explain: {
      formula: ({ eps }) => `x / √(mean of x² + ${eps}) · weight`,
      terms: (layer, { output }, index) => termsOf(layer, output, index),
    },
  },
};

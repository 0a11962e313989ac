import { CnnvizError } from '../core/errors.js';
import { power } from '../core/math.js';
import { sizeOf } from '../core/tensor.js';
import type { Value } from '../core/values.js';
import { type Backward, type Families, type Forward, kindWords, SAME_PLACE, type ShapeRule } from './family.js';
import { alongAxis, channelAxis, required } from './inputs.js';
import type { ChannelAffine } from './row-work.js';

/** x / (k + alpha/size · Σ x²)^beta over `size` channels around each. Fields as in torch.nn.LocalResponseNorm. */
interface LrnLayer {
  readonly kind: 'lrn';
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

/**
 * (x − running_mean) / √(running_var + eps) · weight + bias for each channel.
 * Inputs: x [N, C, ...], weight [C] or null, bias [C] or null, running_mean [C], running_var [C].
 */
interface BatchNormLayer {
  readonly kind: 'batch_norm';
  readonly eps: number;
  /** The share of a batch in the running statistics while it is trained; without it torch's 0.1. */
  readonly momentum?: number;
}

/**
 * (x − mean) / std for each feature, rounded to float32, and handed on in float64: what follows a head's features adds up
 * in float64. Inputs: x [N, D], mean [D], std [D].
 */
interface StandardizeLayer {
  readonly kind: 'standardize';
}

const lrnShape: ShapeRule<LrnLayer> = ({ size }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  if (shape.length < 2) throw new CnnvizError('shape', `expected an array [N, C, ...], got [${shape.join(', ')}]`);
  if (!Number.isInteger(size) || size < 1)
    throw new CnnvizError('usage', `size ${size}: expected a whole number from 1`);
  return [{ dtype: dtype === 'float64' ? 'float64' : 'float32', shape }];
};

const batchNormShape: ShapeRule<BatchNormLayer> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  const C = shape[channelAxis(shape)];
  if (shape.length < 1) throw new CnnvizError('shape', 'expected an array [N, C, ...], got a scalar');
  const names = ['weight', 'bias', 'running_mean', 'running_var'];
  for (const [i, name] of names.entries()) {
    const parameter = i < 2 ? inputs[i + 1] : required(inputs, i + 1, name);
    if (parameter && (parameter.shape.length !== 1 || parameter.shape[0] !== C)) {
      throw new CnnvizError('shape', `${name}: expected [${C}], got [${parameter.shape.join(', ')}]`);
    }
  }
  return [{ dtype: dtype === 'float64' ? 'float64' : 'float32', shape }];
};

/**
 * x / (k + alpha/size · Σ x²)^beta over the channels c − floor(size/2) … c + floor((size−1)/2) that exist.
 * x, y [N, C, ...]   Source: torch.nn.functional.local_response_norm; Krizhevsky, Sutskever, Hinton 2012, 3.3
 */
const lrnForward: Forward<LrnLayer> = {
  run({ size, alpha, beta, k }, [x], [y]) {
    const [N, C, ...sides] = x!.shape;
    const plane = sizeOf(sides);
    const [before, after] = [Math.floor(size / 2), Math.floor((size - 1) / 2)];
    const shrink = inversePower(beta);
    for (let n = 0; n < N; n++) {
      for (let c = 0; c < C; c++) {
        const [first, last] = [Math.max(0, c - before), Math.min(C - 1, c + after)];
        const start = (n * C + c) * plane;
        for (let i = 0; i < plane; i++) {
          let sum = 0;
          for (let at = (n * C + first) * plane + i, end = (n * C + last) * plane + i; at <= end; at += plane) {
            sum += x!.data[at] * x!.data[at];
          }
          y.data[start + i] = x!.data[start + i] * shrink(k + (alpha * sum) / size);
        }
      }
    }
  },
};

/** value^−beta; for the usual betas by square roots, which round alike everywhere and take no series. */
function inversePower(beta: number): (value: number) => number {
  if (beta === 0.5) return (value) => 1 / Math.sqrt(value);
  if (beta === 0.75) return (value) => 1 / (Math.sqrt(value) * Math.sqrt(Math.sqrt(value)));
  if (beta === 1) return (value) => 1 / value;
  return (value) => power(value, -beta);
}

/**
 * With s = k + alpha/size · Σ x² over the channels around each:
 * dx[j] = dy[j]·s[j]^−beta − 2·alpha·beta/size · x[j] · Σ dy[c]·x[c]·s[c]^(−beta−1) over the channels c that read j.
 * x [N, C, ...]
 */
const lrnBackward: Backward<LrnLayer> = {
  needs: 'inputs',
  run({ size, alpha, beta, k }, { x, dy, dx }) {
    const { data, shape } = x(0);
    const [N, C, ...sides] = shape;
    const plane = sizeOf(sides);
    const [before, after] = [Math.floor(size / 2), Math.floor((size - 1) / 2)];
    const shrink = inversePower(beta);
    const sums = new Float64Array(C);
    const shares = new Float64Array(C);
    for (let n = 0; n < N; n++) {
      for (let i = 0; i < plane; i++) {
        const at = (c: number) => (n * C + c) * plane + i;
        for (let c = 0; c < C; c++) {
          let sum = 0;
          for (let j = Math.max(0, c - before); j <= Math.min(C - 1, c + after); j++) sum += data[at(j)] * data[at(j)];
          sums[c] = k + (alpha * sum) / size;
          shares[c] = (dy[0]![at(c)] * data[at(c)] * shrink(sums[c])) / sums[c];
        }
        for (let j = 0; j < C; j++) {
          let share = 0;
          for (let c = Math.max(0, j - after); c <= Math.min(C - 1, j + before); c++) share += shares[c];
          dx[0]![at(j)] += dy[0]![at(j)] * shrink(sums[j]) - ((2 * alpha * beta) / size) * data[at(j)] * share;
        }
      }
    }
  },
};

/**
 * A batch norm at inference as y = x·scale + shift for each channel, in float64.
 * inputs: x (not read), weight [C] or null, bias [C] or null, running_mean [C], running_var [C].
 * Source: torch.nn.BatchNorm2d; Ioffe, Szegedy 2015
 */
export function batchNormAffine({ eps }: BatchNormLayer, inputs: readonly (Value | null)[]): ChannelAffine {
  const [, weight, bias, mean, variance] = inputs;
  const scale = Float64Array.from(variance!.data, (value, c) => (weight?.data[c] ?? 1) / Math.sqrt(value + eps));
  return { scale, shift: scale.map((factor, c) => (bias?.data[c] ?? 0) - mean!.data[c] * factor) };
}

/** Each channel scaled and shifted. x, y [N, C, ...] or [C, H, W] */
const batchNormForward: Forward<BatchNormLayer> = {
  memory: 'in-place',
  perChannel: [1, 2, 3, 4],
  rowWork: (layer, inputs) => ({
    work: 'affine',
    affine: batchNormAffine(layer, inputs),
    axis: channelAxis(inputs[0]!.shape),
  }),
  run(layer, inputs, [y]) {
    const [x] = inputs;
    const { scale, shift } = batchNormAffine(layer, inputs);
    const axis = channelAxis(x!.shape);
    const C = x!.shape[axis];
    const images = sizeOf(x!.shape.slice(0, axis));
    const plane = sizeOf(x!.shape.slice(axis + 1));
    for (let n = 0, i = 0; n < images; n++) {
      for (let c = 0; c < C; c++) {
        const [factor, term] = [scale[c], shift[c]];
        for (const end = i + plane; i < end; i++) y.data[i] = x!.data[i] * factor + term;
      }
    }
  },
};

/** A network that computes does not learn: each channel was scaled, so its gradients are. */
const batchNormBackward: Backward<BatchNormLayer> = {
  run(layer, { inputs, x, dy, dx }) {
    const numbers = inputs.map((input, i) => (input === null || i === 0 ? null : x(i)));
    const { scale } = batchNormAffine(layer, numbers);
    const { shape } = inputs[0]!;
    const plane = sizeOf(shape.slice(channelAxis(shape) + 1));
    const [gradient, own] = [dy[0]!, dx[0]!];
    for (let i = 0; i < own.length; i++) own[i] += gradient[i] * scale[Math.floor(i / plane) % scale.length];
  },
};

const standardizeShape: ShapeRule<StandardizeLayer> = (_, inputs) => {
  const { shape } = required(inputs, 0, 'x');
  const [D] = required(inputs, 1, 'mean').shape;
  if (shape.length !== 2 || shape[1] !== D) {
    throw new CnnvizError('shape', `expected features [N, ${D}], got [${shape.join(', ')}]`, {
      fix: 'give images of the size it was trained on',
    });
  }
  return [{ dtype: 'float64', shape }];
};

/** x [N, D] → y [N, D]. Source: sklearn.preprocessing.StandardScaler; engine/training/standardize.ts */
const standardizeForward: Forward<StandardizeLayer> = {
  run(_, [x, mean, std], [y]) {
    const D = mean!.data.length;
    for (let i = 0; i < y.data.length; i++) {
      y.data[i] = Math.fround((x!.data[i] - mean!.data[i % D]) / std!.data[i % D]);
    }
  },
};

const standardizeBackward: Backward<StandardizeLayer> = {
  run(_, { x, dy, dx }) {
    const std = x(2).data;
    for (let i = 0; i < dx[0]!.length; i++) dx[0]![i] += dy[0]![i] / std[i % std.length];
  },
};

export type NormFamily = LrnLayer | BatchNormLayer | StandardizeLayer;

export const NORM: Families<NormFamily> = {
  lrn: {
    shape: lrnShape,
    forward: lrnForward,
    backward: lrnBackward,
    reads: () => SAME_PLACE,
    explain: {
      formula: ({ size, alpha, beta, k }) => `x / (${k} + ${alpha}/${size} · Σ x²)^${beta}`,
      terms({ size }, { output }, index) {
        const all = alongAxis(output, channelAxis(output), index);
        const own = all.indexOf(index);
        const [before, after] = [Math.floor(size / 2), Math.floor((size - 1) / 2)];
        const around = all.slice(Math.max(0, own - before), own + after + 1).filter((at) => at !== index);
        return [index, ...around].map((at) => ({ input: 0, index: at }));
      },
    },
    words: ({ size }) => `lrn ${size}`,
  },
  batch_norm: {
    shape: batchNormShape,
    forward: batchNormForward,
    backward: batchNormBackward,
    reads: () => SAME_PLACE,
    explain: {
      formula: () => 'x · scale + shift',
      terms: 'place',
      numbers(layer, inputs, { output }, index) {
        const axis = channelAxis(output);
        const channel = Math.floor(index / sizeOf(output.slice(axis + 1))) % output[axis];
        const { scale, shift } = batchNormAffine(layer, inputs);
        return { scale: scale[channel], shift: shift[channel] };
      },
    },
    words: kindWords,
    // weight and bias; running statistics are not counted, as in torch
    learnt: [1, 2],
    growth: 'grows',
  },
  standardize: {
    shape: standardizeShape,
    forward: standardizeForward,
    backward: standardizeBackward,
    reads: () => SAME_PLACE,
    explain: {
      formula: () => '(x − mean) / std',
      terms: 'place',
      numbers: (_, [, mean, std], __, index) => ({
        mean: mean!.data[index % mean!.data.length],
        std: std!.data[index % std!.data.length],
      }),
    },
    words: kindWords,
    // measured, as running statistics are
    learnt: [],
    growth: 'grows',
  },
};

import { CnnvizError } from '../../core/errors.js';
import { rowMajor, sizeOf } from '../../core/tensor.js';
import { isFloat, type Numbers } from '../../core/values.js';
import {
  type AxisReads,
  type Backward,
  type Families,
  type Forward,
  type MapReads,
  SAME_PLACE,
  type ShapeRule,
} from '../family.js';
import { alongAxis, checkedAxes, required, wrapDim } from '../inputs.js';
import type { NumberSet } from './sets.js';

/** (x − mean) / (√variance + 1e-9) over some axes together. Source: ONNX MeanVarianceNormalization */
interface MeanVarianceNormLayer {
  readonly kind: 'mean_variance_norm';
  readonly axes: readonly number[];
}

/** x / (Σ |x|^p)^(1/p) along one axis; 0 where all are 0. Source: ONNX LpNormalization */
interface LpNormLayer {
  readonly kind: 'lp_norm';
  readonly axis: number;
  readonly p: number;
}

export type AlongAxesFamily = MeanVarianceNormLayer | LpNormLayer;

const TINY = 1e-9;

const meanVarianceShape: ShapeRule<MeanVarianceNormLayer> = ({ axes }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  checkedAxes(axes, shape.length);
  if (!isFloat(dtype)) throw new CnnvizError('shape', `mean_variance_norm of ${dtype}: expected floating point`);
  return [{ dtype, shape }];
};

const lpShape: ShapeRule<LpNormLayer> = ({ axis, p }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  wrapDim(axis, shape.length);
  if (p !== 1 && p !== 2) throw new CnnvizError('usage', `p ${p}: expected 1 or 2`);
  if (!isFloat(dtype)) throw new CnnvizError('shape', `lp_norm of ${dtype}: expected floating point`);
  return [{ dtype, shape }];
};

/** Where in x the numbers lie that are normalised with the first one, and where those first ones lie. */
function setsAlong(shape: readonly number[], axes: readonly number[]): { firsts: Int32Array; places: Int32Array } {
  const steps = rowMajor(shape);
  const isAlong = (axis: number): boolean => axes.includes(axis);
  return { firsts: placesOf(shape, steps, (axis) => !isAlong(axis)), places: placesOf(shape, steps, isAlong) };
}

/** The places of an array's elements with index 0 on every axis that is not wanted. */
function placesOf(shape: readonly number[], steps: readonly number[], wanted: (axis: number) => boolean): Int32Array {
  let places = [0];
  for (const [axis, side] of shape.entries()) {
    if (!wanted(axis)) continue;
    places = places.flatMap((place) => Array.from({ length: side }, (_, i) => place + i * steps[axis]));
  }
  return Int32Array.from(places);
}

interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

function spreadOf(x: Numbers, first: number, places: Int32Array): Spread {
  let sum = 0;
  for (const place of places) sum += x[first + place];
  const mean = sum / places.length;
  let squares = 0;
  for (const place of places) squares += (x[first + place] - mean) * (x[first + place] - mean);
  return { mean, deviation: Math.sqrt(squares / places.length) };
}

/** In float64 and two passes, rounded once. */
const meanVarianceForward: Forward<MeanVarianceNormLayer> = {
  memory: 'in-place',
  run({ axes }, [x], [y]) {
    const { firsts, places } = setsAlong(x!.shape, checkedAxes(axes, x!.shape.length));
    for (const first of firsts) {
      const { mean, deviation } = spreadOf(x!.data, first, places);
      for (const place of places) y.data[first + place] = (x!.data[first + place] - mean) / (deviation + TINY);
    }
  },
};

/** With z = x − mean and s the deviation: dx = (dy − mean(dy)) / (s + tiny) − z · mean(dy·z) / (s · (s + tiny)²) */
const meanVarianceBackward: Backward<MeanVarianceNormLayer> = {
  needs: 'inputs',
  run({ axes }, { x, dy, dx }) {
    const { data, shape } = x(0);
    const { firsts, places } = setsAlong(shape, checkedAxes(axes, shape.length));
    for (const first of firsts) {
      const { mean, deviation } = spreadOf(data, first, places);
      let [sum, along] = [0, 0];
      for (const place of places) {
        sum += dy[0]![first + place];
        along += dy[0]![first + place] * (data[first + place] - mean);
      }
      const below = deviation + TINY;
      const turn = deviation === 0 ? 0 : along / places.length / (deviation * below * below);
      for (const place of places) {
        const at = first + place;
        dx[0]![at] += (dy[0]![at] - sum / places.length) / below - (data[at] - mean) * turn;
      }
    }
  },
};

/** The numbers along an axis, one set after another. */
function* rowsAlong(shape: readonly number[], axis: number): Generator<NumberSet> {
  const count = shape[axis] ?? 1;
  const step = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < step; i++) yield { start: o * count * step + i, count, step };
  }
}

function lengthOf(x: Numbers, { start, count, step }: NumberSet, p: number): number {
  let sum = 0;
  for (let c = 0, i = start; c < count; c++, i += step) sum += p === 1 ? Math.abs(x[i]) : x[i] * x[i];
  return p === 1 ? sum : Math.sqrt(sum);
}

/** In float64, rounded once. */
const lpForward: Forward<LpNormLayer> = {
  memory: 'in-place',
  run({ axis, p }, [x], [y]) {
    const { shape, data } = x!;
    for (const set of rowsAlong(shape, wrapDim(axis, shape.length))) {
      const length = lengthOf(data, set, p);
      for (let c = 0, i = set.start; c < set.count; c++, i += set.step) y.data[i] = length === 0 ? 0 : data[i] / length;
    }
  },
};

/** dx = dy / length − s(x) · Σ dy·x / length^(p+1), with s the sign of x for p = 1, x itself for p = 2. */
const lpBackward: Backward<LpNormLayer> = {
  needs: 'inputs',
  run({ axis, p }, { x, dy, dx }) {
    const { shape, data } = x(0);
    for (const set of rowsAlong(shape, wrapDim(axis, shape.length))) {
      const length = lengthOf(data, set, p);
      if (length === 0) continue;
      let along = 0;
      for (let c = 0, i = set.start; c < set.count; c++, i += set.step) along += dy[0]![i] * data[i];
      const turn = along / (p === 1 ? length * length : length * length * length);
      for (let c = 0, i = set.start; c < set.count; c++, i += set.step) {
        dx[0]![i] += dy[0]![i] / length - (p === 1 ? Math.sign(data[i]) : data[i]) * turn;
      }
    }
  },
};

function readsAlong(axes: readonly number[], rank: number): MapReads {
  const along = (axis: number): AxisReads => ({ by: axes.includes(axis) ? 'all' : 'place' });
  return rank < 3 ? SAME_PLACE : [along(rank - 2), along(rank - 1)];
}

export const ALONG_AXES: Families<AlongAxesFamily> = {
  mean_variance_norm: {
    shape: meanVarianceShape,
    forward: meanVarianceForward,
    backward: meanVarianceBackward,
    reads: ({ axes }, { output }) => readsAlong(checkedAxes(axes, output.length), output.length),
    explain: null,
    words: ({ axes }) => `mean_variance_norm axes ${axes.join(',')}`,
  },
  lp_norm: {
    shape: lpShape,
    forward: lpForward,
    backward: lpBackward,
    reads: ({ axis }, { output }) => readsAlong([wrapDim(axis, output.length)], output.length),
    explain: {
      formula: ({ p }) => (p === 1 ? 'x / Σ |x|' : 'x / √Σ x²'),
      terms: ({ axis }, { output }, index) => {
        const others = alongAxis(output, wrapDim(axis, output.length), index).filter((at) => at !== index);
        return [index, ...others].map((at) => ({ input: 0, index: at }));
      },
    },
    words: ({ axis, p }) => `lp_norm ${p} axis ${axis}`,
  },
};

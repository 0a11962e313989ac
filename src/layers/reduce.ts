import { CnnvizError } from '../core/errors.js';
import { exp, log } from '../core/math.js';
import { rowMajor, sizeOf } from '../core/tensor.js';
import { isFloat, type Numbers, type Value } from '../core/values.js';
import {
  type Backward,
  type BackwardCall,
  type Families,
  type Forward,
  kindWords,
  type LayerFamily,
  type ShapeRule,
  WHOLE_MAP,
  WHOLE_NUMBERS,
} from './family.js';
import { checkedAxes, knownIntegers, required, wrapDim } from './inputs.js';
import type { RowWork } from './row-work.js';

export type ReduceName =
  | 'mean'
  | 'sum'
  | 'max'
  | 'min'
  | 'prod'
  | 'l1'
  | 'l2'
  | 'sum_square'
  | 'log_sum'
  | 'log_sum_exp';

/** Inputs: x, axes or null. */
interface ReduceLayer {
  readonly kind: 'reduce';
  readonly name: ReduceName;
  readonly keepDims: boolean;
  /** What an empty or missing list of axes means: none instead of all. */
  readonly noopWithEmptyAxes: boolean;
}

/** Where along an axis the largest (smallest) element is, as int64. */
interface ArgReduceLayer {
  readonly kind: 'argmax' | 'argmin';
  readonly axis: number;
  readonly keepDims: boolean;
  /** Of equal ones the last instead of the first. */
  readonly last: boolean;
}

/** One value for each channel: [N, C, ...] → [N, C, 1, ...]. */
interface GlobalPoolLayer {
  readonly kind: 'global_avg_pool' | 'global_max_pool';
}

const reduceShape: ShapeRule<ReduceLayer> = (layer, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  const axes = reducedAxes(layer, shape.length, knownIntegers(inputs, 1, 'axes'));
  return [{ dtype, shape: withoutAxes(shape, axes, layer.keepDims) }];
};

/** The axes that are reduced, counted from the front. */
function reducedAxes(
  { noopWithEmptyAxes }: ReduceLayer,
  rank: number,
  axes: readonly number[] | null,
): readonly number[] {
  if (axes && axes.length > 0) return checkedAxes(axes, rank);
  return noopWithEmptyAxes ? [] : Array.from({ length: rank }, (_, axis) => axis);
}

function withoutAxes(shape: readonly number[], axes: readonly number[], keepDims: boolean): number[] {
  if (keepDims) return shape.map((side, axis) => (axes.includes(axis) ? 1 : side));
  return shape.filter((_, axis) => !axes.includes(axis));
}

const argReduceShape: ShapeRule<ArgReduceLayer> = ({ kind, axis, keepDims }, inputs) => {
  const { shape } = required(inputs, 0, 'x');
  const at = wrapDim(axis, shape.length);
  if (shape[at] === 0) throw new CnnvizError('shape', `${kind} along an axis of 0`);
  return [{ dtype: 'int64', shape: withoutAxes(shape, [at], keepDims) }];
};

const globalPoolShape: ShapeRule<GlobalPoolLayer> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  if (shape.length < 2) throw new CnnvizError('shape', `expected an array [N, C, ...], got [${shape.join(', ')}]`);
  return [{ dtype, shape: shape.map((side, axis) => (axis < 2 ? side : 1)) }];
};

/** One number from those at start + offsets[0], start + offsets[1] … of x, in float64. */
type Reduction = (x: Numbers, start: number, offsets: Float64Array) => number;

function sumOf(of: (value: number) => number): Reduction {
  return (x, start, offsets) => {
    let sum = 0;
    for (let i = 0; i < offsets.length; i++) sum += of(x[start + offsets[i]]);
    return sum;
  };
}

const sum = sumOf((value) => value);

const squares = sumOf((value) => value * value);

function fold(first: number, of: (a: number, b: number) => number): Reduction {
  return (x, start, offsets) => {
    let result = first;
    for (let i = 0; i < offsets.length; i++) result = of(result, x[start + offsets[i]]);
    return result;
  };
}

const largest = fold(Number.NEGATIVE_INFINITY, Math.max);

/** The largest is taken out first, so that nothing overflows. */
const logSumExp: Reduction = (x, start, offsets) => {
  const most = largest(x, start, offsets);
  if (!Number.isFinite(most)) return most;
  return most + log(sumOf((value) => exp(value - most))(x, start, offsets));
};

const REDUCTIONS: Readonly<Record<ReduceName, Reduction>> = {
  sum,
  mean: (x, start, offsets) => sum(x, start, offsets) / offsets.length,
  max: largest,
  min: fold(Number.POSITIVE_INFINITY, Math.min),
  prod: fold(1, (a, b) => a * b),
  l1: sumOf(Math.abs),
  l2: (x, start, offsets) => Math.sqrt(squares(x, start, offsets)),
  sum_square: squares,
  log_sum: (x, start, offsets) => log(sum(x, start, offsets)),
  log_sum_exp: logSumExp,
};

/** A reduction over axes that lie side by side: [outer, count, inner] → [outer, inner]; null where they do not. */
function sidesOf(
  of: 'sum' | 'mean' | 'max' | 'min',
  shape: readonly number[],
  axes: readonly number[],
): RowWork | null {
  const reduced = axes.filter((axis) => shape[axis] !== 1);
  const [first, last] = reduced.length === 0 ? [0, -1] : [Math.min(...reduced), Math.max(...reduced)];
  const between = shape.slice(first, last + 1).filter((side, i) => side !== 1 && !reduced.includes(first + i));
  if (between.length > 0) return null;
  const [outer, count] = [sizeOf(shape.slice(0, first)), sizeOf(shape.slice(first, last + 1))];
  return { work: 'reduce', of, outer, count, inner: sizeOf(shape.slice(last + 1)) };
}

const ROW_REDUCTIONS = ['sum', 'mean', 'max', 'min'] as const;

const reduceForward: Forward<ReduceLayer> = {
  rowWork(layer, [x, axes]) {
    const of = ROW_REDUCTIONS.find((one) => one === layer.name);
    const reduced = reducedAxes(layer, x!.shape.length, axes ? [...axes.data] : null);
    return of === undefined ? null : sidesOf(of, x!.shape, reduced);
  },
  run(layer, [x, axes], [y]) {
    const reduced = reducedAxes(layer, x!.shape.length, axes ? [...axes.data] : null);
    reduceAxes(REDUCTIONS[layer.name], x!, reduced, y);
  },
};

const globalPoolForward: Forward<GlobalPoolLayer> = {
  rowWork({ kind }, [x]) {
    const sides = x!.shape.slice(2).map((_, i) => i + 2);
    return sidesOf(kind === 'global_avg_pool' ? 'mean' : 'max', x!.shape, sides);
  },
  run({ kind }, [x], [y]) {
    const sides = x!.shape.slice(2).map((_, i) => i + 2);
    reduceAxes(REDUCTIONS[kind === 'global_avg_pool' ? 'mean' : 'max'], x!, sides, y);
  },
};

function reduceAxes(of: Reduction, x: Value, axes: readonly number[], y: Value): void {
  const starts = offsetsOf(
    x.shape,
    x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis])),
  );
  const offsets = offsetsOf(x.shape, axes);
  const whole = !isFloat(y.dtype);
  for (let o = 0; o < y.data.length; o++) {
    const value = of(x.data, starts[o], offsets);
    y.data[o] = whole ? Math.trunc(value) : value;
  }
}

/** Where every combination of indices along some axes lies, in row-major order of those axes. */
function offsetsOf(shape: readonly number[], axes: readonly number[]): Float64Array {
  const steps = rowMajor(shape);
  const ordered = [...axes].sort((a, b) => a - b);
  let offsets = new Float64Array(1);
  for (const axis of ordered) {
    const side = shape[axis];
    const next = new Float64Array(offsets.length * side);
    for (let i = 0; i < next.length; i++) next[i] = offsets[Math.floor(i / side)] + (i % side) * steps[axis];
    offsets = next;
  }
  return offsets;
}

const argReduceForward: Forward<ArgReduceLayer> = {
  run({ kind, axis, last }, [x], [y]) {
    const at = wrapDim(axis, x!.shape.length);
    const side = x!.shape[at] ?? 1;
    const inner = sizeOf(x!.shape.slice(at + 1));
    const sign = kind === 'argmax' ? 1 : -1;
    for (let o = 0; o < y.data.length; o++) {
      const start = Math.floor(o / inner) * side * inner + (o % inner);
      let best = 0;
      for (let i = 1; i < side; i++) {
        const gain = sign * (x!.data[start + i * inner] - x!.data[start + best * inner]);
        if (gain > 0 || (last && gain === 0)) best = i;
      }
      y.data[o] = best;
    }
  },
};

/** ∂y/∂x[i] of one reduced run: x[i] = x[start + offsets[i]]. */
type Partials = (x: Numbers, start: number, offsets: Float64Array) => (i: number) => number;

const totalOf = (x: Numbers, start: number, offsets: Float64Array, of = (value: number) => value): number => {
  let total = 0;
  for (let i = 0; i < offsets.length; i++) total += of(x[start + offsets[i]]);
  return total;
};

/** Equals share, as in torch.amax. */
function shareOfWinners(better: (a: number, b: number) => boolean): Partials {
  return (x, start, offsets) => {
    let winner = x[start + offsets[0]];
    for (const offset of offsets) if (better(x[start + offset], winner)) winner = x[start + offset];
    const count = totalOf(x, start, offsets, (value) => (value === winner ? 1 : 0));
    return (i) => (x[start + offsets[i]] === winner ? 1 / count : 0);
  };
}

/** All to the first of the largest, as a pool does. */
const firstLargest: Partials = (x, start, offsets) => {
  let best = 0;
  for (let i = 1; i < offsets.length; i++) {
    const value = x[start + offsets[i]];
    if (value > x[start + offsets[best]] || Number.isNaN(value)) best = i;
  }
  return (i) => (i === best ? 1 : 0);
};

const PARTIALS: Readonly<Record<ReduceName, Partials>> = {
  sum: () => () => 1,
  mean: (_, __, offsets) => () => 1 / offsets.length,
  max: shareOfWinners((a, b) => a > b),
  min: shareOfWinners((a, b) => a < b),
  prod: (x, start, offsets) => (i) => {
    let product = 1;
    for (let j = 0; j < offsets.length; j++) if (j !== i) product *= x[start + offsets[j]];
    return product;
  },
  l1: (x, start, offsets) => (i) => Math.sign(x[start + offsets[i]]),
  l2: (x, start, offsets) => {
    const length = Math.sqrt(totalOf(x, start, offsets, (value) => value * value));
    return (i) => (length === 0 ? 0 : x[start + offsets[i]] / length);
  },
  sum_square: (x, start, offsets) => (i) => 2 * x[start + offsets[i]],
  log_sum: (x, start, offsets) => {
    const total = totalOf(x, start, offsets);
    return () => 1 / total;
  },
  log_sum_exp: (x, start, offsets) => {
    let most = Number.NEGATIVE_INFINITY;
    for (const offset of offsets) most = Math.max(most, x[start + offset]);
    const total = totalOf(x, start, offsets, (value) => exp(value - most));
    return (i) => exp(x[start + offsets[i]] - most) / total;
  },
};

function spread(
  { inputs, x, dy, dx }: BackwardCall,
  axes: readonly number[],
  partials: Partials,
  reads: boolean,
): void {
  const { shape } = inputs[0]!;
  const kept = shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const [starts, offsets] = [offsetsOf(shape, kept), offsetsOf(shape, axes)];
  const data = reads ? x(0).data : NO_NUMBERS;
  for (let o = 0; o < starts.length; o++) {
    const gradient = dy[0]![o];
    if (gradient === 0) continue;
    const partial = partials(data, starts[o], offsets);
    for (let i = 0; i < offsets.length; i++) dx[0]![starts[o] + offsets[i]] += gradient * partial(i);
  }
}

const NO_NUMBERS = new Float64Array(0);

/** A sum and a mean need no numbers to be derived. */
const readsNumbers = (name: string): boolean => name !== 'sum' && name !== 'mean';

const reduceBackward: Backward<ReduceLayer> = {
  needs: ({ name }) => (readsNumbers(name) ? 'inputs' : 'none'),
  run(layer, call) {
    const list = call.inputs[1] ? [...call.x(1).data] : null;
    const axes = reducedAxes(layer, call.inputs[0]!.shape.length, list);
    spread(call, axes, PARTIALS[layer.name], readsNumbers(layer.name));
  },
};

const globalPoolBackward: Backward<GlobalPoolLayer> = {
  needs: ({ kind }) => (kind === 'global_max_pool' ? 'inputs' : 'none'),
  run({ kind }, call) {
    const axes = call.inputs[0]!.shape.slice(2).map((_, i) => i + 2);
    const isMax = kind === 'global_max_pool';
    spread(call, axes, isMax ? firstLargest : PARTIALS.mean, isMax);
  },
};

export type ReduceFamily = ReduceLayer | ArgReduceLayer | GlobalPoolLayer;

const ARG_REDUCE: LayerFamily<ArgReduceLayer> = {
  shape: argReduceShape,
  forward: argReduceForward,
  backward: WHOLE_NUMBERS,
  reads: () => null,
  explain: null,
  words: kindWords,
};

const GLOBAL_POOL: LayerFamily<GlobalPoolLayer> = {
  shape: globalPoolShape,
  forward: globalPoolForward,
  backward: globalPoolBackward,
  reads: () => WHOLE_MAP,
  explain: {
    formula: ({ kind }) => (kind === 'global_avg_pool' ? 'mean of the map' : 'largest of the map'),
    terms(_, { inputs: [x], output }, index) {
      const size = sizeOf(x!) / sizeOf(output);
      return Array.from({ length: size }, (_, i) => ({ input: 0, index: index * size + i }));
    },
  },
  words: kindWords,
  keepsSilence: true,
};

export const REDUCE: Families<ReduceFamily> = {
  reduce: {
    shape: reduceShape,
    forward: reduceForward,
    backward: reduceBackward,
    reads(layer, { inputs: [x, given], output, known }) {
      const rank = x!.length;
      if (output.length < 3) return WHOLE_MAP;
      const axes = given ? known(1) : null;
      if (given && !axes) return null;
      const reduced = reducedAxes(layer, rank, axes);
      // without the sides it took out, the last two are others
      if (output.length < rank && reduced.some((axis) => axis >= rank - 2)) return null;
      const along = (axis: number) => ({ by: reduced.includes(axis) ? 'all' : 'place' }) as const;
      return [along(rank - 2), along(rank - 1)];
    },
    explain: null,
    words: kindWords,
    learnt: [],
  },
  argmax: ARG_REDUCE,
  argmin: ARG_REDUCE,
  global_avg_pool: GLOBAL_POOL,
  global_max_pool: GLOBAL_POOL,
};

import type { GlobalPoolLayer, ReduceLayer, ReduceName } from '../../core/graph-layers.js';
import { exp } from '../../core/math.js';
import { reducedAxes } from '../../core/shapes/reduce.js';
import type { Numbers } from '../../core/values.js';
import { offsetsOf } from '../operators/reduce.js';
import type { Backward, BackwardCall } from './backward.js';

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
const reads = (name: string): boolean => name !== 'sum' && name !== 'mean';

export const reduceBackward: Backward<ReduceLayer> = {
  needs: ({ name }) => (reads(name) ? 'inputs' : 'none'),
  run(layer, call) {
    const list = call.inputs[1] ? [...call.x(1).data] : null;
    const axes = reducedAxes(layer, call.inputs[0]!.shape.length, list);
    spread(call, axes, PARTIALS[layer.name], reads(layer.name));
  },
};

export const globalPoolBackward: Backward<GlobalPoolLayer> = {
  needs: ({ kind }) => (kind === 'global_max_pool' ? 'inputs' : 'none'),
  run({ kind }, call) {
    const axes = call.inputs[0]!.shape.slice(2).map((_, i) => i + 2);
    const isMax = kind === 'global_max_pool';
    spread(call, axes, isMax ? firstLargest : PARTIALS.mean, isMax);
  },
};

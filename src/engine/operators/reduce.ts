import type { ArgReduceLayer, GlobalPoolLayer, ReduceLayer, ReduceName } from '../../core/graph-layers.js';
import { exp, log } from '../../core/math.js';
import { reducedAxes } from '../../core/shapes/reduce.js';
import { wrapDim } from '../../core/shapes/rule.js';
import { rowMajor, sizeOf } from '../../core/tensor.js';
import { isFloat, type Numbers, type Value } from '../../core/values.js';
import type { Operator } from './operator.js';

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

export const reduceOperator: Operator<ReduceLayer> = {
  run(layer, [x, axes], [y]) {
    const reduced = reducedAxes(layer, x!.shape.length, axes ? [...axes.data] : null);
    reduceAxes(REDUCTIONS[layer.name], x!, reduced, y);
  },
};

export const globalPoolOperator: Operator<GlobalPoolLayer> = {
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
export function offsetsOf(shape: readonly number[], axes: readonly number[]): Float64Array {
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

export const argReduceOperator: Operator<ArgReduceLayer> = {
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

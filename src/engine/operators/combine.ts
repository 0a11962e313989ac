import type { CompareLayer, ExtremeLayer, WhereLayer } from '../../core/graph-layers.js';
import { power } from '../../core/math.js';
import { isFloat, type Value } from '../../core/values.js';
import { combinePairs, eachRow, type PairLoop, planBroadcast } from './broadcast.js';
import type { Operator } from './operator.js';

/** The loop of a function of two numbers. */
function loopOf(of: (a: number, b: number) => number): PairLoop {
  return (a, p, pStep, b, q, qStep, y, o, count) => {
    for (let i = count - 1; i >= 0; i--) y[o + i] = of(a[p + i * pStep], b[q + i * qStep]);
  };
}

const ZERO = { data: new Float64Array(1), shape: [] };

const EXTREMES: Readonly<Record<ExtremeLayer['kind'], PairLoop>> = {
  min: loopOf(Math.min),
  max: loopOf(Math.max),
  mean: loopOf((a, b) => a + b),
  pow: loopOf(power),
};
const FIRST = loopOf((a) => a);

/** From left to right in float64, rounded once; to integers towards zero. */
export const extremeOperator: Operator<ExtremeLayer> = {
  run({ kind }, inputs, [y]) {
    const [first, ...rest] = inputs as readonly Value[];
    const total = { data: new Float64Array(y.data.length), shape: y.shape };
    combinePairs(FIRST, first, ZERO, total);
    for (const value of rest) combinePairs(EXTREMES[kind], total, value, total);
    if (kind === 'mean') for (let i = 0; i < total.data.length; i++) total.data[i] /= inputs.length;
    if (isFloat(y.dtype)) y.data.set(total.data);
    else for (let i = 0; i < total.data.length; i++) y.data[i] = Math.trunc(total.data[i]);
  },
};

const COMPARISONS: Readonly<Record<CompareLayer['name'], PairLoop>> = {
  equal: loopOf((a, b) => (a === b ? 1 : 0)),
  greater: loopOf((a, b) => (a > b ? 1 : 0)),
  greater_or_equal: loopOf((a, b) => (a >= b ? 1 : 0)),
  less: loopOf((a, b) => (a < b ? 1 : 0)),
  less_or_equal: loopOf((a, b) => (a <= b ? 1 : 0)),
  and: loopOf((a, b) => (a !== 0 && b !== 0 ? 1 : 0)),
  or: loopOf((a, b) => (a !== 0 || b !== 0 ? 1 : 0)),
  xor: loopOf((a, b) => ((a !== 0) === (b !== 0) ? 0 : 1)),
};

export const compareOperator: Operator<CompareLayer> = {
  run: ({ name }, [a, b], [y]) => combinePairs(COMPARISONS[name], a!, b!, y),
};

export const whereOperator: Operator<WhereLayer> = {
  run(_, [condition, a, b], [y]) {
    const plan = planBroadcast(y.shape, [condition!.shape, a!.shape, b!.shape]);
    const count = plan.sides[plan.sides.length - 1];
    const [cStep, aStep, bStep] = plan.steps.map((steps) => steps[steps.length - 1]);
    eachRow(plan, (o, [c, p, q]) => {
      for (let i = 0; i < count; i++) {
        y.data[o + i] = condition!.data[c + i * cStep] === 0 ? b!.data[q + i * bStep] : a!.data[p + i * aStep];
      }
    });
  },
};

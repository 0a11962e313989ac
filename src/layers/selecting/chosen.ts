import { CnnvizError } from '../../core/errors.js';
import { sizeOf } from '../../core/tensor.js';
import type { Numbers, Value } from '../../core/values.js';
import { type Families, type Forward, type KnownInput, kindWords, type ShapeRule, WHOLE_NUMBERS } from '../family.js';
import { checkedShape, knownIntegers, required, wrapDim } from '../inputs.js';

/** The k largest (smallest) numbers along an axis, in order, and where they are: values, int64 indices. Inputs: x, k. */
interface TopKLayer {
  readonly kind: 'top_k';
  readonly axis: number;
  readonly largest: boolean;
}

/** Where x is not 0: int64 [rank, count], a column each, in row-major order. Its shape follows from the numbers. */
interface NonZeroLayer {
  readonly kind: 'non_zero';
}

/** What a list of conditions keeps along an axis; null: of all numbers in a row. Inputs: x, condition (bool, may be shorter). */
interface CompressLayer {
  readonly kind: 'compress';
  readonly axis: number | null;
}

const topKShape: ShapeRule<TopKLayer> = ({ axis }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  required(inputs, 1, 'k');
  const at = wrapDim(axis, shape.length);
  const [k, ...more] = knownIntegers(inputs, 1, 'k')!;
  if (shape.length === 0 || more.length > 0 || k === undefined || k < 0 || k > shape[at]) {
    throw new CnnvizError('shape', `the ${k} first along axis ${axis} of [${shape.join(', ')}]`);
  }
  const out = shape.map((side, a) => (a === at ? k : side));
  return [
    { dtype, shape: out },
    { dtype: 'int64', shape: out },
  ];
};

const nonZeroShape: ShapeRule<NonZeroLayer> = (_, inputs) => {
  const { shape } = required(inputs, 0, 'x');
  const count = countOf(knownNow(inputs, 0, 'x').data, (value) => value !== 0);
  return [{ dtype: 'int64', shape: [shape.length, count] }];
};

const compressShape: ShapeRule<CompressLayer> = ({ axis }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  const condition = knownNow(inputs, 1, 'condition');
  const at = axis === null ? null : wrapDim(axis, shape.length);
  const side = at === null ? sizeOf(shape) : shape[at];
  if (condition.shape.length !== 1 || condition.data.length > side) {
    throw new CnnvizError(
      'shape',
      `condition: expected at most [${side}], got [${condition.shape.join(', ')}] for [${shape.join(', ')}]`,
    );
  }
  const count = countOf(condition.data, (value) => value !== 0);
  return [{ dtype, shape: at === null ? [count] : checkedShape(shape.map((own, a) => (a === at ? count : own))) }];
};

/** The numbers that an output's shape follows from. @throws CnnvizError 'unsupported' when they are only known in a run */
export function knownNow(inputs: readonly (KnownInput | null)[], index: number, what: string): Value {
  const value = required(inputs, index, what).known();
  if (value) return value;
  throw new CnnvizError(
    'unsupported',
    `how much it gives depends on the numbers of its ${what}, which the model computes`,
    {
      fix: 'every shape must be known before the run: look at layers before it with --layers',
    },
  );
}

function countOf(data: Numbers, holds: (value: number) => boolean): number {
  let count = 0;
  for (let i = 0; i < data.length; i++) if (holds(data[i])) count++;
  return count;
}

const topKForward: Forward<TopKLayer> = {
  run({ axis, largest }, [x], outputs) {
    const [values, indices] = outputs;
    const at = wrapDim(axis, x!.shape.length);
    const [side, k, inner] = [x!.shape[at], values.shape[at], sizeOf(x!.shape.slice(at + 1))];
    const outer = sizeOf(x!.shape.slice(0, at));
    for (let row = 0; row < outer * inner; row++) {
      const [block, offset] = [Math.floor(row / inner), row % inner];
      const start = block * side * inner + offset;
      const of = (i: number) => x!.data[start + i * inner];
      // of equal ones the first; NaN counts as the largest, as in torch
      const order = Array.from({ length: side }, (_, i) => i).sort(
        (a, b) => rising(of(b), of(a)) * (largest ? 1 : -1) || a - b,
      );
      for (let i = 0; i < k; i++) {
        const o = (block * k + i) * inner + offset;
        values.data[o] = of(order[i]);
        if (indices) indices.data[o] = order[i];
      }
    }
  },
};

/** Negative when a < b, NaN above all. */
function rising(a: number, b: number): number {
  if (a === b) return 0;
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  return Number.isNaN(b) || a < b ? -1 : 1;
}

const nonZeroForward: Forward<NonZeroLayer> = {
  run(_, [x], [y]) {
    const { shape, data } = x!;
    const count = y.shape[1];
    let found = 0;
    for (let i = 0; i < data.length; i++) {
      if (data[i] === 0) continue;
      let rest = i;
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        y.data[axis * count + found] = rest % shape[axis];
        rest = Math.floor(rest / shape[axis]);
      }
      found++;
    }
  },
};

const compressForward: Forward<CompressLayer> = {
  run({ axis }, [x, condition], [y]) {
    const at = axis === null ? 0 : wrapDim(axis, x!.shape.length);
    const shape = axis === null ? [x!.data.length] : x!.shape;
    const [side, inner] = [shape[at], sizeOf(shape.slice(at + 1))];
    const kept = [...condition!.data].flatMap((value, i) => (value === 0 ? [] : [i]));
    const outer = sizeOf(shape.slice(0, at));
    for (let block = 0, o = 0; block < outer; block++) {
      for (const i of kept) {
        const from = (block * side + i) * inner;
        y.data.set(x!.data.subarray(from, from + inner), o);
        o += inner;
      }
    }
  },
};

export type ChosenFamily = TopKLayer | NonZeroLayer | CompressLayer;

const NOT_FOLLOWED = { reads: () => null, explain: null, words: kindWords, learnt: [] } as const;

export const CHOSEN: Families<ChosenFamily> = {
  top_k: {
    ...NOT_FOLLOWED,
    shape: topKShape,
    forward: topKForward,
    backward: 'gradients of the largest numbers in order are not computed here',
  },
  non_zero: { ...NOT_FOLLOWED, shape: nonZeroShape, forward: nonZeroForward, backward: WHOLE_NUMBERS },
  compress: {
    ...NOT_FOLLOWED,
    shape: compressShape,
    forward: compressForward,
    backward: 'gradients of what a list of conditions keeps are not computed here',
  },
};

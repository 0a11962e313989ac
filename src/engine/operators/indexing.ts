import type { ConstantOfShapeLayer, GatherLayer, RangeLayer, SizeLayer, SliceLayer } from '../../core/graph-layers.js';
import { sliceRuns } from '../../core/shapes/indexing.js';
import { wrapDim } from '../../core/shapes/rule.js';
import { rowMajor, sizeOf } from '../../core/tensor.js';
import type { Value } from '../../core/values.js';
import type { Operator } from './operator.js';
import { copyStrided } from './strided.js';

export const constantOfShapeOperator: Operator<ConstantOfShapeLayer> = {
  run: ({ value }, _, [y]) => {
    y.data.fill(value);
  },
};

export const sizeOperator: Operator<SizeLayer> = {
  run: (_, [x], [y]) => {
    y.data[0] = sizeOf(x!.shape);
  },
};

export const rangeOperator: Operator<RangeLayer> = {
  run(_, [start, __, delta], [y]) {
    for (let i = 0; i < y.data.length; i++) y.data[i] = start!.data[0] + i * delta!.data[0];
  },
};

/** Slices of x in the order of the indices; 0 for a computed index that lies outside. */
export const gatherOperator: Operator<GatherLayer> = {
  run({ axis }, [x, indices], [y]) {
    const { shape, data } = x!;
    const at = wrapDim(axis, shape.length);
    const side = shape[at];
    const run = sizeOf(shape.slice(at + 1));
    const outer = sizeOf(shape.slice(0, at));
    let o = 0;
    for (let block = 0; block < outer; block++) {
      for (const index of indices!.data) {
        const from = (block * side + (index < 0 ? index + side : index)) * run;
        if (index >= -side && index < side) y.data.set(data.subarray(from, from + run), o);
        else y.data.fill(0, o, o + run);
        o += run;
      }
    }
  },
};

export const sliceOperator: Operator<SliceLayer> = {
  run(_, [x, starts, ends, axes, steps], [y]) {
    const list = (value: Value | null | undefined) => (value ? [...value.data] : null);
    const runs = sliceRuns(x!.shape, list(starts)!, list(ends)!, list(axes), list(steps));
    const strides = rowMajor(x!.shape);
    const start = runs.reduce((sum, run, axis) => sum + run.start * strides[axis], 0);
    copyStrided(
      x!.data,
      start,
      y.shape,
      runs.map(({ step }, axis) => step * strides[axis]),
      y.data,
    );
  },
};

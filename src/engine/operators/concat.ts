import type { ConcatLayer, ShapeLayer } from '../../core/layers.js';
import { wrapDim } from '../../core/shapes/rule.js';
import { sizeOf } from '../../core/tensor.js';
import type { Operator } from './operator.js';

/** Blocks of all inputs in turn: what lies at and behind the axis is one run of each. */
export const concatOperator: Operator<ConcatLayer> = {
  run({ dim }, inputs, [y]) {
    const axis = wrapDim(dim, y.shape.length);
    const outer = sizeOf(y.shape.slice(0, axis));
    let o = 0;
    for (let block = 0; block < outer; block++) {
      for (const input of inputs) {
        const run = input!.data.length / outer;
        y.data.set(input!.data.subarray(block * run, (block + 1) * run), o);
        o += run;
      }
    }
  },
};

/** The sides of x as int64 [rank]. */
export const shapeOperator: Operator<ShapeLayer> = {
  run: ({ start, end }, [x], [y]) => y.data.set(x!.shape.slice(start, end ?? undefined)),
};

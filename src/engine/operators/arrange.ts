import type { ExpandLayer, PadLayer, SplitLayer, TransposeLayer } from '../../core/graph-layers.js';
import { sidesOf } from '../../core/shapes/arrange.js';
import { wrapDim } from '../../core/shapes/rule.js';
import { rowMajor, sizeOf } from '../../core/tensor.js';
import { planBroadcast } from './broadcast.js';
import type { Operator } from './operator.js';
import { copyMapped, copyStrided } from './strided.js';

export const transposeOperator: Operator<TransposeLayer> = {
  run({ perm }, [x], [y]) {
    const steps = rowMajor(x!.shape);
    const order = perm ?? steps.map((_, axis) => steps.length - 1 - axis);
    copyStrided(
      x!.data,
      0,
      y.shape,
      order.map((axis) => steps[axis]),
      y.data,
    );
  },
};

export const expandOperator: Operator<ExpandLayer> = {
  run(_, [x], [y]) {
    const { sides, steps } = planBroadcast(y.shape, [x!.shape]);
    copyStrided(x!.data, 0, sides, steps[0], y.data);
  },
};

export const padOperator: Operator<PadLayer> = {
  run({ mode }, [x, pads, value, axes], [y]) {
    const { shape } = x!;
    const sides = sidesOf([...pads!.data], axes ? [...axes.data] : null, shape.length);
    const place = PLACES[mode];
    const maps = shape.map((side, axis) =>
      Int32Array.from({ length: y.shape[axis] }, (_, i) => place(i - sides[axis][0], side)),
    );
    copyMapped(x!.data, shape, maps, value?.data[0] ?? 0, y.data);
  },
};

/** Where element `at` of a padded axis comes from; −1: from nowhere. */
const PLACES: Readonly<Record<PadLayer['mode'], (at: number, side: number) => number>> = {
  constant: (at, side) => (at >= 0 && at < side ? at : -1),
  edge: (at, side) => Math.min(Math.max(at, 0), side - 1),
  reflect: (at, side) => (at < 0 ? -at : at >= side ? 2 * (side - 1) - at : at),
  wrap: (at, side) => ((at % side) + side) % side,
};

/** Runs of each outer block go to the outputs in turn. */
export const splitOperator: Operator<SplitLayer> = {
  run({ axis }, [x], outputs) {
    const { shape } = x!;
    const at = wrapDim(axis, shape.length);
    const outer = sizeOf(shape.slice(0, at));
    const inner = sizeOf(shape.slice(at + 1));
    let from = 0;
    for (let block = 0; block < outer; block++) {
      for (const y of outputs) {
        const run = y.shape[at] * inner;
        y.data.set(x!.data.subarray(from, from + run), block * run);
        from += run;
      }
    }
  },
};

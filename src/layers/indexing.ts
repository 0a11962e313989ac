import { CnnvizError } from '../core/errors.js';
import { rowMajor, sizeOf } from '../core/tensor.js';
import type { Value } from '../core/values.js';
import { type AxisReads, type Families, type Forward, kindWords, type ShapeRule } from './family.js';
import { checkedAxes, checkedShape, knownIntegers, readsBeforeMaps, required, wrapDim } from './inputs.js';
import { copyStrided, movedBackward, strided } from './moving.js';
import type { Copy } from './row-work.js';

/** Slices of x along an axis. Inputs: x, indices (negative ones count from the end). */
interface GatherLayer {
  readonly kind: 'gather';
  readonly axis: number;
}

/** Inputs: x, starts, ends, axes or null for the first ones, steps or null for 1; as Python's slices. */
interface SliceLayer {
  readonly kind: 'slice';
}

const gatherShape: ShapeRule<GatherLayer> = ({ axis }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  const indices = required(inputs, 1, 'indices');
  if (shape.length === 0) throw new CnnvizError('shape', 'gather from a scalar');
  const at = wrapDim(axis, shape.length);
  // indices that are computed are not known here; the operator wraps them, and gives 0 for those outside
  const outside = indices.known()?.data.find((index) => index < -shape[at] || index >= shape[at]);
  if (outside !== undefined) {
    throw new CnnvizError('shape', `index ${outside} lies outside axis ${axis} of ${shape[at]}`);
  }
  return [{ dtype, shape: checkedShape([...shape.slice(0, at), ...indices.shape, ...shape.slice(at + 1)]) }];
};

/** One axis of a slice: elements start, start + step …, `count` of them. */
interface Run {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

const sliceShape: ShapeRule<SliceLayer> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  required(inputs, 1, 'starts');
  required(inputs, 2, 'ends');
  const [starts, ends] = [knownIntegers(inputs, 1, 'starts')!, knownIntegers(inputs, 2, 'ends')!];
  const runs = sliceRuns(shape, starts, ends, knownIntegers(inputs, 3, 'axes'), knownIntegers(inputs, 4, 'steps'));
  return [{ dtype, shape: runs.map(({ count }) => count) }];
};

/** What is taken of every axis, by Python's rules: negative numbers count from the end, beyond an end means that end. */
function sliceRuns(
  shape: readonly number[],
  starts: readonly number[],
  ends: readonly number[],
  axes: readonly number[] | null,
  steps: readonly number[] | null,
): Run[] {
  const named = checkedAxes(axes ?? starts.map((_, axis) => axis), shape.length);
  if (ends.length !== starts.length || named.length !== starts.length || (steps && steps.length !== starts.length)) {
    throw new CnnvizError(
      'shape',
      `slice: expected as many starts, ends, axes and steps, got ${starts.length}, \
${ends.length}, ${named.length}, ${steps?.length ?? starts.length}`,
    );
  }
  const runs = shape.map((side): Run => ({ start: 0, step: 1, count: side }));
  for (const [i, axis] of named.entries()) {
    const side = shape[axis];
    const step = steps?.[i] ?? 1;
    if (step === 0) throw new CnnvizError('shape', `slice along axis ${axis}: step 0`);
    const [least, most] = step > 0 ? [0, side] : [-1, side - 1];
    const within = (at: number) => Math.min(Math.max(at < 0 ? at + side : at, least), most);
    const [start, end] = [within(starts[i]), within(ends[i])];
    runs[axis] = { start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  }
  return runs;
}

/** Of more slices a list would be longer than the work. */
const MOST_SLICES = 4096;

/** Slices of x in the order of the indices; 0 for a computed index that lies outside. */
const gatherForward: Forward<GatherLayer> = {
  memory: 'parts',
  rowWork({ axis }, [x, indices]) {
    const { shape } = x!;
    const at = wrapDim(axis, shape.length);
    const [outer, side, run] = [sizeOf(shape.slice(0, at)), shape[at], sizeOf(shape.slice(at + 1))];
    const places = [...indices!.data].map((index) => (index < 0 ? index + side : index));
    if (places.length > MOST_SLICES) return null;
    const steps = { fromSteps: [side * run, 1], toSteps: [places.length * run, 1] };
    const copies = places.flatMap((place, i): Copy[] => {
      if (!(place >= 0 && place < side)) return [];
      return [{ input: 0, output: 0, sides: [outer, run], from: place * run, to: i * run, ...steps }];
    });
    return { work: 'copies', copies, fill: copies.length === places.length ? null : 0 };
  },
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

const sliceForward: Forward<SliceLayer> = {
  memory: 'parts',
  rowWork(_, inputs) {
    const { start, sides, steps } = sliced(inputs);
    return strided(start, sides, steps);
  },
  run(_, inputs, [y]) {
    const { start, sides, steps } = sliced(inputs);
    copyStrided(inputs[0]!.data, start, sides, steps, y.data);
  },
};

/** Where a slice starts in x, its sides, and its steps through x. */
function sliced([x, starts, ends, axes, steps]: readonly (Value | null)[]) {
  const list = (value: Value | null | undefined) => (value ? [...value.data] : null);
  const runs = sliceRuns(x!.shape, list(starts)!, list(ends)!, list(axes), list(steps));
  const strides = rowMajor(x!.shape);
  return {
    start: runs.reduce((sum, run, axis) => sum + run.start * strides[axis], 0),
    sides: runs.map(({ count }) => count),
    steps: runs.map(({ step }, axis) => step * strides[axis]),
  };
}

const gatherBackward = movedBackward<GatherLayer>(gatherForward);
const sliceBackward = movedBackward<SliceLayer>(sliceForward);

export type IndexingFamily = GatherLayer | SliceLayer;

export const INDEXING: Families<IndexingFamily> = {
  gather: {
    shape: gatherShape,
    forward: gatherForward,
    backward: gatherBackward,
    reads: ({ axis }, { inputs: [x], output }) =>
      output.length === x!.length ? readsBeforeMaps([wrapDim(axis, x!.length)], x!.length) : null,
    explain: null,
    words: kindWords,
    learnt: [],
  },
  slice: {
    shape: sliceShape,
    forward: sliceForward,
    backward: sliceBackward,
    reads(_, { inputs: [x, , , axes, steps], known }) {
      const [starts, ends] = [known(1), known(2)];
      const rank = x!.length;
      if (!starts || !ends || (axes && !known(3)) || (steps && !known(4)) || rank < 3) return null;
      const runs = sliceRuns(x!, starts, ends, axes ? known(3) : null, steps ? known(4) : null);
      const [rows, columns] = [rank - 2, rank - 1].map((axis): AxisReads | null => {
        const { start, step, count } = runs[axis];
        const [size, out] = [x![axis], count];
        if (start === 0 && step === 1 && out === size) return { by: 'place' };
        if (step < 0) return null;
        const window = { size, kernel: 1, stride: step, dilation: 1, padBefore: -start, padAfter: 0, out };
        return { by: 'window', axis: window, mode: 'zeros' };
      });
      return rows && columns && [rows, columns];
    },
    explain: null,
    words: kindWords,
    learnt: [],
  },
};

import { CnnvizError } from '../errors.js';
import type { ConstantOfShapeLayer, GatherLayer, RangeLayer, SizeLayer, SliceLayer } from '../graph-layers.js';
import { checkedAxes } from './arrange.js';
import { checkedShape, knownIntegers, knownNumbers } from './known.js';
import { type KnownInput, required, type ShapeRule, wrapDim } from './rule.js';

export const constantOfShapeShape: ShapeRule<ConstantOfShapeLayer> = ({ dtype }, inputs) => {
  required(inputs, 0, 'shape');
  return [{ dtype, shape: checkedShape(knownIntegers(inputs, 0, 'shape')!) }];
};

export const sizeShape: ShapeRule<SizeLayer> = (_, inputs) => {
  required(inputs, 0, 'x');
  return [{ dtype: 'int64', shape: [] }];
};

export const gatherShape: ShapeRule<GatherLayer> = ({ axis }, inputs) => {
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

export const sliceShape: ShapeRule<SliceLayer> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  required(inputs, 1, 'starts');
  required(inputs, 2, 'ends');
  const [starts, ends] = [knownIntegers(inputs, 1, 'starts')!, knownIntegers(inputs, 2, 'ends')!];
  const runs = sliceRuns(shape, starts, ends, knownIntegers(inputs, 3, 'axes'), knownIntegers(inputs, 4, 'steps'));
  return [{ dtype, shape: runs.map(({ count }) => count) }];
};

/** What is taken of every axis, by Python's rules: negative numbers count from the end, beyond an end means that end. */
export function sliceRuns(
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

export const rangeShape: ShapeRule<RangeLayer> = (_, inputs) => {
  const { dtype } = required(inputs, 0, 'start');
  const [start, limit, delta] = ['start', 'limit', 'delta'].map((name, i) => oneNumber(inputs, i, name));
  if (delta === 0) throw new CnnvizError('shape', 'range: delta 0');
  return [{ dtype, shape: checkedShape([Math.max(0, Math.ceil((limit - start) / delta))]) }];
};

function oneNumber(inputs: readonly (KnownInput | null)[], index: number, name: string): number {
  required(inputs, index, name);
  const [value, ...more] = knownNumbers(inputs, index, name)!;
  if (value === undefined || more.length > 0) throw new CnnvizError('shape', `${name}: expected a single number`);
  return value;
}

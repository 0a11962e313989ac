import { CnnvizError } from '../errors.js';
import type {
  AlignLayer,
  Flatten2dLayer,
  PadLayer,
  ReshapeLayer,
  SplitLayer,
  SqueezeLayer,
  TransposeLayer,
} from '../graph-layers.js';
import { sizeOf } from '../tensor.js';
import { checkedShape, knownIntegers } from './known.js';
import { type KnownInput, required, type ShapeRule, wrapDim } from './rule.js';

export const flatten2dShape: ShapeRule<Flatten2dLayer> = ({ axis }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  const split = axis === shape.length ? axis : shape.length === 0 ? 0 : wrapDim(axis, shape.length);
  return [{ dtype, shape: [sizeOf(shape.slice(0, split)), sizeOf(shape.slice(split))] }];
};

export const reshapeShape: ShapeRule<ReshapeLayer> = ({ allowZero }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  required(inputs, 1, 'shape');
  const wanted = knownIntegers(inputs, 1, 'shape')!;
  const told = wanted.map((side, axis) => (side === 0 && !allowZero ? (shape[axis] ?? Number.NaN) : side));
  const size = sizeOf(shape);
  const open = told.indexOf(-1);
  const rest = sizeOf(told.filter((_, axis) => axis !== open));
  // with a side of 0 beside it, −1 is what the other sides leave, and must be told
  const filled = told.map((side, axis) => (axis === open ? (rest === 0 ? 0 : size / rest) : side));
  if (filled.some((side) => !Number.isInteger(side) || side < 0) || sizeOf(filled) !== size) {
    throw new CnnvizError('shape', `[${shape.join(', ')}] cannot become [${wanted.join(', ')}]`, {
      fix: `the new sides must multiply to ${size}`,
    });
  }
  return [{ dtype, shape: checkedShape(filled) }];
};

export const alignShape: ShapeRule<AlignLayer> = ({ axis }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'b');
  const { length } = required(inputs, 1, 'a').shape;
  const behind = length - wrapDim(axis, length) - shape.length;
  if (behind < 0) throw new CnnvizError('shape', `b [${shape.join(', ')}] does not fit from axis ${axis} on`);
  return [{ dtype, shape: [...shape, ...new Array<number>(behind).fill(1)] }];
};

export const transposeShape: ShapeRule<TransposeLayer> = ({ perm }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  const order = perm ?? shape.map((_, axis) => shape.length - 1 - axis);
  const isOrder = order.length === shape.length && shape.every((_, axis) => order.includes(axis));
  if (!isOrder) {
    throw new CnnvizError('shape', `perm [${order.join(', ')}] does not order the axes of [${shape.join(', ')}]`);
  }
  return [{ dtype, shape: order.map((axis) => shape[axis]) }];
};

export const squeezeShape: ShapeRule<SqueezeLayer> = ({ kind }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  const axes = knownIntegers(inputs, 1, 'axes');
  if (kind === 'squeeze') {
    const gone = axes ? checkedAxes(axes, shape.length) : shape.flatMap((side, axis) => (side === 1 ? [axis] : []));
    for (const axis of gone) {
      if (shape[axis] !== 1) throw new CnnvizError('shape', `axis ${axis} of [${shape.join(', ')}] is not 1`);
    }
    return [{ dtype, shape: shape.filter((_, axis) => !gone.includes(axis)) }];
  }
  if (!axes) throw new CnnvizError('shape', 'expected axes as input 2, found none');
  const rank = shape.length + axes.length;
  const added = checkedAxes(axes, rank);
  let next = 0;
  return [{ dtype, shape: Array.from({ length: rank }, (_, axis) => (added.includes(axis) ? 1 : shape[next++])) }];
};

/** Axes counted from the front, none twice. @throws CnnvizError 'shape' */
export function checkedAxes(axes: readonly number[], rank: number): number[] {
  const wrapped = axes.map((axis) => wrapDim(axis, rank));
  if (new Set(wrapped).size === axes.length && axes.length <= rank) return wrapped;
  throw new CnnvizError('shape', `axes [${axes.join(', ')}] of an array of rank ${rank}: one is named twice`);
}

export const padShape: ShapeRule<PadLayer> = ({ mode }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  const sides = padSides(shape.length, inputs);
  const out = shape.map((side, axis) => side + sides[axis][0] + sides[axis][1]);
  for (const [axis, [before, after]] of sides.entries()) {
    const side = shape[axis];
    const largest = Math.max(before, after);
    const allowed = mode === 'reflect' ? side - 1 : mode === 'wrap' && side > 0 ? Number.POSITIVE_INFINITY : side;
    const isFree = mode === 'constant' || (mode === 'edge' && side > 0);
    if (out[axis] < 0 || (!isFree && largest > Math.max(0, allowed))) {
      throw new CnnvizError(
        'shape',
        `pads ${before}, ${after} of axis ${axis} do not fit its side of ${side} (${mode})`,
      );
    }
  }
  return [{ dtype, shape: checkedShape(out) }];
};

/** [before, after] of every axis, from the inputs pads and axes. */
function padSides(rank: number, inputs: readonly (KnownInput | null)[]): [number, number][] {
  required(inputs, 1, 'pads');
  const pads = knownIntegers(inputs, 1, 'pads')!;
  return sidesOf(pads, knownIntegers(inputs, 3, 'axes'), rank);
}

/** [before, after] of every axis. @throws CnnvizError 'shape' when there are not two pads for each axis */
export function sidesOf(pads: readonly number[], axes: readonly number[] | null, rank: number): [number, number][] {
  const named = axes ? checkedAxes(axes, rank) : Array.from({ length: rank }, (_, axis) => axis);
  if (pads.length !== 2 * named.length) {
    throw new CnnvizError('shape', `pads: expected ${2 * named.length} numbers, got ${pads.length}`);
  }
  const sides = Array.from({ length: rank }, (): [number, number] => [0, 0]);
  for (const [i, axis] of named.entries()) sides[axis] = [pads[i], pads[named.length + i]];
  return sides;
}

export const splitShape: ShapeRule<SplitLayer> = ({ axis, parts }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  const at = wrapDim(axis, shape.length);
  const side = shape[at];
  const most = Math.ceil(side / parts);
  const equal = Array.from({ length: parts }, (_, i) => Math.min(most, side - i * most));
  const sizes = knownIntegers(inputs, 1, 'split') ?? equal;
  const fits = sizes.length === parts && sizes.every((size) => size >= 0);
  if (!fits || sizes.reduce((sum, size) => sum + size, 0) !== side) {
    throw new CnnvizError(
      'shape',
      `axis ${axis} of ${side} cannot be split into ${parts} parts of ${sizes.join(', ')}`,
    );
  }
  return sizes.map((size) => ({ dtype, shape: shape.map((own, a) => (a === at ? size : own)) }));
};

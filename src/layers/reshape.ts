import { CnnvizError } from '../core/errors.js';
import { sizeOf } from '../core/tensor.js';
import type { Value } from '../core/values.js';
import {
  type Backward,
  type Families,
  type Forward,
  kindWords,
  type LayerFamily,
  SAME_PLACE,
  type ShapeRule,
  WHOLE_MAP,
} from './family.js';
import { checkedAxes, checkedShape, knownIntegers, required, sameShape, wrapDim } from './inputs.js';

/** Axes startDim … endDim become one; N counts, as in torch.nn.Flatten. */
interface FlattenLayer {
  readonly kind: 'flatten';
  readonly startDim: number;
  readonly endDim: number;
}

/** Does nothing: a network that computes does not drop. A second output, the mask, is all true. */
interface DropoutLayer {
  readonly kind: 'dropout';
  /** The share that training drops; without it torch's ½. */
  readonly p?: number;
}

interface IdentityLayer {
  readonly kind: 'identity';
}

/** To two axes: those before `axis` and those from it on. */
interface Flatten2dLayer {
  readonly kind: 'flatten_2d';
  readonly axis: number;
}

/** Inputs: x, shape (int64; −1: what is left; 0: x's own side, unless allowZero). */
interface ReshapeLayer {
  readonly kind: 'reshape';
  readonly allowZero: boolean;
}

/** Inputs: b, a. b with sides of 1 behind it, so that its first axis meets a's axis `axis`: broadcasting before opset 7. */
interface AlignLayer {
  readonly kind: 'align';
  readonly axis: number;
}

/** Takes sides of 1 out, or puts them in. Inputs: x, axes (squeeze: null for all). */
interface SqueezeLayer {
  readonly kind: 'squeeze' | 'unsqueeze';
}

const dropoutShape: ShapeRule<DropoutLayer> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  return [
    { dtype, shape },
    { dtype: 'bool', shape },
  ];
};

const flattenShape: ShapeRule<FlattenLayer> = ({ startDim, endDim }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  if (shape.length === 0) return [{ dtype, shape: [1] }];
  const [start, end] = [wrapDim(startDim, shape.length), wrapDim(endDim, shape.length)];
  if (start > end) throw new CnnvizError('shape', `flatten: start_dim ${startDim} lies behind end_dim ${endDim}`);
  const flat = shape.slice(start, end + 1).reduce((product, side) => product * side, 1);
  return [{ dtype, shape: [...shape.slice(0, start), flat, ...shape.slice(end + 1)] }];
};

const flatten2dShape: ShapeRule<Flatten2dLayer> = ({ axis }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  const split = axis === shape.length ? axis : shape.length === 0 ? 0 : wrapDim(axis, shape.length);
  return [{ dtype, shape: [sizeOf(shape.slice(0, split)), sizeOf(shape.slice(split))] }];
};

const reshapeShape: ShapeRule<ReshapeLayer> = ({ allowZero }, inputs) => {
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

const alignShape: ShapeRule<AlignLayer> = ({ axis }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'b');
  const { length } = required(inputs, 1, 'a').shape;
  const behind = length - wrapDim(axis, length) - shape.length;
  if (behind < 0) throw new CnnvizError('shape', `b [${shape.join(', ')}] does not fit from axis ${axis} on`);
  return [{ dtype, shape: [...shape, ...new Array<number>(behind).fill(1)] }];
};

const squeezeShape: ShapeRule<SqueezeLayer> = ({ kind }, inputs) => {
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

/** Output 0 holds the numbers of input 0 under its own shape. */
const sameDataForward: Forward<unknown> = {
  memory: 'alias',
  run: (_, [x], [y]) => copyNumbers(x!, y),
};

/** Nothing is dropped; the mask, when there is one, is all true. */
const dropoutForward: Forward<DropoutLayer> = {
  memory: 'alias',
  run(_, [x], [y, mask]) {
    copyNumbers(x!, y);
    mask?.data.fill(1);
  },
};

function copyNumbers(x: Value, y: Value): void {
  if (x.data !== y.data) y.data.set(x.data);
}

/** The numbers pass as they are, perhaps under another shape or as another type of floating point. */
export const sameDataBackward: Backward<unknown> = {
  run(_, { dy, dx }) {
    const [gradient, own] = [dy[0], dx[0]!];
    if (gradient) for (let i = 0; i < own.length; i++) own[i] += gradient[i];
  },
};

export type ReshapeFamily =
  | FlattenLayer
  | DropoutLayer
  | IdentityLayer
  | Flatten2dLayer
  | ReshapeLayer
  | AlignLayer
  | SqueezeLayer;

/** What all of them have: the numbers as they are. */
const SAME_DATA = {
  forward: sameDataForward,
  backward: sameDataBackward,
  explain: { formula: () => 'x, at another place', terms: 'index' },
  words: kindWords,
} as const;

const SQUEEZE: LayerFamily<SqueezeLayer> = { ...SAME_DATA, shape: squeezeShape, reads: () => null };

/** Nothing is done: each number stays at its place. */
const AS_IT_IS = {
  backward: sameDataBackward,
  reads: () => SAME_PLACE,
  explain: { formula: () => 'x, as it is', terms: 'place' },
  words: kindWords,
  keepsSilence: true,
} as const;

export const RESHAPE: Families<ReshapeFamily> = {
  flatten: { ...SAME_DATA, shape: flattenShape, reads: () => WHOLE_MAP },
  flatten_2d: { ...SAME_DATA, shape: flatten2dShape, reads: () => WHOLE_MAP },
  reshape: { ...SAME_DATA, shape: reshapeShape, reads: () => null, learnt: [] },
  align: { ...SAME_DATA, shape: alignShape, reads: () => null, explain: null },
  squeeze: SQUEEZE,
  unsqueeze: SQUEEZE,
  dropout: { ...AS_IT_IS, shape: dropoutShape, forward: dropoutForward },
  identity: { ...AS_IT_IS, shape: sameShape, forward: sameDataForward },
};

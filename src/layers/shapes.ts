import { CnnvizError } from '../core/errors.js';
import { sizeOf } from '../core/tensor.js';
import type { DType } from '../core/values.js';
import { type Families, type Forward, type KnownInput, kindWords, type ShapeRule, WHOLE_NUMBERS } from './family.js';
import { checkedShape, knownIntegers, knownNumbers, required } from './inputs.js';

/** The shape of its input as int64 [rank], from axis `start` to before `end`; null: the last. */
interface ShapeLayer {
  readonly kind: 'shape';
  readonly start: number;
  readonly end: number | null;
}

/** How many elements x has, as an int64 scalar. */
interface SizeLayer {
  readonly kind: 'size';
}

/** Input: shape. All elements are `value`. */
interface ConstantOfShapeLayer {
  readonly kind: 'constant_of_shape';
  readonly dtype: DType;
  readonly value: number;
}

/** start, start + delta … before limit. Inputs: start, limit, delta (single numbers). */
interface RangeLayer {
  readonly kind: 'range';
}

const shapeOfShape: ShapeRule<ShapeLayer> = ({ start, end }, inputs) => {
  const { shape } = required(inputs, 0, 'x');
  return [{ dtype: 'int64', shape: [shape.slice(start, end ?? undefined).length] }];
};

const sizeShape: ShapeRule<SizeLayer> = (_, inputs) => {
  required(inputs, 0, 'x');
  return [{ dtype: 'int64', shape: [] }];
};

const constantOfShapeShape: ShapeRule<ConstantOfShapeLayer> = ({ dtype }, inputs) => {
  required(inputs, 0, 'shape');
  return [{ dtype, shape: checkedShape(knownIntegers(inputs, 0, 'shape')!) }];
};

const rangeShape: ShapeRule<RangeLayer> = (_, inputs) => {
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

/** The sides of x as int64 [rank]. */
const shapeForward: Forward<ShapeLayer> = {
  run: ({ start, end }, [x], [y]) => y.data.set(x!.shape.slice(start, end ?? undefined)),
};

const sizeForward: Forward<SizeLayer> = {
  run: (_, [x], [y]) => {
    y.data[0] = sizeOf(x!.shape);
  },
};

const constantOfShapeForward: Forward<ConstantOfShapeLayer> = {
  run: ({ value }, _, [y]) => {
    y.data.fill(value);
  },
};

const rangeForward: Forward<RangeLayer> = {
  run(_, [start, __, delta], [y]) {
    for (let i = 0; i < y.data.length; i++) y.data[i] = start!.data[0] + i * delta!.data[0];
  },
};

export type ShapesFamily = ShapeLayer | SizeLayer | ConstantOfShapeLayer | RangeLayer;

/** They have no maps. */
const NO_MAPS = { reads: () => null, explain: null, words: kindWords } as const;

export const SHAPES: Families<ShapesFamily> = {
  shape: { ...NO_MAPS, shape: shapeOfShape, forward: shapeForward, backward: WHOLE_NUMBERS, readsShapes: true },
  size: { ...NO_MAPS, shape: sizeShape, forward: sizeForward, backward: WHOLE_NUMBERS, readsShapes: true },
  constant_of_shape: {
    ...NO_MAPS,
    shape: constantOfShapeShape,
    forward: constantOfShapeForward,
    backward: WHOLE_NUMBERS,
  },
  range: {
    ...NO_MAPS,
    shape: rangeShape,
    forward: rangeForward,
    backward: 'a range that depends on the input has no backward pass here',
  },
};

import { CnnvizError } from '../../core/errors.js';
import { sizeOf } from '../../core/tensor.js';
import type { DType } from '../../core/values.js';
import { type Families, type Forward, kindWords, SAME_PLACE, type ShapeRule, WHOLE_NUMBERS } from '../family.js';
import { checkedShape, knownIntegers, required } from '../inputs.js';

/** A new axis of `depth` at `axis`: values[1] where the index points, else values[0]. Inputs: indices, depth, values. */
interface OneHotLayer {
  readonly kind: 'one_hot';
  readonly axis: number;
}

/** Ones on a diagonal of a matrix of x's shape, `k` above the main one. */
interface EyeLikeLayer {
  readonly kind: 'eye_like';
  /** null: that of x */
  readonly dtype: DType | null;
  readonly k: number;
}

/** The upper (lower) triangle of the last two axes, from diagonal k on, 0 elsewhere. Inputs: x, k or null for 0. */
interface TriluLayer {
  readonly kind: 'trilu';
  readonly upper: boolean;
}

const oneHotShape: ShapeRule<OneHotLayer> = ({ axis }, inputs) => {
  const { shape } = required(inputs, 0, 'indices');
  required(inputs, 1, 'depth');
  const values = required(inputs, 2, 'values');
  const [depth, ...more] = knownIntegers(inputs, 1, 'depth')!;
  if (depth === undefined || depth < 1 || more.length > 0) {
    throw new CnnvizError('shape', `depth: expected one number from 1 on, got [${[depth, ...more].join(', ')}]`);
  }
  if (values.shape.join() !== '2') {
    throw new CnnvizError('shape', `values: expected [off, on], got an array [${values.shape.join(', ')}]`);
  }
  const at = newAxis(axis, shape.length);
  return [{ dtype: values.dtype, shape: checkedShape([...shape.slice(0, at), depth, ...shape.slice(at)]) }];
};

/** Where the new axis stands among those of the output. */
function newAxis(axis: number, rank: number): number {
  if (axis >= -rank - 1 && axis <= rank) return axis < 0 ? axis + rank + 1 : axis;
  throw new CnnvizError('shape', `axis ${axis}: expected ${-rank - 1} … ${rank}`);
}

const eyeLikeShape: ShapeRule<EyeLikeLayer> = ({ dtype }, inputs) => {
  const x = required(inputs, 0, 'x');
  if (x.shape.length !== 2) throw new CnnvizError('shape', `expected a matrix, got [${x.shape.join(', ')}]`);
  return [{ dtype: dtype ?? x.dtype, shape: x.shape }];
};

const triluShape: ShapeRule<TriluLayer> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  if (shape.length < 2) throw new CnnvizError('shape', `expected at least two axes, got [${shape.join(', ')}]`);
  const k = inputs[1];
  if (k && sizeOf(k.shape) !== 1) throw new CnnvizError('shape', `k: expected one number, got [${k.shape.join(', ')}]`);
  return [{ dtype, shape }];
};

/** An index that lies outside has no place that is on. */
const oneHotForward: Forward<OneHotLayer> = {
  run({ axis }, [indices, , values], [y]) {
    const at = newAxis(axis, indices!.shape.length);
    const [depth, inner] = [y.shape[at], sizeOf(y.shape.slice(at + 1))];
    const [off, on] = values!.data;
    y.data.fill(off);
    for (let i = 0; i < indices!.data.length; i++) {
      const index = Math.trunc(indices!.data[i]);
      const place = index < 0 ? index + depth : index;
      if (place >= 0 && place < depth) y.data[(Math.floor(i / inner) * depth + place) * inner + (i % inner)] = on;
    }
  },
};

const eyeLikeForward: Forward<EyeLikeLayer> = {
  run({ k }, _, [y]) {
    const [rows, columns] = y.shape;
    y.data.fill(0);
    for (let i = 0; i < rows; i++) if (i + k >= 0 && i + k < columns) y.data[i * columns + i + k] = 1;
  },
};

const triluForward: Forward<TriluLayer> = {
  memory: 'in-place',
  run({ upper }, [x, diagonal], [y]) {
    const [rows, columns] = y.shape.slice(-2);
    const k = diagonal?.data[0] ?? 0;
    for (let o = 0; o < y.data.length; o++) {
      const [i, j] = [Math.floor(o / columns) % rows, o % columns];
      const isKept = upper ? j - i >= k : j - i <= k;
      y.data[o] = isKept ? x!.data[o] : 0;
    }
  },
};

export type FilledFamily = OneHotLayer | EyeLikeLayer | TriluLayer;

export const FILLED: Families<FilledFamily> = {
  one_hot: {
    shape: oneHotShape,
    forward: oneHotForward,
    backward: WHOLE_NUMBERS,
    reads: () => null,
    explain: null,
    words: kindWords,
    learnt: [],
  },
  eye_like: {
    shape: eyeLikeShape,
    forward: eyeLikeForward,
    backward: WHOLE_NUMBERS,
    reads: () => null,
    explain: null,
    words: kindWords,
    readsShapes: true,
  },
  trilu: {
    shape: triluShape,
    forward: triluForward,
    backward: 'gradients of a triangle of a matrix are not computed here',
    reads: () => SAME_PLACE,
    explain: null,
    words: ({ upper }) => `${upper ? 'upper' : 'lower'} triangle`,
    learnt: [],
    growth: 'passes',
  },
};

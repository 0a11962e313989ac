import { CnnvizError } from '../../core/errors.js';
import { sizeOf } from '../../core/tensor.js';
import { isFloat } from '../../core/values.js';
import {
  type Families,
  type Forward,
  kindWords,
  type LayerFamily,
  SAME_PLACE,
  type ShapeRule,
  WHOLE_NUMBERS,
} from '../family.js';
import { alongAxis, required, wrapDim } from '../inputs.js';

/** Whether a number is NaN, to bool. */
interface IsNanLayer {
  readonly kind: 'is_nan';
}

/** Whether a number is infinite, to bool. */
interface IsInfLayer {
  readonly kind: 'is_inf';
  readonly positive: boolean;
  readonly negative: boolean;
}

/** 1 where the first of the largest along an axis is, else 0. Source: ONNX Hardmax */
interface HardmaxLayer {
  readonly kind: 'hardmax';
  readonly axis: number;
}

export type ConditionsFamily = IsNanLayer | IsInfLayer | HardmaxLayer;

const testShape: ShapeRule<IsNanLayer | IsInfLayer> = ({ kind }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  if (!isFloat(dtype)) throw new CnnvizError('shape', `${kind} of ${dtype}: expected floating point`);
  return [{ dtype: 'bool', shape }];
};

const hardmaxShape: ShapeRule<HardmaxLayer> = ({ axis }, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  wrapDim(axis, shape.length);
  return [{ dtype, shape }];
};

const isNanForward: Forward<IsNanLayer> = {
  run(_, [x], [y]) {
    for (let i = 0; i < y.data.length; i++) y.data[i] = Number.isNaN(x!.data[i]) ? 1 : 0;
  },
};

const isInfForward: Forward<IsInfLayer> = {
  run({ positive, negative }, [x], [y]) {
    for (let i = 0; i < y.data.length; i++) {
      const value = x!.data[i];
      const isFound = (positive && value === Infinity) || (negative && value === -Infinity);
      y.data[i] = isFound ? 1 : 0;
    }
  },
};

const hardmaxForward: Forward<HardmaxLayer> = {
  run({ axis }, [x], [y]) {
    const { shape, data } = x!;
    const own = wrapDim(axis, shape.length);
    const [count, inner] = [shape[own] ?? 1, sizeOf(shape.slice(own + 1))];
    const outer = sizeOf(shape.slice(0, own));
    y.data.fill(0);
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        const start = o * count * inner + i;
        let best = start;
        for (let at = start; at < start + count * inner; at += inner) if (data[at] > data[best]) best = at;
        if (count > 0) y.data[best] = 1;
      }
    }
  },
};

/** What both questions about a number have. */
const TEST = {
  shape: testShape,
  backward: WHOLE_NUMBERS,
  reads: () => SAME_PLACE,
  explain: { formula: ({ kind }) => `${kind}(x)`, terms: 'place' },
  words: kindWords,
} satisfies Omit<LayerFamily<IsNanLayer | IsInfLayer>, 'forward'>;

export const CONDITIONS: Families<ConditionsFamily> = {
  is_nan: { ...TEST, forward: isNanForward },
  is_inf: { ...TEST, forward: isInfForward },
  hardmax: {
    shape: hardmaxShape,
    forward: hardmaxForward,
    backward: WHOLE_NUMBERS,
    reads({ axis }, { output }) {
      const behind = output.length - 1 - wrapDim(axis, output.length);
      if (output.length < 3) return SAME_PLACE;
      return [{ by: behind === 1 ? 'all' : 'place' }, { by: behind === 0 ? 'all' : 'place' }];
    },
    explain: {
      formula: () => '1 where x is the largest, else 0',
      terms: ({ axis }, { output }, index) => {
        const others = alongAxis(output, wrapDim(axis, output.length), index).filter((at) => at !== index);
        return [index, ...others].map((at) => ({ input: 0, index: at }));
      },
    },
    words: ({ axis }) => `hardmax axis ${axis}`,
  },
};

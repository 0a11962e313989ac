import { CnnvizError } from '../../core/errors.js';
import { sizeOf } from '../../core/tensor.js';
import { type Backward, type Families, type Forward, SAME_PLACE, type ShapeRule } from '../family.js';
import { knownIntegers, required } from '../inputs.js';

/**
 * Matrices of the last two axes with zeros below (`upper`) or above a diagonal. Inputs: x, k (a whole number; the diagonal,
 * 0 the main one, 1 the one above it) or null. Source: ONNX Trilu; torch.triu, tril
 */
interface TriluLayer {
  readonly kind: 'trilu';
  readonly upper: boolean;
}

export type TriluFamily = TriluLayer;

const triluShape: ShapeRule<TriluLayer> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  if (shape.length < 2) throw new CnnvizError('shape', `expected matrices [..., n, m], got [${shape.join(', ')}]`);
  if (knownIntegers(inputs, 1, 'k')?.length === 0) throw new CnnvizError('shape', 'k: expected a single number');
  return [{ dtype, shape }];
};

/** Calls `visit` for every element that stays. */
function eachKept({ upper }: TriluLayer, shape: readonly number[], k: number, visit: (i: number) => void): void {
  const [rows, columns] = shape.slice(-2);
  const matrices = sizeOf(shape.slice(0, -2));
  for (let row = 0; row < matrices * rows; row++) {
    const diagonal = (row % rows) + k;
    const first = upper ? Math.max(0, diagonal) : 0;
    const end = upper ? columns : Math.min(columns, diagonal + 1);
    for (let column = first; column < end; column++) visit(row * columns + column);
  }
}

const triluForward: Forward<TriluLayer> = {
  run(layer, [x, k], [y]) {
    y.data.fill(0);
    eachKept(layer, y.shape, k?.data[0] ?? 0, (i) => {
      y.data[i] = x!.data[i];
    });
  },
};

const triluBackward: Backward<TriluLayer> = {
  run(layer, { inputs, outputs, x, dy, dx }) {
    eachKept(layer, outputs[0].shape, inputs[1] ? x(1).data[0] : 0, (i) => {
      dx[0]![i] += dy[0]![i];
    });
  },
};

export const TRILU: Families<TriluFamily> = {
  trilu: {
    shape: triluShape,
    forward: triluForward,
    backward: triluBackward,
    reads: () => SAME_PLACE,
    explain: { formula: ({ upper }) => `x, or 0 ${upper ? 'below' : 'above'} the diagonal`, terms: 'place' },
    words: ({ upper }) => `trilu ${upper ? 'upper' : 'lower'}`,
    growth: 'passes',
  },
};

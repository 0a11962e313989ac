import { type Tensor, tensor } from '../../../core/tensor.js';
import { formatNumber } from '../../../core/text.js';
import { type Check, law } from '../claim.js';
import {
  areSame,
  asPlane,
  combined,
  gapBetween,
  type Law,
  type Layers,
  mapped,
  realPlane,
  sameWords,
  turned,
  wholePlane,
} from './planes.js';

/** A layer as a function of its input. */
type Function = (x: Tensor) => Tensor;

const add = (a: number, b: number) => a + b;

/**
 * Q6: a convolution is linear, exactly on whole numbers and for factors that are powers of two, within rounding
 * elsewhere. With a bias it is affine, and ReLU is neither: a counterexample of each.
 */
export const linearityLaw: Law = (layers) => {
  const { conv2d, relu } = layers;
  const kernel = wholePlane('kernel', 3, 3);
  const conv: Function = (x) => asPlane(conv2d(x, kernel));
  const [x, y] = [wholePlane('x', 7, 9), wholePlane('y', 7, 9)];
  const point = tensor(Float32Array.of(2), [1, 1]);
  const affine: Function = (value) => asPlane(conv2d(value, point, { bias: 1 }));
  return [
    same('conv, whole numbers: f(3x) = 3 f(x), exactly', conv(scaled(x, 3)), scaled(conv(x), 3)),
    same(
      'conv, whole numbers: f(x + y) = f(x) + f(y), exactly',
      conv(combined(x, y, add)),
      combined(conv(x), conv(y), add),
    ),
    ...withRounding(layers),
    counterexample(
      'conv with bias 1 (2x + 1): f(3x) = 3 f(x)',
      affine(single(5 * 3)),
      scaled(affine(single(5)), 3),
      'x = 5',
    ),
    counterexample(
      'conv with bias 1 (2x + 1): f(x + y) = f(x) + f(y)',
      affine(single(5 + 4)),
      combined(affine(single(5)), affine(single(4)), add),
      'x = 5, y = 4',
    ),
    counterexample('ReLU: f(ax) = a f(x)', relu(single(-3)), scaled(relu(single(3)), -1), 'a = −1, x = 3'),
    counterexample(
      'ReLU: f(x + y) = f(x) + f(y)',
      relu(single(3 - 2)),
      combined(relu(single(3)), relu(single(-2)), add),
      'x = 3, y = −2',
    ),
  ];
};

function withRounding({ conv2d }: Layers): Check[] {
  const kernel = realPlane('kernel', 5, 5);
  const conv: Function = (x) => asPlane(conv2d(x, kernel));
  const [x, y] = [realPlane('x', 12, 14), realPlane('y', 12, 14)];
  const terms = (of: Tensor) => asPlane(conv2d(mapped(of, Math.abs), mapped(kernel, Math.abs)));
  return [
    same(
      'conv, numbers that round: f(4x) = 4 f(x), exactly, as 4 is a power of two',
      conv(scaled(x, 4)),
      scaled(conv(x), 4),
    ),
    closeWithin(
      'conv, numbers that round: f(3x) and 3 f(x)',
      conv(scaled(x, 3)),
      scaled(conv(x), 3),
      scaled(terms(x), 3),
    ),
    closeWithin(
      'conv, numbers that round: f(x + y) and f(x) + f(y)',
      conv(combined(x, y, add)),
      combined(conv(x), conv(y), add),
      combined(terms(x), terms(y), add),
    ),
  ];
}

/** Two convolutions in a row are one with the composed kernel, until something that is not linear stands between them. */
export const compositionLaw: Law = ({ conv2d, relu }) => {
  const x = wholePlane('x', 9, 9);
  const [first, second] = [wholePlane('first', 3, 3), wholePlane('second', 3, 3)];
  // correlating with one kernel, then the other, is correlating with their full convolution: here by the engine itself
  const composed = asPlane(conv2d(first, turned(second), { padding: 'full' }));
  const inOne = asPlane(conv2d(x, composed));
  const inTwo = asPlane(conv2d(asPlane(conv2d(x, first)), second));
  const withRelu = asPlane(conv2d(relu(asPlane(conv2d(x, first))), second));
  const { differing, count } = gapBetween(withRelu, inOne);
  return [
    same('conv 3×3 ▸ conv 3×3 = one conv with the composed 5×5 kernel, exactly', inTwo, inOne),
    law('conv 3×3 ▸ ReLU ▸ conv 3×3 is not', 'values differ', `${differing} of ${count} values differ`, differing > 0),
  ];
};

function single(value: number): Tensor {
  return tensor(Float32Array.of(value), [1, 1]);
}

function scaled(x: Tensor, factor: number): Tensor {
  return mapped(x, (value) => factor * value);
}

function same(what: string, a: Tensor, b: Tensor): Check {
  return law(what, `${b.data.length} of ${b.data.length} values the same`, sameWords(a, b), areSame(a, b));
}

/** A law that one example shows to fail. */
function counterexample(what: string, left: Tensor, right: Tensor, at: string): Check {
  const [a, b] = [left.data[0], right.data[0]];
  return law(`${what} fails`, 'two different numbers', `${at}: ${formatNumber(a)} ≠ ${formatNumber(b)}`, a !== b);
}

/** The engine promises an error of at most 1e-6 of the sum of |terms|: two results may be off by twice that. */
const SHARE = 2e-6;

/** Two ways to one result that may round differently. `terms`: the sum of |terms| behind each value. */
export function closeWithin(what: string, a: Tensor, b: Tensor, terms: Tensor): Check {
  let share = 0;
  for (let i = 0; i < terms.data.length; i++) {
    const own = Math.abs(a.data[i] - b.data[i]) / terms.data[i];
    if (!(own <= share)) share = own;
  }
  return law(
    what,
    `differ by at most ${formatNumber(SHARE)} of Σ|terms|`,
    `${formatNumber(gapBetween(a, b).largest, 2)} (${formatNumber(share, 2)} of Σ|terms|)`,
    share <= SHARE,
  );
}

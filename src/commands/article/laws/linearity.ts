import { type Tensor, tensor } from '../../../core/tensor.js';
import { formatNumber } from '../../../core/text.js';
import { type Check, law } from '../claim.js';
import type { Bilingual, Texts, Words } from '../language.js';
import {
  allTheSame,
  areSame,
  asPlane,
  combined,
  differWords,
  gapBetween,
  type Law,
  type Layers,
  mapped,
  realPlane,
  sameWords,
  turned,
  VALUES_DIFFER,
  wholePlane,
} from './planes.js';

export const TEXTS = {
  scaled: { en: 'conv, whole numbers: f(3x) = 3 f(x), exactly', zh: '卷积，整数：f(3x) = 3 f(x)，完全相等' },
  added: {
    en: 'conv, whole numbers: f(x + y) = f(x) + f(y), exactly',
    zh: '卷积，整数：f(x + y) = f(x) + f(y)，完全相等',
  },
  affineScaled: { en: 'conv with bias 1 (2x + 1): f(3x) = 3 f(x)', zh: '偏置为 1 的卷积（2x + 1）：f(3x) = 3 f(x)' },
  affineAdded: {
    en: 'conv with bias 1 (2x + 1): f(x + y) = f(x) + f(y)',
    zh: '偏置为 1 的卷积（2x + 1）：f(x + y) = f(x) + f(y)',
  },
  reluScaled: { en: 'ReLU: f(ax) = a f(x)', zh: 'ReLU：f(ax) = a f(x)' },
  reluAdded: { en: 'ReLU: f(x + y) = f(x) + f(y)', zh: 'ReLU：f(x + y) = f(x) + f(y)' },
  fails: ({ en, zh }: Bilingual) => ({ en: `${en} fails`, zh: `${zh} 不成立` }),
  two: { en: 'two different numbers', zh: '两个不同的数' },
  example: (at: string, a: string, b: string) => ({ en: `${at}: ${a} ≠ ${b}`, zh: `${at}：${a} ≠ ${b}` }),
  powerOfTwo: {
    en: 'conv, numbers that round: f(4x) = 4 f(x), exactly, as 4 is a power of two',
    zh: '卷积，有舍入的数：f(4x) = 4 f(x)，完全相等，因为 4 是二的幂',
  },
  roundedScaled: {
    en: 'conv, numbers that round: f(3x) and 3 f(x)',
    zh: '卷积，有舍入的数：f(3x) 与 3 f(x)',
  },
  roundedAdded: {
    en: 'conv, numbers that round: f(x + y) and f(x) + f(y)',
    zh: '卷积，有舍入的数：f(x + y) 与 f(x) + f(y)',
  },
  composed: {
    en: 'conv 3×3 ▸ conv 3×3 = one conv with the composed 5×5 kernel, exactly',
    zh: '卷积 3×3 ▸ 卷积 3×3 = 用复合的 5×5 卷积核做一次卷积，完全相等',
  },
  withRelu: { en: 'conv 3×3 ▸ ReLU ▸ conv 3×3 is not', zh: '卷积 3×3 ▸ ReLU ▸ 卷积 3×3 则不然' },
  atMost: (share: string) => ({
    en: `differ by at most ${share} of Σ|terms|`,
    zh: `相差不超过 Σ|各项| 的 ${share}`,
  }),
  gap: (largest: string, share: string) => ({
    en: `${largest} (${share} of Σ|terms|)`,
    zh: `${largest}（Σ|各项| 的 ${share}）`,
  }),
} satisfies Texts;

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
    same(TEXTS.scaled, conv(scaled(x, 3)), scaled(conv(x), 3)),
    same(TEXTS.added, conv(combined(x, y, add)), combined(conv(x), conv(y), add)),
    ...withRounding(layers),
    counterexample(TEXTS.affineScaled, affine(single(5 * 3)), scaled(affine(single(5)), 3), 'x = 5'),
    counterexample(
      TEXTS.affineAdded,
      affine(single(5 + 4)),
      combined(affine(single(5)), affine(single(4)), add),
      'x = 5, y = 4',
    ),
    counterexample(TEXTS.reluScaled, relu(single(-3)), scaled(relu(single(3)), -1), 'a = −1, x = 3'),
    counterexample(
      TEXTS.reluAdded,
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
    same(TEXTS.powerOfTwo, conv(scaled(x, 4)), scaled(conv(x), 4)),
    closeWithin(TEXTS.roundedScaled, conv(scaled(x, 3)), scaled(conv(x), 3), scaled(terms(x), 3)),
    closeWithin(
      TEXTS.roundedAdded,
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
  const gap = gapBetween(withRelu, inOne);
  return [same(TEXTS.composed, inTwo, inOne), law(TEXTS.withRelu, VALUES_DIFFER, differWords(gap), gap.differing > 0)];
};

function single(value: number): Tensor {
  return tensor(Float32Array.of(value), [1, 1]);
}

function scaled(x: Tensor, factor: number): Tensor {
  return mapped(x, (value) => factor * value);
}

function same(what: Bilingual, a: Tensor, b: Tensor): Check {
  return law(what, allTheSame(b.data.length), sameWords(a, b), areSame(a, b));
}

/** A law that one example shows to fail. */
function counterexample(what: Bilingual, left: Tensor, right: Tensor, at: string): Check {
  const [a, b] = [left.data[0], right.data[0]];
  return law(TEXTS.fails(what), TEXTS.two, TEXTS.example(at, formatNumber(a), formatNumber(b)), a !== b);
}

/** The engine promises an error of at most 1e-6 of the sum of |terms|: two results may be off by twice that. */
const SHARE = 2e-6;

/** Two ways to one result that may round differently. `terms`: the sum of |terms| behind each value. */
export function closeWithin(what: Words, a: Tensor, b: Tensor, terms: Tensor): Check {
  let share = 0;
  for (let i = 0; i < terms.data.length; i++) {
    const own = Math.abs(a.data[i] - b.data[i]) / terms.data[i];
    if (!(own <= share)) share = own;
  }
  return law(
    what,
    TEXTS.atMost(formatNumber(SHARE)),
    TEXTS.gap(formatNumber(gapBetween(a, b).largest, 2), formatNumber(share, 2)),
    share <= SHARE,
  );
}

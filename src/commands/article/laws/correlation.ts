import { CnnvizError } from '../../../core/errors.js';
import { type Tensor, tensor } from '../../../core/tensor.js';
import { type Check, equal, law } from '../claim.js';
import type { Bilingual, Texts } from '../language.js';
import { closeWithin } from './linearity.js';
import {
  allTheSame,
  areSame,
  asPlane,
  differWords,
  gapBetween,
  impulse,
  type Law,
  type Layers,
  mapped,
  realPlane,
  sameWords,
  sides,
  turned,
  VALUES_DIFFER,
  wholePlane,
} from './planes.js';

export const TEXTS = {
  definition: (f: string, g: string) => ({
    en: `f ⋆ g (the engine's) = f ∗ rot180 g (by the definition), f ${f}, g ${g}`,
    zh: `f ⋆ g（引擎计算）= f ∗ rot180 g（按定义计算），f ${f}，g ${g}`,
  }),
  swapped: { en: 'g ⋆ f is not f ⋆ g', zh: 'g ⋆ f 不等于 f ⋆ g' },
  commutes: (image: string, kernel: string) => ({
    en: `full, whole numbers: ${image} image ∗ ${kernel} kernel = kernel ∗ image`,
    zh: `full 填充，整数：${image} 图像 ∗ ${kernel} 卷积核 = 卷积核 ∗ 图像`,
  }),
  rounding: {
    en: 'full, numbers that round: image ∗ kernel and kernel ∗ image',
    zh: 'full 填充，有舍入的数：图像 ∗ 卷积核 与 卷积核 ∗ 图像',
  },
  valid: {
    en: 'valid: the kernel must lie inside the image, so they cannot change places',
    zh: 'valid（不填充）：卷积核必须位于图像内部，因此两者不能互换位置',
  },
  never: { en: 'they do not commute', zh: '两者不可交换' },
  refused: (why: string) => ({ en: `refused: ${why}`, zh: `被拒绝：${why}` }),
  places: (one: string, other: Bilingual) => ({
    en: `image ∗ kernel ${one}; kernel ∗ image ${other.en}`,
    zh: `图像 ∗ 卷积核 ${one}；卷积核 ∗ 图像 ${other.zh}`,
  }),
  convolved: { en: 'an impulse convolved with K is K', zh: '脉冲与 K 做卷积得到 K' },
  correlated: {
    en: 'an impulse correlated with K is K turned by 180°',
    zh: '脉冲与 K 做互相关得到旋转 180° 的 K',
  },
  firstRow: {
    en: 'so K, which reads 1 2 3 in its first row, comes out of a correlation as',
    zh: '因此第一行为 1 2 3 的 K，经过互相关后第一行变成',
  },
} satisfies Texts;

/** Q3: what libraries compute is the correlation; it is the convolution with the turned kernel, and does not commute. */
export const correlationLaw: Law = ({ conv2d }) => {
  const [f, g] = [wholePlane('f', 6, 8), wholePlane('g', 3, 4)];
  const correlate = (x: Tensor, kernel: Tensor) => asPlane(conv2d(x, kernel, { padding: 'full' }));
  const [fg, gf] = [correlate(f, g), correlate(g, f)];
  const judged = convolveByDefinition(f, turned(g));
  const all = allTheSame(fg.data.length);
  const gap = gapBetween(gf, fg);
  return [
    law(TEXTS.definition(sides(f), sides(g)), all, sameWords(fg, judged), areSame(fg, judged)),
    law('g ⋆ f = rot180(f ⋆ g)', all, sameWords(gf, turned(fg)), areSame(gf, turned(fg))),
    law(TEXTS.swapped, VALUES_DIFFER, differWords(gap), gap.differing > 0),
  ];
};

/** Q2: image ∗ kernel = kernel ∗ image when every overlap counts (full); with valid windows the two do not even have one size. */
export const commutativityLaw: Law = (layers) => {
  const { conv2d } = layers;
  const convolve = (f: Tensor, g: Tensor) => asPlane(conv2d(f, turned(g), { padding: 'full' }));
  const [image, kernel] = [wholePlane('image', 6, 8), wholePlane('kernel', 3, 4)];
  const [one, other] = [convolve(image, kernel), convolve(kernel, image)];
  return [
    law(
      TEXTS.commutes(sides(image), sides(kernel)),
      allTheSame(one.data.length),
      sameWords(one, other),
      areSame(one, other),
    ),
    withinRounding(convolve),
    validMode(layers, image, kernel),
  ];
};

function withinRounding(convolve: (f: Tensor, g: Tensor) => Tensor): Check {
  const [image, kernel] = [realPlane('image', 6, 8), realPlane('kernel', 3, 4)];
  const terms = convolve(mapped(image, Math.abs), mapped(kernel, Math.abs));
  return closeWithin(TEXTS.rounding, convolve(image, kernel), convolve(kernel, image), terms);
}

/** In valid mode the kernel must lie inside the image, so the two cannot change places. */
function validMode({ conv2d }: Layers, image: Tensor, kernel: Tensor): Check {
  const one = asPlane(conv2d(image, turned(kernel)));
  const other = orRefusal(() => asPlane(conv2d(kernel, turned(image))));
  const commutes = typeof other !== 'string' && areSame(one, other);
  const swapped = typeof other === 'string' ? TEXTS.refused(other) : { en: sides(other), zh: sides(other) };
  return law(TEXTS.valid, TEXTS.never, TEXTS.places(sides(one), swapped), !commutes);
}

function orRefusal(compute: () => Tensor): Tensor | string {
  try {
    return compute();
  } catch (error) {
    if (error instanceof CnnvizError && error.code === 'shape') return error.message;
    throw error;
  }
}

/** The convolution by its definition, Σ f(i − u, j − v) · g(u, v), every overlap counted: the judge of the engine's. */
export function convolveByDefinition(f: Tensor, g: Tensor): Tensor {
  const [[H, W], [kH, kW]] = [f.shape, g.shape];
  const [oH, oW] = [H + kH - 1, W + kW - 1];
  const out = new Float32Array(oH * oW);
  for (let i = 0; i < oH; i++) {
    for (let j = 0; j < oW; j++) {
      let sum = 0;
      for (let u = Math.max(0, i - H + 1); u <= Math.min(i, kH - 1); u++) {
        for (let v = Math.max(0, j - W + 1); v <= Math.min(j, kW - 1); v++) {
          sum += f.data[(i - u) * W + (j - v)] * g.data[u * kW + v];
        }
      }
      out[i * oW + j] = sum;
    }
  }
  return tensor(out, [oH, oW]);
}

/** A kernel that no turn leaves as it is. */
const KERNEL = tensor(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), [3, 3]);

/**
 * Q1: convolution turns the kernel by 180° before it slides; so an impulse gives the kernel back. Without the turn it
 * gives the turned kernel.
 */
export const flipLaw: Law = ({ conv2d }) => {
  const point = impulse(5, 5);
  const convolved = asPlane(conv2d(point, turned(KERNEL)));
  const correlated = asPlane(conv2d(point, KERNEL));
  return [
    law(TEXTS.convolved, allTheSame(9), sameWords(convolved, KERNEL), areSame(convolved, KERNEL)),
    law(TEXTS.correlated, allTheSame(9), sameWords(correlated, turned(KERNEL)), areSame(correlated, turned(KERNEL))),
    equal(TEXTS.firstRow, '9 8 7', [...correlated.data.subarray(0, 3)].join(' ')),
  ];
};

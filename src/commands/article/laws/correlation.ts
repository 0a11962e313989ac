import { CnnvizError } from '../../../core/errors.js';
import { type Tensor, tensor } from '../../../core/tensor.js';
import { type Check, equal, law } from '../claim.js';
import { closeWithin } from './linearity.js';
import {
  areSame,
  asPlane,
  gapBetween,
  impulse,
  type Law,
  type Layers,
  mapped,
  realPlane,
  sameWords,
  sides,
  turned,
  wholePlane,
} from './planes.js';

/** Q3: what libraries compute is the correlation; it is the convolution with the turned kernel, and does not commute. */
export const correlationLaw: Law = ({ conv2d }) => {
  const [f, g] = [wholePlane('f', 6, 8), wholePlane('g', 3, 4)];
  const correlate = (x: Tensor, kernel: Tensor) => asPlane(conv2d(x, kernel, { padding: 'full' }));
  const [fg, gf] = [correlate(f, g), correlate(g, f)];
  const judged = convolveByDefinition(f, turned(g));
  const all = `${fg.data.length} of ${fg.data.length} values the same`;
  const { differing, count } = gapBetween(gf, fg);
  return [
    law(
      `f ⋆ g (the engine's) = f ∗ rot180 g (by the definition), f ${sides(f)}, g ${sides(g)}`,
      all,
      sameWords(fg, judged),
      areSame(fg, judged),
    ),
    law('g ⋆ f = rot180(f ⋆ g)', all, sameWords(gf, turned(fg)), areSame(gf, turned(fg))),
    law('g ⋆ f is not f ⋆ g', 'values differ', `${differing} of ${count} values differ`, differing > 0),
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
      `full, whole numbers: ${sides(image)} image ∗ ${sides(kernel)} kernel = kernel ∗ image`,
      `${one.data.length} of ${one.data.length} values the same`,
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
  return closeWithin(
    'full, numbers that round: image ∗ kernel and kernel ∗ image',
    convolve(image, kernel),
    convolve(kernel, image),
    terms,
  );
}

/** In valid mode the kernel must lie inside the image, so the two cannot change places. */
function validMode({ conv2d }: Layers, image: Tensor, kernel: Tensor): Check {
  const one = asPlane(conv2d(image, turned(kernel)));
  const other = orRefusal(() => asPlane(conv2d(kernel, turned(image))));
  const commutes = typeof other !== 'string' && areSame(one, other);
  const swapped = typeof other === 'string' ? `refused: ${other}` : sides(other);
  return law(
    'valid: the kernel must lie inside the image, so they cannot change places',
    'they do not commute',
    `image ∗ kernel ${sides(one)}; kernel ∗ image ${swapped}`,
    !commutes,
  );
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
    law(
      'an impulse convolved with K is K',
      '9 of 9 values the same',
      sameWords(convolved, KERNEL),
      areSame(convolved, KERNEL),
    ),
    law(
      'an impulse correlated with K is K turned by 180°',
      '9 of 9 values the same',
      sameWords(correlated, turned(KERNEL)),
      areSame(correlated, turned(KERNEL)),
    ),
    equal(
      'so K, which reads 1 2 3 in its first row, comes out of a correlation as',
      '9 8 7',
      [...correlated.data.subarray(0, 3)].join(' '),
    ),
  ];
};

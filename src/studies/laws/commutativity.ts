import { type Check, law } from '../../core/check.js';
import { CnnvizError } from '../../core/errors.js';
import { type Tensor, tensor } from '../../core/tensor.js';
import type { Law, Layers } from './layers.js';
import { areSame, asPlane, mapped, realPlane, sameWords, sides, turned, wholePlane } from './planes.js';
import { closeWithin } from './rounding.js';

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

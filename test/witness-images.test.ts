import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { tensor } from '../src/core/tensor.js';
import { percentileOf, sortedFinite } from '../src/core/values.js';
import { executeSync } from '../src/engine/execute.js';
import { planModel } from '../src/engine/plan.js';
import { imageToTensor } from '../src/engine/preprocess.js';
import { builtinKernel, conv2d, gaussPool2d, kernelNames } from '../src/index.js';
import { patchKernel } from '../src/models/kernel-weights.js';
import { npyToTensor, readNpy } from '../src/models/npy.js';
import { modelOf } from './engine/one-layer.js';

const folder = fileURLToPath(new URL('../fixtures/expected/', import.meta.url));
const load = (file: string) => readNpy(readFileSync(folder + file));
const json = (file: string) => JSON.parse(readFileSync(folder + file, 'utf8'));

function worstError(y: Float32Array, expected: ArrayLike<number>): number {
  expect(y.length).toBe(expected.length);
  return y.reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected[i])), 0);
}

describe('every named kernel agrees with SciPy on a photograph', () => {
  const index = json('scipy/index.json');
  const crop = load(`scipy/${index.crop}`);
  const [height, width] = crop.shape;
  const image = { width, height, channels: 3 as const, depth: 8 as const, data: crop.data as Uint8Array };
  const rgb = imageToTensor(image, { pixels: 'unit', gray: false, normalize: null });
  const gray = imageToTensor(image, { pixels: 'unit', gray: true, normalize: null });

  it('has a witness for each', () => expect(Object.keys(index.kernels).sort()).toEqual(kernelNames().sort()));

  it.each(kernelNames())('%s: the sum over RGB, and gray', (name) => {
    const weight = builtinKernel(name);
    const expected = load(`scipy/${index.kernels[name]}`).data as Float64Array;
    const half = expected.length / 2;
    const terms = weight.data.reduce((sum, value) => sum + Math.abs(value), 0);
    expect(worstError(conv2d(rgb, weight).data, expected.subarray(0, half))).toBeLessThanOrEqual(3e-7 * 3 * terms);
    expect(worstError(conv2d(gray, weight).data, expected.subarray(half))).toBeLessThanOrEqual(3e-7 * terms);
  });

  it.each(
    index.gauss as {
      kernelSize: number;
      stride: number;
      padding: number;
      countIncludePad: boolean;
      expected: string;
    }[],
  )(
    'Gaussian pool $kernelSize, stride $stride, padding $padding, counted $countIncludePad',
    ({ expected, ...options }) => {
      const y = gaussPool2d(npyToTensor(load(`scipy/${index.gray}`)), options);
      expect(worstError(y.data, load(`scipy/${expected}`).data as Float64Array)).toBeLessThanOrEqual(6e-8);
    },
  );

  it('percentiles are those of numpy', () => {
    const sorted = sortedFinite([npyToTensor(load(`scipy/${index.gray}`)).data]);
    for (const [p, expected] of Object.entries(index.percentiles)) {
      expect(percentileOf(sorted, Number(p))).toBeCloseTo(expected as number, 12);
    }
  });
});

describe('borders and correlation agree with OpenCV', () => {
  const index = json('opencv/index.json');
  const crop = npyToTensor(load(`opencv/${index.crop}`));

  it.each(
    index.filter2d as {
      kernel: string;
      padding: [number, number, number, number];
      paddingMode: 'zeros';
      expected: string;
    }[],
  )('filter2D with $kernel, $paddingMode', ({ kernel, padding, paddingMode, expected }) => {
    const y = conv2d(crop, npyToTensor(load(`opencv/${kernel}`)), { padding, paddingMode });
    expect(worstError(y.data, load(`opencv/${expected}`).data as Float64Array)).toBeLessThanOrEqual(2e-6);
  });

  it('normalised correlation is its definition, which TM_CCOEFF_NORMED confirms', () => {
    const [H, W] = crop.shape;
    const x = tensor(crop.data, [1, H, W]);
    const patch = patchKernel(x, index.ncc.patch, 'ncc');
    const weight = tensor(patch.data, [1, ...patch.shape]);
    const layer = {
      kind: 'ncc' as const,
      weight,
      bias: null,
      stride: [1, 1] as const,
      padding: 0,
      paddingMode: 'zeros' as const,
      dilation: [1, 1] as const,
      groups: 1,
    };
    const plan = planModel(modelOf({ name: 'conv', layer }), [1, 1, H, W], { exact: false, algorithm: null });
    const y = executeSync(plan, x);
    // float32 sums over windows whose contrast is a hundredth of their brightness
    expect(worstError(y.data, load(`opencv/${index.ncc.expected}`).data as Float64Array)).toBeLessThanOrEqual(1e-5);
    expect(y.data[index.ncc.patch.y * (W - 5) + index.ncc.patch.x]).toBeCloseTo(1, 6);
  });
});

it('a view of a photograph gives the map of its copy', () => {
  const x = ndarray(
    Float32Array.from({ length: 60 }, (_, i) => (i * 7) % 11),
    [6, 10],
  );
  const view = x.hi(6, 8).lo(1, 2).step(1, -1);
  const copy = tensor(
    Float32Array.from({ length: 30 }, (_, i) => view.get(Math.floor(i / 6), i % 6)),
    [5, 6],
  );
  const kernel = builtinKernel('sobel-x');
  expect(conv2d(view, kernel).data).toEqual(conv2d(copy, kernel).data);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tensor } from '../../../src/core/tensor.js';
import { conv2d } from '../../../src/index.js';
import { randomArray, randomIntegers } from '../../random.js';

const image = fc.record({
  C: fc.integer({ min: 1, max: 3 }),
  H: fc.integer({ min: 6, max: 14 }),
  W: fc.integer({ min: 6, max: 14 }),
  seed: fc.integer({ min: 0, max: 1e6 }),
});
const kernelSide = fc.integer({ min: 1, max: 6 });
const settings = { seed: 20261124, numRuns: 60 };

describe('laws of convolution', () => {
  it('an impulse gives back the kernel, turned by 180°', () => {
    fc.assert(
      fc.property(kernelSide, kernelSide, fc.integer(), (kH, kW, seed) => {
        const weight = randomArray(kH * kW, seed);
        const x = new Float32Array((2 * kH - 1) * (2 * kW - 1));
        x[(kH - 1) * (2 * kW - 1) + kW - 1] = 1;
        const y = conv2d(tensor(x, [2 * kH - 1, 2 * kW - 1]), tensor(weight, [kH, kW]));
        expect([...y.data]).toEqual([...weight].reverse().map((value) => value + 0));
      }),
      settings,
    );
  });

  it('is linear: f(a·x + y) = a·f(x) + f(y), exactly on whole numbers', () => {
    fc.assert(
      fc.property(image, kernelSide, fc.integer({ min: -5, max: 5 }), ({ C, H, W, seed }, k, a) => {
        const x = randomIntegers(C * H * W, seed, -9, 9);
        const y = randomIntegers(C * H * W, seed + 1, -9, 9);
        const weight = tensor(randomIntegers(C * k * k, seed + 2, -9, 9), [1, C, k, k]);
        const f = (data: Float32Array) => conv2d(tensor(data, [C, H, W]), weight).data;
        const both = f(x.map((value, i) => a * value + y[i]));
        const [fx, fy] = [f(x), f(y)];
        expect(both).toEqual(fx.map((value, i) => a * value + fy[i]));
      }),
      settings,
    );
  });

  it('moves with the image: shifting the input shifts the map', () => {
    fc.assert(
      fc.property(image, kernelSide, ({ C, H, W, seed }, k) => {
        const x = randomArray(C * H * W, seed);
        const shifted = new Float32Array(x.length);
        for (let i = 0; i < x.length; i++) shifted[i] = i % W === 0 ? 0 : x[i - 1];
        const weight = tensor(randomArray(C * k * k, seed + 1), [1, C, k, k]);
        const a = conv2d(tensor(x, [C, H, W]), weight);
        const b = conv2d(tensor(shifted, [C, H, W]), weight);
        const oW = W - k + 1;
        for (let i = 0; i < a.data.length; i++) if (i % oW !== oW - 1) expect(b.data[i + 1]).toBe(a.data[i]);
      }),
      settings,
    );
  });

  it('strides pick from the map at stride 1', () => {
    fc.assert(
      fc.property(image, kernelSide, fc.integer({ min: 1, max: 4 }), ({ C, H, W, seed }, k, s) => {
        const x = tensor(randomArray(C * H * W, seed), [C, H, W]);
        const weight = tensor(randomArray(C * k * k, seed + 1), [1, C, k, k]);
        const dense = conv2d(x, weight);
        const strided = conv2d(x, weight, { stride: s });
        const [, oH, oW] = strided.shape;
        expect([oH, oW]).toEqual([Math.floor((H - k) / s) + 1, Math.floor((W - k) / s) + 1]);
        for (let i = 0; i < oH; i++) {
          for (let j = 0; j < oW; j++) expect(strided.get(0, i, j)).toBe(dense.get(0, i * s, j * s));
        }
      }),
      settings,
    );
  });

  it('a kernel whose weights sum to zero sees nothing in a flat image', () => {
    fc.assert(
      fc.property(image, ({ H, W, seed }) => {
        const [value] = randomArray(1, seed, 0, 1);
        const x = tensor(new Float32Array(H * W).fill(value), [H, W]);
        const y = conv2d(x, tensor(Float32Array.of(1, 0, -1, 1, 0, -1, 1, 0, -1), [3, 3]));
        expect(y.data.every((out) => Math.abs(out) < 1e-6)).toBe(true);
      }),
      settings,
    );
  });
});

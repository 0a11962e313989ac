import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { activation, avgPool2d, gaussPool2d, maxPool2d, relu } from '../../src/functional/layers.js';

/** 1 2 3 4 / 5 6 7 8 / 9 10 11 12 */
const X = ndarray(
  Float32Array.from({ length: 12 }, (_, i) => i + 1),
  [3, 4],
);

describe('pooling of one map', () => {
  it.each([
    ['a window of both axes steps by its own size', { kernelSize: 2 }, [1, 2], [6, 8]],
    ['rounds up when asked', { kernelSize: 2, ceilMode: true }, [2, 2], [6, 8, 10, 12]],
    ['height before width', { kernelSize: [3, 1] as const }, [1, 4], [9, 10, 11, 12]],
    ['a stride of its own', { kernelSize: 2, stride: 1 }, [2, 3], [6, 7, 8, 10, 11, 12]],
    ['a stride down and across', { kernelSize: 1, stride: [2, 3] as const }, [2, 2], [1, 4, 9, 12]],
    ['padding', { kernelSize: 2, padding: 1 }, [2, 3], [1, 3, 4, 9, 11, 12]],
    ['padding down and across', { kernelSize: 2, padding: [1, 0] as const }, [2, 2], [2, 4, 10, 12]],
    ['padding of each side', { kernelSize: 2, padding: [1, 1, 0, 0] as const }, [2, 2], [1, 3, 9, 11]],
    ['dilation', { kernelSize: 2, dilation: [2, 3] as const, stride: 1 }, [1, 1], [12]],
  ])('%s', (_, options, shape, expected) => {
    const y = maxPool2d(X, options);
    expect([y.shape, [...y.data]]).toEqual([shape, expected]);
  });

  it('means count padding as zeros, or leave it out, or divide by what is asked', () => {
    const options = { kernelSize: 2, padding: [1, 1, 0, 0] as const };
    expect([...avgPool2d(X, options).data]).toEqual([0.25, 1.25, 3.5, 8.5]);
    expect([...avgPool2d(X, { ...options, countIncludePad: false }).data]).toEqual([1, 2.5, 7, 8.5]);
    expect([...avgPool2d(X, { ...options, divisorOverride: 1 }).data]).toEqual([1, 5, 14, 34]);
  });

  it('Gaussian means lie between the cells by exp(−d²/2σ²), σ a quarter of the window unless asked', () => {
    const row = ndarray(Float32Array.of(0, 1, 0), [1, 3]);
    const middle = (sigma: number) => 1 / (1 + 2 * Math.exp(-1 / (2 * sigma ** 2)));
    expect(gaussPool2d(row, { kernelSize: [1, 3] }).data[0]).toBeCloseTo(middle(0.75), 6);
    expect(gaussPool2d(row, { kernelSize: [1, 3], sigma: 2 }).data[0]).toBeCloseTo(middle(2), 6);
    expect(gaussPool2d(row, { kernelSize: [1, 3], sigma: [9, 0.5] }).data[0]).toBeCloseTo(middle(0.5), 6);
    // the left cell lies in padding: it weighs as a zero, or nothing
    const edge = { kernelSize: [1, 3], stride: 1, padding: [0, 1], sigma: 1 } as const;
    const one = ndarray(Float32Array.of(1, 1, 1), [1, 3]);
    const outside = Math.exp(-0.5) * middle(1);
    expect(gaussPool2d(one, edge).data[0]).toBeCloseTo(1 - outside, 6);
    expect(gaussPool2d(one, { ...edge, countIncludePad: false }).data[0]).toBeCloseTo(1, 6);
  });
});

describe('activations of an array', () => {
  const x = ndarray(Float32Array.of(-2, Number.NaN, 3), [3]);

  it('take views of any shape and leave them alone', () => {
    const y = relu(ndarray([-1, 2, 3, -4], [2, 2]).transpose(1, 0));
    expect([y.shape, [...y.data]]).toEqual([
      [2, 2],
      [0, 3, 2, 0],
    ]);
    expect([...relu(x).data, ...x.data]).toEqual([0, Number.NaN, 3, -2, Number.NaN, 3]);
  });

  it('have a parameter, or its default', () => {
    expect([...activation(x, 'leaky_relu', 0.5).data]).toEqual([-1, Number.NaN, 3]);
    expect(activation(x, 'leaky_relu').data[0]).toBeCloseTo(-0.02, 7);
    expect(activation(x, 'elu', 2).data[0]).toBeCloseTo(2 * Math.expm1(-2), 6);
    expect(() => activation(x, 'relu', 1)).toThrow('relu');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Conv2dShape,
  conv2dGeometry,
  convAxis,
  inputSpan,
  resolvePads,
  unreadCount,
} from '../../src/core/geometry.js';

const plain: Conv2dShape = { stride: [1, 1], padding: 0, paddingMode: 'zeros', dilation: [1, 1], groups: 1 };
const geometry = (x: number[], weight: number[], shape: Partial<Conv2dShape> = {}) =>
  conv2dGeometry(x, weight, { ...plain, ...shape });

describe('conv2dGeometry', () => {
  it('follows the formula of torch for every stride, padding and dilation', () => {
    const sides = fc.record({
      size: fc.integer({ min: 1, max: 60 }),
      k: fc.integer({ min: 1, max: 9 }),
      s: fc.integer({ min: 1, max: 5 }),
      p: fc.integer({ min: 0, max: 6 }),
      d: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(sides, ({ size, k, s, p, d }) => {
        const out = Math.floor((size + 2 * p - d * (k - 1) - 1) / s) + 1;
        const make = () => geometry([1, 1, size, size], [1, 1, k, k], { stride: [s, s], padding: p, dilation: [d, d] });
        if (out < 1) expect(make).toThrow(/larger than/);
        else expect([make().oH, make().oW]).toEqual([out, out]);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('reports rows and columns never read', () => {
    const g = geometry([1, 3, 480, 640], [1, 3, 3, 3], { stride: [2, 2] });
    expect([unreadCount([convAxis(g, 0)]), unreadCount([convAxis(g, 1)])]).toEqual([1, 1]);
    const gaps = geometry([1, 1, 10, 10], [1, 1, 2, 2], { stride: [4, 4] });
    expect(unreadCount([convAxis(gaps, 0)])).toBe(4);
  });

  it('follows a window through conv and pool to the input', () => {
    const conv = convAxis(geometry([1, 1, 17, 17], [1, 1, 3, 3], { stride: [2, 2], padding: 1 }), 1);
    expect(inputSpan(conv, { first: 0, last: 1 })).toEqual({ first: -1, last: 3 });
  });

  it('same keeps ceil(size / stride) and puts the odd pixel at the end', () => {
    expect(resolvePads('same', [5, 5], [3, 2], [1, 1], [1, 1])).toEqual([1, 0, 1, 1]);
    expect(resolvePads('same', [224, 224], [3, 3], [2, 2], [1, 1])).toEqual([0, 0, 1, 1]);
    expect(resolvePads('full', [5, 5], [3, 3], [1, 1], [2, 1])).toEqual([4, 2, 4, 2]);
  });

  it.each([
    [[1, 3, 5, 5], [1, 3, 3, 3], { groups: 2 }, 'groups 2 does not divide the input'],
    [[1, 4, 5, 5], [3, 2, 3, 3], { groups: 2 }, 'groups 2 does not divide the 3 kernels'],
    [[1, 3, 5, 5], [1, 4, 3, 3], {}, 'reads 4 channels, the input has 3'],
    [[1, 1, 5, 5], [1, 1, 6, 6], {}, 'the 6×6 kernel is larger than the 5×5 image'],
    [[1, 1, 5, 6], [1, 1, 6, 3], {}, /the 3×6 kernel is larger than the 6×5 image$/],
    [
      [1, 1, 5, 5],
      [1, 1, 3, 2],
      { dilation: [3, 1] as [number, number] },
      'kernel (it spans 2×7 with dilation) is larger',
    ],
    [
      [1, 1, 5, 5],
      [1, 1, 2, 3],
      { dilation: [1, 3] as [number, number] },
      'kernel (it spans 7×2 with dilation) is larger',
    ],
    [[1, 1, 5, 5], [1, 1, 9, 9], { padding: [1, 0, 0, 2] }, 'larger than the 5×5 image even padded to 7×6'],
    [[1, 1, 5, 5], [1, 1, 3, 3], { stride: [0, 1] as [number, number] }, 'stride 0,1'],
    [[1, 1, 480, 640], [1, 1, 3, 3], { padding: 480, paddingMode: 'reflect' as const }, 'reflect needs less than'],
    [[1, 1, 4, 4], [1, 1, 3, 3], { padding: 5, paddingMode: 'circular' as const }, 'circular allows at most'],
    [[1, 1, 4, 4], [1, 1, 3, 3], { padding: [1, 2, 3] }, 'expected 1, 2 or 4'],
  ])('refuses %j by %j with %j', (x, weight, shape, message) => {
    expect(() => geometry(x, weight, shape)).toThrow(message);
  });
});

import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { isContiguous, rowMajor, tensor, toTensor } from '../../src/core/tensor.js';

const X = ndarray(
  Float32Array.from({ length: 24 }, (_, i) => i),
  [2, 3, 4],
);

describe('tensors', () => {
  it('are row-major', () => {
    expect([rowMajor([2, 3, 4]), rowMajor([5]), rowMajor([])]).toEqual([[12, 4, 1], [1], []]);
    expect(() => tensor(new Float32Array(5), [2, 3])).toThrow('5 numbers do not fill the shape [2, 3]');
  });

  it.each([
    ['a whole array', X, true],
    ['its first rows', X.hi(1, 2, 4), true],
    ['a side of one with any step', X.pick(0, null, 0).hi(1), true],
    ['what begins behind the first number', X.lo(1, 0, 0), false],
    ['some columns', X.hi(2, 3, 2), false],
    ['axes in another order', X.transpose(0, 2, 1), false],
    ['every other number', ndarray(new Float32Array(8), [4], [2]), false],
  ])('%s lies without gaps: or not', (_, x, expected) => expect(isContiguous(x)).toBe(expected));

  it('are taken as they are, or gathered from any view and type', () => {
    expect(toTensor(X)).toBe(X);
    const first = toTensor(X.hi(1, 2, 4));
    expect([first.shape, [...first.data]]).toEqual([
      [1, 2, 4],
      [0, 1, 2, 3, 4, 5, 6, 7],
    ]);
    expect([...toTensor(X.pick(1, null, null).transpose(1, 0)).data]).toEqual([
      12, 16, 20, 13, 17, 21, 14, 18, 22, 15, 19, 23,
    ]);
    expect([...toTensor(X.lo(1, 1, 2)).data]).toEqual([18, 19, 22, 23]);
    expect([...toTensor(X.step(1, -2, 3)).data]).toEqual([8, 11, 0, 3, 20, 23, 12, 15]);
    expect([...toTensor(ndarray([0.1, 2], [2])).data]).toEqual([Math.fround(0.1), 2]);
    const own = ndarray({ get: (i: number) => 10 * i, set: () => undefined, length: 3 }, [3]);
    expect([...toTensor(own as never).data]).toEqual([0, 10, 20]);
  });

  it.each([
    [null, 'x: expected an ndarray, got null'],
    [undefined, 'x: expected an ndarray, got undefined'],
    [[1, 2], 'x: expected an ndarray, got object'],
    [{ shape: [1] }, 'x: expected an ndarray, got object'],
    [{ shape: 3, data: [] }, 'x: expected an ndarray, got object'],
  ])('%j is none', (x, message) => expect(() => toTensor(x as never, 'x')).toThrow(message));
});

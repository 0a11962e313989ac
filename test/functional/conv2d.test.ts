import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { conv2d, prepareConv2d } from '../../src/functional/conv2d.js';

const array = (shape: number[], ...numbers: number[]) => ndarray(Float32Array.from(numbers), shape);
/** 1 2 3 / 4 5 6 / 7 8 9 */
const X = array([3, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9);
const ONE = array([1, 1], 1);
/** The input itself, and twice the input. */
const TWO_MAPS = array([2, 1, 1, 1], 1, 2);

describe('conv2d: a bias', () => {
  it('that is one number is added to every map', () => {
    expect([...conv2d(array([1, 2], 1, 2), TWO_MAPS, { bias: 10 }).data]).toEqual([11, 12, 12, 14]);
  });

  it.each([
    ['an array', [10, 20]],
    ['typed', Float64Array.of(10, 20)],
    ['an ndarray', ndarray([10, 20])],
    ['a view that skips numbers', ndarray([10, 0, 20, 0], [2], [2])],
  ])('of one number for each map may be %s', (_, bias) => {
    expect([...conv2d(array([1, 2], 1, 2), TWO_MAPS, { bias }).data]).toEqual([11, 12, 22, 24]);
  });

  it('may be changed afterwards: what was prepared has its own', () => {
    const bias = ndarray(Float32Array.of(10, 20));
    const prepared = prepareConv2d(TWO_MAPS, { inputShape: [1, 1], bias });
    bias.set(0, 99);
    expect([...prepared.run(array([1, 1], 1)).data]).toEqual([11, 22]);
  });

  it.each([
    [[1], 'bias: expected 2 numbers, one per map, got 1'],
    [[1, 2, 3], 'bias: expected 2 numbers, one per map, got 3'],
    [[1, Number.NaN], 'bias: NaN or infinite'],
    [[Number.NEGATIVE_INFINITY, 1], 'bias: NaN or infinite'],
  ])('%j is refused', (bias, message) => expect(() => conv2d(X, TWO_MAPS, { bias })).toThrow(message));
});

describe('conv2d: sizes', () => {
  it.each([
    ['none', {}, [1, 2, 2], [12, 16, 24, 28]],
    ['of the stride, for both axes', { stride: 2 }, [1, 1, 1], [12]],
    ['of the stride, down and across', { stride: [1, 2] as const }, [1, 2, 1], [12, 24]],
    ['of the padding: n', { padding: 1, stride: 3 }, [1, 2, 2], [1, 3, 7, 9]],
    ['of the padding: top, left, bottom, right', { padding: [1, 0, 0, 0] as const }, [1, 3, 2], [3, 5, 12, 16, 24, 28]],
    [
      'of the padding, replicated',
      { padding: 1, paddingMode: 'replicate' as const, stride: 3 },
      [1, 2, 2],
      [4, 12, 28, 36],
    ],
    ['of the dilation', { dilation: 2 }, [1, 1, 1], [20]],
    ['of the dilation, down and across', { dilation: [1, 2] as const }, [1, 2, 1], [14, 26]],
  ])('%s', (_, options, shape, expected) => {
    const y = conv2d(X, array([2, 2], 1, 1, 1, 1), options);
    expect([y.shape, [...y.data]]).toEqual([shape, expected]);
  });

  it('groups: each map reads its own channels', () => {
    const x = array([2, 1, 2], 1, 2, 10, 20);
    const weight = array([2, 1, 1, 1], 3, 5);
    expect([...conv2d(x, weight, { groups: 2 }).data]).toEqual([3, 6, 50, 100]);
  });

  it.each([
    [{ threads: 0 }, 'threads 0: expected a whole number from 1'],
    [{ threads: 1.5 }, 'threads 1.5: expected a whole number from 1'],
    [{ groups: 0 }, 'groups 0: expected a whole number from 1'],
    [{ groups: 0.5 }, 'groups 0.5: expected a whole number from 1'],
  ])('%j is refused', (options, message) => expect(() => conv2d(X, ONE, options)).toThrow(message));

  it.each([[[3]], [[1, 1, 1, 3, 3]], [[0, 3]], [[3, 2.5]]])('an input of shape %j is refused', (inputShape) => {
    expect(() => prepareConv2d(ONE, { inputShape })).toThrow(`got [${inputShape.join(', ')}]`);
  });

  it('what was prepared takes its own shape alone, whatever the other has of numbers', () => {
    const prepared = prepareConv2d(ONE, { inputShape: [3, 3] });
    expect(prepared.inputShape).toEqual([3, 3]);
    for (const shape of [
      [1, 3, 3],
      [1, 9],
      [9, 1],
      [3, 1],
    ]) {
      expect(() => prepared.run(ndarray(new Float32Array(shape.reduce((a, b) => a * b)), shape))).toThrow(
        `x: expected [3, 3] as prepared, got [${shape.join(', ')}]`,
      );
    }
  });

  it('writes into an array that it is given, and gives it back', () => {
    const prepared = prepareConv2d(array([2, 2], 1, 2, 3, 4), { inputShape: [3, 3] });
    const out = array([1, 2, 2], 9, 9, 9, 9);
    const x = array([3, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9);
    expect(prepared.run(x, { out })).toBe(out);
    expect(out.data).toEqual(prepared.run(x).data);
  });

  it.each([
    ['another shape', array([4], 0, 0, 0, 0), 'out: expected [1, 2, 2], got [4]'],
    [
      'rows apart',
      array([1, 2, 3], 0, 0, 0, 0, 0, 0).hi(1, 2, 2),
      'out: expected a contiguous ndarray over a Float32Array',
    ],
  ])('refuses %s to write into', (_, out, message) => {
    const prepared = prepareConv2d(array([2, 2], 1, 1, 1, 1), { inputShape: [3, 3] });
    expect(() => prepared.run(array([3, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9), { out })).toThrow(message);
  });

  it('tells its multiplications and the algorithm that was asked for', () => {
    const prepared = prepareConv2d(array([2, 2], 1, 1, 1, 1), { inputShape: [3, 3], algorithm: 'reference' });
    expect([prepared.macs, prepared.algorithm, prepared.outputShape]).toEqual([16, 'reference', [1, 2, 2]]);
  });
});

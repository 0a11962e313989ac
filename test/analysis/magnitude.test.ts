import { describe, expect, it } from 'vitest';
import { magnitudeOf } from '../../src/analysis/value-watch.js';

describe('the largest magnitude', () => {
  it.each([
    ['nothing', [], 0],
    ['one number', [-3], 3],
    ['zeros of both signs', [0, -0, 0], 0],
    ['the smallest numbers', [2 ** -149, -(2 ** -148)], 2 ** -148],
    ['an even place', [-7, 1, 2, 3], 7],
    ['an odd place', [1, 2, 3, -7], 7],
    ['a last one without a pair', [1, 2, -7], 7],
    ['a first one before a last without a pair', [9, 2, -7], 9],
    ['infinity', [1, Number.NEGATIVE_INFINITY, 3], Number.POSITIVE_INFINITY],
    ['NaN, infinity or not', [Number.POSITIVE_INFINITY, Number.NaN, 3, 4], Number.NaN],
  ])('of %s, in float32 and float64', (_, numbers, expected) => {
    expect(magnitudeOf(Float32Array.from(numbers))).toBe(expected);
    expect(magnitudeOf(Float64Array.from(numbers))).toBe(expected);
  });

  it('of a part is its own', () => expect(magnitudeOf(Float32Array.of(9, 1, -2, 9).subarray(1, 3))).toBe(2));
});

import { describe, expect, it } from 'vitest';
import { tensor } from '../../src/core/tensor.js';
import { type Bank, bankOf, mapCount } from '../../src/run/banks.js';

/** A bank of `count` maps that begins with map `firstMap` of all. */
const bank = (firstMap: number, count: number): Bank =>
  ({
    kind: 'linear',
    firstMap,
    maps: Array.from({ length: count }, (_, m) => ({ name: `k${firstMap + m}`, label: `k${firstMap + m}` })),
    weight: tensor(new Float32Array(count), [count, 1, 1, 1]),
  }) as unknown as Bank;

describe('the bank of a map', () => {
  const banks = [bank(0, 2), bank(2, 3)];

  it.each([
    [0, 0, 0],
    [1, 0, 1],
    [2, 1, 0],
    [4, 1, 2],
  ])('map %i is in bank %i, number %i', (channel, which, map) =>
    expect(bankOf(banks, channel)).toEqual([banks[which], map]),
  );

  it('map 5 of 5 is refused with the numbers there are', () => {
    expect(mapCount(banks)).toBe(5);
    try {
      bankOf(banks, 5);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        code: 'usage',
        message: '--channel 5: the layer has 5 kernels',
        fix: 'a number from 0 to 4',
      });
    }
  });

  it('a gradient magnitude has no kernel of its own', () => {
    const gradient = { ...bank(5, 1), kind: 'gradient', maps: [{ name: 'sobel', label: 'sobel' }] } as unknown as Bank;
    expect(() => bankOf([...banks, gradient], 5)).toThrow(
      'sobel is a gradient magnitude, √(sobel-x² + sobel-y²): no single kernel to follow',
    );
  });
});

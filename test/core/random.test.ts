import { describe, expect, it } from 'vitest';
import { randomSource } from '../../src/core/random.js';

/** P(|X| > x) of the standard normal distribution, by fixtures/make/random_python.py. */
const BEYOND = [
  [0.1, 0.920344325445942],
  [0.5, 0.6170750774519738],
  [1, 0.31731050786291415],
  [2, 0.04550026389635844],
  [3, 0.0026997960632601913],
  // where the ziggurat's tail begins
  [3.442619855899, 0.0005761085123916405],
  [4, 6.334248366623993e-5],
] as const;
/** Of a normal number that is larger than 3.442619855899: the density there over the share. */
const MEAN_OF_TAIL = 3.697317056219553;

describe('normal numbers', () => {
  const COUNT = 1_000_000;
  const { normal } = randomSource(1, 'law');
  const numbers = Float64Array.from({ length: COUNT }, () => normal());

  it.each(BEYOND)('as many lie beyond ±%f as the distribution has', (x, share) => {
    const expected = COUNT * share;
    const spread = Math.sqrt(expected * (1 - share));
    const [below, above] = [numbers.filter((n) => n < -x).length, numbers.filter((n) => n > x).length];
    expect(Math.abs(below + above - expected) / spread).toBeLessThan(4);
    expect(Math.abs(below - above) / Math.sqrt(expected)).toBeLessThan(4);
  });

  it('beyond 3.44 fall off as the tail does', () => {
    const tail = numbers.map(Math.abs).filter((n) => n > 3.442619855899);
    expect(Math.abs(tail.reduce((sum, n) => sum + n, 0) / tail.length - MEAN_OF_TAIL)).toBeLessThan(0.03);
  });
});

describe('random numbers', () => {
  const first = (seed: number, name: string) => Array.from({ length: 3 }, randomSource(seed, name).next);

  it.each([
    [1, 'a', [2773251706, 1262584870, 2018111552, 2689201725]],
    [2 ** 32 + 1, 'conv1.weight', [1780611290, 1064630551, 2718489246, 2521076267]],
  ])('of seed %i and "%s" are those of xoshiro128**', (seed, name, expected) =>
    expect(Array.from({ length: 4 }, randomSource(seed, name).next)).toEqual(expected),
  );

  it('are whole, below 2^32, and have each bit as often as not', () => {
    const { next } = randomSource(7, 'bits');
    const ones = new Float64Array(32);
    const numbers = Array.from({ length: 40_000 }, next);
    expect(numbers.filter((n) => !Number.isInteger(n) || n < 0 || n >= 2 ** 32)).toEqual([]);
    for (const n of numbers) for (let bit = 0; bit < 32; bit++) ones[bit] += Math.floor(n / 2 ** bit) % 2;
    // half of each bit: 20,000, give or take 100; five of them
    for (const count of ones) expect(Math.abs(count - 20_000)).toBeLessThan(500);
  });

  it('differ with the seed, also above 2^32, and with the name', () => {
    const all = [
      first(1, 'a'),
      first(2, 'a'),
      first(2 ** 32 + 1, 'a'),
      first(2 ** 33 + 1, 'a'),
      first(1, 'b'),
      first(1, ''),
    ];
    expect(new Set(all.map(String)).size).toBe(all.length);
    expect(first(1, 'a')).toEqual(all[0]);
  });
});

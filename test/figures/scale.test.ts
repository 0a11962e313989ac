import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CnnvizError } from '../../src/core/errors.js';
import type { ScaleRule } from '../../src/core/job.js';
import { percentileOf, percentilesOf, sortedFinite } from '../../src/core/values.js';
import { chooseScale, levelValue, midLevel, toPixels, zeroLevel } from '../../src/draw/scale.js';

const SEEDED = { seed: 3 };
const MINMAX: ScaleRule = { kind: 'minmax' };
const floats = fc.float32Array({ noNaN: true, noDefaultInfinity: true, minLength: 2, maxLength: 60 });
const depths = fc.constantFrom<8 | 16>(8, 16);
const max = (depth: 8 | 16) => 2 ** depth - 1;

describe('chooseScale', () => {
  it('takes one scale for all arrays and ignores what is not finite', () => {
    const a = Float32Array.of(1, Number.NaN, -3);
    const b = Float32Array.of(Number.POSITIVE_INFINITY, 7, Number.NEGATIVE_INFINITY);
    expect(chooseScale([a, b], MINMAX)).toEqual({ lo: -3, hi: 7 });
    expect(chooseScale([a, b], { kind: 'symmetric' })).toEqual({ lo: -7, hi: 7 });
  });

  it('gives percentiles as numpy does, linear between neighbours', () => {
    // numpy.percentile([4, 1, 3, 2, nan without], [10, 75]) = 1.3, 3.25
    const scale = chooseScale([Float32Array.of(4, 1), Float32Array.of(3, Number.NaN, 2)], {
      kind: 'percentiles',
      lo: 10,
      hi: 75,
    });
    expect(scale.lo).toBeCloseTo(1.3, 12);
    expect(scale.hi).toBeCloseTo(3.25, 12);
  });

  it('has lo === hi for equal values and for none', () => {
    expect(chooseScale([Float32Array.of(5, 5)], MINMAX)).toEqual({ lo: 5, hi: 5 });
    for (const rule of [MINMAX, { kind: 'symmetric' }, { kind: 'percentiles', lo: 1, hi: 99 }] as const) {
      expect(chooseScale([Float32Array.of(Number.NaN)], rule)).toEqual({ lo: 0, hi: 0 });
      expect(chooseScale([], rule)).toEqual({ lo: 0, hi: 0 });
    }
  });

  it('keeps zero at mid-grey in a symmetric scale, for constants too', () => {
    const values = Float32Array.of(5, 5);
    const scale = chooseScale([values], { kind: 'symmetric' });
    expect(zeroLevel(scale, 8)).toEqual({ level: 128 });
    expect([...toPixels(values, scale, 8).data]).toEqual([255, 255]);
  });

  it.each([
    [2, 1],
    [0, Number.POSITIVE_INFINITY],
    [Number.NaN, 1],
  ])('refuses the fixed limits %d,%d', (lo, hi) => {
    expect(() => chooseScale([], { kind: 'fixed', lo, hi })).toThrow(CnnvizError);
  });
});

const AUTO: ScaleRule = { kind: 'auto' };
/** −50 … 50 in steps of 1: percentiles 1 and 99 are −49 and 49. */
const ramp = Array.from({ length: 101 }, (_, i) => i - 50);

describe('the scale of pictures where none is asked for', () => {
  it('is minmax where no outlier flattens the rest', () => {
    expect(chooseScale([Float32Array.from(ramp)], AUTO)).toEqual({ lo: -50, hi: 50 });
    // the full range is twice as wide as that of the percentiles, not wider
    const percentiles = chooseScale([Float32Array.of(...ramp, 96)], { kind: 'percentiles', lo: 1, hi: 99 });
    const twice = percentiles.hi - percentiles.lo;
    expect(chooseScale([Float32Array.of(...ramp, 96)], AUTO)).toEqual({ lo: -50, hi: 96 });
    expect(146).toBeLessThan(2 * twice);
  });

  it('ends at percentiles 1 and 99 where the full range is more than twice as wide, as numpy gives them', () => {
    // numpy.percentile([*range(-50, 51), 1000], [1, 99]) = -48.99, 49.99
    const scale = chooseScale([Float32Array.of(...ramp, 1000)], AUTO);
    expect(scale.lo).toBeCloseTo(-48.99, 12);
    expect(scale.hi).toBeCloseTo(49.99, 12);
    expect(scale.percentiles).toEqual([1, 99]);
    const { clipped } = toPixels(Float32Array.of(...ramp, 1000), scale, 8);
    expect(clipped).toEqual({ below: 2, above: 2, nan: 0 });
  });

  it('keeps zero black where nothing is negative, and ends at the 99th percentile of what is above zero', () => {
    expect(chooseScale([Float32Array.of(3, 4, 5)], AUTO)).toEqual({ lo: 0, hi: 5 });
    const fires = Array.from({ length: 100 }, (_, i) => i + 1);
    const silent = new Float32Array(10_000);
    // numpy.percentile([*range(1, 101), 900], 99) = 100
    expect(chooseScale([silent, Float32Array.of(...fires, 900)], AUTO)).toEqual({
      lo: 0,
      hi: 100,
      percentiles: [null, 99],
    });
    expect(chooseScale([silent, Float32Array.of(...fires, 199)], AUTO)).toEqual({ lo: 0, hi: 199 });
  });

  it('shows the few values that differ where nearly all are one', () => {
    const values = new Float32Array(1000).fill(-2);
    values[7] = 5;
    expect(chooseScale([values], AUTO)).toEqual({ lo: -2, hi: 5 });
  });

  it('draws nothing but zeros black, any other constant mid-grey', () => {
    const drawn = (value: number) => {
      const values = Float32Array.of(value, value);
      const scale = chooseScale([values], AUTO);
      const { data, clipped } = toPixels(values, scale, 8);
      expect(clipped).toEqual({ below: 0, above: 0, nan: 0 });
      expect(levelValue(data[0], scale, 8)).toBe(value);
      return data[0];
    };
    expect([drawn(0), drawn(5), drawn(-5)]).toEqual([0, 128, 128]);
  });

  it('is undone within half a step for all that is not clipped', () => {
    const heavy = fc.array(fc.tuple(fc.float({ min: -8, max: 8, noNaN: true }), fc.integer({ min: 0, max: 9 })), {
      minLength: 150,
      maxLength: 400,
    });
    fc.assert(
      fc.property(heavy, depths, fc.boolean(), (pairs, depth, isPositive) => {
        const values = Float32Array.from(pairs, ([v, power]) => (isPositive ? Math.abs(v) : v) ** power);
        const scale = chooseScale([values], AUTO);
        const { data, clipped } = toPixels(values, scale, depth);
        const half = (scale.hi - scale.lo) / max(depth) / 2;
        let outside = 0;
        values.forEach((value, i) => {
          if (value < scale.lo || value > scale.hi) outside++;
          else expect(Math.abs(levelValue(data[i], scale, depth) - value)).toBeLessThanOrEqual(half * (1 + 1e-9));
        });
        expect(clipped.below + clipped.above).toBe(outside);
        expect(outside).toBeLessThanOrEqual(Math.ceil(values.length / 50) + 2);
      }),
      SEEDED,
    );
  });
});

describe('percentilesOf', () => {
  const any = fc.float32Array({ maxLength: 80 });
  const few = fc
    .array(fc.constantFrom(0, -0, 1, -1, 1e-45, -1e-45, 3e38, -3e38, Number.NaN, Infinity, -Infinity))
    .map((numbers) => Float32Array.from(numbers));

  it.each([
    ['of any values', any],
    ['of values that are often equal', few],
  ])('gives the bits that sorting gives, %s', (_, arrays) => {
    const percents = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(arrays, arrays, percents, (a, b, wanted) => {
        const sorted = sortedFinite([a, b]);
        const above = sorted.filter((value) => value > 0);
        expect(percentilesOf([a, b], wanted)).toEqual(wanted.map((p) => percentileOf(sorted, p) + 0));
        expect(percentilesOf([a, b], wanted, true)).toEqual(wanted.map((p) => percentileOf(above, p)));
      }),
      { ...SEEDED, numRuns: 300 },
    );
  });

  it('takes part of an array as well', () => {
    expect(percentilesOf([Float32Array.of(9, 1, 2, 3, 9).subarray(1, 4)], [50, 100])).toEqual([2, 3]);
  });
});

describe('toPixels', () => {
  it('rounds to the nearest of 256 or 65536 greys, halves up', () => {
    const values = Float32Array.of(0, 0.25, 0.5, 1);
    expect([...toPixels(values, { lo: 0, hi: 1 }, 8).data]).toEqual([0, 64, 128, 255]);
    expect([...toPixels(values, { lo: 0, hi: 1 }, 16).data]).toEqual([0, 16384, 32768, 65535]);
    expect([...toPixels(Float32Array.of(0.49, 0.5, 0.51), { lo: 0, hi: 255 }, 8).data]).toEqual([0, 1, 1]);
  });

  it('draws the smallest value black and the largest white', () => {
    fc.assert(
      fc.property(floats, depths, (values, depth) => {
        const scale = chooseScale([values], MINMAX);
        fc.pre(scale.lo < scale.hi);
        const { data, clipped } = toPixels(values, scale, depth);
        expect(data[values.indexOf(scale.lo)]).toBe(0);
        expect(data[values.indexOf(scale.hi)]).toBe(max(depth));
        expect(clipped).toEqual({ below: 0, above: 0, nan: 0 });
      }),
      SEEDED,
    );
  });

  it('never draws a larger value darker', () => {
    fc.assert(
      fc.property(floats, depths, (values, depth) => {
        const { data } = toPixels(values.sort(), chooseScale([values], MINMAX), depth);
        for (let i = 1; i < data.length; i++) expect(data[i]).toBeGreaterThanOrEqual(data[i - 1]);
      }),
      SEEDED,
    );
  });

  it('is undone by levelValue within half a step', () => {
    fc.assert(
      fc.property(floats, depths, (values, depth) => {
        const scale = chooseScale([values], MINMAX);
        const { data } = toPixels(values, scale, depth);
        const half = (scale.hi - scale.lo) / max(depth) / 2;
        const noise = 1e-12 * (Math.abs(scale.lo) + Math.abs(scale.hi));
        values.forEach((value, i) => {
          expect(Math.abs(levelValue(data[i], scale, depth) - value)).toBeLessThanOrEqual(half + noise);
        });
      }),
      SEEDED,
    );
  });

  it('draws a constant mid-grey and reads it back exactly', () => {
    for (const depth of [8, 16] as const) {
      const { data, clipped } = toPixels(Float32Array.of(5, 5), { lo: 5, hi: 5 }, depth);
      expect([...data]).toEqual([midLevel(depth), midLevel(depth)]);
      expect(clipped).toEqual({ below: 0, above: 0, nan: 0 });
      expect(levelValue(data[0], { lo: 5, hi: 5 }, depth)).toBe(5);
    }
    expect([midLevel(8), midLevel(16)]).toEqual([128, 32768]);
  });

  it('clips and counts values beside a constant scale', () => {
    const { data, clipped } = toPixels(Float32Array.of(4, 5, 6, Number.NaN), { lo: 5, hi: 5 }, 8);
    expect([...data]).toEqual([0, 128, 255, 0]);
    expect(clipped).toEqual({ below: 1, above: 1, nan: 1 });
  });

  it('counts what lies strictly outside, infinities and NaN', () => {
    const inf = Number.POSITIVE_INFINITY;
    const values = Float32Array.of(-1, -1.5, 1, 1.5, 2, inf, -inf, Number.NaN, 0);
    const { data, clipped } = toPixels(values, { lo: -1, hi: 1 }, 8);
    expect([...data]).toEqual([0, 0, 255, 255, 255, 255, 0, 0, 128]);
    expect(clipped).toEqual({ below: 2, above: 3, nan: 1 });
  });
});

describe('zeroLevel', () => {
  it.each([
    [-1, 1, { level: 128 }],
    [0, 1, { level: 0 }],
    [-1, 0, { level: 255 }],
    [-8.71, 8.43, { level: 130 }],
    [0, 0, { level: 128 }],
    [1, 2, 'below'],
    [-2, -1, 'above'],
  ] as const)('of %d … %d', (lo, hi, expected) => {
    expect(zeroLevel({ lo, hi }, 8)).toEqual(expected);
  });

  it('is the grey that zero is drawn with', () => {
    const limit = fc.float({ min: Math.fround(0.01), max: 1e6, noNaN: true });
    fc.assert(
      fc.property(limit, limit, depths, (below, hi, depth) => {
        const scale = { lo: -below, hi };
        expect(zeroLevel(scale, depth)).toEqual({ level: toPixels(Float32Array.of(0), scale, depth).data[0] });
      }),
      SEEDED,
    );
  });
});

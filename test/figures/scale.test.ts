import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COLORMAPS, colourLevel } from '../../src/figures/colormaps.js';
import { chooseScale, levelValue, toPixels, zeroLevel } from '../../src/figures/scale.js';

const settings = { seed: 3, numRuns: 200 };
const finite = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
const arrays = fc.array(finite, { minLength: 2, maxLength: 40 }).map((values) => Float32Array.from(values));
const depths = fc.constantFrom(8 as const, 16 as const);

describe('the scale of a map', () => {
  it('takes the smallest value to 0 and the largest to white, and back within half a step', () => {
    fc.assert(
      fc.property(arrays, depths, (values, depth) => {
        const scale = chooseScale([values], { kind: 'minmax' });
        fc.pre(scale.lo < scale.hi);
        const { data, clipped } = toPixels(values, scale, depth);
        const white = depth === 8 ? 255 : 65535;
        expect([Math.min(...data), Math.max(...data)]).toEqual([0, white]);
        expect(clipped).toEqual({ below: 0, above: 0, nan: 0 });
        const half = (scale.hi - scale.lo) / white / 2;
        values.forEach((value, i) => {
          expect(Math.abs(levelValue(data[i], scale, depth) - value)).toBeLessThanOrEqual(half * (1 + 1e-9));
        });
      }),
      settings,
    );
  });

  it('keeps order: a larger value is never darker', () => {
    fc.assert(
      fc.property(arrays, (values) => {
        const sorted = values.sort();
        const { data } = toPixels(sorted, chooseScale([sorted], { kind: 'minmax' }), 8);
        for (let i = 1; i < data.length; i++) expect(data[i]).toBeGreaterThanOrEqual(data[i - 1]);
      }),
      settings,
    );
  });

  it('draws a constant as mid-grey, never NaN', () => {
    const values = new Float32Array(3).fill(7);
    const scale = chooseScale([values], { kind: 'minmax' });
    expect([...toPixels(values, scale, 8).data]).toEqual([128, 128, 128]);
    expect([...toPixels(values, scale, 16).data]).toEqual([32768, 32768, 32768]);
    expect(levelValue(128, scale, 8)).toBe(7);
  });

  it('puts zero at mid-grey with the symmetric rule, also when all is zero', () => {
    const values = Float32Array.of(-1, 0, 4);
    const scale = chooseScale([values], { kind: 'symmetric' });
    expect(scale).toEqual({ lo: -4, hi: 4 });
    expect([...toPixels(values, scale, 8).data]).toEqual([96, 128, 255]);
    expect(zeroLevel(scale, 8)).toEqual({ level: 128 });
    const none = new Float32Array(2);
    expect([...toPixels(none, chooseScale([none], { kind: 'symmetric' }), 8).data]).toEqual([128, 128]);
  });

  it('clips and counts what lies outside, NaN and infinities too', () => {
    const values = Float32Array.of(-9, 0, 1, 9, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    const { data, clipped } = toPixels(values, { lo: 0, hi: 1 }, 8);
    expect([...data]).toEqual([0, 0, 255, 255, 0, 255, 0]);
    expect(clipped).toEqual({ below: 2, above: 2, nan: 1 });
    expect(chooseScale([values], { kind: 'minmax' })).toEqual({ lo: -9, hi: 9 });
  });

  it('says on which side zero lies when it is outside', () => {
    expect(zeroLevel({ lo: 1, hi: 2 }, 8)).toBe('below');
    expect(zeroLevel({ lo: -2, hi: -1 }, 8)).toBe('above');
  });

  it('takes one scale for several maps, and percentiles of all their values', () => {
    const maps = [Float32Array.of(0, 1), Float32Array.of(10, 100)];
    expect(chooseScale(maps, { kind: 'minmax' })).toEqual({ lo: 0, hi: 100 });
    const { lo, hi } = chooseScale(maps, { kind: 'percentiles', lo: 0, hi: 50 });
    expect([lo, hi]).toEqual([0, 5.5]);
  });
});

describe('colour maps', () => {
  it.each(Object.keys(COLORMAPS) as (keyof typeof COLORMAPS)[])(
    '%s can be read back: every colour stands for one level',
    (name) => {
      const table = COLORMAPS[name];
      for (let level = 0; level < 256; level++) {
        expect(colourLevel(name, table[3 * level], table[3 * level + 1], table[3 * level + 2])).toBe(level);
      }
      expect(colourLevel(name, 1, 2, 250)).toBeNull();
    },
  );

  it('the diverging one is neutral in the middle', () => {
    const [r, g, b] = COLORMAPS.diverging.subarray(128 * 3, 129 * 3);
    expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThanOrEqual(2);
    expect(Math.min(r, g, b)).toBeGreaterThan(240);
  });
});

import { describe, expect, it } from 'vitest';
import { compareElements, EXACT } from '../../src/commands/check/tolerance.js';

const f32 = (...values: number[]) => Float32Array.of(...values);

/** A float32 of these bits. */
function fromBits(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0];
}

describe('comparing two arrays', () => {
  it('every single flipped bit of a float is found, but in the payload of a NaN', () => {
    for (const bits of [0x3f800000, 0x00000001, 0x7f7fffff, 0x80000000, 0xc2f70a3d]) {
      for (let bit = 0; bit < 32; bit++) {
        const flipped = (bits ^ (1 << bit)) >>> 0;
        const { beyond, first } = compareElements(f32(0, fromBits(bits)), f32(0, fromBits(flipped)), EXACT);
        expect([beyond, first?.at]).toEqual([1, 1]);
      }
    }
  });

  it('NaN equals NaN whatever its bits, and nothing else', () => {
    const quiet = new Float32Array(Uint32Array.of(0x7fc00000, 0x7fc00001, 0xffc00000).buffer);
    expect(compareElements(quiet, f32(Number.NaN, Number.NaN, Number.NaN), EXACT).beyond).toBe(0);
    const found = compareElements(f32(Number.NaN, 1), f32(1, Number.NaN), { abs: 1e9, rel: 1e9, ulps: 1e9 });
    expect(found.beyond).toBe(2);
    expect(found.first).toMatchObject({ at: 0, abs: Number.POSITIVE_INFINITY, ulps: null });
  });

  it('−0 and +0 differ in a bit, by nothing; any tolerance lets them pass', () => {
    expect(compareElements(f32(-0), f32(0), EXACT).first).toMatchObject({ abs: 0, ulps: 0 });
    for (const tolerance of [
      { abs: 1e-30, rel: 0, ulps: 0 },
      { abs: 0, rel: 1e-30, ulps: 0 },
      { abs: 0, rel: 0, ulps: 1 },
    ]) {
      expect(compareElements(f32(-0), f32(0), tolerance)).toMatchObject({ beyond: 0, within: 1 });
    }
  });

  it('infinity is equal to itself and out of reach of any tolerance', () => {
    const [inf, largest] = [Number.POSITIVE_INFINITY, fromBits(0x7f7fffff)];
    expect(compareElements(f32(inf, -inf), f32(inf, -inf), EXACT).beyond).toBe(0);
    expect(compareElements(f32(largest, inf), f32(inf, -inf), { abs: 1e38, rel: 10, ulps: 5 }).beyond).toBe(2);
  });

  it('the tolerance is abs + rel·|expected|, its limit included, or so many ulps', () => {
    const within = (expected: number, got: number, tolerance: Partial<typeof EXACT>) =>
      compareElements(Float64Array.of(expected), Float64Array.of(got), { ...EXACT, ...tolerance }).beyond === 0;
    expect(within(8, 8.5, { abs: 0.5 })).toBe(true);
    expect(within(8, 8.5000001, { abs: 0.5 })).toBe(false);
    expect(within(8, 9, { rel: 0.125 })).toBe(true);
    expect(within(-8, -9.25, { abs: 0.25, rel: 0.125 })).toBe(true);
    // of what is expected, not of what came
    expect(within(9, 10.2, { rel: 0.125 })).toBe(false);
    expect(within(1, 1 + 2 * Number.EPSILON, { ulps: 2 })).toBe(true);
    expect(within(1, 1 + 3 * Number.EPSILON, { ulps: 2 })).toBe(false);
  });

  it('names the first in order and the one furthest off, the first of equals', () => {
    const found = compareElements(f32(0, 0, 0, 0, 0), f32(0, 0.25, -2, 0, 2), EXACT);
    expect(found.beyond).toBe(3);
    expect(found.first).toMatchObject({ at: 1, expected: 0, got: 0.25, abs: 0.25 });
    expect(found.largest).toMatchObject({ at: 2, got: -2, abs: 2 });
  });

  it('the place is right for numbers of every width, and for two types', () => {
    const numbers = [1, 2, 3, 4, 5];
    for (const type of [Float64Array, Float32Array, Int32Array, Int16Array, Uint8Array]) {
      for (let at = 0; at < numbers.length; at++) {
        const other = type.from(numbers);
        other[at] += 1;
        expect(compareElements(type.from(numbers), other, EXACT)).toMatchObject({ beyond: 1, first: { at } });
        expect(compareElements(Float64Array.from(numbers), other, EXACT)).toMatchObject({ beyond: 1, first: { at } });
      }
      expect(compareElements(Float64Array.from(numbers), type.from(numbers), EXACT).beyond).toBe(0);
    }
  });

  it('whole numbers have no ulps', () => {
    expect(compareElements(Uint8Array.of(3), Uint8Array.of(5), EXACT).first).toMatchObject({ abs: 2, ulps: null });
  });
});

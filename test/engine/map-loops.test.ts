import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measureValues } from '../../src/analysis/values.js';
import { type CountHalves, percentilesOf } from '../../src/core/values.js';
import { toPixels } from '../../src/draw/scale.js';
import { countMapHalves, drawMapLevels, sumsOfMap } from '../../src/engine/map-loops.js';
import { randomArray } from '../random.js';

const lengths = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(65_535, 65_536, 65_537, 131_075));
const odd = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1e-40, 3e38, -3e38);

/** Some values, a few of them strange. */
const map = fc
  .tuple(lengths, fc.integer({ min: 1, max: 1e6 }), fc.array(fc.tuple(fc.nat(), odd), { maxLength: 5 }))
  .map(([length, seed, strange]) => {
    const values = randomArray(length, seed);
    if (length > 0) for (const [at, value] of strange) values[at % length] = value;
    return values;
  });

describe('the loops over finished maps', () => {
  it('find the same facts in SIMD, in its twin and in the plain loop', () => {
    fc.assert(
      fc.property(map, (values) => {
        const plain = measureValues(values);
        expect(measureValues(values, (part) => sumsOfMap(part))).toEqual(plain);
        expect(measureValues(values, (part) => sumsOfMap(part, 'typescript'))).toEqual(plain);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it('find the same percentiles', () => {
    fc.assert(
      fc.property(map, fc.boolean(), (values, ofAboveZero) => {
        const plain = percentilesOf([values, values], [0, 1, 50, 99, 100], ofAboveZero);
        for (const kind of ['wasm', 'typescript'] as const) {
          const count: CountHalves = (...pass) => countMapHalves(...pass, kind);
          expect(percentilesOf([values, values], [0, 1, 50, 99, 100], ofAboveZero, count)).toEqual(plain);
        }
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('draw the same pixels, and clip the same values', () => {
    const scale = fc.constantFrom({ lo: -1, hi: 1 }, { lo: -0.3, hi: 0.7 }, { lo: 0, hi: 0 }, { lo: -4, hi: 1e30 });
    fc.assert(
      fc.property(map, scale, (values, { lo, hi }) => {
        const plain = toPixels(values, { lo, hi }, 8);
        const twin: typeof drawMapLevels = (part, data, levels) => drawMapLevels(part, data, levels, 'typescript');
        for (const draw of [drawMapLevels, twin]) {
          const { data, clipped } = toPixels(values, { lo, hi }, 8, draw);
          expect(Buffer.compare(data as Uint8Array, plain.data as Uint8Array)).toBe(0);
          expect(clipped).toEqual(plain.clipped);
        }
      }),
      { seed: 6, numRuns: 300 },
    );
  });
});

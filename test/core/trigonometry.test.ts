import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { acos, acosh, asin, asinh, atan, atanh, cos, cosh, sin, sinh, tan } from '../../src/core/trigonometry.js';
import { ulpsBetween } from './ulps.js';

const OURS = { sin, cos, tan, asin, acos, atan, sinh, cosh, asinh, acosh, atanh };

/** By mpmath: fixtures/make/trigonometry_mpmath.py */
const TABLE = JSON.parse(
  readFileSync(new URL('../../fixtures/expected/trigonometry.json', import.meta.url), 'utf8'),
) as { readonly name: keyof typeof OURS; readonly points: readonly [number, number][] }[];

describe('trigonometric and hyperbolic functions', () => {
  it.each(TABLE.map((one) => [one.name, one.points] as const))(
    '%s is within 4 units of the last place',
    (name, points) => {
      const of = OURS[name];
      const worst = points.map(([x, y]) => [ulpsBetween(of(x), y), x]).sort(([a], [b]) => b - a)[0];
      expect(worst[0], `at ${worst[1]}`).toBeLessThanOrEqual(4);
      expect(points.length).toBeGreaterThan(40);
    },
  );

  it.each(Object.entries(OURS))('%s is that of Math at zeros, ends, infinities and NaN', (name, of) => {
    const theirs = Math[name as keyof typeof OURS];
    for (const x of [0, -0, 1, -1, 1.5, -1.5, Infinity, -Infinity, Number.NaN, 5e-324, -5e-324]) {
      const [got, expected] = [of(x), theirs(x)];
      expect([x, got, Object.is(got, expected) || ulpsBetween(got, expected) <= 2]).toEqual([x, got, true]);
    }
  });
});

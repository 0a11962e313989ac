import { describe, expect, it } from 'vitest';
import { erf, exp, expm1, log1p, tanh } from '../../src/core/math.js';
import { seeded } from '../random.js';

/** Points dense near zero and across the whole range. */
function points(lo: number, hi: number): number[] {
  const next = seeded(11);
  const wide = Array.from({ length: 2000 }, () => lo + (hi - lo) * next());
  const small = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 1 : -1) * 10 ** (-18 + i / 20));
  return [...wide, ...small.filter((x) => x >= lo && x <= hi), 0];
}

const relative = (got: number, expected: number) =>
  got === expected ? 0 : Math.abs(got - expected) / Math.max(Math.abs(expected), 2 ** -1022);

describe('pure functions agree with Math within a few units of the last place', () => {
  it.each([
    ['exp', exp, Math.exp, -700, 709],
    ['expm1', expm1, Math.expm1, -40, 700],
    ['log1p', log1p, Math.log1p, -0.999, 1e6],
    ['tanh', tanh, Math.tanh, -25, 25],
  ] as const)('%s', (_, ours, theirs, lo, hi) => {
    const worst = Math.max(...points(lo, hi).map((x) => relative(ours(x), theirs(x))));
    expect(worst).toBeLessThan(2e-15);
  });

  it('erf agrees with a table', () => {
    // python3 -c "import math; print([(x, math.erf(x)) for x in (1e-10, .1, .5, 1, 1.5, 2, 2.9, 3.1, 4, 5)])"
    const table = [
      [1e-10, 1.1283791670955126e-10],
      [0.1, 0.1124629160182849],
      [0.5, 0.5204998778130465],
      [1, 0.8427007929497149],
      [1.5, 0.9661051464753108],
      [2, 0.9953222650189527],
      [2.9, 0.9999589021219005],
      [3.1, 0.9999883513426328],
      [4, 0.9999999845827421],
      [5, 0.9999999999984626],
    ];
    for (const [x, expected] of table) {
      expect(relative(erf(x), expected)).toBeLessThan(1e-15);
      expect(erf(-x)).toBe(-erf(x));
    }
  });

  it('keeps zeros, infinities and NaN', () => {
    for (const f of [expm1, log1p, tanh, erf]) expect(Object.is(f(-0), -0)).toBe(true);
    for (const f of [exp, expm1, log1p, tanh, erf]) expect(f(Number.NaN)).toBeNaN();
    const ends = [exp, expm1, log1p, tanh, erf].map((f) => f(Number.POSITIVE_INFINITY));
    expect(ends).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1, 1]);
    expect([exp(Number.NEGATIVE_INFINITY), expm1(-1000), tanh(-1000), erf(-9), log1p(-1), log1p(-2)]).toEqual([
      0,
      -1,
      -1,
      -1,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ]);
  });
});

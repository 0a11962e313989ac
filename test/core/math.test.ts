import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { erf, exp, expm1, log, log1p, power, tanh } from '../../src/core/math.js';
import { seeded } from '../random.js';
import { ulpsBetween } from './ulps.js';

/** Points dense near zero and across the whole range. */
function points(lo: number, hi: number): number[] {
  const next = seeded(11);
  const wide = Array.from({ length: 5000 }, () => lo + (hi - lo) * next());
  const near = Array.from({ length: 5000 }, () => -1.5 + 3 * next());
  const small = Array.from({ length: 700 }, (_, i) => (i % 2 === 0 ? 1 : -1) * 10 ** (-320 + i / 2.2));
  return [...wide, ...near, ...small].filter((x) => x >= lo && x <= hi);
}

describe('pure functions', () => {
  it.each([
    ['exp', exp, Math.exp, -746, 709.79],
    ['expm1', expm1, Math.expm1, -40, 709.79],
    ['log', log, Math.log, 0, 1e300],
    ['log1p', log1p, Math.log1p, -0.999999, 1e300],
    ['tanh', tanh, Math.tanh, -25, 25],
  ] as const)('%s is within 2 units of the last place of that of Math', (_, ours, theirs, lo, hi) => {
    const worst = Math.max(...points(lo, hi).map((x) => ulpsBetween(ours(x), theirs(x))));
    expect(worst).toBeLessThanOrEqual(2);
  });

  it("power is x ** y within 1e-13, and C's pow at zeros, ones, infinities and NaN", () => {
    const special = [0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 1.5, 67, -67, 1e10, 1e-5, Infinity, -Infinity, Number.NaN];
    for (const x of special) {
      for (const y of special) {
        // JavaScript says NaN where C says 1
        const expected = x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y;
        const got = power(x, y);
        const isClose = Object.is(got, expected) || Math.abs(got - expected) <= 1e-13 * Math.abs(expected);
        expect([x, y, got, isClose]).toEqual([x, y, got, true]);
      }
    }
  });

  it('erf is within 2 units of the last place of a table', () => {
    // python3 -c "import mpmath; mpmath.mp.dps = 40; print([(x, float(mpmath.erf(mpmath.mpf(x)))) for x in XS])"
    // XS: 5e-324, 1e-300, then both sides of every place where the method changes, and between
    const table: [number, number][] = [
      [5e-324, 5e-324],
      [1e-300, 1.1283791670955126e-300],
      [1e-10, 1.1283791670955126e-10],
      [0.1, 0.1124629160182849],
      [0.25, 0.27632639016823696],
      [0.3749999, 0.40411681139953765],
      [0.375, 0.4041169094348223],
      [0.4375, 0.463898135749933],
      [0.5, 0.5204998778130465],
      [0.6249999, 0.6232408058384596],
      [0.625, 0.623240882188418],
      [0.8, 0.7421009647076605],
      [1, 0.8427007929497149],
      [1.124, 0.8880695995225795],
      [1.126, 0.8887061477644854],
      [1.5, 0.9661051464753108],
      [1.9, 0.9927904292352575],
      [2, 0.9953222650189527],
      [2.37, 0.9991967897836264],
      [2.9, 0.9999589021219005],
      [3.1, 0.9999883513426328],
      [3.626, 0.9999997070677137],
      [4, 0.9999999845827421],
      [4.9, 0.999999999995781],
      [5.5, 0.9999999999999927],
      [5.87, 0.9999999999999999],
      [5.9999, 1.0],
      [6, 1.0],
      [27, 1.0],
    ];
    for (const [x, expected] of table) {
      expect(ulpsBetween(erf(x), expected), `erf(${x})`).toBeLessThanOrEqual(2);
      expect(erf(-x)).toBe(-erf(x));
    }
  });

  it('keep zeros, infinities and NaN', () => {
    for (const f of [expm1, log1p, tanh, erf]) {
      expect(Object.is(f(-0), -0)).toBe(true);
      expect(Object.is(f(0), 0)).toBe(true);
      expect(f(Number.MIN_VALUE)).toBe(Number.MIN_VALUE);
    }
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

  it('end where float64 ends', () => {
    expect([exp(709.782712893384), exp(709.7827128933841)]).toEqual([1.7976931348622732e308, Number.POSITIVE_INFINITY]);
    expect([exp(-745.1332191019411), exp(-745.1332191019412)]).toEqual([Number.MIN_VALUE, 0]);
    expect([expm1(709.782712893384), expm1(709.7827128933841)]).toEqual([
      1.7976931348622732e308,
      Number.POSITIVE_INFINITY,
    ]);
  });

  it('use nothing whose last bit an engine may choose', () => {
    const source = readFileSync(new URL('../../src/core/math.ts', import.meta.url), 'utf8');
    const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    expect(code).not.toMatch(/\*\*/);
    const used = new Set(code.match(/Math\.\w+/g));
    expect([...used].sort()).toEqual([
      'Math.LN2',
      'Math.SQRT1_2',
      'Math.SQRT2',
      'Math.abs',
      'Math.floor',
      'Math.round',
      'Math.sqrt',
    ]);
  });
});

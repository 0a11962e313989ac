import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatNumber, groupDigits } from '../../src/core/text.js';

const SEEDED = { seed: 3 };

describe('formatNumber', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [3127, '3127'],
    [-2310, '−2310'],
    [999999, '999999'],
    [1e6, '1e+6'],
    [-8.7123, '−8.71'],
    [0.5, '0.5'],
    [0.999999, '1'],
    [Math.fround(0.1), '0.1'],
    [3127.4, '3127'],
    [123.6, '124'],
    [31312.7, '3.13e+4'],
    [1234567, '1.23e+6'],
    [0.0012345, '0.00123'],
    [0.00001234, '1.23e−5'],
    [-1.5e-45, '−1.5e−45'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '∞'],
    [Number.NEGATIVE_INFINITY, '−∞'],
  ])('%d reads %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('keeps as many digits as asked for', () => {
    expect([1, 2, 4].map((digits) => formatNumber(8.43219, digits))).toEqual(['8', '8.4', '8.432']);
  });

  it('does not round away an integer part below 10,000', () => {
    expect(formatNumber(812.3, 2)).toBe('812');
  });

  it('reads back as the number, to the digits shown', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 }), (value) => {
        const back = Number(formatNumber(value).replaceAll('−', '-'));
        expect(Math.abs(back - value)).toBeLessThanOrEqual(Math.abs(value) * 0.00501 + Number.MIN_VALUE);
      }),
      SEEDED,
    );
  });
});

describe('groupDigits', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [477204, '477,204'],
    [714188480, '714,188,480'],
    [-12345, '−12,345'],
  ])('%d reads %s', (value, text) => {
    expect(groupDigits(value)).toBe(text);
  });
});

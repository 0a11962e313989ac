import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ulpsApart } from '../../src/commands/check/tolerance.js';

const CASES: { bits: 32 | 64; a: string; b: string; ulps: number }[] = JSON.parse(
  readFileSync(new URL('../../fixtures/expected/ulps.json', import.meta.url), 'utf8'),
);

describe('units in the last place', () => {
  it.each(CASES)('$bits bits: numpy.nextafter leads from $a to $b in $ulps steps', ({ bits, a, b, ulps }) => {
    expect(ulpsApart(Number(a), Number(b), bits)).toBe(ulps);
    expect(ulpsApart(Number(b), Number(a), bits)).toBe(ulps);
  });

  it('−0 and +0 are one number, NaN is no number of steps from anything', () => {
    expect(ulpsApart(-0, 0, 32)).toBe(0);
    expect(ulpsApart(-0, 0, 64)).toBe(0);
    expect(ulpsApart(Number.NaN, 1, 32)).toBeNull();
    expect(ulpsApart(1, Number.NaN, 64)).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { fuzz } from './fuzz.js';
import { fuzzTargets } from './targets.js';

/** `npm run fuzz` does a hundred thousand of each. */
const COUNT = 1000;

describe(`${COUNT} damaged files of each format`, () => {
  it.each(fuzzTargets().map((target) => [target.name, target] as const))(
    '%s: read or refused, nothing else',
    (_name, target) => {
      const { faults, accepted, refused } = fuzz(target, COUNT, 1);
      expect(faults).toEqual([]);
      expect(accepted + refused).toBe(COUNT);
      expect(refused).toBeGreaterThan(COUNT / 10);
    },
    120_000,
  );
});

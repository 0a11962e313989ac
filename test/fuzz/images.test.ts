import { expect, it } from 'vitest';
import { fuzzImages } from './images.js';

/** `npm run fuzz` does a hundred thousand. */
const COUNT = 2000;

it(`${COUNT} damaged images are read or refused, nothing else`, async () => {
  const { faults, accepted, refused } = await fuzzImages(COUNT, 1);
  expect(faults).toEqual([]);
  expect(accepted + refused).toBe(COUNT);
  expect(refused).toBeGreaterThan(COUNT / 10);
  expect(accepted).toBeGreaterThan(COUNT / 50);
}, 300_000);

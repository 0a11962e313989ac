import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { DIGIT_SIDE, drawDigit } from '../../src/models/drawn-digits.js';

it('draws the same digits on every machine, others for another seed', () => {
  const hash = createHash('sha256');
  for (let index = 0; index < 200; index++) hash.update(drawDigit(1, index));
  expect(hash.digest('hex').slice(0, 16)).toBe('01e641ddd3616f0d');
  expect(drawDigit(2, 0)).not.toEqual(drawDigit(1, 0));
});

it('draws white on black, in the middle, each with ink', () => {
  for (let index = 0; index < 100; index++) {
    const pixels = drawDigit(3, index);
    expect(pixels).toHaveLength(DIGIT_SIDE * DIGIT_SIDE);
    const ink = pixels.reduce((sum, value) => sum + value, 0) / 255;
    expect(ink).toBeGreaterThan(20);
    expect(ink).toBeLessThan(260);
    const border = [...pixels].filter((_, i) => i < DIGIT_SIDE || i % DIGIT_SIDE === 0);
    expect(Math.max(...border)).toBeLessThan(128);
  }
});

import { describe, expect, it } from 'vitest';
import { planPreprocess, toOriginal } from '../../src/core/preprocess-geometry.js';

describe('resize and crop, as torchvision works them out', () => {
  it.each([
    // the longer side is cut to a whole number: 256 * 600 / 450 = 341.33
    ['landscape', 600, 450, 256, [341, 256]],
    ['portrait', 450, 600, 256, [256, 341]],
    ['square', 7, 7, 3, [3, 3]],
    ['up', 3, 2, 5, [7, 5]],
    ['both sides, height first', 600, 450, [10, 20] as const, [20, 10]],
    ['not at all', 600, 450, null, [600, 450]],
  ])('%s', (_, width, height, resize, [w, h]) => {
    const { original, resized, crop } = planPreprocess(width, height, { resize, crop: null });
    expect([original, resized]).toEqual([
      { width, height },
      { width: w, height: h },
    ]);
    expect(crop).toEqual({ x: 0, y: 0, width: w, height: h });
  });

  it.each([
    // Python: round((341 - 224) / 2) = round(58.5) = 58; round((225 - 224) / 2) = 0; round((227 - 224) / 2) = 2
    [341, 256, 58, 16],
    [225, 227, 0, 2],
    [224, 226, 0, 1],
    // smaller ones stand in the middle of zeros, an odd one to the bottom and right
    [220, 221, -2, -1],
  ])('the middle 224×224 of %i×%i begins at %i, %i', (width, height, x, y) =>
    expect(planPreprocess(width, height, { resize: null, crop: [224, 224] }).crop).toEqual({
      x,
      y,
      width: 224,
      height: 224,
    }),
  );

  it('a crop has its height first', () =>
    expect(planPreprocess(10, 10, { resize: null, crop: [4, 6] }).crop).toEqual({ x: 2, y: 3, width: 6, height: 4 }));

  it.each([
    [{ resize: 0, crop: null }, 'resize 0: expected whole numbers of pixels from 1'],
    [{ resize: [5, 1.5] as const, crop: null }, 'resize 1.5: expected'],
    [{ resize: null, crop: [-1, 5] as const }, 'crop -1: expected'],
    [
      { resize: [20_001, 10_000] as const, crop: null },
      'the resized image would have 10000×20001 = 200,010,000 pixels',
    ],
    [{ resize: null, crop: [20_001, 10_000] as const }, 'the cropped image would have'],
  ])('%j is refused', (job, message) => expect(() => planPreprocess(8, 8, job)).toThrow(message));

  it('two hundred million pixels are allowed', () =>
    expect(planPreprocess(8, 8, { resize: [20_000, 10_000], crop: null }).resized.height).toBe(20_000));

  it('places are led back to the original by their pixels’ middles', () => {
    const plan = planPreprocess(40, 20, { resize: 10, crop: [8, 8] });
    expect(plan.crop).toEqual({ x: 6, y: 1, width: 8, height: 8 });
    // (0 + 6 + 0.5) * 2 - 0.5, (3 + 1 + 0.5) * 2 - 0.5
    expect(toOriginal(0, 3, plan)).toEqual({ x: 12.5, y: 8.5 });
    expect(toOriginal(-6.5, -1.5, plan)).toEqual({ x: -0.5, y: -0.5 });
  });
});

import { describe, expect, it } from 'vitest';
import { greyTint, luminance, signTint, type Tint } from '../../../src/explorer/page/why/tint.js';

function contrast({ background, color }: Tint): number {
  const behind = luminance(background.match(/\d+/g)!.map(Number) as [number, number, number]);
  const hex = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  const letters = luminance(hex as [number, number, number]);
  return (Math.max(behind, letters) + 0.05) / (Math.min(behind, letters) + 0.05);
}

describe('letters can be read on every tint', () => {
  it('luminance is that of WCAG', () => {
    expect(luminance([255, 255, 255])).toBeCloseTo(1, 10);
    expect(luminance([255, 0, 0])).toBeCloseTo(0.2126, 10);
    expect(luminance([188, 188, 188])).toBeCloseTo(0.5029, 4);
  });

  it('of a weight', () => {
    for (let value = -1; value <= 1; value += 0.01) expect(contrast(signTint(value, 1))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(signTint(Number.NaN, 1))).toBeGreaterThanOrEqual(4.5);
    expect(signTint(0, 0)).toEqual(signTint(0, 1));
  });

  it('of a value', () => {
    for (let value = -0.2; value <= 1.2; value += 0.01)
      expect(contrast(greyTint(value, 0, 1))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(greyTint(3, 3, 3))).toBeGreaterThanOrEqual(4.5);
  });

  it('signs differ', () => expect(signTint(-1, 1).background).not.toBe(signTint(1, 1).background));
});

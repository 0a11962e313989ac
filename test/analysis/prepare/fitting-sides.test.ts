import { describe, expect, it } from 'vitest';
import { sidesThatFit } from '../../../src/analysis/prepare/fitting-sides.js';

describe('sides that a graph asks for', () => {
  it('are the smallest multiple that fits, next to the sides of the image', () => {
    const fits = (height: number, width: number) => height % 32 === 0 && width % 32 === 0;
    expect(sidesThatFit([300, 451], fits)).toEqual({ multiple: 32, height: 288, width: 448 });
    expect(sidesThatFit([3, 5], fits)).toEqual({ multiple: 32, height: 32, width: 32 });
  });

  it('are no multiples where one size alone fits, where any of a size does, and where none does', () => {
    expect(sidesThatFit([30, 31], (height, width) => height === 32 && width === 32)).toBe(null);
    expect(sidesThatFit([5, 5], (height, width) => height >= 7 && width >= 7)).toBe(null);
    expect(sidesThatFit([5, 5], () => false)).toBe(null);
  });
});

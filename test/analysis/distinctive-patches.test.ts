import { describe, expect, it } from 'vitest';
import { distinctivePatches } from '../../src/commands/article/photo.js';
import { type Tensor, tensor } from '../../src/core/tensor.js';
import { seeded } from '../random.js';

/** [C, H, W] of one value a channel, with some pixels set in all channels. */
function plain(
  colours: readonly number[],
  H: number,
  W: number,
  spots: readonly (readonly [number, number, number])[] = [],
): Tensor {
  const x = tensor(new Float32Array(colours.length * H * W), [colours.length, H, W]);
  for (const [c, colour] of colours.entries()) x.data.fill(colour, c * H * W, (c + 1) * H * W);
  for (const [left, top, value] of spots)
    for (let c = 0; c < colours.length; c++) x.data[(c * H + top) * W + left] = value;
  return x;
}

/** Σ(x − mean)² of each channel's square, by definition. */
function energyOf(x: Tensor, left: number, top: number, side: number): number {
  const [C, H, W] = x.shape;
  let energy = 0;
  for (let c = 0; c < C; c++) {
    const values: number[] = [];
    for (let y = top; y < top + side; y++)
      for (let i = left; i < left + side; i++) values.push(x.data[(c * H + y) * W + i]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    energy += values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  }
  return energy;
}

describe('distinctive patches', () => {
  it('are found where something is, the strongest first, and none overlaps another', () => {
    const x = plain([0.5, 0.5, 0.5], 20, 30, [
      [5, 5, 0.9],
      [6, 5, 0.9],
      [25, 15, 0.7],
    ]);
    const [first, second] = distinctivePatches(x, 4, 2);
    expect(first.x <= 5 && first.x + 4 > 6 && first.y <= 5 && first.y + 4 > 5).toBe(true);
    expect(second.x <= 25 && second.x + 4 > 25 && second.y <= 15 && second.y + 4 > 15).toBe(true);
  });

  it('a plain colour, however strong, has none', () => {
    expect(distinctivePatches(plain([1, 0, 0], 20, 20), 4, 3)).toEqual([]);
  });

  it('of equals, the first in reading order is taken', () => {
    const x = plain([0], 12, 12, [
      [2, 8, 1],
      [8, 2, 1],
    ]);
    expect(distinctivePatches(x, 3, 1)).toEqual([{ x: 6, y: 0, width: 3, height: 3 }]);
  });

  it('fewer come back when no more fit', () => {
    const random = seeded(1);
    const x = tensor(
      Float32Array.from({ length: 100 }, () => random()),
      [1, 10, 10],
    );
    expect(distinctivePatches(x, 6, 3)).toHaveLength(1);
  });

  it('no square that is left has more energy than the one taken', () => {
    const random = seeded(2);
    const [H, W, side] = [14, 17, 4];
    const x = tensor(
      Float32Array.from({ length: 3 * H * W }, () => random()),
      [3, H, W],
    );
    const taken: { x: number; y: number }[] = [];
    for (const patch of distinctivePatches(x, side, 3)) {
      const own = energyOf(x, patch.x, patch.y, side);
      for (let top = 0; top + side <= H; top++) {
        for (let left = 0; left + side <= W; left++) {
          if (taken.some((one) => Math.abs(one.x - left) < side && Math.abs(one.y - top) < side)) continue;
          expect(energyOf(x, left, top, side)).toBeLessThanOrEqual(own + 1e-9);
        }
      }
      taken.push(patch);
    }
    expect(taken).toHaveLength(3);
  });
});

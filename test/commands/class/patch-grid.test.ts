import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coarseToFine, patchGrid } from '../../../src/commands/class/occlude-study.js';

describe('patchGrid', () => {
  it('224 pixels, patches of 32 at stride 16: thirteen places a row', () => {
    const { xs, ys } = patchGrid([224, 224], [32, 32], [16, 16]);
    expect(xs).toEqual([0, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192]);
    expect(ys).toEqual(xs);
  });

  it('the last patch ends at the edge', () => {
    expect(patchGrid([10, 11], [4, 4], [3, 5])).toMatchObject({ ys: [0, 3, 6], xs: [0, 5, 7] });
  });

  it('every pixel is covered when the stride is at most the size, and no patch reaches beyond', () => {
    const sides = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(sides, sides, sides, (side, length, step) => {
        fc.pre(length <= side && step <= length);
        const covered = new Uint8Array(side);
        for (const x of patchGrid([side, side], [length, length], [step, step]).xs) {
          expect(x + length).toBeLessThanOrEqual(side);
          covered.fill(1, x, x + length);
        }
        expect(covered).not.toContain(0);
      }),
      { seed: 1 },
    );
  });

  it('a patch larger than the image is refused', () => {
    expect(() => patchGrid([8, 9], [9, 9], [1, 1])).toThrow('--size 9,9: the network reads 9×8 pixels');
  });
});

describe('coarseToFine', () => {
  it('every place once, those of the coarsest grid first', () => {
    const order = coarseToFine(7, 5);
    expect(order.slice(0, 4)).toEqual([0, 4, 28, 32]);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 35 }, (_, i) => i));
  });
});

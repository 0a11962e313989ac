import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseFit, fittedSide, fitWords, shrinkImage, shrinkSamples } from '../../src/draw/text.js';

const SEEDED = { seed: 3 };

describe('chooseFit', () => {
  it('shrinks by the least factor that fits, enlarges small maps by whole factors', () => {
    expect(chooseFit(638, 478, 160, 160)).toEqual({ zoom: 1, shrink: 4 });
    expect(chooseFit(320, 4, 320, 160)).toEqual({ zoom: 1, shrink: 1 });
    expect(chooseFit(3, 2, 320, 160)).toEqual({ zoom: 53, shrink: 1 });
    expect([638, 4, 1].map((side) => fitWords(chooseFit(side, 1, 160, 4)))).toEqual(['shown at 1/4', '', 'shown 4×']);
  });

  it('always fits into the box', () => {
    const side = fc.integer({ min: 1, max: 20000 });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 8, max: 900 }), (width, height, box) => {
        const fit = chooseFit(width, height, box, 160);
        expect(Math.max(fittedSide(width, fit), fittedSide(height, fit))).toBeLessThanOrEqual(box);
        expect(Math.min(fittedSide(width, fit), fittedSide(height, fit))).toBeGreaterThan(0);
      }),
      SEEDED,
    );
  });
});

describe('shrinkSamples', () => {
  it('takes the mean of each box, halves up, and of what is left at the edges', () => {
    const plane = Uint8Array.of(0, 1, 10, 1, 0, 20, 5, 6, 255);
    expect([...shrinkSamples(plane, 3, 3, 1, 2)]).toEqual([1, 15, 6, 255]);
  });

  it('keeps channels apart and 16 bits whole', () => {
    const rgb = Uint16Array.of(60000, 0, 3, 60002, 2, 4);
    expect(shrinkSamples(rgb, 2, 1, 3, 2)).toEqual(Uint16Array.of(60001, 1, 4));
    const image = { width: 2, height: 1, channels: 3, depth: 16, data: rgb } as const;
    expect(shrinkImage(image, 2)).toEqual({ ...image, width: 1, data: Uint16Array.of(60001, 1, 4) });
  });

  it('leaves a constant constant', () => {
    fc.assert(
      fc.property(
        fc.nat(255),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 9 }),
        (grey, width, height, factor) => {
          const small = shrinkSamples(new Uint8Array(width * height).fill(grey), width, height, 1, factor);
          expect(small).toHaveLength(Math.ceil(width / factor) * Math.ceil(height / factor));
          expect(small.every((level) => level === grey)).toBe(true);
        },
      ),
      SEEDED,
    );
  });
});

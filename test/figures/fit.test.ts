import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseFit, fittedSide, fitWords } from '../../src/draw/fit.js';
import { resample } from '../../src/draw/resample.js';

const SEEDED = { seed: 3 };

describe('chooseFit', () => {
  it('shrinks by the least factor that fits, enlarges small maps by whole factors', () => {
    expect(chooseFit(638, 478, 160, 160)).toEqual({ zoom: 1, shrink: 4 });
    expect(chooseFit(320, 4, 320, 160)).toEqual({ zoom: 1, shrink: 1 });
    expect(chooseFit(3, 2, 320, 160)).toEqual({ zoom: 53, shrink: 1 });
    expect([638, 4, 1].map((side) => fitWords(chooseFit(side, 1, 160, 4)))).toEqual(['at 1/4', '', 'enlarged 4×']);
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

const gray = (data: Uint8Array, width: number, height: number) =>
  ({ width, height, channels: 1, depth: 8, data }) as const;

describe('resample', () => {
  it('takes the mean of what each pixel covers, halves up', () => {
    expect([...resample(gray(Uint8Array.of(0, 1, 10, 1), 2, 2), 1, 1)]).toEqual([3]);
    expect([...resample(gray(Uint8Array.of(0, 30, 90), 3, 1), 2, 1)]).toEqual([10, 70]);
  });

  it('keeps channels apart and brings 16 bits to 8', () => {
    const image = {
      width: 2,
      height: 1,
      channels: 3,
      depth: 16,
      data: Uint16Array.of(257, 0, 65535, 771, 514, 0),
    } as const;
    expect([...resample(image, 1, 1)]).toEqual([2, 1, 128]);
    expect([...resample(image, 2, 1)]).toEqual([1, 0, 255, 3, 2, 0]);
  });

  it('enlarges by squares of one colour', () => {
    expect([...resample(gray(Uint8Array.of(1, 2, 3, 4), 2, 2), 4, 4)]).toEqual([
      1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4,
    ]);
  });

  it('leaves a constant constant', () => {
    const side = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(fc.nat(255), side, side, side, side, (grey, width, height, across, down) => {
        const image = gray(new Uint8Array(width * height).fill(grey), width, height);
        const out = resample(image, across, down);
        expect(out).toHaveLength(across * down);
        expect(out.every((level) => level === grey)).toBe(true);
      }),
      SEEDED,
    );
  });
});

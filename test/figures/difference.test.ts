import { describe, expect, it } from 'vitest';
import { type ComparedPlane, differencePicture, valuesPictures } from '../../src/commands/check/difference.js';
import { COLORMAPS } from '../../src/draw/colormaps.js';
import { countColour, hasCleanMargin, pixel } from './paper.js';

const RING = [214, 30, 40];

/** A plane of zeros in which one value came out otherwise. */
function plane(width: number, height: number, x: number, y: number, got: number): ComparedPlane {
  const expected = new Float32Array(width * height);
  const values = new Float32Array(expected);
  values[y * width + x] = got;
  return { label: 'channel 0', width, height, expected, got: values, x, y };
}

describe('pictures of a difference', () => {
  it('expected and got share one scale, the difference is symmetric around zero', () => {
    const one = plane(12, 12, 3, 4, -2);
    one.expected[0] = 5;
    one.got[0] = 5;
    const { expected, got } = valuesPictures('t', 'f', [one]);
    expect([expected.scale, got.scale]).toEqual([
      { lo: -2, hi: 5 },
      { lo: -2, hi: 5 },
    ]);
    expect(differencePicture('t', 'f', [one]).scale).toEqual({ lo: -2, hi: 2 });
  });

  it('one value of a shrunk plane is seen: a ring around it, and its colour is not averaged away', () => {
    const one = plane(1400, 30, 1234, 17, 1e-7);
    const { image } = differencePicture('t', 'f', [one]);
    expect(countColour(image, RING)).toBeGreaterThan(40);
    expect(hasCleanMargin(image, 8)).toBe(true);
    // left of the numbers and above the legend there is only the plane
    const most = [...COLORMAPS.diverging.slice(-3)].join();
    const found: number[] = [];
    for (let y = 0; y < 80; y++) for (let x = 0; x < 500; x++) if (pixel(image, x, y).join() === most) found.push(x);
    expect(found).toEqual([17 + Math.floor(1234 / 3)]);
  });

  it('NaN, infinities and −0 are drawn, never thrown over', () => {
    const one = plane(9, 9, 0, 0, Number.NaN);
    one.got[1] = Number.POSITIVE_INFINITY;
    one.expected[2] = Number.NaN;
    one.got[2] = Number.NaN;
    one.got[3] = -0;
    const { scale, clipped } = differencePicture('t', 'f', [one]);
    expect(scale).toEqual({ lo: 0, hi: 0 });
    expect(clipped).toEqual({ below: 0, above: 1, nan: 1, of: 81 });
  });

  it.each([
    [1, 1],
    [1, 40],
    [300, 2],
    [700, 500],
  ])('a plane of %i×%i keeps its margins, wherever the difference is', (width, height) => {
    for (const [x, y] of [
      [0, 0],
      [width - 1, height - 1],
    ]) {
      const { image } = differencePicture('t', 'facts', [plane(width, height, x, y, 3)]);
      expect(hasCleanMargin(image, 8)).toBe(true);
    }
  });
});

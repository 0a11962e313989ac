import { describe, expect, it } from 'vitest';
import { heatMap, overlay } from '../../src/commands/class/class-map.js';
import type { Image } from '../../src/core/image.js';
import { MARK } from '../../src/draw/marks.js';
import { countColour, hasCleanMargin, pixel } from './paper.js';

const STYLE = {
  title: 'p.png',
  facts: '',
  what: 'heat',
  scaleRule: { kind: 'symmetric' },
  colormap: 'diverging',
} as const;
const photo = (width: number, height: number): Image => ({
  width,
  height,
  channels: 3,
  depth: 8,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => [200, 100, 0][i % 3]),
});
const plane = (width: number, height: number, values: number[]) => ({
  width,
  height,
  values: Float32Array.from(values),
});

/** Rows of the picture at the right, which is as wide as the one at the left. */
function rightPicture({ image }: { image: Image }, side: number) {
  const left = 16 + side + 2 + 16 + 1;
  const top = Array.from({ length: image.height }, (_, y) => y).find(
    (y) => pixel(image, 17, y).join() === '200,100,0',
  )!;
  return (x: number, y: number) => pixel(image, left + x, top + y);
}

describe('overlay', () => {
  it('nothing leaves the grey image, the strongest covers four fifths of it, and a symmetric scale tells signs apart', () => {
    // 20×20 is enlarged 16 times; grey of the photograph: 0.299·200 + 0.587·100 = 118.5
    const at = rightPicture(
      overlay({ image: photo(20, 20), plane: plane(3, 1, [-1, 0, 1]), smooth: false }, STYLE),
      320,
    );
    expect(at(160, 160)).toEqual([119, 119, 119]);
    expect(at(2, 2)).toEqual([10, 70, 150].map((c) => Math.round(119 + 0.8 * (c - 119))));
    expect(at(317, 317)).toEqual([186, 82, 4].map((c) => Math.round(119 + 0.8 * (c - 119))));
  });

  it('covers only its area, which may reach beyond the image', () => {
    const map = { image: photo(20, 20), plane: plane(1, 2, [1, 1]), smooth: false };
    const at = rightPicture(overlay({ ...map, area: { x: 10, y: -5, width: 30, height: 10 } }, STYLE), 320);
    expect(at(159, 2)).toEqual([119, 119, 119]);
    expect(at(160, 2)).not.toEqual([119, 119, 119]);
    expect(at(300, 79)).not.toEqual([119, 119, 119]);
    expect(at(300, 80)).toEqual([119, 119, 119]);
  });

  it('smooth goes from value to value, else each has its rectangle', () => {
    const colours = (smooth: boolean) => {
      const at = rightPicture(overlay({ image: photo(20, 20), plane: plane(2, 1, [-1, 1]), smooth }, STYLE), 320);
      return new Set(Array.from({ length: 320 }, (_, x) => at(x, 9).join())).size;
    };
    expect(colours(false)).toBe(2);
    expect(colours(true)).toBeGreaterThan(50);
  });

  it.each([
    [1, 1],
    [2000, 3],
    [3, 2000],
  ])('an image of %d×%d is laid out with nothing cut off', (width, height) => {
    const { image } = overlay({ image: photo(width, height), plane: plane(2, 2, [1, 2, 3, 4]), smooth: true }, STYLE);
    expect(hasCleanMargin(image, 16)).toBe(true);
  });
});

describe('heat map', () => {
  it.each([1, 9, 10, 700])('of %d values a side is laid out with nothing cut off', (side) => {
    const values = Array.from({ length: side * side }, (_, i) => i);
    expect(hasCleanMargin(heatMap(plane(side, side, values), STYLE).image, 16)).toBe(true);
  });

  it('frames what it is told to, however small', () => {
    const map = plane(640, 640, Array<number>(640 * 640).fill(0));
    const frames = [{ x: 639, y: 639, width: 1, height: 1 }];
    expect(countColour(heatMap(map, STYLE).image, MARK)).toBe(0);
    // 13 a side, one pixel thick, a dark line around it
    expect(countColour(heatMap(map, { ...STYLE, frames }).image, MARK)).toBe(4 * 10);
  });
});

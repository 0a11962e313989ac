import { describe, expect, it } from 'vitest';
import { heatMap, overlay } from '../../src/commands/class/class-map.js';
import type { Image } from '../../src/core/image.js';
import { PLAIN_LOOK } from '../../src/draw/figure.js';
import type { ImageMark } from '../../src/draw/scene/scene.js';
import { pixel } from './paper.js';
import { faultsOf, pixelsOf, wordsOf } from './scenes.js';

const STYLE = {
  title: 'p.png',
  facts: '',
  what: 'heat',
  scaleRule: { kind: 'symmetric' },
  colormap: 'diverging',
  look: PLAIN_LOOK,
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

/** The blended picture: two pixels a point, wherever it stands. */
function blended(map: Parameters<typeof overlay>[0], style: Parameters<typeof overlay>[1] = STYLE) {
  const { scene } = overlay(map, style);
  const [input, output] = scene.marks.filter((mark): mark is ImageMark => mark.kind === 'image');
  expect([output.width, output.height]).toEqual([input.width, input.height]);
  expect([output.image.width, output.image.height]).toEqual([2 * output.width, 2 * output.height]);
  return (x: number, y: number) => pixel(output.image, Math.floor(2 * x), Math.floor(2 * y));
}

describe('overlay', () => {
  it('nothing leaves the grey image, the strongest covers four fifths of it, and a symmetric scale tells signs apart', () => {
    // 20×20 is enlarged 20 times; grey of the photograph: 0.299·200 + 0.587·100 = 118.5
    const at = blended({ image: photo(20, 20), plane: plane(3, 1, [-1, 0, 1]), smooth: false });
    expect(at(200, 200)).toEqual([119, 119, 119]);
    expect(at(2, 2)).toEqual([10, 70, 150].map((c) => Math.round(119 + 0.8 * (c - 119))));
    expect(at(397, 397)).toEqual([186, 82, 4].map((c) => Math.round(119 + 0.8 * (c - 119))));
  });

  it('covers only its area, which may reach beyond the image', () => {
    const map = { image: photo(20, 20), plane: plane(1, 2, [1, 1]), smooth: false };
    const at = blended({ ...map, area: { x: 10, y: -5, width: 30, height: 10 } });
    expect(at(199, 2)).toEqual([119, 119, 119]);
    expect(at(200, 2)).not.toEqual([119, 119, 119]);
    expect(at(380, 99)).not.toEqual([119, 119, 119]);
    expect(at(380, 100)).toEqual([119, 119, 119]);
  });

  it('smooth goes from value to value, else each has its rectangle', () => {
    const colours = (smooth: boolean) => {
      const at = blended({ image: photo(20, 20), plane: plane(2, 1, [-1, 1]), smooth });
      return new Set(Array.from({ length: 400 }, (_, x) => at(x, 9).join())).size;
    };
    expect(colours(false)).toBe(2);
    expect(colours(true)).toBeGreaterThan(50);
  });

  it('is larger or smaller as the look says, letters are not', () => {
    const map = { image: photo(900, 600), plane: plane(2, 1, [-1, 1]), smooth: true };
    const sides = [0.5, 1, 2].map((box) => {
      const { scene } = overlay(map, { ...STYLE, look: { ...PLAIN_LOOK, box } });
      expect(Math.min(...scene.marks.flatMap((mark) => (mark.kind === 'text' ? [mark.size] : [])))).toBe(13);
      return scene.marks.find((mark) => mark.kind === 'image')!.width;
    });
    expect(sides).toEqual([225, 450, 900]);
  });

  it.each([
    [1, 1],
    [2000, 3],
    [3, 2000],
  ])('an image of %d×%d is laid out with nothing cut off', (width, height) => {
    const { scene } = overlay({ image: photo(width, height), plane: plane(2, 2, [1, 2, 3, 4]), smooth: true }, STYLE);
    expect(faultsOf(scene)).toEqual([]);
  });
});

describe('heat map', () => {
  it.each([1, 9, 10, 700])('of %d values a side is laid out with nothing cut off', (side) => {
    const values = Array.from({ length: side * side }, (_, i) => i);
    const { scene } = heatMap(plane(side, side, values), STYLE);
    expect(faultsOf(scene)).toEqual([]);
    expect(wordsOf(scene)).toContain(`${side} × ${side}`);
  });

  it('of few values writes them', () => {
    const words = wordsOf(heatMap(plane(2, 1, [-0.25, 31]), STYLE).scene).split('\n');
    expect(words).toEqual(expect.arrayContaining(['−0.25', '31']));
  });

  it('frames what it is told to, however small', () => {
    const map = plane(640, 640, Array<number>(640 * 640).fill(0));
    const frames = [{ x: 639, y: 639, width: 1, height: 1 }];
    const count = (style: Parameters<typeof heatMap>[1]) => {
      const image = pixelsOf(heatMap(map, style).scene);
      let found = 0;
      for (let i = 0; i < image.data.length; i += 3) {
        if (image.data[i] === 194 && image.data[i + 1] === 24 && image.data[i + 2] === 91) found++;
      }
      return found;
    };
    expect(count(STYLE)).toBe(0);
    // 13 a side in white, a line two pixels thick within
    expect(count({ ...STYLE, frames })).toBe(11 * 11 - 7 * 7);
  });
});

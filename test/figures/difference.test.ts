import { describe, expect, it } from 'vitest';
import { type ComparedPlane, differencePicture, valuesPictures } from '../../src/commands/check/difference.js';
import { COLORMAPS } from '../../src/draw/colormaps.js';
import { PLAIN_LOOK } from '../../src/draw/figure.js';
import { countColour, pixel } from './paper.js';
import { faultsOf, pixelsOf, wordsOf } from './scenes.js';

const RING = [194, 24, 91];
const difference = (planes: readonly ComparedPlane[]) => differencePicture('t', 'facts', planes)(PLAIN_LOOK);

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
    expect([expected(PLAIN_LOOK).scale, got(PLAIN_LOOK).scale]).toEqual([
      { lo: -2, hi: 5 },
      { lo: -2, hi: 5 },
    ]);
    expect(difference([one]).scale).toEqual({ lo: -2, hi: 2 });
  });

  it('one value of a shrunk plane is seen: a ring around it, and its colour is not averaged away', () => {
    const one = plane(1400, 30, 1234, 17, 1e-7);
    const { scene } = difference([one]);
    const image = pixelsOf(scene);
    expect(countColour(image, RING)).toBeGreaterThan(40);
    const picture = scene.marks.find((mark) => mark.kind === 'image')!;
    // shrunk to a third, a point for each box of 3×3 values
    expect([picture.width, picture.height]).toEqual([467, 10]);
    const most = [...COLORMAPS.diverging.slice(-3)].join();
    const found: number[][] = [];
    for (let y = 0; y < 10; y++) {
      for (let x = 0; x < 467; x++) {
        if (pixel(image, picture.x + x, picture.y + y).join() === most) found.push([x, y]);
      }
    }
    expect(found).toEqual([[Math.floor(1234 / 3), Math.floor(17 / 3)]]);
  });

  it('writes the numbers around the first difference, and where they lie', () => {
    const one = plane(40, 30, 20, 10, 0.75);
    const words = wordsOf(difference([one]).scene).split('\n');
    expect(words.filter((word) => word === '0.75')).toEqual(['0.75', '0.75']);
    // 48 zeros around it, and zero below the bar of colours
    expect(words.filter((word) => word === '0')).toHaveLength(49);
    expect(words.join(' ')).toContain('channel 0 at (20, 10): x 17 … 23, y 7 … 13');
  });

  it('NaN, infinities and −0 are drawn, never thrown over', () => {
    const one = plane(9, 9, 0, 0, Number.NaN);
    one.got[1] = Number.POSITIVE_INFINITY;
    one.expected[2] = Number.NaN;
    one.got[2] = Number.NaN;
    one.got[3] = -0;
    const { scale, clipped } = difference([one]);
    expect(scale).toEqual({ lo: 0, hi: 0 });
    expect(clipped).toMatchObject({ below: 0, above: 1, nan: 1 });
  });

  it.each([
    [1, 1],
    [1, 40],
    [300, 2],
    [700, 500],
  ])('of a plane of %i×%i nothing is cut off, wherever the difference is', (width, height) => {
    for (const [x, y] of [
      [0, 0],
      [width - 1, height - 1],
    ]) {
      const one = plane(width, height, x, y, 3);
      const long = { ...one, label: `channel ${'0123456789'.repeat(20)}` };
      for (const planes of [[one], [long], Array<ComparedPlane>(12).fill(one)]) {
        expect(faultsOf(difference(planes).scene)).toEqual([]);
      }
    }
  });
});

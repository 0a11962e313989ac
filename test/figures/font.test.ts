import { describe, expect, it } from 'vitest';
import { createCanvas, drawText, toImage } from '../../src/draw/canvas.js';
import { glyphRows, LETTERS, shortenMiddle, textHeight, textWidth } from '../../src/draw/text.js';
import { asText, countColour, pixel } from './paper.js';

const WHITE = [255, 255, 255] as const;
const BLACK = [0, 0, 0] as const;

describe('the font', () => {
  it('has all printable ASCII and the signs of captions', () => {
    const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
    expect(LETTERS).toEqual(expect.arrayContaining([...ascii, ...'×−▸…→·±≤≥µσ°÷∞']));
  });

  it('draws no two letters alike, nor one like the box of an unknown letter', () => {
    const drawn = [...LETTERS, '\u{1F600}'].map((letter) => glyphRows(letter).join());
    expect(new Set(drawn).size).toBe(drawn.length);
  });

  it('draws every letter but the space, within its box', () => {
    for (const letter of LETTERS) {
      const canvas = createCanvas(9, 13, WHITE);
      drawText(canvas, 2, 2, letter, { rgb: BLACK, size: 1 });
      const image = toImage(canvas);
      if (letter !== ' ') expect(countColour(image, BLACK), letter).toBeGreaterThan(1);
      for (let y = 0; y < 13; y++) {
        for (let x = 0; x < 9; x++) {
          if (x < 2 || x >= 2 + textWidth(letter, 1) || y < 2 || y >= 2 + textHeight(1)) {
            expect(pixel(image, x, y), letter).toEqual(WHITE);
          }
        }
      }
    }
  });

  it('draws 6 and g like this', () => {
    const canvas = createCanvas(12, 9, WHITE);
    drawText(canvas, 0, 0, '6g', { rgb: BLACK, size: 1 });
    expect(asText(toImage(canvas), BLACK)).toEqual([
      '..##........',
      '.#..........',
      '#......####.',
      '####..#...#.',
      '#...#.#...#.',
      '#...#..####.',
      '.###......#.',
      '.......###..',
      '............',
    ]);
  });

  it('grows by whole dots', () => {
    expect([textWidth('', 1), textWidth('ab', 1), textWidth('ab…', 3), textHeight(2)]).toEqual([0, 11, 51, 18]);
    const canvas = createCanvas(12, 16, WHITE);
    drawText(canvas, 0, 0, '1', { rgb: BLACK, size: 2 });
    const small = createCanvas(6, 8, WHITE);
    drawText(small, 0, 0, '1', { rgb: BLACK, size: 1 });
    expect(countColour(toImage(canvas), BLACK)).toBe(4 * countColour(toImage(small), BLACK));
  });

  it('shortens text in the middle, so that both ends are read', () => {
    expect(shortenMiddle('edge3x3', 41, 1)).toBe('edge3x3');
    expect(shortenMiddle('features.0.weight', 59, 1)).toBe('featu…ight');
    expect(shortenMiddle('features', 11, 1)).toBe('f…');
    expect(shortenMiddle('features', 5, 1)).toBe('…');
    expect(shortenMiddle('features', 3, 1)).toBe('');
    for (let width = 5; width < 120; width++) {
      expect(textWidth(shortenMiddle('a long label of a map', width, 1), 1)).toBeLessThanOrEqual(width);
    }
  });
});

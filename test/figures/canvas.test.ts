import { describe, expect, it } from 'vitest';
import { CnnvizError } from '../../src/core/errors.js';
import {
  createCanvas,
  drawImage,
  drawLevels,
  drawLine,
  drawText,
  fillRect,
  strokeRect,
  toImage,
} from '../../src/draw/canvas.js';
import { asText, countColour, pixel } from './paper.js';

const WHITE = [255, 255, 255] as const;
const RED = [200, 10, 20] as const;

describe('the canvas', () => {
  it('fills and frames rectangles', () => {
    const canvas = createCanvas(7, 5, WHITE);
    strokeRect(canvas, 0, 0, 5, 4, RED);
    fillRect(canvas, 5, 3, 2, 2, RED);
    expect(asText(toImage(canvas), RED)).toEqual(['#####..', '#...#..', '#...#..', '#######', '.....##']);
  });

  it('cuts off what is drawn past its edges', () => {
    const canvas = createCanvas(4, 3, WHITE);
    fillRect(canvas, -2, -2, 3, 3, RED);
    fillRect(canvas, 3, 2, 100, 100, RED);
    expect(asText(toImage(canvas), RED)).toEqual(['#...', '....', '...#']);
    drawText(canvas, 2, -3, 'WWW', { rgb: RED, size: 2 });
    drawLevels(canvas, -5, -5, 2, 2, Uint8Array.of(0, 0, 0, 9), 'gray', 3);
    expect(pixel(toImage(canvas), 0, 0)).toEqual([9, 9, 9]);
    expect(canvas.data).toHaveLength(36);
  });

  it('draws levels as squares, in the colours of the map', () => {
    const canvas = createCanvas(6, 2, WHITE);
    drawLevels(canvas, 1, 0, 2, 1, Uint8Array.of(0, 255), 'viridis', 2);
    const image = toImage(canvas);
    expect([0, 1, 2, 3, 4, 5].map((x) => pixel(image, x, 1)[0])).toEqual([255, 68, 68, 253, 253, 255]);
    expect(pixel(image, 3, 0)).toEqual([253, 231, 37]);
  });

  it('draws grey, colour and 16-bit images', () => {
    const canvas = createCanvas(4, 1, WHITE);
    drawImage(canvas, 0, 0, { width: 1, height: 1, channels: 1, depth: 8, data: Uint8Array.of(7) });
    drawImage(canvas, 1, 0, { width: 1, height: 1, channels: 3, depth: 8, data: Uint8Array.of(1, 2, 3) });
    drawImage(canvas, 2, 0, { width: 1, height: 1, channels: 1, depth: 16, data: Uint16Array.of(257 * 9 + 128) }, 2);
    const image = toImage(canvas);
    expect([0, 1, 2, 3].map((x) => pixel(image, x, 0))).toEqual([
      [7, 7, 7],
      [1, 2, 3],
      [9, 9, 9],
      [9, 9, 9],
    ]);
    expect(countColour(image, WHITE)).toBe(0);
  });

  it.each([
    [0, 5],
    [2.5, 5],
    [20000, 10001],
  ])('refuses a picture of %d×%d', (width, height) => {
    expect(() => createCanvas(width, height, WHITE)).toThrow(CnnvizError);
  });
});

describe('a line', () => {
  const drawn = (from: [number, number], to: [number, number]) => {
    const canvas = createCanvas(6, 4, WHITE);
    drawLine(canvas, from, to, RED);
    return asText(toImage(canvas), RED);
  };

  it.each<[string, [number, number], [number, number], string[]]>([
    ['across', [1, 2], [4, 2], ['......', '......', '.####.', '......']],
    ['down', [5, 0], [5, 3], ['.....#', '.....#', '.....#', '.....#']],
    ['one place', [2, 1], [2, 1], ['......', '..#...', '......', '......']],
    // one place for each column: y = 0, 2/3, 4/3, 2
    ['flat', [1, 0], [4, 2], ['.#....', '..##..', '....#.', '......']],
    // and for each row where it is steep: x = 3, 3 1/3, 3 2/3, 4
    ['steep', [3, 0], [4, 3], ['...#..', '...#..', '....#.', '....#.']],
    ['falling', [4, 1], [1, 3], ['......', '....#.', '..##..', '.#....']],
  ])('%s has one place for each step of its longer side', (_, from, to, rows) => {
    expect(drawn(from, to)).toEqual(rows);
    expect(drawn(to, from)).toEqual(rows);
  });
});

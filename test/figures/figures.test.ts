import { describe, expect, it } from 'vitest';
import { formatNumber, groupDigits } from '../../src/core/text.js';
import { contactSheet } from '../../src/draw/contact-sheet.js';
import { strip } from '../../src/draw/strip.js';
import { glyphRows, LETTERS, shortenMiddle, shrinkSamples, textWidth } from '../../src/draw/text.js';
import { randomArray } from '../random.js';

const options = { title: 'x.png 9×9', scaleRule: { kind: 'minmax' } as const, colormap: 'gray' as const };
const map = (label: string, width: number, height: number, seed = 1) => ({
  label,
  width,
  height,
  values: randomArray(width * height, seed),
});

/** How often a colour occurs. */
const count = (data: Uint8Array | Uint16Array, [r, g, b]: number[]) => {
  let times = 0;
  for (let i = 0; i < data.length; i += 3) if (data[i] === r && data[i + 1] === g && data[i + 2] === b) times++;
  return times;
};

describe('contact sheet', () => {
  it.each([
    ['one map', 1, 40, 30],
    ['seven maps', 7, 40, 30],
    ['512 maps', 512, 13, 13],
    ['wide maps', 3, 900, 4],
    ['tall maps', 5, 3, 700],
    ['large maps', 64, 638, 478],
    ['maps of one value', 2, 1, 1],
  ])('%s make a picture of sensible size', (_, number, width, height) => {
    const maps = Array.from({ length: number }, (_, i) =>
      map(`a rather long label of map number ${i}`, width, height, i),
    );
    const { image } = contactSheet(maps, options);
    expect(image.width).toBeLessThan(2400);
    expect(image.height).toBeLessThan(4800);
    expect(image.width).toBeGreaterThan(60);
  });

  it('is on one scale: the largest value of all is white, and only it', () => {
    const dark = { label: 'dark', width: 4, height: 4, values: new Float32Array(16) };
    const bright = { label: 'bright', width: 4, height: 4, values: new Float32Array(16).fill(2) };
    const { image, scale } = contactSheet([dark, bright], options);
    expect(scale).toEqual({ lo: 0, hi: 2 });
    expect(count(image.data, [0, 0, 0])).toBeGreaterThanOrEqual(16 * 9);
    expect(count(image.data, [255, 255, 255])).toBeGreaterThanOrEqual(16 * 9);
  });

  it('changes with every value it is given', () => {
    const before = contactSheet([map('a', 5, 5)], options).image.data;
    const changed = map('a', 5, 5);
    changed.values[12] += 0.5;
    expect(contactSheet([changed], options).image.data).not.toEqual(before);
  });

  it('is the same pixels every time', () => {
    expect(contactSheet([map('a', 7, 5)], options).image).toEqual(contactSheet([map('a', 7, 5)], options).image);
  });
});

describe('strip', () => {
  const input = { width: 9, height: 9, channels: 3 as const, depth: 8 as const, data: new Uint8Array(243).fill(90) };
  const plane = (seed: number, side = 3) => ({ width: side, height: side, values: randomArray(side * side, seed) });

  it('shows small, large, coloured and many-channelled kernels', () => {
    const kernels = [
      [plane(1), plane(1), plane(1)],
      [plane(1), plane(2), plane(3)],
      [plane(1, 20), plane(2, 20), plane(3, 20)],
      Array.from({ length: 12 }, (_, seed) => plane(seed)),
    ];
    for (const channels of kernels) {
      const row = { input, kernel: { label: 'k', channels }, map: map('m', 7, 7) };
      const { image } = strip([row], options);
      expect(image.width).toBeGreaterThan(300);
      const changed = { ...row, map: { ...row.map, values: row.map.values.map((value) => -value) } };
      expect(strip([changed], options).image.data).not.toEqual(image.data);
    }
  });

  it('has a row for each map, on one scale', () => {
    const row = (seed: number) => ({
      input,
      kernel: { label: 'k', channels: [plane(seed)] },
      map: map('m', 7, 7, seed),
    });
    const one = strip([row(1)], options);
    const three = strip([row(1), row(2), row(3)], options);
    expect(three.image.height).toBeGreaterThan(2 * one.image.height);
    expect(three.scale.hi).toBeGreaterThanOrEqual(one.scale.hi);
  });
});

describe('the parts', () => {
  it('every letter has a shape of its own', () => {
    const shapes = LETTERS.map((letter) => glyphRows(letter).join());
    expect(new Set(shapes).size).toBe(shapes.length);
    expect(LETTERS).toEqual(expect.arrayContaining([...'09AZaz×−▸…→']));
    expect(glyphRows('漢')).not.toEqual(glyphRows('?'));
  });

  it('a long label is shortened in its middle', () => {
    const short = shortenMiddle('features.0.weight.of.something', 90, 1);
    expect(textWidth(short, 1)).toBeLessThanOrEqual(90);
    expect(short).toMatch(/^feat.*….*ing$/);
  });

  it('shrinking takes means, exactly', () => {
    expect([...shrinkSamples(Uint8Array.of(0, 10, 255, 20, 30, 1), 3, 2, 1, 2)]).toEqual([15, 128]);
  });

  it.each([
    [8.43, '8.43'],
    [-8.7142, '−8.71'],
    [3127.4, '3127'],
    [0, '0'],
    [0.0336, '0.0336'],
    [-1234567, '−1.23e+6'],
    [4.5e-7, '4.5e-7'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '−∞'],
    [144, '144'],
  ])('%d is written %s', (value, text) => expect(formatNumber(value)).toBe(text.replace(/e-/, 'e−')));

  it('groups digits', () => expect([0, 999, 1000, 477204].map(groupDigits)).toEqual(['0', '999', '1,000', '477,204']));
});

import { describe, expect, it } from 'vitest';
import { CnnvizError } from '../../src/core/errors.js';
import { contactSheet } from '../../src/draw/contact-sheet.js';
import { countColour, hasCleanMargin, pixel } from './paper.js';

const OPTIONS = { title: 'five.png 5×5', scaleRule: { kind: 'minmax' }, colormap: 'gray' } as const;

function ramp(label: string, width: number, height: number, factor = 1) {
  return { label, width, height, values: Float32Array.from({ length: width * height }, (_, i) => i * factor) };
}

function maps(count: number, width: number, height: number, label = 'edge3x3') {
  return Array.from({ length: count }, (_, i) => ramp(`${label}.${i}`, width, height));
}

describe('contactSheet', () => {
  it.each([
    [1, 319, 239],
    [7, 30, 20],
    [512, 13, 13],
    [3, 2000, 2],
    [3, 2, 2000],
    [2, 1, 1],
  ])('lays out %d maps of %d×%d with nothing cut off, on a sheet one can look at', (count, width, height) => {
    const { image } = contactSheet(maps(count, width, height, 'a-layer-with-a-long-name.weight'), OPTIONS);
    expect(hasCleanMargin(image, 16)).toBe(true);
    expect(Math.max(image.width, image.height)).toBeLessThan(3000);
  });

  it('shows 64 large maps on less than 2000 pixels a side', () => {
    const { image } = contactSheet(maps(64, 638, 478), OPTIONS);
    expect(Math.max(image.width, image.height)).toBeLessThan(2000);
  });

  it('has one scale for all maps: the same value is the same grey in each', () => {
    const flat = (label: string, value: number) => ({
      label,
      width: 4,
      height: 4,
      values: new Float32Array(16).fill(value),
    });
    const { image, scale, clipped } = contactSheet([flat('a', 0), flat('b', 3), flat('c', 4)], OPTIONS);
    expect(scale).toEqual({ lo: 0, hi: 4 });
    expect(clipped).toEqual({ below: 0, above: 0, nan: 0, of: 48 });
    // each 4×4 map is enlarged to 160×160; round(3 / 4 · 255) = 191
    for (const grey of [0, 191, 255]) expect(countColour(image, [grey, grey, grey])).toBeGreaterThanOrEqual(160 * 160);
  });

  it('draws every value of a small map as a square inside a frame', () => {
    const { image } = contactSheet([{ label: 'm', width: 2, height: 2, values: Float32Array.of(0, 1, 2, 4) }], OPTIONS);
    // margin 16; title 18 + 10; facts 9 + 10; frame 1; 80 pixels a value
    const [x, y] = [17, 16 + 18 + 10 + 9 + 10 + 1];
    expect(pixel(image, x - 1, y)).toEqual([128, 128, 136]);
    const corners = [
      [0, 0],
      [79, 79],
      [80, 0],
      [159, 79],
      [0, 80],
      [80, 80],
      [159, 159],
    ];
    expect(corners.map(([dx, dy]) => pixel(image, x + dx, y + dy)[0])).toEqual([0, 0, 64, 64, 128, 255, 255]);
    expect(pixel(image, x + 160, y)).toEqual([128, 128, 136]);
  });

  it('counts what the scale lost of all maps together', () => {
    const { scale, clipped } = contactSheet(
      [ramp('a', 3, 1), ramp('b', 3, 1, -1), { ...ramp('c', 1, 1), values: Float32Array.of(Number.NaN) }],
      { ...OPTIONS, scaleRule: { kind: 'fixed', lo: -1, hi: 1 } },
    );
    expect(scale).toEqual({ lo: -1, hi: 1 });
    expect(clipped).toEqual({ below: 1, above: 1, nan: 1, of: 7 });
  });

  it('changes with the values, the labels, the title and the colour map', () => {
    const base = [ramp('a', 3, 3), ramp('b', 3, 3)];
    const draw = (list: typeof base, options: Parameters<typeof contactSheet>[1] = OPTIONS) =>
      contactSheet(list, options).image.data.join();
    const pictures = [
      draw(base),
      draw([base[0], { ...base[1], values: base[1].values.toReversed() }]),
      draw([base[0], { ...base[1], label: 'c' }]),
      draw(base, { ...OPTIONS, title: 'six.png 5×5' }),
      draw(base, { ...OPTIONS, colormap: 'magma' }),
    ];
    expect(new Set(pictures).size).toBe(pictures.length);
    expect(draw(base)).toBe(pictures[0]);
  });

  it('draws black and white maps so that they are told from the paper', () => {
    const { image } = contactSheet([ramp('a', 1, 2)], OPTIONS);
    expect(countColour(image, [255, 255, 255])).toBeGreaterThanOrEqual(80 * 80);
    expect(pixel(image, 0, 0)).not.toEqual([255, 255, 255]);
  });

  it('refuses to draw nothing', () => {
    expect(() => contactSheet([], OPTIONS)).toThrow(CnnvizError);
  });
});

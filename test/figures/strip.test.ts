import { describe, expect, it } from 'vitest';
import { CnnvizError } from '../../src/core/errors.js';
import type { Image } from '../../src/core/image.js';
import { type StripRow, strip } from '../../src/draw/strip.js';
import { countColour, hasCleanMargin } from './paper.js';

const OPTIONS = { title: 'five.png', scaleRule: { kind: 'minmax' }, colormap: 'gray' } as const;
const EDGE = Float32Array.of(1, 0, -1, 1, 0, -1, 1, 0, -1);

function photo(width: number, height: number, rgb = [200, 40, 90]): Image {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => rgb[i % 3]);
  return { width, height, channels: 3, depth: 8, data };
}

function planes(count: number, side: number, value: (channel: number, i: number) => number) {
  return Array.from({ length: count }, (_, channel) => ({
    width: side,
    height: side,
    values: Float32Array.from({ length: side * side }, (_, i) => value(channel, i)),
  }));
}

function row(changes: Partial<StripRow> = {}): StripRow {
  return {
    input: photo(40, 30),
    kernel: { label: 'edge3x3', channels: planes(3, 3, (_, i) => EDGE[i]) },
    map: { label: 'edge3x3', width: 38, height: 28, values: Float32Array.from({ length: 38 * 28 }, (_, i) => i) },
    ...changes,
  };
}

const pixels = (rows: readonly StripRow[]) => strip(rows, OPTIONS).image.data.join();

describe('strip', () => {
  it.each([1, 7, 60])('lays out %d rows with nothing cut off', (count) => {
    const { image } = strip(
      Array.from({ length: count }, () => row()),
      OPTIONS,
    );
    expect(hasCleanMargin(image, 16)).toBe(true);
    expect(image.width).toBeLessThan(1400);
    expect(image.height).toBeLessThan(count * 320 + 200);
  });

  it.each([
    [2000, 3],
    [3, 2000],
  ])('lays out an input and a map of %d×%d', (width, height) => {
    const map = { label: 'm', width, height, values: new Float32Array(width * height).fill(1) };
    const { image } = strip([row({ input: photo(width, height), map })], OPTIONS);
    expect(hasCleanMargin(image, 16)).toBe(true);
    expect(Math.max(image.width, image.height)).toBeLessThan(1400);
  });

  it('shows the input as it is, and the map on the common scale', () => {
    const { image, scale, clipped } = strip([row(), row()], OPTIONS);
    // 40×30 is enlarged five times, twice
    expect(countColour(image, [200, 40, 90])).toBe(2 * 200 * 150);
    expect(scale).toEqual({ lo: 0, hi: 38 * 28 - 1 });
    expect(clipped).toEqual({ below: 0, above: 0, nan: 0, of: 2 * 38 * 28 });
  });

  it('changes when input, kernel, map or a label changes', () => {
    const base = row();
    const pictures = [
      pixels([base]),
      pixels([{ ...base, input: photo(40, 30, [200, 40, 91]) }]),
      pixels([{ ...base, kernel: { ...base.kernel, channels: planes(3, 3, (_, i) => -EDGE[i]) } }]),
      pixels([{ ...base, kernel: { ...base.kernel, label: 'edge3x4' } }]),
      pixels([{ ...base, map: { ...base.map, values: base.map.values.toReversed() } }]),
      pixels([{ ...base, map: { ...base.map, label: 'edge3x3.2' } }]),
    ];
    expect(new Set(pictures).size).toBe(pictures.length);
  });

  it('draws equal channels once and says how many there are', () => {
    const kernel = (count: number) => ({ label: 'k', channels: planes(count, 3, (_, i) => EDGE[i]) });
    const one = strip([row({ kernel: kernel(1) })], OPTIONS).image;
    const three = strip([row({ kernel: kernel(3) })], OPTIONS).image;
    const orange = [186, 82, 4];
    expect(countColour(three, orange)).toBe(countColour(one, orange));
    expect(countColour(one, orange)).toBeGreaterThan(0);
    expect(three.data.join()).not.toBe(one.data.join());
  });

  it('draws three differing channels in colour, smallest weight 0 and largest 255', () => {
    const channels = planes(3, 10, (channel) => [-2, 2, 0][channel]);
    const { image } = strip([row({ kernel: { label: 'patch', channels } })], OPTIONS);
    expect(countColour(image, [0, 255, 128])).toBe(160 * 160);
  });

  it('draws at most eight channels and tells how many more there are', () => {
    const kernel = (count: number) => ({
      label: 'k',
      channels: planes(count, 12, (c, i) => ((c + i) % 2 === 0 ? 0 : 5)),
    });
    const black = (count: number) => {
      const values = new Float32Array(38 * 28).fill(1);
      const rows = [row({ kernel: kernel(count), map: { label: 'm', width: 38, height: 28, values } })];
      return countColour(strip(rows, OPTIONS).image, [0, 0, 0]);
    };
    expect(black(8)).toBeGreaterThan(0);
    expect(black(20)).toBe(black(8));
    expect(pixels([row({ kernel: kernel(20) })])).not.toBe(pixels([row({ kernel: kernel(8) })]));
  });

  it('writes the numbers of a tiny input and a tiny map into their cells', () => {
    const input: Image = { width: 3, height: 3, channels: 1, depth: 8, data: new Uint8Array(9).fill(60) };
    const tiny = (inputValue: number, mapValue: number) =>
      row({
        input,
        inputValues: new Float32Array(9).fill(inputValue),
        kernel: { label: 'k', channels: planes(1, 1, () => 2) },
        map: { label: 'k', width: 3, height: 3, values: new Float32Array(9).fill(mapValue) },
      });
    const { image } = strip([tiny(7, 14)], OPTIONS);
    // one-digit cells are 24 pixels a side; a 7 takes away 11 of them
    expect(countColour(image, [60, 60, 60])).toBe(9 * (24 * 24 - 11));
    expect(pixels([tiny(8, 14)])).not.toBe(pixels([tiny(7, 14)]));
  });

  it('refuses to draw nothing', () => {
    expect(() => strip([], OPTIONS)).toThrow(CnnvizError);
  });
});

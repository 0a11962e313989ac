import { describe, expect, it } from 'vitest';
import { CnnvizError } from '../../src/core/errors.js';
import { contactSheet } from '../../src/draw/contact-sheet.js';
import { PLAIN_LOOK } from '../../src/draw/figure.js';
import type { ImageMark } from '../../src/draw/scene/scene.js';
import { countColour, pixel } from './paper.js';
import { allMarks, faultsOf, pixelsOf, wordsOf } from './scenes.js';

const OPTIONS = { title: 'five.png 5×5', scaleRule: { kind: 'minmax' }, colormap: 'gray', look: PLAIN_LOOK } as const;

function ramp(label: string, width: number, height: number, factor = 1) {
  return { label, width, height, values: Float32Array.from({ length: width * height }, (_, i) => i * factor) };
}

function maps(count: number, width: number, height: number, label = 'edge3x3') {
  return Array.from({ length: count }, (_, i) => ramp(`${label}.${i}`, width, height));
}

const imagesOf = (scene: Parameters<typeof faultsOf>[0]) =>
  allMarks(scene.marks).filter((mark): mark is ImageMark => mark.kind === 'image');

describe('contactSheet', () => {
  it.each([
    [1, 319, 239],
    [7, 30, 20],
    [512, 13, 13],
    [3, 2000, 2],
    [3, 2, 2000],
    [2, 1, 1],
  ])('lays out %d maps of %d×%d with nothing cut off, on a sheet one can look at', (count, width, height) => {
    const { scene } = contactSheet(maps(count, width, height, 'a-layer-with-a-long-name.weight'), OPTIONS);
    expect(faultsOf(scene)).toEqual([]);
    expect(Math.max(scene.width, scene.height)).toBeLessThan(3000);
  });

  it('shows 64 large maps on less than 2000 points a side', () => {
    const { scene } = contactSheet(maps(64, 638, 478), OPTIONS);
    expect(Math.max(scene.width, scene.height)).toBeLessThan(2000);
  });

  it('has one scale for all maps: the same value is the same grey in each', () => {
    const flat = (label: string, value: number) => ({
      label,
      width: 12,
      height: 12,
      values: new Float32Array(144).fill(value),
    });
    const { scene, scale, clipped } = contactSheet([flat('a', 0), flat('b', 3), flat('c', 4)], OPTIONS);
    expect(scale).toEqual({ lo: 0, hi: 4 });
    expect(clipped).toEqual({ below: 0, above: 0, nan: 0, of: 432 });
    // round(3 / 4 · 255) = 191; each map is enlarged sixteen times
    const image = pixelsOf(scene);
    for (const grey of [0, 191]) expect(countColour(image, [grey, grey, grey])).toBeGreaterThanOrEqual(192 * 192);
    expect(wordsOf(scene)).toContain('one scale for all');
  });

  it('gives each map a scale of its own when asked, and writes its ends below it', () => {
    const { scene } = contactSheet([ramp('a', 12, 12), ramp('b', 12, 12, 10)], { ...OPTIONS, each: true });
    const [a, b] = imagesOf(scene).map(({ image }) => [...image.data]);
    expect(a).toEqual(b);
    expect(wordsOf(scene)).toMatch(/each on a scale of its\sown[\s\S]*\n0 … 143\n[\s\S]*0 … 1,?430/);
  });

  it('draws every value of a map as a square of whole points inside a frame', () => {
    const { scene } = contactSheet([ramp('m', 10, 10)], OPTIONS);
    const [{ x, y, width }] = imagesOf(scene);
    expect(width % 10).toBe(0);
    const step = width / 10;
    const image = pixelsOf(scene);
    expect(pixel(image, x - 1, y)).toEqual([215, 218, 224]);
    const at = (column: number, row: number) => [
      pixel(image, x + column * step, y + row * step)[0],
      pixel(image, x + column * step + step - 1, y + row * step + step - 1)[0],
    ];
    for (const [column, row] of [
      [0, 0],
      [9, 0],
      [0, 5],
      [9, 9],
    ]) {
      const grey = Math.round(((row * 10 + column) / 99) * 255);
      expect(at(column, row)).toEqual([grey, grey]);
    }
  });

  it('writes the numbers of tiny maps into their cells', () => {
    const { scene } = contactSheet([{ label: 'm', width: 2, height: 2, values: Float32Array.of(0, 1, 2, 4) }], OPTIONS);
    for (const number of ['0', '1', '2', '4']) expect(wordsOf(scene).split('\n')).toContain(number);
  });

  it('shows the input and the kernels that made the maps', () => {
    const input = { width: 20, height: 10, channels: 3, depth: 8, data: new Uint8Array(600).fill(77) } as const;
    const channels = [{ width: 3, height: 3, values: Float32Array.of(1, 0, -1, 1, 0, -1, 1, 0, -1) }];
    const map = { ...ramp('edge3x3', 18, 8), kernel: { label: 'edge3x3', channels } };
    const { scene } = contactSheet([map, { ...map, label: 'other' }], { ...OPTIONS, input });
    const image = pixelsOf(scene);
    expect(countColour(image, [77, 77, 77])).toBeGreaterThan(600);
    // the darkest orange and blue of two kernels, three cells each
    for (const colour of [
      [186, 82, 4],
      [10, 70, 150],
    ]) {
      expect(countColour(image, colour)).toBeGreaterThan(2 * 3 * 100);
    }
    expect(wordsOf(scene)).toContain('20 × 10');
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
    const base = [ramp('a', 30, 30), ramp('b', 30, 30)];
    const draw = (list: typeof base, options: Parameters<typeof contactSheet>[1] = OPTIONS) =>
      pixelsOf(contactSheet(list, options).scene).data.join();
    const pictures = [
      draw(base),
      draw([base[0], { ...base[1], values: base[1].values.toReversed() }]),
      draw([base[0], { ...base[1], label: 'c' }]),
      draw(base, { ...OPTIONS, title: 'six.png 5×5' }),
      draw(base, { ...OPTIONS, colormap: 'magma' }),
      draw(base, { ...OPTIONS, look: { ...PLAIN_LOOK, title: 'mine' } }),
      draw(base, { ...OPTIONS, look: { ...PLAIN_LOOK, caption: 'a sentence' } }),
      draw(base, { ...OPTIONS, look: { ...PLAIN_LOOK, box: 0.5 } }),
    ];
    expect(new Set(pictures).size).toBe(pictures.length);
    expect(draw(base)).toBe(pictures[0]);
  });

  it('refuses to draw nothing', () => {
    expect(() => contactSheet([], OPTIONS)).toThrow(CnnvizError);
  });
});

import { describe, expect, it } from 'vitest';
import { CnnvizError } from '../../src/core/errors.js';
import type { Image } from '../../src/core/image.js';
import { PLAIN_LOOK } from '../../src/draw/figure.js';
import type { ImageMark } from '../../src/draw/scene/scene.js';
import { type StripRow, type StripStage, strip } from '../../src/draw/strip.js';
import { countColour } from './paper.js';
import { allMarks, faultsOf, pixelsOf, wordsOf } from './scenes.js';

const OPTIONS = { title: 'five.png', scaleRule: { kind: 'minmax' }, colormap: 'gray', look: PLAIN_LOOK } as const;
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

const ramp = (width: number, height: number) => Float32Array.from({ length: width * height }, (_, i) => i);
const STEP = { above: 'stride 2', below: '+ bias −0.5' };

function stage(width: number, height: number, values = ramp(width, height), words = 'convolution'): StripStage {
  return { step: STEP, words, map: { label: 'edge3x3', width, height, values } };
}

function row(changes: Partial<StripRow> = {}): StripRow {
  return {
    input: photo(40, 30),
    kernel: { label: 'edge3x3', channels: planes(3, 3, (_, i) => EDGE[i]) },
    stages: [stage(38, 28)],
    ...changes,
  };
}

const sceneOf = (rows: readonly StripRow[], options: Parameters<typeof strip>[1] = OPTIONS) =>
  strip(rows, options).scene;
const pixels = (rows: readonly StripRow[]) => pixelsOf(sceneOf(rows)).data.join();

describe('strip', () => {
  it.each([1, 7, 60])('lays out %d rows with nothing cut off', (count) => {
    const scene = sceneOf(Array.from({ length: count }, () => row()));
    expect(faultsOf(scene)).toEqual([]);
    expect(scene.width).toBeLessThan(1600);
    expect(scene.height).toBeLessThan(count * 360 + 260);
  });

  it.each([
    [2000, 3],
    [3, 2000],
  ])('lays out an input and a map of %d×%d', (width, height) => {
    const stages = [stage(width, height, new Float32Array(width * height).fill(1))];
    const scene = sceneOf([row({ input: photo(width, height), stages })]);
    expect(faultsOf(scene)).toEqual([]);
    expect(Math.max(scene.width, scene.height)).toBeLessThan(1600);
  });

  it('shows the input as it is, and the maps of one stage on a common scale', () => {
    const { scene, scale, clipped } = strip([row(), row()], OPTIONS);
    // 40×30 is enlarged five times, twice
    expect(countColour(pixelsOf(scene), [200, 40, 90])).toBe(2 * 200 * 150);
    expect(scale).toEqual({ lo: 0, hi: 38 * 28 - 1 });
    expect(clipped).toEqual({ below: 0, above: 0, nan: 0, of: 2 * 38 * 28 });
  });

  it('shows every step on the way with what was done, and gives the scale of the last', () => {
    const stages: StripStage[] = [
      stage(38, 28),
      {
        ...stage(
          38,
          28,
          ramp(38, 28).map((v) => v / 2),
          'fires on 5 %',
        ),
        step: { above: 'ReLU', below: '' },
      },
      { ...stage(19, 14, ramp(19, 14), 'pooled'), step: { above: 'max 2×2', below: '' } },
    ];
    const { scene, scale } = strip([row({ stages })], OPTIONS);
    expect(scale).toEqual({ lo: 0, hi: 19 * 14 - 1 });
    const words = wordsOf(scene).split('\n');
    for (const said of [
      'stride 2',
      '+ bias −0.5',
      'convolution',
      'ReLU',
      'fires on 5 %',
      'max 2×2',
      'pooled',
      '19 × 14',
    ]) {
      expect(words).toContain(said);
    }
    expect(faultsOf(scene)).toEqual([]);
  });

  it('enlarges input and maps of a row alike', () => {
    const images = allMarks(sceneOf([row({ stages: [stage(19, 14)] })]).marks).filter(
      (mark): mark is ImageMark => mark.kind === 'image' && mark.image.width > 9 && mark.image.height > 9,
    );
    const zooms = images.map(({ width, image }) => width / image.width);
    expect(images.length).toBe(2);
    expect(new Set(zooms).size).toBe(1);
    expect(Number.isInteger(zooms[0])).toBe(true);
  });

  it('goes on in a second line where the paper is narrow', () => {
    const stages = [stage(38, 28), stage(38, 28), stage(19, 14)];
    const look = { ...PLAIN_LOOK, width: 800 };
    const narrow = sceneOf([row({ stages })], { ...OPTIONS, look });
    const wide = sceneOf([row({ stages })]);
    expect(wide.width).toBeGreaterThan(800);
    expect(narrow.width).toBeLessThan(wide.width);
    expect(narrow.height).toBeGreaterThan(wide.height);
    expect(faultsOf(narrow)).toEqual([]);
  });

  it('changes when input, kernel, map or a label changes', () => {
    const base = row();
    const pictures = [
      pixels([base]),
      pixels([{ ...base, input: photo(40, 30, [200, 40, 91]) }]),
      pixels([{ ...base, kernel: { ...base.kernel, channels: planes(3, 3, (_, i) => -EDGE[i]) } }]),
      pixels([{ ...base, kernel: { ...base.kernel, label: 'edge3x4' } }]),
      pixels([{ ...base, stages: [stage(38, 28, ramp(38, 28).toReversed())] }]),
      pixels([{ ...base, stages: [stage(38, 28, ramp(38, 28), 'map')] }]),
    ];
    expect(new Set(pictures).size).toBe(pictures.length);
  });

  it('draws equal channels once and says how many there are', () => {
    const kernel = (count: number) => ({ label: 'k', channels: planes(count, 3, (_, i) => EDGE[i]) });
    const [one, three] = [1, 3].map((count) => sceneOf([row({ kernel: kernel(count) })]));
    const orange = [186, 82, 4];
    expect(countColour(pixelsOf(three), orange)).toBe(countColour(pixelsOf(one), orange));
    expect(countColour(pixelsOf(one), orange)).toBeGreaterThan(0);
    expect(wordsOf(three)).toContain('3 equal channels');
  });

  it('draws three differing channels in colour, smallest weight 0 and largest 255', () => {
    const channels = planes(3, 10, (channel) => [-2, 2, 0][channel]);
    const image = pixelsOf(sceneOf([row({ kernel: { label: 'patch', channels } })]));
    expect(countColour(image, [0, 255, 128])).toBe(160 * 160);
  });

  it('draws at most eight channels and tells how many more there are', () => {
    const kernel = (count: number) => ({
      label: 'k',
      channels: planes(count, 12, (c, i) => ((c + i) % 2 === 0 ? 0 : 5)),
    });
    const drawn = (count: number) => sceneOf([row({ kernel: kernel(count) })]);
    const kernels = (count: number) =>
      allMarks(drawn(count).marks).filter((mark) => mark.kind === 'image' && mark.image.width === 12).length;
    expect([kernels(8), kernels(20)]).toEqual([8, 8]);
    expect(wordsOf(drawn(20))).toContain('+ 12 more');
  });

  it('writes the numbers of a tiny input and a tiny map into their cells', () => {
    const input: Image = { width: 3, height: 3, channels: 1, depth: 8, data: new Uint8Array(9).fill(60) };
    const tiny = (inputValue: number, mapValue: number) =>
      row({
        input,
        inputValues: new Float32Array(9).fill(inputValue),
        kernel: { label: 'k', channels: planes(1, 1, () => 2) },
        stages: [stage(3, 3, new Float32Array(9).fill(mapValue))],
      });
    const words = wordsOf(sceneOf([tiny(7, 14)])).split('\n');
    expect(words.filter((word) => word === '7')).toHaveLength(9);
    expect(words.filter((word) => word === '14')).toHaveLength(9);
    // cells are 34 points a side; their letters take some of it
    const cells = countColour(pixelsOf(sceneOf([tiny(7, 14)])), [60, 60, 60]);
    expect(cells).toBeGreaterThan(9 * (34 * 34 - 100));
    expect(cells).toBeLessThan(9 * 34 * 34);
    expect(pixels([tiny(8, 14)])).not.toBe(pixels([tiny(7, 14)]));
  });

  it('refuses to draw nothing', () => {
    expect(() => strip([], OPTIONS)).toThrow(CnnvizError);
  });
});

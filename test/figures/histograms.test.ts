import { describe, expect, it } from 'vitest';
import { histogramOf } from '../../src/analysis/histogram.js';
import { PLAIN_LOOK } from '../../src/draw/figure.js';
import { histograms } from '../../src/draw/histograms.js';
import type { RectMark } from '../../src/draw/scene/scene.js';
import { randomArray } from '../random.js';
import { faultsOf, wordsOf } from './scenes.js';

describe('a histogram', () => {
  it('counts every value once: zeros of both signs, NaN and infinities apart', () => {
    const values = Float32Array.of(0, -0, 1, 2, 3, 5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    expect(histogramOf(values, 4)).toEqual({
      count: 9,
      zeros: 2,
      nan: 1,
      infinite: 2,
      lo: 1,
      hi: 5,
      bins: [1, 1, 1, 1],
    });
  });

  it('the largest value is in the last step, the smallest in the first', () => {
    const { bins } = histogramOf(Float32Array.of(-1, -1, 0.5, 1), 3);
    expect(bins).toEqual([2, 0, 2]);
  });

  it('one value alone has no range, zeros alone have none', () => {
    expect(histogramOf(Float32Array.of(7, 7), 4)).toMatchObject({ lo: 7, hi: 7, bins: [0, 0, 2, 0] });
    expect(histogramOf(Float32Array.of(0, 0), 4)).toMatchObject({ zeros: 2, lo: Number.NaN, bins: [0, 0, 0, 0] });
    expect(histogramOf(new Float32Array(0), 4)).toMatchObject({ count: 0, lo: Number.NaN });
  });

  it('sums to all values, of any kind', () => {
    const values = Float32Array.from(randomArray(10_000, 3), (value) => (value > 0.9 ? 0 : value));
    const { bins, zeros, count } = histogramOf(values, 64);
    expect(bins.reduce((sum, one) => sum + one, 0) + zeros).toBe(count);
  });
});

describe('the figure of histograms', () => {
  const draw = (arrays: readonly Float32Array[], facts: string[] = [], box = 1) =>
    histograms(
      arrays.map((values, i) => ({
        name: `layer ${i}`,
        size: '64 maps 55 × 55',
        facts,
        histogram: histogramOf(values, 8),
      })),
      { title: 'How large?', facts: '', look: { ...PLAIN_LOOK, box } },
    ).scene;
  const steps = (values: Float32Array) =>
    draw([values]).marks.filter(
      (mark): mark is RectMark => mark.kind === 'rect' && String(mark.paint) === '43,110,190' && mark.width === 32,
    );

  it('steps are as high as their counts, the fullest as high as the plot', () => {
    // eight steps from 1 to 9: one, two and four values
    const drawn = steps(Float32Array.of(1, 3, 3, 9, 9, 9, 9));
    expect(drawn.map(({ height }) => height)).toEqual([24, 48, 96]);
    expect(new Set(drawn.map(({ y, height }) => y + height)).size).toBe(1);
    expect(drawn[1].x - drawn[0].x).toBe(64);
  });

  it('zeros fill a column by their share, which is told in words', () => {
    const scene = draw([Float32Array.of(0, 0, 0, 4)], ['3 of 64 never fire']);
    const column = scene.marks.find((mark) => mark.kind === 'rect' && mark.paint === 'accent' && mark.width === 16);
    expect((column as RectMark).height).toBe(72);
    expect(wordsOf(scene)).toContain('75 % zero, 3 of 64 never fire');
  });

  it('a step that would flatten all others makes counts logarithmic, and says so', () => {
    const steep = new Float32Array(1009).fill(1);
    for (let i = 0; i < 9; i++) steep[i] = 2 + i;
    expect(wordsOf(draw([steep]))).toContain('counts on a logarithmic scale');
    expect(steps(steep).every(({ height }) => height > 8)).toBe(true);
    expect(wordsOf(draw([Float32Array.of(1, 2, 3, 4)]))).not.toContain('logarithmic');
  });

  it('NaN and infinities are counted', () => {
    const values = Float32Array.of(Number.NaN, Number.NaN, Number.POSITIVE_INFINITY, 1);
    expect(wordsOf(draw([values]))).toContain('2 NaN, 1 infinite');
    expect(wordsOf(draw([values.fill(Number.NaN)]))).toContain('no other value');
  });

  it.each([1, 7, 150])('of %d layers nothing overlaps or is cut off', (count) => {
    const arrays = Array.from({ length: count }, (_, i) =>
      i % 3 === 0
        ? Float32Array.from(randomArray(500, i))
        : i % 3 === 1
          ? Float32Array.of(1e-7, 123456)
          : new Float32Array(4),
    );
    for (const box of [0.12, 1, 3]) expect(faultsOf(draw(arrays, ['12 of 64 maps never fire'], box))).toEqual([]);
  });
});

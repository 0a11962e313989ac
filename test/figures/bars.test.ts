import { describe, expect, it } from 'vitest';
import { ABOVE, BELOW, barRows } from '../../src/draw/bars.js';
import { classBars } from '../../src/draw/class-bars.js';
import { PLAIN_LOOK } from '../../src/draw/figure.js';
import { onPaper, type Part } from '../../src/draw/part.js';
import type { RectMark, Scene } from '../../src/draw/scene/scene.js';
import { textWidth } from '../../src/draw/scene/typeface.js';
import { unitBars } from '../../src/draw/unit-bars.js';
import { randomArray } from '../random.js';
import { countColour } from './paper.js';
import { faultsOf, pixelsOf, textBoxes, wordsOf } from './scenes.js';

const paper = (part: Part) => onPaper(part, 8);
const bar = (label: string, value: number) => ({ label, value, detail: '' });
const rects = ({ marks }: Scene) => marks.filter((mark): mark is RectMark => mark.kind === 'rect');
const bars = (scene: Scene) => rects(scene).filter(({ height }) => height === 16);

describe('rows of bars', () => {
  it('begin at one line of zero, to the right above it, in proportion to their numbers', () => {
    const scene = paper(barRows([bar('a', 3), bar('b', -1), bar('c', 0), bar('d', 1.5)], 400));
    const [a, b, d] = bars(scene);
    expect(bars(scene)).toHaveLength(3);
    expect([a, b, d].map(({ width }) => width)).toEqual([300, 100, 150]);
    expect([a, b, d].map(({ paint }) => paint)).toEqual([ABOVE, BELOW, ABOVE]);
    expect([b.x + b.width, d.x]).toEqual([a.x, a.x]);
    const line = rects(scene).find(({ paint }) => paint === 'second')!;
    expect(line.x + 0.5).toBe(a.x);
  });

  it('numbers stand below each other at their points', () => {
    const values = [12.3, -0.489, 7, 1000, -2.5];
    const scene = paper(
      barRows(
        values.map((value, i) => bar(`name ${i}`, value)),
        300,
      ),
    );
    const points = textBoxes(scene)
      .filter(({ text }) => /^−?\d/.test(text))
      .map(({ text, left, size }) => left + textWidth(text.split('.')[0], size));
    expect(points).toHaveLength(5);
    for (const at of points) expect(at).toBeCloseTo(points[0], 6);
  });

  it('NaN has no bar, what is infinite reaches the end', () => {
    const scene = paper(barRows([bar('a', Number.NaN), bar('b', Number.POSITIVE_INFINITY), bar('c', 2)], 200));
    expect(bars(scene).map(({ width }) => width)).toEqual([200, 200]);
    expect(wordsOf(scene).split('\n')).toEqual(['a', 'NaN', 'b', '∞', 'c', '2']);
  });

  it.each([0.12, 1, 8])('nothing overlaps in a box of %d, however long a name is', (box) => {
    const rows = [bar('x'.repeat(200), 1), bar('Größe 写真', -1e-9), { ...bar('', 1e9), detail: 'score 12' }];
    expect(faultsOf(paper(barRows(rows, 400 * box)))).toEqual([]);
  });
});

describe('class bars', () => {
  it('say how many classes are left out, of each item', () => {
    const item = (label: string, more: number) => ({ label, bars: [bar('cat', 0.5)], more, note: '' });
    const options = { title: 'What does net see?', facts: 'net', look: PLAIN_LOOK };
    const { scene } = classBars([item('item 0', 980), item('item 1', 0)], options);
    expect(wordsOf(scene).split('\n')).toEqual(expect.arrayContaining(['item 0', '… 980 more', 'item 1']));
    expect(faultsOf(scene)).toEqual([]);
    const none = classBars([{ label: '', bars: [], more: 0, note: 'every score is NaN' }], options);
    expect(wordsOf(none.scene)).toContain('every score is NaN');
  });
});

describe('bars of units', () => {
  const options = { title: 'units', facts: '', scaleRule: { kind: 'minmax' }, look: PLAIN_LOOK } as const;

  it('few are rows with numbers', () => {
    const { scene } = unitBars([{ label: '', values: Float32Array.of(1.5, -2, 0) }], options);
    expect(wordsOf(scene).split('\n')).toEqual(
      expect.arrayContaining(['unit 0', '1.5', 'unit 1', '−2', 'unit 2', '0']),
    );
  });

  it('each of 100 has a bar of its height, above or below its line of zero', () => {
    const values = Float32Array.from(randomArray(100, 1));
    const { scene, scale } = unitBars([{ label: '', values }], options);
    const drawn = rects(scene).filter(({ width }) => width === 23);
    expect(drawn).toHaveLength(100);
    const lines = rects(scene).filter(({ paint }) => paint === 'second');
    expect(lines).toHaveLength(3);
    const height = 160;
    for (const [i, { y, height: long, paint }] of drawn.entries()) {
      const zero = lines[Math.floor(i / 40)].y + 0.5;
      expect(paint).toBe(values[i] > 0 ? ABOVE : BELOW);
      expect(values[i] > 0 ? y + long : y).toBe(zero);
      expect(Math.abs(long - (Math.abs(values[i]) * height) / (scale.hi - scale.lo))).toBeLessThanOrEqual(0.75);
    }
  });

  it('of thousands the area is that of their numbers', () => {
    const values = Float32Array.from({ length: 9000 }, (_, i) => (i % 4 === 0 ? 1 : i % 4 === 2 ? -1 : 0));
    const { scene } = unitBars([{ label: '', values }], options);
    const image = pixelsOf(scene, 2);
    const swatch = 18 * 4 * 4;
    const [above, below] = [ABOVE, BELOW].map((colour) => countColour(image, colour) - swatch);
    expect(above).toBeGreaterThan(0);
    // a unit is one pixel wide; the line of zero covers half a point of either side
    expect(Math.abs(above - below) / above).toBeLessThan(0.03);
  });

  it('zero is on the scale, and what lies beyond one that was asked for is told', () => {
    const values = Float32Array.from({ length: 200 }, (_, i) => 5 + i);
    expect(unitBars([{ label: '', values }], options).scale).toEqual({ lo: 0, hi: 204 });
    const fixed = unitBars([{ label: '', values }], { ...options, scaleRule: { kind: 'fixed', lo: 0, hi: 104 } });
    expect(fixed.clipped).toEqual({ below: 0, above: 100, nan: 0, of: 200 });
    expect(wordsOf(fixed.scene)).toContain('highest 50 % clipped');
  });

  it('NaN has no bar and is counted', () => {
    const values = new Float32Array(100).fill(Number.NaN);
    values[3] = 1;
    const { scene, clipped } = unitBars([{ label: '', values }], options);
    expect(clipped.nan).toBe(99);
    expect(rects(scene).filter(({ width }) => width === 23)).toHaveLength(1);
    expect(wordsOf(scene)).toContain('99 NaN, without a bar');
  });

  it.each([
    [1, 1],
    [1, 25],
    [1, 4096],
    [1, 100_000],
    [12, 1000],
    [3, 7],
  ])('%d items of %d units: nothing overlaps or is cut off', (items, units) => {
    for (const box of [0.12, 1, 3]) {
      for (const fill of [null, 0, -1, Number.NaN]) {
        const rows = Array.from({ length: items }, (_, n) => {
          const values = Float32Array.from(randomArray(units, n));
          return { label: items === 1 ? '' : `item ${n}`, values: fill === null ? values : values.fill(fill) };
        });
        expect(faultsOf(unitBars(rows, { ...options, look: { ...PLAIN_LOOK, box } }).scene)).toEqual([]);
      }
    }
  });
});

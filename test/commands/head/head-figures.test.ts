import { describe, expect, it } from 'vitest';
import { confusionMatrix, learningCurve } from '../../../src/commands/head/head-figures.js';
import { PLAIN_LOOK } from '../../../src/draw/figure.js';
import type { Mark, RectMark } from '../../../src/draw/scene/scene.js';
import { faultsOf } from '../../figures/scenes.js';

const RIGHT = [24, 78, 140];
const WRONG = [176, 36, 48];
const TRAINING = [43, 110, 190];
const HELD_OUT = [217, 105, 30];

const matrix = (classes: string[], confusion: number[][]) =>
  confusionMatrix({ title: 'x', classes, confusion }, PLAIN_LOOK).scene;

const textsOf = (marks: readonly Mark[]) => marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));

/** Rectangles of one colour that are cells: not the short lines of the legend. */
function cells(marks: readonly Mark[], colour: readonly number[]): RectMark[] {
  return marks.filter(
    (mark): mark is RectMark => mark.kind === 'rect' && mark.height > 4 && String(mark.paint) === String(colour),
  );
}

describe('a confusion matrix', () => {
  it('is blue where a class is always right, red where it is always taken for another', () => {
    const right = matrix(
      ['cat', 'dog'],
      [
        [9, 0],
        [0, 5],
      ],
    );
    expect(cells(right.marks, RIGHT)).toHaveLength(2);
    expect(cells(right.marks, WRONG)).toHaveLength(0);
    const wrong = matrix(
      ['cat', 'dog'],
      [
        [0, 9],
        [5, 0],
      ],
    );
    expect(cells(wrong.marks, RIGHT)).toHaveLength(0);
    expect(cells(wrong.marks, WRONG)).toHaveLength(2);
  });

  it('rows are true classes: what the first class is said to be stands at the top', () => {
    const { marks } = matrix(
      ['cat', 'dog'],
      [
        [1, 7],
        [0, 5],
      ],
    );
    const at = (text: string) =>
      marks.find((mark) => mark.kind === 'text' && mark.text === text) as { x: number; y: number };
    expect(at('7').y).toBe(at('1').y);
    expect(at('7').x).toBeGreaterThan(at('1').x);
    expect(at('5').x).toBe(at('7').x);
    expect(at('5').y).toBeGreaterThan(at('7').y);
  });

  it('mixes the colour by the share of its row, and leaves an empty row bright', () => {
    const { marks } = matrix(
      ['a', 'b'],
      [
        [2, 2],
        [0, 0],
      ],
    );
    const half = (dark: readonly number[]) => dark.map((level) => Math.round(255 + 0.5 * (level - 255)));
    expect(cells(marks, half(RIGHT))).toHaveLength(1);
    expect(cells(marks, half(WRONG))).toHaveLength(1);
    expect(cells(marks, [244, 245, 247])).toHaveLength(2);
  });

  it('tells every count and how many are right', () => {
    const texts = textsOf(
      matrix(
        ['a', 'b'],
        [
          [12345, 1],
          [0, 3],
        ],
      ).marks,
    );
    expect(texts).toEqual(expect.arrayContaining(['12,345', '1', '0', '3']));
    expect(texts.join(' ')).toContain('12,348 of 12,349 right (100.0 %)');
  });

  it('has room for hundreds of classes, whose names stand apart', () => {
    const classes = Array.from({ length: 300 }, (_, k) => `class ${k}`);
    const row = new Array<number>(300).fill(0);
    const { width, height, marks } = matrix(
      classes,
      classes.map(() => row),
    );
    expect([width, height].every((side) => side > 4500 && side < 5500)).toBe(true);
    expect(faultsOf({ width, height, marks })).toEqual([]);
    const lines = marks.flatMap((mark) => (mark.kind === 'text' && mark.anchor === 'end' ? [mark.y] : []));
    expect(lines).toHaveLength(300);
    expect(Math.min(...lines.slice(1).map((y, i) => y - lines[i]))).toBeGreaterThanOrEqual(13);
  });

  it('shortens long names', () => {
    const long = 'a very long name of a class that nobody would want to read in full';
    const { width, marks } = matrix(
      [long, 'b'],
      [
        [1, 0],
        [0, 1],
      ],
    );
    expect(width).toBeLessThan(620);
    expect(faultsOf({ width, height: 2000, marks })).toEqual([]);
    expect(textsOf(marks).filter((text) => /^a very.*in full$/.test(text) && text.includes('…'))).toHaveLength(2);
  });
});

describe('a learning curve', () => {
  const points = [4, 2, 1, 0.5].map((training, iteration) => ({ iteration, training, heldOut: training + 1 }));
  const curves = (figure: Parameters<typeof learningCurve>[0], colour: readonly number[]) =>
    learningCurve(figure, PLAIN_LOOK).scene.marks.flatMap((mark) =>
      mark.kind === 'path' && String(mark.paint) === String(colour) ? [mark] : [],
    );

  it('draws both losses from left to right, lower where they are smaller', () => {
    for (const colour of [TRAINING, HELD_OUT]) {
      const [{ points: line }] = curves({ title: 'x', points, best: 3 }, colour);
      expect(line).toHaveLength(4);
      for (const [i, [x, y]] of line.slice(1).entries()) {
        expect(x).toBeGreaterThan(line[i][0]);
        expect(y).toBeGreaterThan(line[i][1]);
      }
    }
    const [[{ points: training }], [{ points: heldOut }]] = [TRAINING, HELD_OUT].map((colour) =>
      curves({ title: 'x', points, best: 3 }, colour),
    );
    // held-out losses are larger by 1 everywhere: both share one axis
    const gaps = training.map(([, y], i) => y - heldOut[i][1]);
    for (const gap of gaps) expect(gap).toBeCloseTo(gaps[0], 6);
    expect(gaps[0]).toBeCloseTo(training[1][1] - training[0][1] - (training[2][1] - training[1][1]), 6);
  });

  it('marks the iteration that was kept, and says its losses and how many are right', () => {
    const said = { training: { right: 9, images: 10 }, heldOut: { right: 3, images: 4 } };
    const { marks } = learningCurve({ title: 'x', points, best: 2, ...said }, PLAIN_LOOK).scene;
    const texts = textsOf(marks).join('\n');
    expect(faultsOf(learningCurve({ title: 'x', points, best: 2, ...said }, PLAIN_LOOK).scene)).toEqual([]);
    expect(texts).toContain('iteration 2, kept');
    expect(texts).toContain('loss 1 at iteration 2\n9 of 10 right (90.0 %)');
    expect(texts).toContain('loss 2 at iteration 2\n3 of 4 right (75.0 %)');
    const dashes = marks.filter((mark) => mark.kind === 'rect' && mark.paint === 'accent' && mark.width === 1);
    expect(dashes.length).toBeGreaterThan(20);
    const [{ points: line }] = curves({ title: 'x', points, best: 2 }, TRAINING);
    expect(Math.abs((dashes[0] as RectMark).x + 0.5 - line[2][0])).toBeLessThanOrEqual(0.5);
  });

  it('draws one where nothing is held out, and takes a single point, a loss of 0, NaN and infinity', () => {
    const alone = points.map((point) => ({ ...point, heldOut: null }));
    expect(curves({ title: 'x', points: alone, best: 3 }, HELD_OUT)).toEqual([]);
    for (const training of [0, 1e-9, Number.NaN, Number.POSITIVE_INFINITY]) {
      const { scene } = learningCurve(
        { title: 'x', points: [{ iteration: 0, training, heldOut: null }], best: 0 },
        PLAIN_LOOK,
      );
      expect(scene.width).toBeGreaterThan(560);
      expect(JSON.stringify(scene.marks)).not.toContain('null');
    }
  });
});

import { describe, expect, it } from 'vitest';
import { activationGraph, lineGraph } from '../../src/commands/article/line-graph.js';
import { PLAIN_LOOK } from '../../src/draw/figure.js';
import { faultsOf, wordsOf } from '../figures/scenes.js';

const graph = (...[name, biases, reach]: [Parameters<typeof activationGraph>[0], number[], number]) =>
  activationGraph(name, biases, reach, PLAIN_LOOK);

describe('the graph of an activation', () => {
  it.each([0, 2, -1.5, 0.3])('relu with bias %d has its knee at −bias', (bias) => {
    const [{ marks, points }] = graph('relu', [bias], 4).curves;
    expect(marks).toHaveLength(1);
    expect(marks[0][0]).toBeCloseTo(-bias, 6);
    expect(marks[0][1]).toBe(0);
    for (const [x, y] of points) expect(y).toBeCloseTo(Math.max(0, x + bias), 6);
  });

  it('relu that never fires within reach has no knee to point at', () => {
    expect(graph('relu', [-9], 4).curves[0].marks).toEqual([]);
  });

  it('another bias or activation is another picture, the same one the same marks', () => {
    const marks = (...args: Parameters<typeof graph>) => JSON.stringify(graph(...args).scene);
    const relu = marks('relu', [1], 4);
    expect(marks('relu', [1], 4)).toBe(relu);
    expect(marks('relu', [1.5], 4)).not.toBe(relu);
    expect(marks('sigmoid', [1], 4)).not.toBe(relu);
  });

  it('a straight piece is one line, from the place of its first number to that of its last', () => {
    const { scene } = graph('relu', [1], 4);
    const [line] = scene.marks.flatMap((mark) => (mark.kind === 'path' && mark.points.length > 2 ? [mark.points] : []));
    expect(line).toHaveLength(3);
    const [[x0, y0], [x1, y1], [x2, y2]] = line;
    expect(y1).toBe(y0);
    // y runs from 0 to 5 over 300 points, x from −4 to 4 over 480: the knee is at −1
    expect(x1 - x0).toBeCloseTo((3 / 8) * 480, 6);
    expect([x2 - x0, y1 - y2]).toEqual([480, 300]);
  });

  it('says its curves, knees and round numbers on both axes, and nothing overlaps', () => {
    const { scene } = graph('relu', [1, -0.5], 4);
    expect(faultsOf(scene)).toEqual([]);
    const words = wordsOf(scene).split('\n');
    expect(words).toEqual(expect.arrayContaining(['bias 1', 'knee at (−1, 0)', 'bias −0.5', 'knee at (0.5, 0)']));
    expect(words).toEqual(expect.arrayContaining(['−4', '−2', '2', '4', '5']));
  });

  it.each([1e-9, 0.3, 7, 1e7])('numbers of the size of %d stand apart', (size) => {
    const points = [
      [-size, -3 * size],
      [size, 2 * size],
    ] as const;
    const curves = [{ label: 'a name that goes on and on '.repeat(6), points, marks: [] }];
    const drawn = { title: 't', facts: 'f', xLabel: 'x of a long name', yLabel: 'y of a long name', curves };
    for (const box of [0.12, 1, 4]) {
      expect(faultsOf(lineGraph(drawn, { ...PLAIN_LOOK, box }).scene)).toEqual([]);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { activationGraph } from '../../src/commands/article/line-graph.js';

describe('the graph of an activation', () => {
  it.each([0, 2, -1.5, 0.3])('relu with bias %d has its knee at −bias', (bias) => {
    const [{ marks, points }] = activationGraph('relu', [bias], 4).curves;
    expect(marks).toHaveLength(1);
    expect(marks[0][0]).toBeCloseTo(-bias, 6);
    expect(marks[0][1]).toBe(0);
    for (const [x, y] of points) expect(y).toBeCloseTo(Math.max(0, x + bias), 6);
  });

  it('relu that never fires within reach has no knee to point at', () => {
    expect(activationGraph('relu', [-9], 4).curves[0].marks).toEqual([]);
  });

  it('another bias or activation is another picture, the same one the same pixels', () => {
    const bytes = (...args: Parameters<typeof activationGraph>) => Buffer.from(activationGraph(...args).image.data);
    const relu = bytes('relu', [1], 4);
    expect(bytes('relu', [1], 4).equals(relu)).toBe(true);
    expect(bytes('relu', [1.5], 4).equals(relu)).toBe(false);
    expect(bytes('sigmoid', [1], 4).equals(relu)).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { confusionMatrix, learningCurve } from '../../../src/commands/head/head-figures.js';
import type { Image } from '../../../src/core/image.js';

function countOf({ data }: Image, [r, g, b]: readonly number[]): number {
  let count = 0;
  for (let i = 0; i < data.length; i += 3) if (data[i] === r && data[i + 1] === g && data[i + 2] === b) count++;
  return count;
}

const RIGHT = [24, 78, 140];
const WRONG = [160, 32, 44];
const HELD_OUT = [200, 92, 20];

describe('a confusion matrix', () => {
  it('is blue where a class is always right, red where it is always taken for another', () => {
    const classes = ['cat', 'dog'];
    const right = confusionMatrix({
      title: 'x',
      classes,
      confusion: [
        [9, 0],
        [0, 5],
      ],
    });
    // two cells of 40×40, less the dots of their numbers
    expect(countOf(right, RIGHT)).toBeGreaterThan(2 * 1600 - 60);
    expect(countOf(right, WRONG)).toBe(0);
    const wrong = confusionMatrix({
      title: 'x',
      classes,
      confusion: [
        [0, 9],
        [5, 0],
      ],
    });
    expect(countOf(wrong, RIGHT)).toBe(0);
    expect(countOf(wrong, WRONG)).toBeGreaterThan(2 * 1600 - 60);
  });

  it('mixes the colour by the share of its row, and leaves an empty row white', () => {
    const image = confusionMatrix({
      title: 'x',
      classes: ['a', 'b'],
      confusion: [
        [2, 2],
        [0, 0],
      ],
    });
    const half = (dark: readonly number[]) => dark.map((level) => Math.round(255 + 0.5 * (level - 255)));
    expect(countOf(image, half(RIGHT))).toBeGreaterThan(1540);
    expect(countOf(image, half(WRONG))).toBeGreaterThan(1540);
  });

  it('has room for hundreds of classes', () => {
    const classes = Array.from({ length: 300 }, (_, k) => `class ${k}`);
    const row = new Array<number>(300).fill(0);
    const { width, height } = confusionMatrix({ title: 'x', classes, confusion: classes.map(() => row) });
    expect([width, height].every((side) => side > 2700 && side < 3000)).toBe(true);
  });

  it('shortens long names, and is wide enough for the rest', () => {
    const long = 'a very long name of a class that nobody would want to read in full';
    const { width } = confusionMatrix({
      title: 'x',
      classes: [long, 'b'],
      confusion: [
        [1, 0],
        [0, 1],
      ],
    });
    expect(width).toBeLessThan(460);
  });
});

describe('a learning curve', () => {
  const points = [4, 2, 1, 0.5].map((training, iteration) => ({ iteration, training, heldOut: training + 1 }));

  it('draws both losses from left to right', () => {
    const image = learningCurve({ title: 'x', points, best: 3 });
    expect(countOf(image, RIGHT)).toBeGreaterThan(2 * 480 - 10);
    expect(countOf(image, HELD_OUT)).toBeGreaterThan(2 * 480 - 10);
  });

  it('draws one where nothing is held out, and takes a single point or a loss of 0', () => {
    const alone = points.map((point) => ({ ...point, heldOut: null }));
    expect(countOf(learningCurve({ title: 'x', points: alone, best: 3 }), HELD_OUT)).toBe(0);
    const nothing = [{ iteration: 0, training: 0, heldOut: null }];
    expect(learningCurve({ title: 'x', points: nothing, best: 0 }).width).toBeGreaterThan(480);
  });
});

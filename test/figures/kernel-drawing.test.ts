import { describe, expect, it } from 'vitest';
import { drawKernels } from '../../src/commands/layer/kernels-figure.js';
import { CnnvizError } from '../../src/core/errors.js';
import { countColour, hasCleanMargin, pixel } from './paper.js';

const drawKernel = (name: string, rows: readonly (readonly number[])[]) => drawKernels([{ name, rows }]);

const EDGE = [
  [1, 0, -1],
  [1, 0, -1],
  [1, 0, -1],
];
// margin 16; name 9 + 4; frame 1; cells 24 and a line of 1 between them
const [X, Y, STEP] = [17, 16 + 9 + 4 + 1, 25];

describe('drawKernel', () => {
  it('colours positive cells orange, negative ones blue, and leaves zero neutral', () => {
    const image = drawKernel('edge3x3', EDGE);
    for (let row = 0; row < 3; row++) {
      const colours = [0, 1, 2].map((column) => pixel(image, X + column * STEP, Y + row * STEP));
      expect(colours).toEqual([
        [186, 82, 4],
        [247, 247, 247],
        [10, 70, 150],
      ]);
    }
  });

  it('shows the same drawing for a kernel and its multiple but for the numbers', () => {
    const divided = EDGE.map((row) => row.map((value) => value / 9));
    const image = drawKernels([{ name: 'k', rows: divided, divisor: 9 }]);
    const plain = drawKernel('k', EDGE);
    for (let y = Y; y < Y + 3 * STEP - 1; y++) {
      for (let x = X; x < X + 3 * STEP - 1; x++) expect(pixel(image, x, y)).toEqual(pixel(plain, x, y));
    }
    expect(image.data.join()).not.toBe(plain.data.join());
  });

  it('draws a kernel that is too large for numbers as a picture', () => {
    const rows = Array.from({ length: 20 }, (_, y) => Array.from({ length: 20 }, () => (y < 10 ? 1 : -1)));
    expect(countColour(drawKernel('large', rows), [10, 70, 150])).toBeGreaterThanOrEqual(200 * 100);
  });

  it.each([[[]], [[[]]], [[[1, 2], [3]]]])('refuses the rows %j', (rows) => {
    expect(() => drawKernel('k', rows)).toThrow(CnnvizError);
  });
});

describe('drawKernels', () => {
  it('puts many kernels on a sheet with nothing cut off', () => {
    const kernels = Array.from({ length: 31 }, (_, i) => ({ name: `kernel-with-a-long-name-${i}`, rows: EDGE }));
    const image = drawKernels(kernels);
    expect(hasCleanMargin(image, 16)).toBe(true);
    expect(countColour(image, [10, 70, 150])).toBeGreaterThan(31 * 3 * 500);
  });

  it('refuses to draw nothing', () => {
    expect(() => drawKernels([])).toThrow(CnnvizError);
  });
});

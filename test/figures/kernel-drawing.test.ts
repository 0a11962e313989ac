import { describe, expect, it } from 'vitest';
import { drawKernels } from '../../src/commands/layer/kernels-figure.js';
import { CnnvizError } from '../../src/core/errors.js';
import { PLAIN_LOOK } from '../../src/draw/figure.js';
import { renderPixels } from '../../src/draw/scene/pixels.js';
import type { Mark, Scene } from '../../src/draw/scene/scene.js';
import { hasCleanMargin } from './paper.js';

type Kernels = Parameters<typeof drawKernels>[0];

const draw = (kernels: Kernels) => drawKernels(kernels, PLAIN_LOOK).scene;
const drawKernel = (name: string, rows: readonly (readonly number[])[]) => draw([{ name, rows }]);
const pixels = (scene: Scene) => renderPixels(scene, { density: 1, theme: 'light', foreign: () => null });

const EDGE = [
  [1, 0, -1],
  [1, 0, -1],
  [1, 0, -1],
];
const ORANGE = [186, 82, 4];
const BLUE = [10, 70, 150];

/** The colours of the cells, in the order they are drawn. */
const cellsOf = ({ marks }: Scene) =>
  marks.flatMap((mark) => (mark.kind === 'rect' && Array.isArray(mark.paint) ? [mark.paint] : []));
const textsOf = ({ marks }: Scene) => marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));

describe('drawKernel', () => {
  it('colours positive cells orange, negative ones blue, and leaves zero neutral', () => {
    const row = [ORANGE, [247, 247, 247], BLUE];
    expect(cellsOf(drawKernel('edge3x3', EDGE))).toEqual([...row, ...row, ...row]);
  });

  it('writes its numbers, a row after another, below a title that names it', () => {
    const texts = textsOf(draw([{ name: 'k', rows: [[1, -2.5]], reads: 'what falls to the right' }]));
    expect(texts.slice(0, 6)).toEqual(['The kernel k', 'what falls to the right', '1', '−2.5', 'k', '2 × 1']);
  });

  it('shows the same colours for a kernel and its multiple; the numbers are told with their divisor', () => {
    const divided = EDGE.map((row) => row.map((value) => value / 9));
    const scene = draw([{ name: 'k', rows: divided, divisor: 9 }]);
    expect(cellsOf(scene)).toEqual(cellsOf(drawKernel('k', EDGE)));
    const told = textsOf(scene);
    expect(told).toContain('every number ÷ 9');
    expect(told.filter((text) => text === '1')).toHaveLength(3);
    expect(textsOf(drawKernel('k', EDGE)).some((text) => text.includes('÷'))).toBe(false);
  });

  it('draws a kernel that is too large for numbers as a picture', () => {
    const rows = Array.from({ length: 20 }, (_, y) => Array.from({ length: 20 }, () => (y < 10 ? 1 : -1)));
    const isPicture = (mark: Mark) => mark.kind === 'image' && mark.image.width === 20;
    const [picture] = drawKernel('large', rows).marks.filter(isPicture);
    expect(picture).toMatchObject({ width: 200, height: 200, colormap: 'diverging' });
    if (picture.kind === 'image') expect([picture.image.data[0], picture.image.data[399]]).toEqual([255, 0]);
  });

  it.each([[[]], [[[]]], [[[1, 2], [3]]]])('refuses the rows %j', (rows) => {
    expect(() => drawKernel('k', rows)).toThrow(CnnvizError);
  });
});

describe('drawKernels', () => {
  it('puts many kernels on a sheet with nothing cut off', () => {
    const kernels = Array.from({ length: 31 }, (_, i) => ({ name: `kernel-with-a-long-name-${i}`, rows: EDGE }));
    const scene = draw(kernels);
    expect(hasCleanMargin(pixels(scene), 31)).toBe(true);
    expect(cellsOf(scene).filter((colour) => colour.join() === BLUE.join())).toHaveLength(31 * 3);
    expect(textsOf(scene)[0]).toBe('31 kernels and their numbers');
  });

  it('has pictures of the size that is asked for', () => {
    const rows = Array.from({ length: 20 }, () => Array.from({ length: 20 }, (_, x) => x));
    const [one, two] = [1, 2].map((box) => drawKernels([{ name: 'k', rows }], { ...PLAIN_LOOK, box }).scene);
    expect(two.height - one.height).toBe(200);
  });

  it('refuses to draw nothing', () => {
    expect(() => draw([])).toThrow(CnnvizError);
  });
});

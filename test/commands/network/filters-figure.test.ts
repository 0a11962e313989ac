import { describe, expect, it } from 'vitest';
import { filtersSheet } from '../../../src/commands/network/filters-figure.js';
import { PLAIN_LOOK } from '../../../src/draw/figure.js';
import type { ImageMark } from '../../../src/draw/scene/scene.js';
import { faultsOf, wordsOf } from '../../figures/scenes.js';
import { randomArray } from '../../random.js';

const sheet = (shape: number[], range: readonly [number, number] | null = null) =>
  filtersSheet({
    title: 'The kernels of conv1',
    facts: 'net',
    shape,
    data: randomArray(
      shape.reduce((a, b) => a * b, 1),
      1,
    ),
    range,
    colormap: 'gray',
    look: PLAIN_LOOK,
  });

/** The pictures of planes: not the bar of the legend. */
function planes({ scene }: ReturnType<typeof sheet>): ImageMark[] {
  return scene.marks.filter((mark): mark is ImageMark => mark.kind === 'image').slice(0, -1);
}

describe('kernels as a sheet', () => {
  it('three channels are a colour picture, others grey planes, on one scale around zero', () => {
    expect(planes(sheet([4, 3, 5, 5])).map(({ image }) => image.channels)).toEqual([3, 3, 3, 3]);
    expect(planes(sheet([4, 1, 5, 5])).map(({ image }) => image.channels)).toEqual([1, 1, 1, 1]);
    expect(planes(sheet([4, 2, 5, 5])).map(({ image }) => image.channels)).toEqual(Array<number>(8).fill(1));
    const { scale } = sheet([4, 3, 5, 5]);
    expect(scale.lo).toBe(-scale.hi);
  });

  it('a colour is the kernel’s own three numbers: 0 is mid-grey, the largest of all is white or black', () => {
    const data = Float32Array.of(0, 1, 2, -2, 0.5, -1);
    const { scene } = filtersSheet({
      title: 't',
      facts: '',
      shape: [2, 3, 1, 1],
      data,
      range: null,
      colormap: 'gray',
      look: PLAIN_LOOK,
    });
    const colours = scene.marks.flatMap((mark) =>
      mark.kind === 'image' && mark.image.channels === 3 ? [[...mark.image.data]] : [],
    );
    expect(colours).toEqual([
      [128, 191, 255],
      [0, 159, 64],
    ]);
  });

  it.each([[[1, 1, 1, 1]], [[7, 3, 11, 11]], [[512, 3, 3, 3]], [[2, 512, 3, 3]], [[3, 1, 1, 70]]])(
    'survives %j',
    (shape) => {
      const { scene } = sheet(shape);
      expect(scene.width).toBeLessThan(4000);
      expect(scene.height).toBeLessThan(4000);
      expect(faultsOf(scene)).toEqual([]);
    },
  );

  it('up to sixteen planes of a kernel stand side by side, more of them in a square', () => {
    const rows = (channels: number) => new Set(planes(sheet([1, channels, 5, 5])).map(({ y }) => y)).size;
    const columns = (channels: number) => new Set(planes(sheet([1, channels, 5, 5])).map(({ x }) => x)).size;
    expect([4, 16, 17, 25].map(rows)).toEqual([1, 1, 4, 5]);
    expect([4, 16, 17, 25].map(columns)).toEqual([4, 16, 5, 5]);
  });

  it('takes a range, and refuses one that is not there', () => {
    const few = sheet([64, 3, 5, 5], [2, 5]);
    expect(planes(few)).toHaveLength(4);
    expect(wordsOf(few.scene).split('\n')).toEqual(expect.arrayContaining(['2', '3', '4', '5']));
    expect(wordsOf(few.scene)).toContain('kernels 2–5 of 64, 5×5×3');
    expect(() => sheet([4, 3, 5, 5], [2, 4])).toThrow('--kernels 2-4: there are 4 kernels, counted from 0');
  });
});

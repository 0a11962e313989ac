import { describe, expect, it } from 'vitest';
import { filtersSheet } from '../../../src/commands/network/filters-figure.js';
import { randomArray } from '../../random.js';

const sheet = (shape: number[], range: readonly [number, number] | null = null) =>
  filtersSheet({
    title: 'net conv1',
    shape,
    data: randomArray(
      shape.reduce((a, b) => a * b, 1),
      1,
    ),
    range,
    colormap: 'gray',
  });

/** Whether any pixel is not grey. */
function hasColour({ image }: ReturnType<typeof sheet>): boolean {
  for (let i = 0; i < image.data.length; i += 3) {
    // the paper itself is a little warm
    if (Math.abs(image.data[i] - image.data[i + 2]) > 20) return true;
  }
  return false;
}

describe('kernels as a sheet', () => {
  it('three channels are a colour picture, others grey planes, on one scale around zero', () => {
    expect(hasColour(sheet([4, 3, 5, 5]))).toBe(true);
    expect(hasColour(sheet([4, 1, 5, 5]))).toBe(false);
    expect(hasColour(sheet([4, 2, 5, 5]))).toBe(false);
    const { scale } = sheet([4, 3, 5, 5]);
    expect(scale.lo).toBe(-scale.hi);
  });

  it.each([[[1, 1, 1, 1]], [[7, 3, 11, 11]], [[512, 3, 3, 3]], [[2, 512, 3, 3]], [[3, 1, 1, 70]]])(
    'survives %j',
    (shape) => {
      const { image } = sheet(shape);
      expect(image.width).toBeLessThan(4000);
      expect(image.height).toBeLessThan(4000);
    },
  );

  it('up to sixteen planes of a kernel stand side by side, more of them in a square', () => {
    const size = (channels: number) => {
      const { width, height } = sheet([1, channels, 5, 5]).image;
      return [width, height];
    };
    const [four, sixteen, seventeen, twentyFive] = [4, 16, 17, 25].map(size);
    // planes of 5×5, enlarged to 95 pixels with a frame and a pixel between them
    expect(sixteen[0] - four[0]).toBe(12 * 98);
    expect(sixteen[1]).toBe(four[1]);
    expect(seventeen[0]).toBe(twentyFive[0]);
    expect([seventeen[1] - four[1], twentyFive[1] - four[1]]).toEqual([3 * 98, 4 * 98]);
  });

  it('takes a range, and refuses one that is not there', () => {
    expect(sheet([64, 3, 5, 5], [0, 3]).image.height).toBeLessThan(sheet([64, 3, 5, 5]).image.height);
    expect(() => sheet([4, 3, 5, 5], [2, 4])).toThrow('--kernels 2-4: there are 4 kernels, counted from 0');
  });
});

import { describe, expect, it } from 'vitest';
import { cosineOf, likenesses, resized, twinsAmong } from '../../../src/commands/train/first-kernels.js';
import { BUILTIN_KERNELS } from '../../../src/models/kernels.js';
import { randomArray } from '../../random.js';

const rowsOf = (name: string) => BUILTIN_KERNELS.find((one) => one.name === name)!.rows;
const alone = (values: readonly number[], side: number) =>
  likenesses({ shape: [1, 1, side, side], data: Float32Array.from(values) })[0];

describe('the built-in kernel that one which was learnt is like', () => {
  it('is the one it is a multiple of, with a cosine of 1', () => {
    for (const name of ['sobel-x', 'sobel-y', 'laplacian4', 'kirsch-ne']) {
      const rows = BUILTIN_KERNELS.find((one) => one.name === name)?.rows;
      if (!rows) continue;
      const found = alone(
        rows.flat().map((value) => 0.037 * value),
        3,
      );
      expect(found?.kernel).toBe(name);
      expect(found?.cosine).toBeCloseTo(1, 6);
    }
  });

  it('is told with a negative cosine where it is the negative', () => {
    const found = alone(
      rowsOf('sobel-y')
        .flat()
        .map((value) => -value),
      3,
    );
    expect(found?.cosine).toBeCloseTo(-1, 6);
    expect(found?.kernel).toBe('sobel-y');
  });

  it('is found at another size, and in every channel', () => {
    const plane = resized(rowsOf('sobel-x'), 5, 5);
    const found = likenesses({ shape: [1, 3, 5, 5], data: Float32Array.from([...plane, ...plane, ...plane]) })[0];
    expect(found?.kernel).toBe('sobel-x');
    // the same in red and its negative in blue is no sobel-x
    const opposed = [...plane, ...plane.map(() => 0), ...plane.map((value) => -value)];
    expect(likenesses({ shape: [1, 3, 5, 5], data: Float32Array.from(opposed) })[0]).toBe(null);
  });

  it('is none where no cosine reaches 0.8: of noise, of zeros, of one number', () => {
    expect(likenesses({ shape: [6, 1, 7, 7], data: randomArray(6 * 49, 3) })).toEqual(new Array(6).fill(null));
    expect(alone(new Array(9).fill(0), 3)).toBe(null);
    expect(likenesses({ shape: [2, 1, 1, 1], data: Float32Array.of(1, -2) })).toEqual([null, null]);
  });

  it('a matrix is resized with its corners on corners', () => {
    expect(
      resized(
        [
          [0, 1],
          [2, 3],
        ],
        3,
        3,
      ),
    ).toEqual([0, 0.5, 1, 1, 1.5, 2, 2, 2.5, 3]);
    expect(resized(rowsOf('sobel-x'), 3, 3)).toEqual(rowsOf('sobel-x').flat());
  });
});

describe('near twins among the kernels of two trainings', () => {
  it('are those of nearly the same direction, whatever their place and size; the negative is none', () => {
    const own = randomArray(4 * 25, 5);
    const kernel = (m: number, by: number) => Array.from(own.subarray(25 * m, 25 * m + 25), (value) => by * value);
    const others = Float32Array.from([...kernel(2, 3), ...kernel(0, 0.1), ...kernel(1, -1), ...randomArray(25, 77)]);
    expect(twinsAmong({ shape: [4, 1, 5, 5], data: own }, others)).toBe(2);
    expect(cosineOf(own.subarray(0, 25), own.subarray(0, 25))).toBeCloseTo(1, 12);
    expect(cosineOf(own.subarray(0, 25), new Float32Array(25))).toBe(0);
  });
});

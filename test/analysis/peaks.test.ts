import { describe, expect, it } from 'vitest';
import type { Axis } from '../../src/core/geometry.js';
import { judgePatch } from '../../src/run/measure.js';

const axis = (size: number, kernel: number, stride: number, out: number): Axis => ({
  size,
  kernel,
  stride,
  dilation: 1,
  padBefore: 0,
  padAfter: 0,
  out,
});

/** A patch of 70×70 at 445, 421; convolution with stride 4, then perhaps a pool. */
function verdict(x: number, y: number, pool: { kernel: number; stride: number } | null) {
  const columns = [axis(800, 70, 4, 183)];
  const rows = [axis(600, 70, 4, 133)];
  if (pool) {
    columns.push(axis(183, pool.kernel, pool.stride, 180));
    rows.push(axis(133, pool.kernel, pool.stride, 130));
  }
  const values = new Float32Array(183 * 133);
  values[y * 183 + x] = 5;
  const peak = { x, y, value: 5, window: { x0: 0, x1: 0, y0: 0, y1: 0 } };
  return judgePatch(values, 183, peak, { width: 70, height: 70 }, { x: 445, y: 421 }, { rows, columns }).own!.found;
}

describe('whether a patch found itself', () => {
  it.each([
    ['the nearest position', 111, 105, true],
    ['the other neighbour', 112, 106, true],
    ['a position further', 113, 105, false],
    ['a position before', 110, 105, false],
  ])('%s', (_, x, y, found) => {
    expect(verdict(x, y, null)).toBe(found);
  });

  it.each([
    ['a pool of 4 that reads the place first', 111, 105, 4, 1, true],
    ['a pool of 4 that reads it last', 108, 102, 4, 1, true],
    ['a pool of 4 that ends before it', 106, 102, 4, 1, false],
    ['a pool with a stride', 27, 26, 4, 4, true],
    ['a pool with a stride elsewhere', 25, 26, 4, 4, false],
  ])('%s', (_, x, y, kernel, stride, found) => {
    expect(verdict(x, y, { kernel, stride })).toBe(found);
  });
});

import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { prepareConv2d } from '../../src/index.js';
import { randomArray } from '../random.js';

/** Above the size from which threads are worth starting, so that they really help. */
const CASES = {
  'direct, 1 map': { x: [3, 1500, 2000], weight: [1, 3, 21, 21], algorithm: 'direct' },
  'gemm, stride 4, uneven bands': { x: [3, 1500, 1500], weight: [64, 3, 11, 11], stride: 4, algorithm: 'gemm' },
  winograd: { x: [64, 400, 400], weight: [64, 64, 3, 3], padding: 1, algorithm: 'winograd4x3' },
} as const;

const array = (shape: readonly number[], seed: number) =>
  ndarray(
    randomArray(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    [...shape],
  );

describe('threads', () => {
  for (const [title, { x, weight, ...options }] of Object.entries(CASES)) {
    it(`${title}: the same bits with one, two and three`, () => {
      const input = array(x, 1);
      const kernel = array(weight, 2);
      const run = (threads: number) => {
        const prepared = prepareConv2d(kernel, { ...options, inputShape: x, threads });
        return [prepared.run(input).data, prepared.run(input).data].map((data) => Buffer.from(data.buffer));
      };
      const [alone] = run(1);
      for (const threads of [2, 3]) for (const data of run(threads)) expect(data.equals(alone)).toBe(true);
    });
  }
});

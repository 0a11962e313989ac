import { expect, it } from 'vitest';
import { SpareArrays } from '../../src/engine/spare-arrays.js';

it('gives the memory of arrays that came back, to the length that is asked for', () => {
  const spare = new SpareArrays();
  const first = spare.take(1000);
  expect(first).toHaveLength(1000);
  spare.give([first]);
  const second = spare.take(600);
  expect([second.length, second.buffer === first.buffer]).toEqual([600, true]);
  // it is in use
  expect(spare.take(600).buffer).not.toBe(first.buffer);
});

it('gives none that is more than twice as long, or too short', () => {
  const spare = new SpareArrays();
  const array = spare.take(1000);
  spare.give([array]);
  expect(spare.take(499).buffer).not.toBe(array.buffer);
  expect(spare.take(1001).buffer).not.toBe(array.buffer);
  expect(spare.take(500).buffer).toBe(array.buffer);
});

it('keeps the four largest', () => {
  const spare = new SpareArrays();
  const arrays = [10, 30, 70, 150, 310].map((length) => spare.take(length));
  spare.give(arrays);
  expect(spare.take(10).buffer).not.toBe(arrays[0].buffer);
  for (const array of arrays.slice(1)) expect(spare.take(array.length).buffer).toBe(array.buffer);
});

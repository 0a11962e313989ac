import { expect, it } from 'vitest';
import { trainHead } from '../../src/api/heads.js';
import { tensor } from '../../src/core/tensor.js';

/** Two classes apart along the first of two features. */
const FEATURES = tensor(Float32Array.of(-2, 0.3, -1, -0.2, 1, 0.1, 2, -0.1), [4, 2]);
const LABELS = ['small', 'small', 'large', 'large'];
const head = trainHead(FEATURES, LABELS, { l2: 0.1 });

it('probabilities are rows that add up to 1, in the order of the classes', () => {
  const { data, shape } = head.predict(FEATURES);
  expect(head.classes).toEqual(['large', 'small']);
  expect(shape).toEqual([4, 2]);
  for (let n = 0; n < 4; n++) {
    expect(data[2 * n] + data[2 * n + 1]).toBeCloseTo(1, 6);
    expect(data[2 * n] > 0.5).toBe(LABELS[n] === 'large');
  }
});

it('features of one image are one row: the same numbers as among others', () => {
  const one = head.predict(tensor(Float32Array.of(1, 0.1), [2]));
  expect(one.shape).toEqual([1, 2]);
  expect([...one.data]).toEqual([...head.predict(FEATURES).data.slice(4, 6)]);
});

it.each([[[2, 2, 1]], [[1, 1, 2]], [[4, 1]], [[1]], [[2, 1, 1, 2]]])(
  'features of the shape %j are refused',
  (shape) => {
    const count = shape.reduce((product, side) => product * side, 1);
    expect(() => head.predict(tensor(new Float32Array(count), shape))).toThrow(/expected \[N, 2\], got/);
  },
);

it.each([
  ['no labels for some rows', () => trainHead(FEATURES, LABELS.slice(1)), /expected \[3, D\], got \[4, 2\]/],
  ['rows that are no rows', () => trainHead(tensor(new Float32Array(4), [4]), LABELS), /expected \[4, D\], got \[4\]/],
  ['no features', () => trainHead(tensor(new Float32Array(0), [4, 0]), LABELS), /expected \[4, D\], got \[4, 0\]/],
  ['NaN', () => trainHead(tensor(Float32Array.of(1, Number.NaN), [2, 1]), ['a', 'b']), /NaN or infinite/],
  ['one class', () => trainHead(FEATURES, ['a', 'a', 'a', 'a']), /expected two or more/],
])('a head learns from nothing with %s', (_, train, words) => {
  expect(train).toThrow(words);
});

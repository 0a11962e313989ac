import { describe, expect, it } from 'vitest';
import { layerFacts } from '../../src/analysis/layer-facts.js';
import type { Layer } from '../../src/layers/index.js';
import { randomArray } from '../random.js';

const RELU: Layer = { kind: 'activation', name: 'relu', parameters: [] };
const facts = (planes: readonly (readonly number[] | Float32Array)[], shape: number[], layer: Layer = RELU) =>
  layerFacts(Float32Array.from(planes.flatMap((plane) => [...plane])), shape, layer, true);

describe('channels that say the same', () => {
  const [a, b, c] = [0, 1, 2].map((seed) => randomArray(16, seed));
  const doubled = a.map((value) => 2 * value + 5);
  const turned = a.map((value) => -value);

  it.each([
    ['equal ones', [a, b, a], [[0, 2]]],
    ['multiples, whatever is added', [b, a, doubled], [[1, 2]]],
    ['not the opposite', [a, turned, b], []],
    [
      'every pair of three',
      [a, doubled, a],
      [
        [0, 1],
        [0, 2],
        [1, 2],
      ],
    ],
    ['not constant ones, which have no direction', [Array(16).fill(3), Array(16).fill(4), c], []],
  ])('in one item: %s', (_, planes, pairs) => {
    expect(facts(planes, [1, 3, 4, 4]).duplicates).toEqual(pairs);
    expect(facts(planes, [3, 4, 4]).duplicates).toEqual(pairs);
  });

  it('must do so in every item of a batch, the first and the last', () => {
    expect(facts([a, a, b, b], [2, 2, 4, 4]).duplicates).toEqual([[0, 1]]);
    expect(facts([a, b, c, c], [2, 2, 4, 4]).duplicates).toEqual([]);
    expect(facts([c, c, a, b], [2, 2, 4, 4]).duplicates).toEqual([]);
  });

  it('are found from 4,096 places of a larger map', () => {
    const large = randomArray(128 * 96, 7);
    const other = randomArray(128 * 96, 8);
    expect(facts([large, other, large], [1, 3, 96, 128]).duplicates).toEqual([[0, 2]]);
  });

  it('are not looked for where a channel is one number, or alone', () => {
    expect(facts([[1, 1, 2]], [1, 3]).duplicates).toBeNull();
    expect(facts([a], [1, 1, 4, 4]).duplicates).toBeNull();
  });
});

describe('dead channels', () => {
  it('are zero at every place of every item; NaN is no silence', () => {
    const zero = [0, 0, -0, 0];
    expect(facts([zero, [0, 0, 0, 1], zero, [Number.NaN, 0, 0, 0]], [1, 4, 2, 2]).dead).toBe(2);
    expect(facts([zero, zero, zero, [0, 0, 0, 2]], [2, 2, 2, 2]).dead).toBe(1);
    expect(facts([[0, 2, 0]], [1, 3]).dead).toBe(2);
  });
});

describe('saturated values', () => {
  it.each([
    ['sigmoid', [0, 0.01, 0.02, 0.98, 0.99, 1, 0.5, 0.5], 0.5],
    ['tanh', [-1, -0.99, -0.98, 0.98, 0.99, 1, 0, 0], 0.5],
    ['relu6', [-9, 0, 5.9, 6, 6, 3, 2, 1], 0.25],
  ] as const)('of %s are those within a hundredth of its limits', (name, values, share) => {
    expect(facts([values], [1, 1, 2, 4], { kind: 'activation', name, parameters: [] }).saturated).toBe(share);
  });

  it('has no layer without limits', () => {
    expect(facts([[1, 2]], [1, 2]).saturated).toBeNull();
  });
});

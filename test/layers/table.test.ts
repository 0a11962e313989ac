import { describe, expect, it } from 'vitest';
import type { Families, LayerFamily } from '../../src/layers/family.js';
import { forwardOf, LAYERS, type Layer } from '../../src/layers/index.js';
import type { SoftmaxLayer } from '../../src/layers/softmax.js';

/** The type checker is the test: an expected error that does not come is an error. */
const { softmax, log_softmax } = LAYERS;
const { reads, ...withoutReads } = softmax;
const { words, ...withoutWords } = softmax;
const { backward, ...withoutBackward } = softmax;
// @ts-expect-error a layer that does not say what it reads
const mute: LayerFamily<SoftmaxLayer> = withoutReads;
// @ts-expect-error a layer without words
const wordless: LayerFamily<SoftmaxLayer> = withoutWords;
// @ts-expect-error a layer that says neither how gradients pass it nor why they do not
const oneWay: LayerFamily<SoftmaxLayer> = withoutBackward;
// @ts-expect-error a table that lacks a kind of its layers
const half: Families<SoftmaxLayer> = { softmax };
const both: Families<SoftmaxLayer> = { softmax, log_softmax };

const FACTS: readonly (keyof LayerFamily<Layer>)[] = ['shape', 'forward', 'backward', 'reads', 'explain', 'words'];

describe('the table of layers', () => {
  it.each(Object.entries(LAYERS))('%s has every fact', (_, family) => {
    for (const fact of FACTS) expect(family).toHaveProperty(fact);
    // a reason is a sentence
    if (typeof family.backward === 'string') expect(family.backward).toMatch(/\w+ \w+/);
  });

  it('lacks nothing that the types ask for, and a table without it does not compile', () => {
    expect(Object.keys(both)).toEqual(['softmax', 'log_softmax']);
    expect([mute, wordless, oneWay].map((family) => Object.keys(family).length)).toEqual([
      Object.keys(softmax).length - 1,
      Object.keys(softmax).length - 1,
      Object.keys(softmax).length - 1,
    ]);
    expect(Object.keys(half)).toEqual(['softmax']);
    expect([typeof reads, typeof words, typeof backward]).toEqual(['function', 'function', 'object']);
  });

  it('leaves convolutions, linear layers and 2-D pools to the planner, and what is not supported to nobody', () => {
    const planned = Object.keys(LAYERS).filter((kind) => forwardOf({ kind } as Layer) === null);
    expect(planned).toEqual(['conv', 'ncc', 'linear', 'max_pool', 'avg_pool', 'gauss_pool', 'unsupported']);
  });
});

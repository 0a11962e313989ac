import { describe, expect, it } from 'vitest';
import type { Value } from '../../src/core/values.js';
import { planModel } from '../../src/engine/plan.js';
import { evaluate } from '../../src/layers/evaluate.js';
import { type Layer, layerFamily } from '../../src/layers/index.js';
import { inferShapes } from '../../src/layers/infer.js';
import { constantOf, type Model } from '../../src/layers/model.js';

/** A reshape to what `layer` makes of the input itself. */
function reshapedBy(layer: Layer): Model {
  return {
    inputs: [{ name: 'input', dtype: 'float32', shape: null }],
    constants: new Map([['axes', constantOf({ dtype: 'int64', shape: [1], data: Float64Array.of(0) })]]),
    nodes: [
      { name: 'told', layer, inputs: ['input'], outputs: ['told'] },
      { name: 'list', layer: { kind: 'unsqueeze' }, inputs: ['told', 'axes'], outputs: ['list'] },
      { name: 'flat', layer: { kind: 'reshape', allowZero: false }, inputs: ['input', 'list'], outputs: ['flat'] },
    ],
    outputs: ['flat'],
  };
}

describe('layers that need a shape and no numbers', () => {
  it('how many numbers an input has is known before any of them is', () => {
    const bound = new Map([['input', { dtype: 'float32' as const, shape: [2, 3, 4], value: null }]]);
    const shaped = inferShapes(reshapedBy({ kind: 'size' }), bound, evaluate);
    expect(shaped.infos.get('flat')!.shape).toEqual([24]);
    const { steps } = planModel(shaped.model, [2, 3, 4], { exact: false, algorithm: null });
    expect(steps.map(({ name }) => name)).toEqual(['flat']);
  });
});

const integers = (...list: number[]): Value => ({
  dtype: 'int64',
  shape: [list.length],
  data: Float64Array.from(list),
});

/** The shape a layer makes of a float32 input and of integers that are known. */
function shapeOf(layer: Layer, shape: readonly number[], ...others: readonly (Value | null)[]): readonly number[] {
  const known = others.map((value) => value && { ...value, known: () => value });
  const x = { dtype: 'float32' as const, shape, known: () => null };
  return layerFamily(layer).shape(layer, [x, ...known])[0].shape;
}

describe('pads', () => {
  const side = (mode: 'constant' | 'edge' | 'reflect' | 'wrap', length: number, before: number, after: number) =>
    shapeOf({ kind: 'pad', mode }, [length, 2], integers(before, 0, after, 0))[0];

  it.each([
    ['constant', 0, 3, 1, 4],
    ['constant', 4, -1, -3, 0],
    ['edge', 1, 3, 5, 9],
    ['edge', 0, 0, 0, 0],
    ['wrap', 1, 3, 0, 4],
    ['wrap', 2, 0, 5, 7],
    ['wrap', 0, 0, 0, 0],
    ['reflect', 3, 2, 2, 7],
    ['reflect', 1, 0, 0, 1],
    ['reflect', 0, 0, 0, 0],
  ] as const)('%s: a side of %i with %i before and %i after has %i', (mode, length, before, after, expected) =>
    expect(side(mode, length, before, after)).toBe(expected),
  );

  it.each([
    ['constant', 4, -1, -4],
    ['edge', 0, 1, 0],
    ['wrap', 0, 0, 1],
    ['reflect', 3, 3, 0],
    ['reflect', 3, 0, 3],
    ['reflect', 1, 1, 0],
    ['reflect', 0, 0, 1],
  ] as const)('%s: a side of %i cannot have %i before and %i after', (mode, length, before, after) =>
    expect(() => side(mode, length, before, after)).toThrow(
      `pads ${before}, ${after} of axis 0 do not fit its side of ${length} (${mode})`,
    ),
  );

  it('of named axes come in their order, and there are two for each', () => {
    const layer = { kind: 'pad', mode: 'constant' } as const;
    expect(shapeOf(layer, [2, 3, 4], integers(1, 0, 2, 5), null, integers(2, 0))).toEqual([7, 3, 7]);
    expect(() => shapeOf(layer, [2, 3, 4], integers(1, 2, 3), null, integers(2, 0))).toThrow(
      'pads: expected 4 numbers, got 3',
    );
  });
});

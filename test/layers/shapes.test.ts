import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/engine/evaluate.js';
import { planModel } from '../../src/engine/plan.js';
import type { Layer } from '../../src/layers/index.js';
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

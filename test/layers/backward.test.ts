import { describe, expect, it } from 'vitest';
import type { Value } from '../../src/core/values.js';
import { convolve } from '../../src/engine/gradients/backpropagate.js';
import { LAYERS, type Layer, layerFamily } from '../../src/layers/index.js';
import { arrayOf } from '../models/onnx/arrays.js';
import { GRADIENT_CASES, gradientsOf, outputsOf, valuesOf } from './gradient-cases.js';

/** The largest difference as a share of the largest gradient. */
function shareOff(got: Float64Array, expected: ArrayLike<number>): number {
  let [off, largest] = [0, 0];
  for (let i = 0; i < got.length; i++) {
    const difference = Math.abs(got[i] - expected[i]);
    off = Math.max(off, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return off === 0 ? 0 : off / largest;
}

describe('gradients are those of torch', () => {
  it.each(GRADIENT_CASES.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const { layer, dy, gradients } = one;
    const values = valuesOf(one);
    const wanted = gradients.map((one) => one !== null);
    const { dx, read, rule } = gradientsOf(layer, values, Float64Array.from(arrayOf(dy).data), wanted);
    // convolutions run in float32, in the engine; where a pixel lies that is resized or sampled is rounded to float32
    const tolerance =
      { conv: 2e-6, conv_transpose: 2e-6, resize: 1e-6, roi_align: 1e-6 }[layer.kind as string] ?? 1e-12;
    for (const [i, gradient] of gradients.entries()) {
      if (!gradient) continue;
      const expected = arrayOf(gradient);
      expect(dx[i]!.length).toBe(expected.data.length);
      expect(shareOff(dx[i]!, expected.data)).toBeLessThanOrEqual(tolerance);
    }
    // a forward run keeps no more than a rule says it needs
    const needs = typeof rule.needs === 'function' ? rule.needs(layer) : (rule.needs ?? 'none');
    for (const [i, isWanted] of wanted.entries())
      if (isWanted && needs !== 'inputs') expect(read).not.toContain(`x${i}`);
    if (needs !== 'outputs') expect(read).not.toContain('y0');
  });

  it('every kind of layer that has a rule is among them', () => {
    const kinds = Object.entries(LAYERS).flatMap(([kind, { backward }]) =>
      typeof backward === 'string' ? [] : [kind],
    );
    const seen = new Set(GRADIENT_CASES.map(({ layer }) => layer.kind as string));
    // these pass numbers on as they are, by the rule that flatten and reshape use
    const sameRule = kinds.filter((kind) => LAYERS[kind as Layer['kind']].backward === LAYERS.flatten.backward);
    expect(kinds.filter((kind) => !seen.has(kind) && !sameRule.includes(kind))).toEqual([]);
  });

  it('gradients are added to what is there already, for values that several layers read', () => {
    const layer: Layer = { kind: 'activation', name: 'relu', parameters: [] };
    const x: Value = { dtype: 'float64', shape: [3], data: Float64Array.from([-1, 0, 2]) };
    const outputs = outputsOf(layer, [x]);
    const dx = [Float64Array.from([10, 20, 30])];
    const rule = layerFamily(layer).backward;
    if (typeof rule === 'string') throw new Error(rule);
    const dy = [Float64Array.from([1, 1, 1])];
    rule.run(layer, { inputs: [x], outputs, x: () => x, y: () => outputs[0], dy, dx, convolve });
    expect([...dx[0]]).toEqual([10, 20, 31]);
  });
});

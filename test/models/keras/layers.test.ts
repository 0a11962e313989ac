import { describe, expect, it } from 'vitest';
import { importKeras } from '../../../src/models/keras/import.js';
import { run, worstOfLargest } from '../onnx/arrays.js';
import { asGiven, casesOf, expectedOf, FAMILIES, inputsOf, sourceOf } from './cases.js';

/** Of the largest number of a layer. */
const TOLERANCE = 1e-5;

describe.each(FAMILIES)('%s: the numbers are those of Keras', (family) => {
  it.each(casesOf(family).map((one) => [one.name, one] as const))('%s', (_, one) => {
    const { model } = importKeras(sourceOf(one), null);
    const refused = model.nodes.flatMap(({ layer }) => (layer.kind === 'unsupported' ? [layer.reason] : []));
    expect(refused).toEqual([]);
    const [name] = model.outputs;
    const got = run(model, inputsOf(one)).get(name)!;
    const expected = asGiven(expectedOf(one), got.shape);
    expect(got.shape).toEqual(expected.shape);
    expect(worstOfLargest(got, expected)).toBeLessThan(TOLERANCE);
  });
});

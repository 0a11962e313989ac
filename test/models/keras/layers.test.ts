import { describe, expect, it } from 'vitest';
import { importKeras } from '../../../src/models/keras/import.js';
import { run, worstOfLargest } from '../onnx/arrays.js';
import { asGiven, casesOf, expectedOf, FAMILIES, inputsOf, type KerasCase, sourceOf } from './cases.js';

/** Of the largest number of a layer. */
const TOLERANCE = 1e-5;

/** The numbers a case gives, and how far they are from what is expected, as a share of the largest. */
function errorOf(one: KerasCase): number {
  const { model } = importKeras(sourceOf(one), null);
  const refused = model.nodes.flatMap(({ layer }) => (layer.kind === 'unsupported' ? [layer.reason] : []));
  expect(refused).toEqual([]);
  const [name] = model.outputs;
  const got = run(model, inputsOf(one)).get(name)!;
  const expected = asGiven(expectedOf(one), got.shape);
  expect(got.shape).toEqual(expected.shape);
  return worstOfLargest(got, expected);
}

describe.each(FAMILIES)('%s: the numbers are those of Keras', (family) => {
  it.each(casesOf(family).map((one) => [one.name, one] as const))('%s', (_, one) => {
    expect(errorOf(one)).toBeLessThan(TOLERANCE);
  });
});

describe('operations of keras.ops in a .h5, which leaves modules out', () => {
  const cases = casesOf('operations').filter(({ name }) => /keras.ops (?:Add|Multiply|Subtract)/.test(name));
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const text = JSON.stringify(one.config).replace(/"module":"[^"]*",|"registered_name":"[^"]*",/g, '');
    expect(text).not.toContain('keras.src.ops');
    expect(errorOf({ ...one, config: JSON.parse(text) })).toBeLessThan(TOLERANCE);
  });
});

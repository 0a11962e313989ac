import { describe, expect, it } from 'vitest';
import type { Value } from '../../../src/core/values.js';
import { run, worstOfLargest } from '../onnx/arrays.js';
import { expectedOf, NETWORKS, programBytes, readProgramFile, VERSIONS } from './programs.js';

/** Of the largest number of an output. */
const TOLERANCE = 1e-5;

function errorOf(got: Value, expected: Value): number {
  expect(got.shape).toEqual(expected.shape);
  expect(got.dtype).toBe(expected.dtype);
  return worstOfLargest(got, expected);
}

describe.each(VERSIONS)('programs of PyTorch %s', (version) => {
  it.each(NETWORKS)('%s: outputs and modules are those of PyTorch', (name) => {
    const { model } = readProgramFile(programBytes(name, version));
    const refused = model.nodes.flatMap(({ layer }) => (layer.kind === 'unsupported' ? [layer.reason] : []));
    expect(refused).toEqual([]);
    const expected = expectedOf(name);
    const made = new Set(model.nodes.flatMap(({ outputs }) => outputs));
    const modules = [...expected.keys()].filter((key) => key.startsWith('layer:') && made.has(key.slice(6)));
    const inputs = new Map(model.inputs.map((input, i) => [input.name, expected.get(`x${i}`)!]));
    const values = run(model, inputs, [...model.outputs, ...modules.map((key) => key.slice(6))]);
    const errors = [
      ...model.outputs.map((output, i) => [output, errorOf(values.get(output)!, expected.get(`y${i}`)!)] as const),
      ...modules.map((key) => [key, errorOf(values.get(key.slice(6))!, expected.get(key)!)] as const),
    ];
    expect(errors.filter(([, error]) => !(error <= TOLERANCE))).toEqual([]);
    expect(errors.length).toBeGreaterThan(1);
  });
});

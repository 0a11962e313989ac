import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes.js';
import { sizeOf } from '../../../src/core/tensor.js';
import type { Value } from '../../../src/core/values.js';
import { TFJS_FILE } from '../../../src/models/tfjs/model-file.js';
import { arrayOf, ROOT, run, type StoredArray } from '../onnx/arrays.js';

/** A model of branches, as fixtures/make/tfjs_layers.mjs writes it. */
interface Layers {
  readonly model: unknown;
  readonly weights: string;
  /** In the order of the model's inputs. */
  readonly inputs: readonly StoredArray[];
  readonly values: Readonly<Record<string, StoredArray>>;
}

const FOLDER = join(ROOT, 'fixtures/expected/tfjs');
const FILES = readdirSync(FOLDER).filter((name) => name !== 'files.json');

/** Of a layer's largest value. */
const MOST_OFF = 1e-5;

function modelOf({ model, weights }: Layers) {
  const beside = () => memorySource(Buffer.from(weights, 'base64'));
  const json = new TextEncoder().encode(JSON.stringify(model));
  return TFJS_FILE.readModel(memorySource(json), { name: 'model', file: 'model.json', beside });
}

/** [N, …, C] as [N, C, …] where that is the shape asked for, else as it is. */
function inOrderOf(shape: readonly number[], value: Value): Value {
  const [N, ...rest] = value.shape;
  const C = rest.at(-1)!;
  const first = [N, C, ...rest.slice(0, -1)];
  if (rest.length < 2 || first.join() !== shape.join()) return value;
  const size = sizeOf(rest) / C;
  const data = new Float32Array(value.data.length);
  for (let i = 0; i < data.length; i++) {
    const [n, at] = [Math.floor(i / (C * size)), i % (C * size)];
    data[i] = value.data[n * C * size + (at % size) * C + Math.floor(at / size)];
  }
  return { dtype: value.dtype, shape: first, data };
}

/** The largest difference, in parts of the largest expected value. */
function off(got: Value, expected: Value): number {
  const largest = Math.max(...Array.from(expected.data, Math.abs));
  const differences = Array.from(expected.data, (one, i) => Math.abs(got.data[i] - one));
  return Math.max(...differences) / (largest || 1);
}

describe.each(FILES)('%s', (file) => {
  const layers = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Layers;

  it('every layer gives what TensorFlow.js gives', () => {
    const { model } = modelOf(layers);
    const inputs = new Map(model.inputs.map(({ name }, i) => [name, arrayOf(layers.inputs[i])]));
    const names = Object.keys(layers.values);
    const own = (name: string) => name.replace('#', '/call_');
    const got = run(model, inputs, names.map(own));
    const wrong = names.flatMap((name) => {
      const value = got.get(own(name))!;
      const expected = inOrderOf(value.shape, arrayOf(layers.values[name]));
      if (value.shape.join() !== expected.shape.join()) return [`${name}: [${value.shape}] for [${expected.shape}]`];
      const error = off(value, expected);
      return error <= MOST_OFF ? [] : [`${name}: off by ${error}`];
    });
    expect(wrong).toEqual([]);
    expect(names.length).toBeGreaterThan(3);
  });
});

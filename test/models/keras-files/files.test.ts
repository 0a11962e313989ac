import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes.js';
import { CnnvizError } from '../../../src/core/errors.js';
import { modelFormatOf } from '../../../src/models/model-formats.js';
import type { WeightFile } from '../../../src/models/weights/weight-file.js';
import { run } from '../onnx/arrays.js';

const FOLDER = new URL('../../../fixtures/models/keras-files/', import.meta.url);

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

const { image, output, arrays } = JSON.parse(readFileSync(new URL('expected.json', FOLDER), 'utf8')) as {
  readonly image: Numbers;
  readonly output: readonly number[];
  readonly arrays: Readonly<Record<string, Numbers>>;
};

const CONTEXT = { name: 'x', file: 'x.h5', beside: null };

async function opened(bytes: Uint8Array) {
  const source = memorySource(bytes);
  const format = modelFormatOf(source);
  if (!format) throw new Error('no format');
  const reader = await format.load();
  return {
    format: format.format,
    model: () => reader.readModel(source, CONTEXT),
    weights: () => reader.readWeights(source, CONTEXT),
  };
}

const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(name, FOLDER)));
const read = (name: string) => opened(bytesOf(name));

const WHOLE = ['whole.h5', 'parts.h5', 'whole.keras', 'packed.keras', 'twice.keras'];

describe.each(WHOLE)('%s', (name) => {
  it('is computed as PyTorch computes the same', async () => {
    const { model, notes } = (await read(name)).model();
    const { shape, data } = image;
    const value = { dtype: 'float32' as const, shape, data: Float32Array.from(data) };
    const given = run(model, new Map([[model.inputs[0].name, value]])).get(model.outputs[0])!;
    const largest = Math.max(...output.map(Math.abs));
    for (const [i, one] of given.data.entries()) expect(Math.abs(one - output[i])).toBeLessThan(1e-6 * largest);
    expect(notes).toEqual([]);
  });

  it('has the arrays that were saved, under the names of layers', async () => {
    const { tensors } = (await read(name)).weights();
    // a nested layer of Keras 2 is called as its variable, without the models around it
    const named = name.endsWith('.h5')
      ? Object.entries(arrays).map(([key, of]) => [key.replace('inner/', ''), of])
      : null;
    expect(byName(tensors)).toEqual(named ? Object.fromEntries(named) : arrays);
  });
});

function byName(tensors: WeightFile['tensors']): Record<string, Numbers> {
  return Object.fromEntries(tensors.map((one) => [one.name, { shape: [...one.shape], data: [...one.load().data] }]));
}

it('bfloat16, which h5py writes as bytes without a meaning, is read as Keras reads it', async () => {
  const { tensors } = (await read('bfloat16.keras')).weights();
  for (const one of tensors) {
    expect([one.name, one.stored]).toEqual([one.name, 'bfloat16']);
    for (const [i, value] of [...one.load().data].entries()) {
      const wanted = arrays[one.name].data[i];
      expect(Math.abs(value - wanted)).toBeLessThanOrEqual(Math.abs(wanted) / 256);
    }
  }
});

it('weights alone are listed, and a run of them says what is missing', async () => {
  for (const name of ['weights.h5', 'model.weights.h5']) {
    const file = await read(name);
    expect(file.format).toBe('hdf5');
    const { tensors } = file.weights();
    expect(tensors).toHaveLength(12);
    expect(file.model).toThrow(/weights of layers \(.*dense.*\), but not the layers themselves/);
  }
  const { tensors, notes } = (await read('model.weights.h5')).weights();
  expect(tensors.map((one) => one.name)).toContain('sequential/conv2d_1/1');
  expect(notes).toEqual(["the optimizer's own numbers are left out"]);
});

it('weights in a pickle are refused by name', async () => {
  const { model, weights } = await read('pickled.keras');
  expect(model).toThrow("packed by Python's pickle");
  expect(weights).toThrow(CnnvizError);
});

it('arrays that the file says are of another layer are not taken', async () => {
  const bytes = bytesOf('whole.keras');
  const text = Buffer.from(bytes).toString('latin1');
  const from = text.indexOf('"name": "third"');
  const other = Buffer.from(text.replace('"name": "third"', '"name": "thirx"'), 'latin1');
  expect(from).toBeGreaterThan(0);
  // the archive's checksums are of packed entries alone
  const { model } = await opened(new Uint8Array(other));
  expect(model).toThrow(/layer "thirx": "conv2d" has the arrays of "third"/);
});

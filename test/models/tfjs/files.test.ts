import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes.js';
import { CnnvizError } from '../../../src/core/errors.js';
import { modelFormatOf } from '../../../src/models/model-formats.js';
import { TFJS_FILE } from '../../../src/models/tfjs/model-file.js';
import type { ReadContext } from '../../../src/models/weights/weight-file.js';
import { arrayOf, ROOT, run, type StoredArray } from '../onnx/arrays.js';

const FOLDER = join(ROOT, 'fixtures/models/tfjs');

interface Expected {
  readonly input: StoredArray;
  readonly results: Readonly<Record<string, { output: StoredArray; weights: Readonly<Record<string, StoredArray>> }>>;
}

const { input, results } = JSON.parse(
  readFileSync(join(ROOT, 'fixtures/expected/tfjs/files.json'), 'utf8'),
) as Expected;

/** Of a model.json what the tests change. */
interface ModelJson {
  weightsManifest?: { paths: readonly unknown[]; weights: object[] }[];
}

type Files = Readonly<Record<string, Uint8Array>>;

function filesOf(kind: string): Files {
  const folder = join(FOLDER, kind);
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]),
  );
}

function contextOf(files: Files): ReadContext {
  const beside = (name: string) => {
    if (!Object.hasOwn(files, name)) throw new CnnvizError('format', `external data "${name}": no such file`);
    return memorySource(files[name]);
  };
  return { name: 'model', file: 'model.json', beside };
}

function read(files: Files) {
  return TFJS_FILE.readModel(memorySource(files['model.json']), contextOf(files));
}

/** model.json of the float32 model, with something of it changed. */
function changed(change: (json: ModelJson) => void, more: Files = {}): Files {
  const files = filesOf('float32');
  const json = JSON.parse(new TextDecoder().decode(files['model.json'])) as ModelJson;
  change(json);
  return { ...files, ...more, 'model.json': new TextEncoder().encode(JSON.stringify(json)) };
}

describe.each(Object.keys(results))('weights stored as %s', (kind) => {
  const files = filesOf(kind);

  it('each array is what TensorFlow.js makes of it, bit for bit, across the borders of files', () => {
    const { tensors } = TFJS_FILE.readWeights(memorySource(files['model.json']), contextOf(files));
    const { weights } = results[kind];
    expect(tensors.map(({ name }) => name).sort()).toEqual(Object.keys(weights).sort());
    for (const tensor of tensors) {
      const expected = arrayOf(weights[tensor.name]);
      expect([tensor.name, tensor.load()]).toEqual([tensor.name, expected]);
      const into = new Float32Array(expected.data.length);
      tensor.loadInto(into);
      expect([tensor.name, into]).toEqual([tensor.name, expected.data]);
    }
  });

  it('the network gives what TensorFlow.js gives', () => {
    const { model } = read(files);
    const got = run(model, new Map([[model.inputs[0].name, arrayOf(input)]])).get(model.outputs[0])!;
    const expected = arrayOf(results[kind].output);
    expect(got.shape).toEqual(expected.shape);
    for (const [i, value] of expected.data.entries()) expect(Math.abs(got.data[i] - value)).toBeLessThan(1e-5);
  });
});

it('a layers-model is told by what it holds, a graph-model and other JSON are not', () => {
  const format = (json: unknown) => modelFormatOf(memorySource(new TextEncoder().encode(JSON.stringify(json))))?.format;
  const sequential = { class_name: 'Sequential', config: { layers: [] } };
  expect(format({ format: 'layers-model', modelTopology: sequential })).toBe('tfjs');
  expect(format({ modelTopology: { keras_version: '2.1', model_config: sequential } })).toBe('tfjs');
  // the key that tells may stand far behind
  expect(format({ weightsManifest: [{ weights: Array(5000).fill('x') }], modelTopology: sequential })).toBe('tfjs');
  expect(format({ format: 'graph-model', modelTopology: { node: [] } })).toBeUndefined();
  expect(format({ modelTopology: { node: [], library: {} } })).toBeUndefined();
  expect(format(sequential)).toBeUndefined();
  expect(format({ layers: [] })).toBeUndefined();
});

const without = (files: Files, name: string): Files =>
  Object.fromEntries(Object.entries(files).filter(([own]) => own !== name));
const paths = (list: readonly unknown[]) => () =>
  changed((json) => {
    json.weightsManifest![0].paths = list;
  });
const array = (fields: object) => () =>
  changed((json) => {
    Object.assign(json.weightsManifest![0].weights[0], fields);
  });
const FLOAT32 = () => filesOf('float32');

describe('refused before anything is read, with the place', () => {
  it.each<readonly [what: string, files: () => Files, message: RegExp]>([
    ['a missing file', () => without(FLOAT32(), 'weights.bin'), /"weights\.bin" \(file 1 of 1\): no such file/],
    [
      'one of several missing',
      () => without(filesOf('uint16'), 'group1-shard2of3.bin'),
      /"group1-shard2of\d\.bin" \(file 2 of \d\): no such file/,
    ],
    [
      'a file cut off',
      () => ({ ...FLOAT32(), 'weights.bin': FLOAT32()['weights.bin'].subarray(1) }),
      /"weights\.bin": expected \d+ bytes, found \d+/,
    ],
    [
      'a file too long',
      () => ({ ...FLOAT32(), 'weights.bin': new Uint8Array(100_000) }),
      /expected \d+ bytes, found 100000/,
    ],
    [
      'a Git LFS pointer',
      () => ({
        ...FLOAT32(),
        'weights.bin': new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'),
      }),
      /"weights\.bin": this is a Git LFS pointer/,
    ],
    ['an address', paths(['https://example.org/weights.bin']), /does not lie in the folder/],
    ['an absolute path', paths(['/etc/passwd']), /does not lie in the folder/],
    ['a path of Windows', paths(['C:\\weights.bin']), /does not lie in the folder/],
    ['a path upwards', paths(['a/../../weights.bin']), /does not lie in the folder/],
    ['a path that is no text', paths([7]), /expected the name of a file/],
    ['a shape beyond all files', array({ shape: [2 ** 40, 2 ** 40] }), /is more than any file holds/],
    ['a negative side', array({ shape: [-1, 3] }), /expected whole numbers from 0/],
    ['texts', array({ dtype: 'string' }), /dtype "string" is not read/],
    ['a type of the prototype', array({ dtype: 'constructor' }), /dtype "constructor" is not read/],
    [
      'a quantisation without its scale',
      array({ quantization: { dtype: 'uint8', min: 0 } }),
      /expected numbers scale and min/,
    ],
    ['a quantisation to int4', array({ quantization: { dtype: 'int4', min: 0, scale: 1 } }), /found "int4"/],
    ['an array twice', array({ name: 'conv/bias' }), /"conv\/bias" is listed twice/],
    [
      'no list of weights',
      () => changed((json) => delete json.weightsManifest),
      /no weightsManifest: it holds layers without numbers/,
    ],
    [
      'a list that is none',
      () => changed((json) => Object.assign(json, { weightsManifest: {} })),
      /weightsManifest: expected a list, found an object/,
    ],
    [
      'JSON that is cut off',
      () => ({ ...FLOAT32(), 'model.json': FLOAT32()['model.json'].subarray(0, 500) }),
      /model\.json: no JSON/,
    ],
  ])('%s', (_, files, message) => {
    expect(() => read(files())).toThrow(message);
    expect(() => read(files())).toThrow(CnnvizError);
  });
});

it('arrays of the optimizer are left out', () => {
  const moments = { name: 'conv/kernel/m', shape: [1], dtype: 'float32', group: 'optimizer' };
  const bytes = new Uint8Array([...FLOAT32()['weights.bin'], 0, 0, 0, 0]);
  const files = changed((json) => json.weightsManifest![0].weights.push(moments), { 'weights.bin': bytes });
  const { tensors, notes } = TFJS_FILE.readWeights(memorySource(files['model.json']), contextOf(files));
  expect(tensors).toHaveLength(8);
  expect(notes).toEqual(['1 array of the optimizer left out']);
});

it('arrays that no layer has are told', () => {
  const files = changed((json) =>
    json.weightsManifest![0].weights.push({ name: 'old/kernel', shape: [0], dtype: 'float32' }),
  );
  expect(read(files).notes).toEqual(['1 array of no layer that is read: old/kernel']);
});

it('a layer that TensorFlow.js computes otherwise than Keras is told', () => {
  const files = changed((json) => {
    const { layers } = (json as unknown as { modelTopology: { config: { layers: object[] } } }).modelTopology.config;
    layers.splice(1, 0, {
      class_name: 'UpSampling2D',
      config: { name: 'up', size: [1, 1], interpolation: 'bilinear' },
    });
  });
  expect(read(files).notes).toEqual([
    'bilinear UpSampling2D: computed as Keras does; TensorFlow.js itself computes it otherwise',
  ]);
});

import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type ByteSource, checkRange } from '../../src/core/bytes.js';
import { CnnvizError } from '../../src/core/errors.js';
import { inferShapes } from '../../src/layers/infer.js';
import { HDF5_MODEL } from '../../src/models/keras-files/hdf5-model.js';
import { KERAS_ARCHIVE } from '../../src/models/keras-files/keras-archive.js';
import type { ModelFileReader } from '../../src/models/model-file.js';
import { modelFormatOf } from '../../src/models/model-formats.js';
import { ONNX_FILE } from '../../src/models/onnx/model-file.js';
import { TFJS_FILE } from '../../src/models/tfjs/model-file.js';
import { TFLITE_FILE } from '../../src/models/tflite/model-file.js';
import { TORCH_EXPORT } from '../../src/models/torch-export/model-file.js';
import { readCheckpoint } from '../../src/models/weights/index.js';
import type { ReadContext } from '../../src/models/weights/weight-file.js';
import { operatorCases } from '../models/tflite/cases.js';
import { tfliteBytes } from '../models/tflite/writer.js';
import { zip } from '../models/weights/pickle-writer.js';

const ROOT = new URL('../../fixtures/', import.meta.url);

/** A format of files from strangers: files to begin with, and what reads them. */
export interface FuzzTarget {
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  /** Reads the file as far as a command would. Only a CnnvizError may come out. */
  readonly read: (bytes: Uint8Array) => void;
}

function files(folder: string, pattern: RegExp): Uint8Array[] {
  const names = readdirSync(new URL(folder, ROOT))
    .filter((name) => pattern.test(name))
    .sort();
  if (names.length === 0) throw new Error(`no seeds in fixtures/${folder}`);
  return names.map((name) => new Uint8Array(readFileSync(new URL(`${folder}${name}`, ROOT))));
}

/** The models of cases that are stored as JSON, in base64. */
function storedModels(path: string): Uint8Array[] {
  const { cases } = JSON.parse(readFileSync(new URL(path, ROOT), 'utf8')) as { cases: readonly { model: string }[] };
  return cases.map(({ model }) => Uint8Array.from(Buffer.from(model, 'base64')));
}

/** A source that notices reads outside the file: a reader must have checked before. */
function watched(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(from, length) {
      checkRange(bytes.length, from, length);
      return bytes.subarray(from, from + length);
    },
    readInto(from, target) {
      checkRange(bytes.length, from, target.length);
      target.set(bytes.subarray(from, from + target.length));
    },
  };
}

/** Numbers are loaded from files whose arrays are at most this large in all. */
const MOST_LOADED = 16e6;

/** Reads every array of a file. */
function readAll(
  bytes: Uint8Array,
  list: ModelFileReader['readWeights'] = readCheckpoint,
  beside: ReadContext['beside'] = null,
): void {
  const { tensors } = list(watched(bytes), { name: 'x', beside });
  if (tensors.reduce((sum, one) => sum + one.bytes, 0) > MOST_LOADED) return;
  for (const one of tensors) {
    const { data } = one.load();
    const size = one.shape.reduce((product, side) => product * side, 1);
    if (data.length !== size) throw new Error(`${one.name}: ${data.length} numbers for [${one.shape.join()}]`);
    const into = new Float32Array(size);
    one.loadInto(into);
  }
}

/** Imports a graph and works out its shapes for inputs of the sizes it declares. */
function readGraph(
  bytes: Uint8Array,
  { readModel }: ModelFileReader = ONNX_FILE,
  beside: ReadContext['beside'] = null,
): void {
  const { model } = readModel(watched(bytes), { name: 'x', beside });
  const bound = new Map(
    model.inputs.map(({ name, dtype, shape }) => [
      name,
      { dtype, shape: (shape ?? [1]).map((side) => side ?? 1), value: null },
    ]),
  );
  inferShapes(model, bound);
}

/** Every format. */
export function fuzzTargets(): FuzzTarget[] {
  const npz = files('models/weights/', /\.npz$/);
  const safetensors = safetensorsSeeds();
  return [
    { name: 'npy', seeds: files('expected/torch/', /^w[1-9]\.npy$/), read: readAll },
    { name: 'npz', seeds: npz, read: readAll },
    { name: 'safetensors', seeds: safetensors, read: readAll },
    { name: 'pth-zip', seeds: files('models/checkpoints/', /^(zip|nested|list)/), read: readAll },
    { name: 'pth-legacy', seeds: files('models/checkpoints/', /^legacy/), read: readAll },
    {
      name: 'onnx-weights',
      seeds: files('models/onnx/', /\.onnx$/),
      read: (bytes) => readAll(bytes, ONNX_FILE.readWeights),
    },
    { name: 'tflite-weights', seeds: tfliteSeeds(), read: (bytes) => readAll(bytes, TFLITE_FILE.readWeights) },
    { name: 'tflite-graph', seeds: tfliteSeeds(), read: (bytes) => readGraph(bytes, TFLITE_FILE) },
    { name: 'onnx-graph', seeds: files('models/onnx/', /\.onnx$/), read: readGraph },
    { name: 'hdf5', seeds: files('models/hdf5/', /\.h5$/), read: (bytes) => readAll(bytes, HDF5_MODEL.readWeights) },
    {
      name: 'keras-h5',
      seeds: files('models/keras-files/', /^(whole|parts)\.h5$/),
      read: (bytes) => readGraph(bytes, HDF5_MODEL),
    },
    {
      name: 'keras-archive',
      seeds: files('models/keras-files/', /\.keras$/),
      read: (bytes) => {
        readAll(bytes, KERAS_ARCHIVE.readWeights);
        readGraph(bytes, KERAS_ARCHIVE);
      },
    },
    {
      name: 'tfjs',
      seeds: ['float32', 'uint8'].flatMap((kind) => files(`models/tfjs/${kind}/`, /^model\.json$/)),
      read: (bytes) => {
        readAll(bytes, TFJS_FILE.readWeights, besideTfjs);
        readGraph(bytes, TFJS_FILE, besideTfjs);
      },
    },
    { name: 'tfjs-zip', seeds: [tfjsArchive()], read: readZipped },
    {
      name: 'pt2',
      seeds: ['2.6', '2.14'].flatMap((version) =>
        files(`models/torch-export/${version}/`, /\.pt2\.gz$/).map((packed) => new Uint8Array(gunzipSync(packed))),
      ),
      read: (bytes) => {
        readAll(bytes, TORCH_EXPORT.readWeights);
        readGraph(bytes, TORCH_EXPORT);
      },
    },
    { name: 'onnx-functions', seeds: storedModels('expected/onnx/functions.json'), read: readGraph },
  ];
}

/** Files of weights of TensorFlow.js, by their names. */
function besideTfjs(name: string): ByteSource {
  const found = ['float32', 'uint8'].flatMap((kind) => [
    ...readdirSync(new URL(`models/tfjs/${kind}/`, ROOT))
      .filter((own) => own === name)
      .map((own) => `${kind}/${own}`),
  ]);
  if (found.length === 0) throw new CnnvizError('format', `external data "${name}": no such file`);
  return watched(new Uint8Array(readFileSync(new URL(`models/tfjs/${found[0]}`, ROOT))));
}

function tfjsArchive(): Uint8Array {
  const folder = new URL('models/tfjs/uint8/', ROOT);
  return zip(readdirSync(folder).map((name) => ({ name, bytes: new Uint8Array(readFileSync(new URL(name, folder))) })));
}

const ZIPPED = await modelFormatOf(watched(tfjsArchive()))!.load();

function readZipped(bytes: Uint8Array): void {
  const source = watched(bytes);
  if (modelFormatOf(source)?.what !== 'a zip archive with one network in it') {
    throw new CnnvizError('format', 'not taken for one');
  }
  for (const { load } of ZIPPED.readWeights(source, { name: 'x', beside: null }).tensors) load();
  ZIPPED.readModel(source, { name: 'x', beside: null });
}

/** Files of one operator each, a few of them. */
function tfliteSeeds(): Uint8Array[] {
  return operatorCases()
    .filter((_, i) => i % 45 === 0)
    .map(({ model }) => tfliteBytes(model));
}

function safetensorsSeeds(): Uint8Array[] {
  const entry = (dtype: string, shape: number[], begin: number, end: number) => ({
    dtype,
    shape,
    data_offsets: [begin, end],
  });
  const headers = [
    { w: entry('F32', [2, 3], 0, 24), b: entry('BF16', [4], 24, 32) },
    {
      __metadata__: { format: 'pt' },
      h: entry('F16', [2, 2], 0, 8),
      n: entry('I64', [3], 8, 32),
      e: entry('BOOL', [0], 32, 32),
    },
  ];
  return headers.map((header) => {
    const text = new TextEncoder().encode(JSON.stringify(header));
    const bytes = new Uint8Array(8 + text.length + 32);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
    bytes.set(text, 8);
    return bytes;
  });
}

/** What a mutation came to: read, refused, or anything else, which is a fault. */
export function tryRead(target: FuzzTarget, bytes: Uint8Array): 'accepted' | 'refused' | { readonly fault: unknown } {
  try {
    target.read(bytes);
    return 'accepted';
  } catch (error) {
    return error instanceof CnnvizError ? 'refused' : { fault: error };
  }
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memorySource } from '../../../src/core/bytes.js';
import { sizeOf } from '../../../src/core/tensor.js';
import { type DType, newNumbers, type Value } from '../../../src/core/values.js';
import { planModel } from '../../../src/engine/plan.js';
import { Session } from '../../../src/engine/session.js';
import { layerFamily } from '../../../src/layers/index.js';
import type { Model } from '../../../src/layers/model.js';
import { importOnnx } from '../../../src/models/onnx/import.js';
import { readOnnx } from '../../../src/models/onnx/proto.js';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const EXPECTED = join(ROOT, 'fixtures/expected/onnx');
export const MODELS = join(ROOT, 'fixtures/models/onnx');

/** An array as the scripts in fixtures/make write it. */
export interface StoredArray {
  readonly name?: string;
  /** float32 when left out */
  readonly dtype?: DType;
  readonly shape: readonly number[];
  /** base64, little-endian */
  readonly data: string;
}

type Read = (view: DataView, at: number) => number;

const READERS: Readonly<Record<DType, readonly [bytes: number, read: Read]>> = {
  float32: [4, (view, at) => view.getFloat32(at, true)],
  float64: [8, (view, at) => view.getFloat64(at, true)],
  int8: [1, (view, at) => view.getInt8(at)],
  int16: [2, (view, at) => view.getInt16(at, true)],
  int32: [4, (view, at) => view.getInt32(at, true)],
  int64: [8, (view, at) => Number(view.getBigInt64(at, true))],
  uint8: [1, (view, at) => view.getUint8(at)],
  uint16: [2, (view, at) => view.getUint16(at, true)],
  uint32: [4, (view, at) => view.getUint32(at, true)],
  uint64: [8, (view, at) => Number(view.getBigUint64(at, true))],
  bool: [1, (view, at) => view.getUint8(at)],
};

export function arrayOf({ dtype = 'float32', shape, data }: StoredArray): Value {
  const bytes = Buffer.from(data, 'base64');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = newNumbers(dtype, sizeOf(shape));
  const [itemBytes, read] = READERS[dtype];
  for (let i = 0; i < numbers.length; i++) numbers[i] = read(view, i * itemBytes);
  return { dtype, shape, data: numbers };
}

export function readJson(path: string) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

export function importBytes(bytes: Uint8Array): Model {
  return importOnnx(readOnnx(memorySource(bytes), null));
}

/** A model of which every layer can be computed. @throws CnnvizError of the first that cannot */
export function importWhole(bytes: Uint8Array): Model {
  const model = importBytes(bytes);
  for (const { layer } of model.nodes) if (layer.kind === 'unsupported') layerFamily(layer).shape(layer, []);
  return model;
}

/** Runs a model on named inputs and hands out the kept values, the outputs by default. */
export function run(model: Model, inputs: ReadonlyMap<string, Value>, keep?: readonly string[]) {
  const bound = new Map([...inputs].map(([name, value]) => [name, { ...value, value }]));
  const session = new Session(planModel(model, bound, { algorithm: null, exact: true }, keep));
  const running = session.runAll(inputs);
  for (let step = running.next(); ; step = running.next()) {
    if (!step.done) continue;
    session.close();
    return step.value;
  }
}

/** The largest |got − expected| / (atol + rtol·|expected|); at most 1 is within tolerance. NaN must meet NaN. */
export function worstError(got: Value, expected: Value, { atol = 1e-7, rtol = 1e-3 } = {}): number {
  let worst = 0;
  for (const [i, value] of expected.data.entries()) {
    if (Object.is(got.data[i], value) || got.data[i] === value) continue;
    const error = Math.abs(got.data[i] - value) / (atol + rtol * Math.abs(value));
    worst = Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
  }
  return worst;
}

/** The largest |got − expected| as a share of the largest finite |expected|; what is not finite must be the same. */
export function worstOfLargest(got: Value, expected: Value): number {
  let [worst, largest] = [0, 0];
  for (const value of expected.data) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  for (const [i, value] of expected.data.entries()) {
    if (Object.is(got.data[i], value) || got.data[i] === value) continue;
    const error = Math.abs(got.data[i] - value);
    worst = Math.max(worst, Number.isFinite(error) ? error : Number.POSITIVE_INFINITY);
  }
  return worst === 0 ? 0 : largest === 0 ? worst : worst / largest;
}

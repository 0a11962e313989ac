import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sizeOf } from '../../../src/core/tensor.js';
import type { Value } from '../../../src/core/values.js';
import { constantOf } from '../../../src/layers/model.js';
import type { KerasSource } from '../../../src/models/keras/keras-source.js';
import type { WeightTensor } from '../../../src/models/weights/weight-file.js';
import { arrayOf, ROOT, readJson, type StoredArray } from '../onnx/arrays.js';

export const EXPECTED = join(ROOT, 'fixtures/expected/keras');

/** Numbers by the rule of fixtures/make/keras_layers.py. */
interface Rule {
  readonly shape: readonly number[];
  readonly seed: number;
  readonly lo: number;
  readonly hi: number;
  readonly dtype?: 'float32' | 'int32' | 'uint8';
}

export interface KerasCase {
  readonly name: string;
  readonly version: string;
  readonly config: unknown;
  readonly weights: Readonly<Record<string, readonly Rule[]>>;
  readonly inputs: Readonly<Record<string, Rule>>;
  readonly output: StoredArray;
  /** A Sequential that gives the same where its configuration leaves rows and columns open. */
  readonly alsoOpen?: true;
}

export const FAMILIES = readdirSync(EXPECTED).map((file) => file.replace('.json', ''));

export function casesOf(family: string): KerasCase[] {
  const cases: KerasCase[] = readJson(join(EXPECTED, `${family}.json`));
  return cases.flatMap((one) => (one.alsoOpen ? [one, opened(one)] : [one]));
}

/** The same with rows and columns left open. */
function opened(one: KerasCase): KerasCase {
  const text = JSON.stringify(one.config);
  const config = JSON.parse(text.replace(/("batch_input_shape":\[null),\d+,\d+/, '$1,null,null'));
  return { ...one, name: `${one.name}, rows and columns open`, config };
}

export function madeUp({ shape, seed, lo, hi, dtype = 'float32' }: Rule): Value {
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const h = (31 * i * i + 17 * seed * i + seed) % 1009;
    return lo + ((hi - lo) * h) / 1008;
  });
  if (dtype === 'float32') return { dtype, shape, data };
  return { dtype, shape, data: (dtype === 'uint8' ? Uint8Array : Int32Array).from(data.map(Math.floor)) };
}

export function weightOf(name: string, value: Value): WeightTensor {
  return { ...constantOf(value), name, stored: 'float32', bytes: value.data.byteLength };
}

/** A case as a container would hand it over. */
export function sourceOf({ config, version, weights }: Pick<KerasCase, 'config' | 'version' | 'weights'>): KerasSource {
  return {
    config,
    version,
    weightsOf: ({ path }) =>
      (weights[path.join('/')] ?? []).map((rule, i) => weightOf(`${path.join('/')}/${i}`, madeUp(rule))),
  };
}

export const inputsOf = ({ inputs }: KerasCase): Map<string, Value> =>
  new Map(Object.entries(inputs).map(([name, rule]) => [name, madeUp(rule)]));

/**
 * What Keras gives in the order that the model gives: maps have their channels behind the batch there. Sides differ, so
 * that the shape tells which it is.
 */
export function asGiven(expected: Value, shape: readonly number[]): Value {
  const { shape: own } = expected;
  if (own.length > 2 && new Set(own.slice(1)).size === 1)
    throw new Error(`[${own}] does not tell where its channels are`);
  if (own.join() === shape.join() || own.length < 3) return expected;
  const [N, C] = [own[0], own[own.length - 1]];
  const plane = sizeOf(own.slice(1, -1));
  const data = new Float32Array(expected.data.length);
  for (let n = 0, i = 0; n < N; n++) {
    for (let p = 0; p < plane; p++) for (let c = 0; c < C; c++) data[(n * C + c) * plane + p] = expected.data[i++];
  }
  return { dtype: 'float32', shape: [N, C, ...own.slice(1, -1)], data };
}

export const expectedOf = ({ output }: KerasCase): Value => arrayOf(output);

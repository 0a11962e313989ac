import type { ByteSource } from '../../core/bytes.js';
import { viewOf } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { type Numbers, newNumbers } from '../../core/values.js';
import { loadStored, loadStoredInto, STORED_TYPES } from '../weights/float-types.js';
import type { StoredType, WeightTensor } from '../weights/weight-file.js';

/** An entry of weightsManifest: an array, and how its numbers are stored. */
export interface ListedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'uint8' | 'uint16' | 'bool';
  readonly stored: StoredType;
  /** Each number is stored · scale + min; null: as it is. */
  readonly quantization: { readonly scale: number; readonly min: number } | null;
  /** How many numbers. */
  readonly count: number;
  /** What it takes up in its files. */
  readonly bytes: number;
  /** It belongs to what trains the network. */
  readonly isOptimizer: boolean;
}

const DTYPES: Readonly<Record<string, Pick<ListedArray, 'dtype' | 'stored'>>> = {
  float32: { dtype: 'float32', stored: 'float32' },
  float16: { dtype: 'float32', stored: 'float16' },
  int32: { dtype: 'int32', stored: 'int32' },
  uint16: { dtype: 'uint16', stored: 'uint16' },
  uint8: { dtype: 'uint8', stored: 'uint8' },
  bool: { dtype: 'bool', stored: 'bool' },
};

const MOST_AXES = 64;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks an entry; what it takes up is multiplied with care.
 * Source: tensorflow/tfjs, tfjs-core/src/io/types.ts, WeightsManifestEntry
 * @throws CnnvizError 'format' or 'unsupported' with the array's name
 */
export function listedArray(entry: unknown, place: string): ListedArray {
  const refuse = (what: string): never => {
    throw new CnnvizError('format', `model.json: ${what}`, { fix: 'the file is damaged: save the model again' });
  };
  if (typeof entry !== 'object' || entry === null) return refuse(`${place}: expected an object`);
  const { name, shape, dtype, quantization, group } = entry as Fields;
  if (typeof name !== 'string' || name === '') return refuse(`${place}: expected a name`);
  const array = `the array "${name}"`;
  const isShape = Array.isArray(shape) && shape.every((side) => Number.isSafeInteger(side) && side >= 0);
  if (!isShape || shape.length > MOST_AXES) return refuse(`${array}: shape: expected whole numbers from 0`);
  const known = typeof dtype === 'string' && Object.hasOwn(DTYPES, dtype) ? DTYPES[dtype] : null;
  if (!known) {
    throw new CnnvizError('unsupported', `model.json: ${array}: dtype ${JSON.stringify(dtype)} is not read`, {
      fix: `read are ${Object.keys(DTYPES).join(', ')}`,
    });
  }
  const packed =
    quantization === undefined || quantization === null ? null : quantizationOf(quantization, known, array);
  const stored = packed?.stored ?? known.stored;
  const count = (shape as number[]).reduce((size, side) => size * side, 1);
  const bytes = count * STORED_TYPES[stored].itemBytes;
  if (!Number.isSafeInteger(count) || !Number.isSafeInteger(bytes)) {
    return refuse(`${array}: [${shape.join(', ')}] is more than any file holds`);
  }
  return {
    name,
    shape: shape as number[],
    dtype: known.dtype,
    stored,
    quantization: packed?.affine ?? null,
    count,
    bytes,
    isOptimizer: group === 'optimizer',
  };
}

/** How an array was made smaller. Source: tensorflow/tfjs, tfjs-core/src/io/io_utils.ts, decodeWeight */
function quantizationOf(said: unknown, { dtype }: Pick<ListedArray, 'dtype'>, array: string) {
  const refuse = (what: string): never => {
    throw new CnnvizError('unsupported', `model.json: ${array}: quantization: ${what}`, {
      fix: 'convert the model again, without quantization',
    });
  };
  if (typeof said !== 'object' || said === null) return refuse('expected an object');
  const { dtype: stored, scale, min } = said as Fields;
  if (stored === 'float16') {
    return dtype === 'float32' ? ({ stored, affine: null } as const) : refuse(`float16 for numbers of ${dtype}`);
  }
  if (stored !== 'uint8' && stored !== 'uint16')
    return refuse(`expected uint8, uint16 or float16, found ${JSON.stringify(stored)}`);
  if (dtype !== 'float32' && dtype !== 'int32') return refuse(`${stored} for numbers of ${dtype}`);
  if (!isFiniteNumber(scale) || !isFiniteNumber(min)) return refuse('expected numbers scale and min');
  return { stored, affine: { scale, min } } as const;
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** Numbers are unpacked in portions of this many. */
const PORTION = 2 ** 18;

/** An array of the list as one that can be read, its bytes from `start` on. */
export function weightTensor(source: ByteSource, start: number, array: ListedArray): WeightTensor {
  const { name, shape, dtype, stored, bytes, count, quantization } = array;
  const fill = (target: Numbers): void => unpack(source, start, array, target);
  return {
    name,
    shape,
    dtype,
    stored,
    bytes,
    load() {
      if (quantization === null) return { dtype, shape, data: loadStored(source, start, count, stored) };
      const data = newNumbers(dtype, count);
      fill(data);
      return { dtype, shape, data };
    },
    loadInto(target) {
      if (quantization === null) loadStoredInto(source, start, stored, target);
      else fill(target);
    },
  };
}

/** stored · scale + min in float64, rounded once, as TensorFlow.js does; of whole numbers to the nearest, halves up. */
function unpack(
  source: ByteSource,
  start: number,
  { stored, dtype, quantization }: ListedArray,
  target: Numbers,
): void {
  const { scale, min } = quantization!;
  const { itemBytes, read } = STORED_TYPES[stored];
  const isWhole = dtype === 'int32';
  for (let from = 0; from < target.length; from += PORTION) {
    const count = Math.min(PORTION, target.length - from);
    const view = viewOf(source.read(start + from * itemBytes, count * itemBytes));
    for (let i = 0; i < count; i++) {
      const value = read(view, i * itemBytes, true) * scale + min;
      target[from + i] = isWhole ? Math.round(value) : value;
    }
  }
}

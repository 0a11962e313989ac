import type { ByteSource } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { type DType, type Numbers, newNumbers } from '../../core/values.js';
import type { StoredType } from './weight-file.js';

/** How a number type lies in a file, and what it becomes as a value. */
interface StoredFormat {
  readonly itemBytes: number;
  /** float64, float16 and bfloat16 become float32; integers and bool stay. */
  readonly dtype: DType;
  readonly read: (view: DataView, at: number, little: boolean) => number;
}

const LARGEST_WHOLE = BigInt(Number.MAX_SAFE_INTEGER);

function wholeNumber(value: bigint): number {
  if (value <= LARGEST_WHOLE && value >= -LARGEST_WHOLE) return Number(value);
  throw new CnnvizError('unsupported', `the 64-bit integer ${value} is beyond 2^53`, {
    fix: 'store it as int32 or float64',
  });
}

export const STORED_TYPES: Readonly<Record<StoredType, StoredFormat>> = {
  float64: { itemBytes: 8, dtype: 'float32', read: (view, at, little) => view.getFloat64(at, little) },
  float32: { itemBytes: 4, dtype: 'float32', read: (view, at, little) => view.getFloat32(at, little) },
  float16: { itemBytes: 2, dtype: 'float32', read: (view, at, little) => halfToNumber(view.getUint16(at, little)) },
  bfloat16: { itemBytes: 2, dtype: 'float32', read: (view, at, little) => bfloatToNumber(view.getUint16(at, little)) },
  int64: { itemBytes: 8, dtype: 'int64', read: (view, at, little) => wholeNumber(view.getBigInt64(at, little)) },
  int32: { itemBytes: 4, dtype: 'int32', read: (view, at, little) => view.getInt32(at, little) },
  int16: { itemBytes: 2, dtype: 'int16', read: (view, at, little) => view.getInt16(at, little) },
  int8: { itemBytes: 1, dtype: 'int8', read: (view, at) => view.getInt8(at) },
  uint64: { itemBytes: 8, dtype: 'uint64', read: (view, at, little) => wholeNumber(view.getBigUint64(at, little)) },
  uint32: { itemBytes: 4, dtype: 'uint32', read: (view, at, little) => view.getUint32(at, little) },
  uint16: { itemBytes: 2, dtype: 'uint16', read: (view, at, little) => view.getUint16(at, little) },
  uint8: { itemBytes: 1, dtype: 'uint8', read: (view, at) => view.getUint8(at) },
  bool: { itemBytes: 1, dtype: 'bool', read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
};

/** IEEE 754 binary16 → number */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  // in units of 2^-24, the smallest step
  const steps = exponent === 0 ? fraction : (1024 + fraction) * (1 << (exponent - 1));
  return (sign * steps) / 16_777_216;
}

const BITS = new Uint32Array(1);
const FLOAT = new Float32Array(BITS.buffer);

/** bfloat16, the upper half of a float32 → number */
export function bfloatToNumber(bits: number): number {
  BITS[0] = bits << 16;
  return FLOAT[0];
}

export interface ByteOrder {
  readonly littleEndian: boolean;
}

const LITTLE: ByteOrder = { littleEndian: true };
const HOST_IS_LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Numbers are converted in portions of this many bytes: a large tensor never needs a second copy. */
const PORTION = 2 ** 20;

/** `count` numbers from byte `from` on, as values. @throws CnnvizError 'format' when they lie outside the source */
export function loadStored(
  source: ByteSource,
  from: number,
  count: number,
  stored: StoredType,
  order: ByteOrder = LITTLE,
): Numbers {
  const { dtype } = STORED_TYPES[stored];
  const numbers = newNumbers(dtype, count);
  fill(source, from, stored, numbers, order);
  return numbers;
}

/** Fills `target` with numbers from byte `from` on; float32 of this machine's order go straight to their place. */
export function loadStoredInto(
  source: ByteSource,
  from: number,
  stored: StoredType,
  target: Float32Array,
  order: ByteOrder = LITTLE,
): void {
  fill(source, from, stored, target, order);
}

/** Reads parts of numbers that begin at byte `start`: a constant's `loadPart`. */
export function partsStored(
  source: ByteSource,
  start: number,
  stored: StoredType,
  order: ByteOrder = LITTLE,
): (from: number, target: Float32Array) => void {
  const { itemBytes } = STORED_TYPES[stored];
  return (from, target) => loadStoredInto(source, start + from * itemBytes, stored, target, order);
}

function fill(
  source: ByteSource,
  from: number,
  stored: StoredType,
  target: Numbers,
  { littleEndian }: ByteOrder,
): void {
  const { itemBytes, read } = STORED_TYPES[stored];
  const isSame = stored === 'float32' && target instanceof Float32Array && littleEndian === HOST_IS_LITTLE;
  if (isSame) {
    source.readInto(from, new Uint8Array(target.buffer, target.byteOffset, target.byteLength));
    return;
  }
  const step = PORTION / itemBytes;
  for (let start = 0; start < target.length; start += step) {
    const count = Math.min(step, target.length - start);
    const bytes = source.read(from + start * itemBytes, count * itemBytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < count; i++) target[start + i] = read(view, i * itemBytes, littleEndian);
  }
}

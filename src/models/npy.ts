import { type ByteSource, memorySource } from '../core/bytes.js';
import { CnnvizError } from '../core/errors.js';
import { type Tensor, tensor } from '../core/tensor.js';
import { type DType, newNumbers, type Value } from '../core/values.js';
import { DOWNLOADS } from './foreign/downloads.js';
import { foreignAmong, lookAt } from './foreign/foreign-kind.js';
import { halfToNumber } from './weights/float-types.js';

type NpyData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

export type NpyDtype = 'f2' | 'f4' | 'f8' | 'i1' | 'i2' | 'i4' | 'i8' | 'u1' | 'u2' | 'u4' | 'u8' | 'b1';

/** An array of a .npy file, row-major. f2 is widened to float32, b1 is 0 or 1 in bytes. */
export interface NpyArray {
  readonly dtype: NpyDtype;
  readonly shape: number[];
  readonly data: NpyData;
}

type Make = (size: number) => NpyData;
type Read = (view: DataView, at: number, little: boolean) => number | bigint;

const DTYPES: Readonly<Record<NpyDtype, { make: Make; read: Read }>> = {
  f2: { make: (n) => new Float32Array(n), read: (view, at, little) => halfToNumber(view.getUint16(at, little)) },
  f4: { make: (n) => new Float32Array(n), read: (view, at, little) => view.getFloat32(at, little) },
  f8: { make: (n) => new Float64Array(n), read: (view, at, little) => view.getFloat64(at, little) },
  i1: { make: (n) => new Int8Array(n), read: (view, at) => view.getInt8(at) },
  i2: { make: (n) => new Int16Array(n), read: (view, at, little) => view.getInt16(at, little) },
  i4: { make: (n) => new Int32Array(n), read: (view, at, little) => view.getInt32(at, little) },
  i8: { make: (n) => new BigInt64Array(n), read: (view, at, little) => view.getBigInt64(at, little) },
  u1: { make: (n) => new Uint8Array(n), read: (view, at) => view.getUint8(at) },
  u2: { make: (n) => new Uint16Array(n), read: (view, at, little) => view.getUint16(at, little) },
  u4: { make: (n) => new Uint32Array(n), read: (view, at, little) => view.getUint32(at, little) },
  u8: { make: (n) => new BigUint64Array(n), read: (view, at, little) => view.getBigUint64(at, little) },
  b1: { make: (n) => new Uint8Array(n), read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
};

/** numpy's own limit for headers that are evaluated without trust. */
const MAX_HEADER = 10_000;
/** numpy's own limit of axes. A 4 kB file may name thousands, and ndarray's views cost more than the square of it. */
const MAX_AXES = 64;
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const HEADER =
  /^\{\s*'descr':\s*'([<>|=][a-zA-Z]\d*)',\s*'fortran_order':\s*(True|False),\s*'shape':\s*\(((?:\s*\d{1,16}\s*,)*\s*(?:\d{1,16}\s*)?)\)(?:\s*,)?\s*\}\s*$/;

function refuse(what: string, fix = 'write it with numpy.save'): never {
  throw new CnnvizError('format', what, { fix });
}

/**
 * Reads a .npy file, versions 1 to 3. Strict: the header is one known form, the data exactly as long as the shape says,
 * both checked before anything is allocated; arrays of objects are refused, nothing is ever evaluated.
 * Source: numpy.org/doc, numpy.lib.format
 * @throws CnnvizError 'format'
 */
export function readNpy(bytes: Uint8Array): NpyArray {
  const { dtype, shape, start, littleEndian, fortran } = readNpyHeader(memorySource(bytes));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = shape.reduce((product, side) => product * side, 1);
  const data = readData(view, start, dtype, littleEndian, size);
  return { dtype, shape, data: fortran ? fromColumnMajor(data, shape, DTYPES[dtype].make) : data };
}

/** What stands before the data of a .npy file. */
interface NpyHeader {
  readonly dtype: NpyDtype;
  readonly shape: number[];
  /** Where the data begin, in bytes. */
  readonly start: number;
  readonly littleEndian: boolean;
  /** Column-major: the first index moves fastest. */
  readonly fortran: boolean;
}

/** Whether a file begins as a .npy file does. */
export function isNpy(source: ByteSource): boolean {
  return source.size >= 10 && source.read(0, 6).every((byte, i) => byte === MAGIC[i]);
}

/** Reads and checks the header of a .npy file, and that its data are as long as it says. @throws CnnvizError 'format' */
export function readNpyHeader(source: ByteSource): NpyHeader {
  if (!isNpy(source)) {
    const foreign = foreignAmong(DOWNLOADS, lookAt(source, null), 'FILE');
    refuse(`not a .npy file: ${foreign ? `it is ${foreign.what}` : 'its magic is missing'}`, foreign?.fix);
  }
  const head = source.read(0, Math.min(12, source.size));
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const major = head[6];
  if (major < 1 || major > 3) refuse(`.npy version ${major}.${head[7]}: expected 1, 2 or 3`);
  const from = major === 1 ? 10 : 12;
  if (source.size < from) refuse('the header is cut off');
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER) refuse(`a header of ${length} bytes: expected at most ${MAX_HEADER}`);
  const start = from + length;
  if (start > source.size) refuse(`a header of ${length} bytes in a file of ${source.size}`);
  const { dtype, order, fortran, shape } = parseHeader(new TextDecoder().decode(source.read(from, length)));
  const expected = shape.reduce((product, side) => product * side, 1) * Number(dtype[1]);
  const found = source.size - start;
  if (!Number.isSafeInteger(expected) || expected !== found) {
    refuse(`shape [${shape.join(', ')}] of ${dtype} needs ${expected} bytes of data, found ${found}`);
  }
  return { dtype, shape, start, littleEndian: order !== '>', fortran };
}

function parseHeader(text: string): { dtype: NpyDtype; order: string; fortran: boolean; shape: number[] } {
  if (/'descr':\s*'[<>|=]?O/.test(text)) {
    refuse('an array of Python objects is never read', 'save numbers, not objects');
  }
  const match = HEADER.exec(text);
  if (!match) {
    refuse(`a header of unknown form: ${JSON.stringify(text.slice(0, 80).trim())}`);
  }
  const [, descr, fortran, sides] = match;
  const dtype = descr.slice(1);
  if (!(dtype in DTYPES))
    refuse(`dtype ${descr}: expected one of ${Object.keys(DTYPES).join(', ')}`, 'convert it: x.astype("float32")');
  const shape = sides
    .split(',')
    .map((side) => side.trim())
    .filter(Boolean)
    .map(Number);
  if (shape.length > MAX_AXES) refuse(`an array of ${shape.length} axes: expected at most ${MAX_AXES}`);
  if (shape.some((side) => !Number.isSafeInteger(side))) refuse(`shape (${sides}) is too large`);
  return { dtype: dtype as NpyDtype, order: descr[0], fortran: fortran === 'True', shape };
}

function readData(view: DataView, start: number, dtype: NpyDtype, little: boolean, size: number): NpyData {
  const { make, read } = DTYPES[dtype];
  const data = make(size);
  const itemBytes = Number(dtype[1]);
  if (dtype !== 'f2' && dtype !== 'b1' && (little || itemBytes === 1) && isLittleEndianHost()) {
    new Uint8Array(data.buffer).set(new Uint8Array(view.buffer, view.byteOffset + start, size * itemBytes));
    return data;
  }
  for (let i = 0; i < size; i++) data[i] = read(view, start + i * itemBytes, little) as never;
  return data;
}

function isLittleEndianHost(): boolean {
  return new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
}

/** Column-major elements (first index fastest) in row-major order. */
function fromColumnMajor(data: NpyData, shape: readonly number[], make: Make): NpyData {
  const out = make(data.length);
  const steps = shape.map((_, axis) => shape.slice(0, axis).reduce((product, side) => product * side, 1));
  const at = new Array<number>(shape.length).fill(0);
  for (let i = 0, from = 0; i < data.length; i++) {
    out[i] = data[from] as never;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++at[axis] < shape[axis]) break;
      from -= at[axis] * steps[axis];
      at[axis] = 0;
    }
  }
  return out;
}

/** The array as float32, whatever its type was. */
export function npyToTensor({ data, shape }: NpyArray): Tensor {
  if (data instanceof Float32Array) return tensor(data, shape);
  return tensor(Float32Array.from(data as ArrayLike<number>, Number), shape);
}

const VALUE_TYPES: Readonly<Record<NpyDtype, DType>> = {
  f2: 'float32',
  f4: 'float32',
  f8: 'float64',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  b1: 'bool',
};

/** The array with its own type; f2 becomes float32. @throws CnnvizError 'unsupported' for integers beyond 2^53 */
export function npyToValue({ dtype, shape, data }: NpyArray): Value {
  const type = VALUE_TYPES[dtype];
  if (!(data instanceof BigInt64Array || data instanceof BigUint64Array)) return { dtype: type, shape, data };
  const numbers = newNumbers(type, data.length);
  for (let i = 0; i < data.length; i++) {
    numbers[i] = Number(data[i]);
    if (!Number.isSafeInteger(numbers[i])) {
      throw new CnnvizError('unsupported', `the 64-bit integer ${data[i]} is beyond 2^53`, {
        fix: 'save it as int32 or float64',
      });
    }
  }
  return { dtype: type, shape, data: numbers };
}

const DESCRIPTIONS: Readonly<Record<DType, string>> = {
  float32: '<f4',
  float64: '<f8',
  int8: '|i1',
  int16: '<i2',
  int32: '<i4',
  int64: '<i8',
  uint8: '|u1',
  uint16: '<u2',
  uint32: '<u4',
  uint64: '<u8',
  bool: '|b1',
};

/** A float32 .npy file: the bytes numpy.save writes. */
export function writeNpy(x: Tensor): Uint8Array {
  return writeValue({ dtype: 'float32', shape: x.shape, data: x.data });
}

/** A .npy file of any type, version 1, little-endian, header padded to 64 bytes: the bytes numpy.save writes. */
export function writeValue({ dtype, shape, data }: Value): Uint8Array {
  const description = DESCRIPTIONS[dtype];
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  // numpy leaves room for the first side to grow to 21 digits
  const room = shape.length === 0 ? 0 : 21 - String(shape[0]).length;
  const dictionary = `{'descr': '${description}', 'fortran_order': False, 'shape': (${sides}), }${' '.repeat(room)}`;
  const header = `${dictionary}${' '.repeat(63 - ((10 + dictionary.length) % 64))}\n`;
  const itemBytes = Number(description[2]);
  const start = 10 + header.length;
  const bytes = new Uint8Array(start + data.length * itemBytes);
  bytes.set([...MAGIC, 1, 0]);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), 10);
  const isPlain = data.BYTES_PER_ELEMENT === itemBytes && dtype !== 'int64' && dtype !== 'uint64';
  if (isPlain && (isLittleEndianHost() || itemBytes === 1)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  } else {
    const write = WRITERS[dtype];
    for (let i = 0; i < data.length; i++) write(view, start + i * itemBytes, data[i]);
  }
  return bytes;
}

const WRITERS: Readonly<Record<DType, (view: DataView, at: number, value: number) => void>> = {
  float32: (view, at, value) => view.setFloat32(at, value, true),
  float64: (view, at, value) => view.setFloat64(at, value, true),
  int8: (view, at, value) => view.setInt8(at, value),
  int16: (view, at, value) => view.setInt16(at, value, true),
  int32: (view, at, value) => view.setInt32(at, value, true),
  int64: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
  uint8: (view, at, value) => view.setUint8(at, value),
  uint16: (view, at, value) => view.setUint16(at, value, true),
  uint32: (view, at, value) => view.setUint32(at, value, true),
  uint64: (view, at, value) => view.setBigUint64(at, BigInt(value), true),
  bool: (view, at, value) => view.setUint8(at, value),
};

import { CnnvizError } from '../core/errors.js';
import { type Tensor, tensor } from '../core/tensor.js';

export type NpyData =
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
  if (bytes.length < 10 || MAGIC.some((byte, i) => bytes[i] !== byte)) refuse('not a .npy file: its magic is missing');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = bytes[6];
  if (major < 1 || major > 3) refuse(`.npy version ${major}.${bytes[7]}: expected 1, 2 or 3`);
  const start = major === 1 ? 10 : 12;
  if (bytes.length < start) refuse('the header is cut off');
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER) refuse(`a header of ${length} bytes: expected at most ${MAX_HEADER}`);
  if (start + length > bytes.length) refuse(`a header of ${length} bytes in a file of ${bytes.length}`);
  const text = new TextDecoder().decode(bytes.subarray(start, start + length));
  const { dtype, order, fortran, shape } = parseHeader(text);
  const itemBytes = Number(dtype[1]);
  const size = shape.reduce((product, side) => product * side, 1);
  const expected = size * itemBytes;
  const found = bytes.length - start - length;
  if (!Number.isSafeInteger(expected) || expected !== found) {
    refuse(`shape [${shape.join(', ')}] of ${dtype} needs ${expected} bytes of data, found ${found}`);
  }
  const data = readData(view, start + length, dtype, order !== '>', size);
  return { dtype, shape, data: fortran ? fromColumnMajor(data, shape, DTYPES[dtype].make) : data };
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

/** IEEE 754 binary16 → number */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  // in units of 2^-24, the smallest step
  const steps = exponent === 0 ? fraction : (1024 + fraction) * (1 << (exponent - 1));
  return (sign * steps) / 16_777_216;
}

/** The array as float32, whatever its type was. */
export function npyToTensor({ data, shape }: NpyArray): Tensor {
  if (data instanceof Float32Array) return tensor(data, shape);
  return tensor(Float32Array.from(data as ArrayLike<number>, Number), shape);
}

/** A .npy file, version 1, float32 little-endian, header padded to 64 bytes: the bytes numpy.save writes. */
export function writeNpy(x: Tensor): Uint8Array {
  const sides = x.shape.length === 1 ? `${x.shape[0]},` : x.shape.join(', ');
  // numpy leaves room for the first side to grow to 21 digits
  const room = x.shape.length === 0 ? 0 : 21 - String(x.shape[0]).length;
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sides}), }${' '.repeat(room)}`;
  const header = `${dictionary}${' '.repeat(63 - ((10 + dictionary.length) % 64))}\n`;
  const bytes = new Uint8Array(10 + header.length + x.data.length * 4);
  bytes.set([...MAGIC, 1, 0]);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), 10);
  const start = 10 + header.length;
  if (isLittleEndianHost()) bytes.set(new Uint8Array(x.data.buffer, x.data.byteOffset, x.data.byteLength), start);
  else for (let i = 0; i < x.data.length; i++) view.setFloat32(start + i * 4, x.data[i], true);
  return bytes;
}

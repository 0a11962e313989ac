import { type ByteSource, windowOf } from '../../core/bytes.js';
import { atPlace, CnnvizError } from '../../core/errors.js';
import { sizeOf } from '../../core/tensor.js';
import { type DType, type Numbers, newNumbers, type Value } from '../../core/values.js';
import {
  bfloatToNumber,
  halfToNumber,
  loadStored,
  loadStoredInto,
  partsStored,
  STORED_TYPES,
} from '../weights/float-types.js';
import type { StoredType } from '../weights/weight-file.js';
import type { OnnxTensor } from './builder.js';
import { damaged, expectBytes, expectVarint, type Field, int32Of, int64Of, uint64Of, type Wire } from './wire.js';

/** Bytes of a file beside the model, by its relative name; null: there are none to read. */
export type Beside = ((name: string) => ByteSource) | null;

/** TensorProto.DataType. Source: onnx.proto */
const ELEMENT_TYPES: ReadonlyMap<number, StoredType> = new Map([
  [1, 'float32'],
  [2, 'uint8'],
  [3, 'int8'],
  [4, 'uint16'],
  [5, 'int16'],
  [6, 'int32'],
  [7, 'int64'],
  [9, 'bool'],
  [10, 'float16'],
  [11, 'float64'],
  [12, 'uint32'],
  [13, 'uint64'],
  [16, 'bfloat16'],
]);

const OTHER_TYPES: ReadonlyMap<number, string> = new Map([
  [8, 'strings'],
  [14, 'complex64'],
  [15, 'complex128'],
  [17, 'float8e4m3fn'],
  [18, 'float8e4m3fnuz'],
  [19, 'float8e5m2'],
  [20, 'float8e5m2fnuz'],
  [21, 'uint4'],
  [22, 'int4'],
  [23, 'float4e2m1'],
  [24, 'float8e8m0'],
  [25, 'uint2'],
  [26, 'int2'],
]);

/** @throws CnnvizError 'unsupported' for strings, complex numbers and the like */
export function storedTypeOf(elementType: number): StoredType {
  const stored = ELEMENT_TYPES.get(elementType);
  if (stored) return stored;
  const name = OTHER_TYPES.get(elementType) ?? `element type ${elementType}`;
  throw new CnnvizError('unsupported', `${name}: expected numbers of a type cnnviz computes with`, {
    fix: `export the model with one of ${[...ELEMENT_TYPES.values()].join(', ')}`,
  });
}

/** What a stored type becomes: float16 and bfloat16 become float32, everything else stays. */
export function dtypeOf(stored: StoredType): DType {
  return stored === 'float64' ? 'float64' : STORED_TYPES[stored].dtype;
}

/** numpy's own limit of axes. */
const MAX_AXES = 64;

/** Which typed field a type's numbers lie in when there is no raw_data. Source: onnx.proto */
const FIELD_OF: Readonly<Record<StoredType, number>> = {
  float32: 4,
  int32: 5,
  int16: 5,
  int8: 5,
  uint16: 5,
  uint8: 5,
  bool: 5,
  float16: 5,
  bfloat16: 5,
  int64: 7,
  float64: 10,
  uint32: 11,
  uint64: 11,
};
const RAW_DATA = 9;

interface Raw {
  name: string;
  elementType: number;
  readonly shape: number[];
  /** Fields that hold numbers, in order. */
  readonly data: Field[];
  readonly external: Map<string, string>;
  isExternal: boolean;
}

/** A TensorProto. Numbers stay in the file until they are asked for. @throws CnnvizError 'format' or 'unsupported' */
export function readTensor(wire: Wire, message: Field, beside: Beside): OnnxTensor {
  const raw: Raw = {
    name: '',
    elementType: 0,
    shape: [],
    data: [],
    external: new Map(),
    isExternal: false,
  };
  for (const field of wire.fields(message.from, message.length)) readField(wire, field, raw);
  try {
    return tensorOf(wire, raw, message, beside);
  } catch (error) {
    throw atPlace(`tensor "${raw.name}"`, error);
  }
}

function readField(wire: Wire, field: Field, raw: Raw): void {
  switch (field.number) {
    case 1:
      if (field.type === 'bytes') for (const side of wire.varints(field)) raw.shape.push(int64Of(side));
      else raw.shape.push(int64Of(expectVarint(field)));
      if (raw.shape.length > MAX_AXES) throw damaged(field.from, `a tensor of more than ${MAX_AXES} axes`);
      break;
    case 2:
      raw.elementType = int32Of(expectVarint(field));
      break;
    case 3:
      throw new CnnvizError('unsupported', `a tensor in segments (byte ${field.from})`);
    case 4:
    case 5:
    case 7:
    case RAW_DATA:
    case 10:
    case 11:
      raw.data.push(field);
      break;
    case 8:
      raw.name = wire.text(field);
      break;
    case 13:
      readEntry(wire, expectBytes(field), raw.external);
      break;
    case 14:
      raw.isExternal = int32Of(expectVarint(field)) === 1;
      break;
  }
}

/** A StringStringEntryProto; keys nobody asks for stay unread in the map. */
function readEntry(wire: Wire, message: Field, entries: Map<string, string>): void {
  let [key, value] = ['', ''];
  for (const field of wire.fields(message.from, message.length)) {
    if (field.number === 1) key = wire.text(field);
    else if (field.number === 2) value = wire.text(field);
  }
  entries.set(key, value);
}

function tensorOf(wire: Wire, raw: Raw, message: Field, beside: Beside): OnnxTensor {
  const { name, shape } = raw;
  const stored = storedTypeOf(raw.elementType);
  const count = sizeOf(shape);
  const { itemBytes } = STORED_TYPES[stored];
  const bytes = count * itemBytes;
  if (shape.some((side) => !Number.isSafeInteger(side) || side < 0) || !Number.isSafeInteger(bytes)) {
    throw damaged(message.from, `shape [${shape.join(', ')}]`);
  }
  const fields = { name, stored, dtype: dtypeOf(stored), shape, bytes };
  if (raw.isExternal) return { ...fields, ...inBytes(externalSource(raw.external, bytes, beside), 0, shape, stored) };
  const whole = raw.data.length === 1 && raw.data[0].type === 'bytes' ? raw.data[0] : null;
  if (whole && (whole.number === RAW_DATA || whole.number === 4 || whole.number === 10)) {
    if (whole.number !== RAW_DATA && whole.number !== FIELD_OF[stored]) throw wrongField(whole, stored);
    if (whole.length !== bytes) {
      throw damaged(whole.from, `${whole.length} bytes for [${shape.join(', ')}] of ${stored}: expected ${bytes}`);
    }
    return { ...fields, ...inBytes(wire.source, whole.from, shape, stored) };
  }
  const list = raw.data.flatMap((field) => typedNumbers(wire, field, stored));
  if (list.length !== count) {
    throw damaged(message.from, `${list.length} numbers for [${shape.join(', ')}]: expected ${count}`);
  }
  return { ...fields, ...inMemory(list, fields) };
}

function wrongField(field: Field, stored: StoredType): CnnvizError {
  return damaged(field.from, `numbers of ${stored} in field ${field.number}`);
}

type Loads = Pick<OnnxTensor, 'load' | 'loadInto' | 'loadPart'>;

function inMemory(list: readonly number[], { dtype, shape }: Omit<Value, 'data'>): Loads {
  const data = newNumbers(dtype, list.length);
  data.set(list);
  return { load: () => ({ dtype, shape, data }), loadInto: (target) => target.set(data) };
}

function inBytes(source: ByteSource, from: number, shape: readonly number[], stored: StoredType): Loads {
  const dtype = dtypeOf(stored);
  const numbers = () => loadExact(source, from, sizeOf(shape), stored);
  return {
    load: () => ({ dtype, shape, data: numbers() }),
    loadInto(target) {
      if (is64BitInteger(stored)) target.set(numbers());
      else loadStoredInto(source, from, stored, target);
    },
    ...(!is64BitInteger(stored) && { loadPart: partsStored(source, from, stored) }),
  };
}

function is64BitInteger(stored: StoredType): boolean {
  return stored === 'int64' || stored === 'uint64';
}

/** float64 stays, and integers beyond 2^53 are rounded: exporters write the largest int64 for "to the end". */
function loadExact(source: ByteSource, from: number, count: number, stored: StoredType): Numbers {
  if (stored !== 'float64' && !is64BitInteger(stored)) return loadStored(source, from, count, stored);
  const numbers = newNumbers(dtypeOf(stored), count);
  const bytes = source.read(from, count * 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < count; i++) {
    if (stored === 'float64') numbers[i] = view.getFloat64(i * 8, true);
    else numbers[i] = Number(stored === 'int64' ? view.getBigInt64(i * 8, true) : view.getBigUint64(i * 8, true));
  }
  return numbers;
}

/** Numbers of a typed field, packed or one by one. */
function typedNumbers(wire: Wire, field: Field, stored: StoredType): number[] {
  if (field.number !== FIELD_OF[stored]) throw wrongField(field, stored);
  if (field.number === 4 || field.number === 10) return [...floatsOf(wire, field)];
  const of = numberOf(stored);
  if (field.type !== 'bytes') return [of(expectVarint(field))];
  const list: number[] = [];
  for (const value of wire.varints(field)) list.push(of(value));
  return list;
}

function numberOf(stored: StoredType): (value: Pick<Field, 'low' | 'high'>) => number {
  if (stored === 'int64') return int64Of;
  if (stored === 'uint64' || stored === 'uint32') return uint64Of;
  if (stored === 'float16') return ({ low }) => halfToNumber(low & 0xffff);
  if (stored === 'bfloat16') return ({ low }) => bfloatToNumber(low & 0xffff);
  if (stored === 'bool') return ({ low }) => (low === 0 ? 0 : 1);
  return int32Of;
}

/** float32 or float64 numbers of one field, packed or one by one, by how long they are. @throws CnnvizError 'format' */
export function floatsOf(wire: Wire, field: Field): number[] {
  const isDouble = field.type === 'fixed64' || (field.type === 'bytes' && field.number === 10);
  const item = isDouble ? 8 : 4;
  if (field.type === 'varint' || field.length % item !== 0) throw damaged(field.from, 'floats of a wrong length');
  const bytes = wire.source.read(field.from, field.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: field.length / item }, (_, i) =>
    isDouble ? view.getFloat64(i * 8, true) : view.getFloat32(i * 4, true),
  );
}

/** The bytes of a tensor that lies in a file beside the model. Source: onnx/docs/ExternalData.md */
function externalSource(entries: ReadonlyMap<string, string>, bytes: number, beside: Beside): ByteSource {
  const location = entries.get('location') ?? '';
  if (!beside) {
    throw new CnnvizError('unsupported', `its numbers lie in "${location}", and no folder is at hand`, {
      fix: 'give the model as a file, with its data beside it',
    });
  }
  const parts = location.split('/');
  const leaves = parts.some((part) => part === '' || part === '.' || part === '..');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (leaves || /[\\:\u0000-\u001f]/.test(location)) {
    throw new CnnvizError('format', `external data "${location}": expected a file beside the model`, {
      fix: 'save the model again with its data in the same folder',
    });
  }
  const source = beside(location);
  const offset = wholeNumber(entries, 'offset') ?? 0;
  const length = wholeNumber(entries, 'length') ?? bytes;
  if (length !== bytes) throw new CnnvizError('format', `external data of ${length} bytes: expected ${bytes}`);
  return windowOf(source, offset, length);
}

function wholeNumber(entries: ReadonlyMap<string, string>, key: string): number | null {
  const text = entries.get(key);
  if (text === undefined) return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new CnnvizError('format', `external data: ${key} "${text}": expected a whole number`);
}

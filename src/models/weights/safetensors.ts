import { type ByteSource, float32Bytes, viewOf } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { sizeOf } from '../../core/tensor.js';
import { loadStored, loadStoredInto, partsStored, STORED_TYPES } from './float-types.js';
import { type Json, scanJson } from './json-scanner.js';
import type { StoredType, WeightFile, WeightReader, WeightTensor } from './weight-file.js';

const TYPES: Readonly<Record<string, StoredType>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U64: 'uint64',
  U32: 'uint32',
  U16: 'uint16',
  U8: 'uint8',
  BOOL: 'bool',
};

const MAX_HEADER = 100_000_000n;
const MAX_RANK = 64;
const FIX = 'the file is damaged or was made to deceive: save it again';

function refuse(what: string, fix = FIX): never {
  throw new CnnvizError('format', what, { fix });
}

/** A header length that fits the file, and the header's first brace. */
function matches(source: ByteSource): boolean {
  if (source.size < 10) return false;
  const start = source.read(0, 9);
  const length = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  return start[8] === 0x7b && length > 0n && length <= MAX_HEADER;
}

/** A safetensors file with the texts it may carry. */
export interface SafetensorsFile extends WeightFile {
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Every rule of the format: header length, UTF-8, no key twice, known types, sizes that fit their bytes, and bytes from
 * 0 to the end without holes or overlaps.
 * Source: huggingface/safetensors README "Format" and safetensors/src/tensor.rs
 */
export function readSafetensors(source: ByteSource): SafetensorsFile {
  const length = viewOf(source.read(0, 8)).getBigUint64(0, true);
  if (length > MAX_HEADER) refuse(`a header of ${length} bytes: expected at most ${MAX_HEADER}`);
  if (length > BigInt(source.size - 8)) refuse(`a header of ${length} bytes in a file of ${source.size}`);
  const headerBytes = source.read(8, Number(length));
  const header = scanJson(headerText(headerBytes));
  if (!(header instanceof Map)) refuse('header: expected an object');
  let metadata: ReadonlyMap<string, string> = new Map();
  const tensors: { tensor: WeightTensor; begin: number; end: number }[] = [];
  const start = 8 + Number(length);
  for (const [name, entry] of header as ReadonlyMap<string, Json>) {
    if (name === '__metadata__') metadata = metadataOf(entry);
    else tensors.push(tensorOf(source, start, name, entry));
  }
  checkLayout(tensors, source.size - start);
  return { format: 'safetensors', tensors: tensors.map(({ tensor }) => tensor), notes: [], metadata };
}

function headerText(bytes: Uint8Array): string {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0x20) end--;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, end));
  } catch {
    return refuse('header: not UTF-8');
  }
}

function metadataOf(entry: Json): ReadonlyMap<string, string> {
  if (!(entry instanceof Map) || [...entry.values()].some((value) => typeof value !== 'string')) {
    return refuse('__metadata__: expected an object of texts');
  }
  return entry as ReadonlyMap<string, string>;
}

function tensorOf(source: ByteSource, start: number, name: string, entry: Json) {
  const place = `tensor ${JSON.stringify(name)}`;
  if (!(entry instanceof Map)) return refuse(`${place}: expected an object`);
  for (const key of entry.keys()) {
    if (!['dtype', 'shape', 'data_offsets'].includes(key)) refuse(`${place}: unknown key ${JSON.stringify(key)}`);
  }
  const word = entry.get('dtype');
  if (typeof word !== 'string') return refuse(`${place}: expected a dtype`);
  if (!Object.hasOwn(TYPES, word)) {
    throw new CnnvizError('unsupported', `${place}: dtype ${JSON.stringify(word)} is not read`, {
      fix: `convert it to one of ${Object.keys(TYPES).join(', ')}`,
    });
  }
  const stored = TYPES[word];
  const shape = wholeNumbers(entry.get('shape'), `${place}: shape`);
  if (shape.length > MAX_RANK) refuse(`${place}: rank ${shape.length}: expected at most ${MAX_RANK}`);
  const offsets = wholeNumbers(entry.get('data_offsets'), `${place}: data_offsets`);
  if (offsets.length !== 2) refuse(`${place}: data_offsets: expected two numbers, got ${offsets.length}`);
  const [begin, end] = offsets;
  if (begin > end || start + end > source.size) {
    refuse(`${place}: bytes ${begin} … ${end} do not lie in the ${source.size - start} bytes of data`);
  }
  const { itemBytes, dtype } = STORED_TYPES[stored];
  const size = shape.reduce((product, side) => product * side, 1);
  if (!Number.isSafeInteger(size * itemBytes) || size * itemBytes !== end - begin) {
    refuse(`${place}: [${shape.join(', ')}] of ${word} needs ${size * itemBytes} bytes, has ${end - begin}`);
  }
  const tensor: WeightTensor = {
    name,
    stored,
    bytes: end - begin,
    dtype,
    shape,
    load: () => ({ dtype, shape, data: loadStored(source, start + begin, size, stored) }),
    loadInto: (target) => loadStoredInto(source, start + begin, stored, target),
    loadPart: partsStored(source, start + begin, stored),
  };
  return { tensor, begin, end };
}

function wholeNumbers(value: Json | undefined, place: string): number[] {
  const isList = Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && (item as number) >= 0);
  return isList ? (value as number[]) : refuse(`${place}: expected whole numbers from 0`);
}

/** Data lie one after another from 0 to the end. */
function checkLayout(tensors: readonly { tensor: WeightTensor; begin: number; end: number }[], size: number): void {
  const sorted = [...tensors].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { tensor, begin, end } of sorted) {
    if (begin !== at) {
      refuse(
        `tensor ${JSON.stringify(tensor.name)}: begins at ${begin}, expected ${at}: data must not overlap or leave holes`,
      );
    }
    at = end;
  }
  if (at !== size) refuse(`the tensors end at byte ${at}, the data at ${size}`);
}

/** safetensors files. */
export const safetensorsReader: WeightReader = { format: 'safetensors', matches, read: readSafetensors };

/** An array to write: float32, or bytes. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array;
}

/**
 * A safetensors file: the length of the header in 8 bytes, the header in JSON, filled up with spaces so that the numbers
 * begin at a multiple of 8, then the numbers one after another, little-endian. Arrays stand in the order given, float32
 * before bytes, texts sorted by code units: the same content gives the same bytes.
 * Source: huggingface/safetensors README "Format"
 */
export function writeSafetensors(
  entries: readonly SafetensorsEntry[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const isFloat = ({ data }: SafetensorsEntry) => data instanceof Float32Array;
  const ordered = [...entries.filter(isFloat), ...entries.filter((entry) => !isFloat(entry))];
  const header: Record<string, unknown> = {
    __metadata__: Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  let end = 0;
  for (const { name, shape, data } of ordered) {
    if (data.length !== sizeOf(shape)) {
      throw new CnnvizError('shape', `${name}: ${data.length} numbers do not fill the shape [${shape.join(', ')}]`);
    }
    const begin = end;
    end += data.byteLength;
    header[name] = { dtype: data instanceof Float32Array ? 'F32' : 'U8', shape, data_offsets: [begin, end] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length);
  viewOf(bytes).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  let at = 8 + length;
  for (const { data } of ordered) {
    bytes.set(data instanceof Float32Array ? float32Bytes(data) : data, at);
    at += data.byteLength;
  }
  return bytes;
}

import { type ByteSource, memorySource } from '../../core/bytes.js';
import type { Chunk } from './chunk-grid.js';
import { type Chunked, readChunks } from './chunks.js';
import { type Dataspace, elementsOf, readDataspace } from './dataspace.js';
import { type Datatype, readDatatype } from './datatype.js';
import { damaged, type Fields, type FileBytes, notRead } from './file-bytes.js';
import { type Filter, readFilters, unpackChunk } from './filters.js';
import { readLayout } from './layout.js';
import { MESSAGE, type Message } from './object-header.js';

/** An array of a file. */
export interface StoredArray {
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** Where its bytes lie one behind the other; null: in chunks, or nowhere. */
  readonly span: { readonly from: number; readonly length: number } | null;
  /** All spans of the file that it takes. */
  readonly spans: readonly (readonly [from: number, length: number])[];
  /** Its elements in C order, little- or big-endian as they are: a window of the file, or unpacked into memory. */
  readonly open: () => ByteSource;
}

/** An array in memory may be this large whatever the file's size, and this many times the file. */
const MOST_BYTES = 256 * 2 ** 20;
const MOST_TIMES = 64;

/** The array of an object; null: it is none. @throws CnnvizError 'format' or 'unsupported' */
export function readArray(file: FileBytes, messages: readonly Message[]): StoredArray | null {
  const layoutFields = one(messages, MESSAGE.layout);
  if (!layoutFields) return null;
  const place = layoutFields.place;
  const external = messages.find(({ type }) => type === MESSAGE.externalFiles);
  if (external) throw notRead(external.fields.place, 'an array whose numbers are in other files');
  const space = readDataspace(required(messages, MESSAGE.dataspace, 'a shape', place));
  const datatype = readDatatype(required(messages, MESSAGE.datatype, 'a type', place));
  const layout = readLayout(layoutFields);
  const filterFields = one(messages, MESSAGE.filters);
  const filters = filterFields ? readFilters(filterFields) : [];
  const size = elementsOf(space) * datatype.size;
  if (!Number.isSafeInteger(size)) throw damaged(place, `an array of ${size} bytes`);
  const shape = space.shape ?? [0];
  const facts = { datatype, shape };
  const fill = fillOf(messages, datatype.size);
  if (layout.kind === 'chunked')
    return { ...facts, ...inChunks(file, layout, space, filters, fill, place, datatype.size) };
  if (filters.length > 0) throw damaged(place, 'filters on an array that is not in chunks');
  if (layout.kind === 'compact') {
    const { bytes } = layout.data;
    if (bytes.length < size) throw damaged(place, `${bytes.length} bytes for an array of ${size}`);
    return { ...facts, span: null, spans: [], open: () => memorySource(bytes.subarray(0, size)) };
  }
  const { address } = layout;
  if (address === null || size === 0) {
    checkMemory(file, size, place);
    return { ...facts, span: null, spans: [], open: () => memorySource(filled(size, fill)) };
  }
  if (layout.size < size) throw damaged(place, `${layout.size} bytes for an array of ${size}`);
  file.check(address, layout.size, 'array');
  const span = { from: address, length: size };
  return { ...facts, span, spans: [[address, layout.size]], open: () => windowed(file, span) };
}

function windowed(file: FileBytes, { from, length }: { readonly from: number; readonly length: number }): ByteSource {
  return {
    size: length,
    read: (start, count) => file.source.read(from + start, count),
    readInto: (start, target) => file.source.readInto(from + start, target),
  };
}

function one(messages: readonly Message[], type: number): Fields | null {
  const [first, ...more] = messages.filter((message) => message.type === type);
  if (!first) return null;
  const place = first.fields.place;
  if (more.length > 0) throw damaged(place, `two messages of kind ${type}`);
  if (first.isShared) throw notRead(place, 'a type or a value that has a name of its own');
  return first.fields;
}

function required(messages: readonly Message[], type: number, what: string, place: number): Fields {
  const fields = one(messages, type);
  if (!fields) throw damaged(place, `an array without ${what}`);
  return fields;
}

/** @throws CnnvizError 'format' for an array that no file of this size unpacks to */
function checkMemory(file: FileBytes, size: number, place: number): void {
  const most = Math.max(MOST_BYTES, MOST_TIMES * file.source.size);
  if (size > most) throw damaged(place, `an array of ${size} bytes in a file of ${file.source.size}`);
}

/** What stands where nothing was written; null: zeros. Source: HDF5 File Format Specification 3.0, IV.A.2.e, f */
function fillOf(messages: readonly Message[], itemBytes: number): Uint8Array | null {
  const fields = one(messages, MESSAGE.fillValue);
  if (fields) {
    const place = fields.place;
    const version = fields.u8();
    if (version < 1 || version > 3) throw notRead(place, `a fill value of version ${version}: expected 1 … 3`);
    const flags = fields.u8();
    if (version === 3) return (flags & 0x20) === 0 ? null : fillBytes(fields, itemBytes);
    fields.skip(1);
    const isDefined = fields.u8() !== 0;
    return isDefined ? fillBytes(fields, itemBytes) : null;
  }
  const old = one(messages, MESSAGE.oldFillValue);
  return old ? fillBytes(old, itemBytes) : null;
}

function fillBytes(fields: Fields, itemBytes: number): Uint8Array | null {
  const place = fields.place;
  const size = fields.u32();
  if (size === 0) return null;
  if (size !== itemBytes) throw damaged(place, `a fill value of ${size} bytes for elements of ${itemBytes}`);
  return fields.part(size).bytes;
}

function filled(size: number, fill: Uint8Array | null): Uint8Array {
  const bytes = new Uint8Array(size);
  if (fill?.some((byte) => byte !== 0)) for (let at = 0; at < size; at += fill.length) bytes.set(fill, at);
  return bytes;
}

function inChunks(
  file: FileBytes,
  layout: Chunked,
  space: Dataspace,
  filters: readonly Filter[],
  fill: Uint8Array | null,
  place: number,
  itemBytes: number,
): Pick<StoredArray, 'span' | 'spans' | 'open'> {
  if (layout.itemBytes !== itemBytes) throw damaged(place, `elements of ${layout.itemBytes} and of ${itemBytes} bytes`);
  const size = elementsOf(space) * itemBytes;
  checkMemory(file, size, place);
  const chunks = readChunks(file, layout, space, filters, place);
  const chunkBytes = layout.chunk.reduce((product, side) => product * side, itemBytes);
  checkMemory(file, chunkBytes, place);
  const shape = space.shape ?? [];
  const open = (): ByteSource => {
    const target = filled(size, fill);
    for (const chunk of chunks) {
      const packed = file.source.read(chunk.address, chunk.size);
      const isBare = layout.edgesAreBare && reachesOver(chunk, layout.chunk, shape);
      const used = isBare ? [] : filters;
      const bytes = unpackChunk(packed, used, chunk.mask, chunkBytes, file.base + chunk.address);
      setChunk(bytes, chunk.place, layout.chunk, target, shape, itemBytes);
    }
    return memorySource(target);
  };
  return { span: null, spans: chunks.map(({ address, size }) => [address, size] as const), open };
}

function reachesOver({ place }: Chunk, sides: readonly number[], shape: readonly number[]): boolean {
  return place.some((one, axis) => (one + 1) * sides[axis] > shape[axis]);
}

/** Copies the rows of a chunk that lie within the array to their places. */
function setChunk(
  bytes: Uint8Array,
  place: readonly number[],
  sides: readonly number[],
  target: Uint8Array,
  shape: readonly number[],
  itemBytes: number,
): void {
  const axes = shape.length;
  const begins = place.map((one, axis) => one * sides[axis]);
  const counts = sides.map((side, axis) => Math.min(side, shape[axis] - begins[axis]));
  const last = axes - 1;
  const rows = counts.slice(0, -1).reduce((product, side) => product * side, 1);
  const at = new Array<number>(axes).fill(0);
  for (let row = 0; row < rows; row++) {
    let [from, to] = [0, 0];
    for (let axis = 0; axis < axes; axis++) {
      from = from * sides[axis] + at[axis];
      to = to * shape[axis] + begins[axis] + at[axis];
    }
    const start = from * itemBytes;
    target.set(bytes.subarray(start, start + counts[last] * itemBytes), to * itemBytes);
    for (let axis = last - 1; axis >= 0 && ++at[axis] === counts[axis]; axis--) at[axis] = 0;
  }
}

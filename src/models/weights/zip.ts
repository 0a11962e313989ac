import { type ByteSource, memorySource, viewOf, windowOf } from '../../core/bytes.js';
import { crc32 } from '../../core/crc32.js';
import { CnnvizError } from '../../core/errors.js';
import { inflate } from './inflate.js';

/** One file of an archive. */
export interface ZipEntry {
  readonly name: string;
  /** Bytes when unpacked. */
  readonly size: number;
  readonly compressed: boolean;
  /** Where its bytes lie in the archive. */
  readonly start: number;
  /** Its bytes: a stored entry stays in the archive, a compressed one is unpacked into memory and checked. */
  open(): ByteSource;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const MAX_ENTRIES = 100_000;
const MAX_DIRECTORY = 64 * 2 ** 20;
/** All entries together may unpack to this many times the archive, or to this many bytes. */
const MOST_TIMES = 4;
const MOST_BYTES = 64 * 2 ** 20;

function refuse(what: string, fix = 'the archive is damaged: copy it again'): never {
  throw new CnnvizError('format', `zip archive: ${what}`, { fix });
}

/**
 * The entries of a zip archive by name. Strict: central directory and local headers agree, nothing overlaps, names stay
 * inside, sizes are bounded before anything is unpacked.
 * Source: PKWARE APPNOTE 6.3.10
 * @throws CnnvizError 'format' or 'unsupported'
 */
export function readZip(source: ByteSource): Map<string, ZipEntry> {
  const { count, offset, size } = readEnd(source);
  if (count > MAX_ENTRIES) refuse(`${count} entries: expected at most ${MAX_ENTRIES}`);
  if (size > MAX_DIRECTORY || offset + size > source.size) refuse(`a directory of ${size} bytes at ${offset}`);
  const directory = source.read(offset, size);
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength);
  const entries = new Map<string, ZipEntry>();
  const spans: [start: number, end: number, name: string][] = [];
  let total = 0;
  for (let at = 0, n = 0; n < count; n++) {
    if (at + 46 > size || view.getUint32(at, true) !== CENTRAL)
      refuse(`no entry at byte ${offset + at} of the directory`);
    const [nameBytes, extraBytes, noteBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const end = at + 46 + nameBytes + extraBytes + noteBytes;
    if (end > size) refuse(`the entry at byte ${offset + at} of the directory is cut off`);
    const name = nameOf(directory.subarray(at + 46, at + 46 + nameBytes));
    const fields = sizesOf(view, at, at + 46 + nameBytes, extraBytes, name);
    const method = view.getUint16(at + 10, true);
    const flags = view.getUint16(at + 8, true);
    if (flags & 1) refuse(`"${name}" is encrypted`, 'save it without a password');
    if (method !== 0 && method !== 8) refuse(`"${name}" is packed by method ${method}: expected 0 or 8`);
    if (method === 0 && fields.packed !== fields.size) refuse(`"${name}" is stored, but has two sizes`);
    total += fields.size;
    if (total > Math.max(MOST_BYTES, MOST_TIMES * source.size)) {
      refuse(`unpacks to more than ${MOST_TIMES} times its size`, 'this looks like a zip bomb');
    }
    if (entries.has(name)) refuse(`"${name}" is there twice`);
    const start = checkLocal(source, fields.local, name, method);
    if (start + fields.packed > offset) refuse(`"${name}" reaches into the directory`);
    spans.push([fields.local, start + fields.packed, name]);
    const crc = view.getUint32(at + 16, true);
    entries.set(name, entryOf(source, name, start, fields.packed, fields.size, method === 8, crc));
    at = end;
  }
  spans.sort((a, b) => a[0] - b[0]);
  for (let i = 1; i < spans.length; i++) {
    if (spans[i][0] < spans[i - 1][1]) refuse(`"${spans[i - 1][2]}" and "${spans[i][2]}" overlap`);
  }
  return entries;
}

/** Whether a file begins as a zip archive does. */
export function isZip(source: ByteSource): boolean {
  if (source.size < END_BYTES) return false;
  const [a, b, c, d] = source.read(0, 4);
  return a === 0x50 && b === 0x4b && (c === 3 || c === 5) && (d === 4 || d === 6);
}

/** Directories that were looked into: a file is asked by every format what it is. */
const LOOKED_INTO = new WeakMap<ByteSource, ReadonlyMap<string, ZipEntry> | null>();

/** The entries of a sound archive; null for any other file, and for a damaged one: whoever reads that says why. */
export function peekZip(source: ByteSource): ReadonlyMap<string, ZipEntry> | null {
  const before = LOOKED_INTO.get(source);
  if (before !== undefined) return before;
  const found = isZip(source) ? soundEntries(source) : null;
  LOOKED_INTO.set(source, found);
  return found;
}

function soundEntries(source: ByteSource): ReadonlyMap<string, ZipEntry> | null {
  try {
    return readZip(source);
  } catch (error) {
    if (error instanceof CnnvizError) return null;
    throw error;
  }
}

function entryOf(
  source: ByteSource,
  name: string,
  start: number,
  packed: number,
  size: number,
  compressed: boolean,
  crc: number,
): ZipEntry {
  return {
    name,
    size,
    compressed,
    start,
    open() {
      const window = windowOf(source, start, packed);
      if (!compressed) return window;
      const bytes = inflate(window.read(0, packed), size);
      if (crc32(bytes) !== crc) refuse(`"${name}" does not fit its checksum`);
      return memorySource(bytes);
    },
  };
}

/** Where the directory is, from the record at the end of the file. */
function readEnd(source: ByteSource): { count: number; offset: number; size: number } {
  const tail = Math.min(source.size, END_BYTES + 65_535);
  if (tail < END_BYTES) refuse('too short');
  const bytes = source.read(source.size - tail, tail);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = tail - END_BYTES;
  while (at >= 0 && !(view.getUint32(at, true) === END && at + END_BYTES + view.getUint16(at + 20, true) === tail))
    at--;
  if (at < 0) refuse(`its end is missing: cut off behind ${source.size} bytes`, 'download or copy it again, whole');
  const short = {
    count: view.getUint16(at + 10, true),
    size: view.getUint32(at + 12, true),
    offset: view.getUint32(at + 16, true),
  };
  const locator = source.size - tail + at - 20;
  if (locator < 0) return short;
  const found = viewOf(source.read(locator, 20));
  if (found.getUint32(0, true) !== LOCATOR_64) return short;
  const place = safe(found.getBigUint64(8, true), 'zip64 directory');
  if (place + 56 > locator) refuse('its zip64 end lies outside');
  const long = viewOf(source.read(place, 56));
  if (long.getUint32(0, true) !== END_64) refuse('its zip64 end is missing');
  return {
    count: safe(long.getBigUint64(32, true), 'count of entries'),
    size: safe(long.getBigUint64(40, true), 'size of the directory'),
    offset: safe(long.getBigUint64(48, true), 'place of the directory'),
  };
}

function safe(value: bigint, what: string): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) refuse(`${what}: ${value} is too large`);
  return Number(value);
}

/** Sizes and place of an entry; those of 0xffffffff stand in its zip64 field. */
function sizesOf(view: DataView, at: number, extra: number, extraBytes: number, name: string) {
  const values = [24, 20, 42].map((field) => view.getUint32(at + field, true));
  let field = extra;
  const end = extra + extraBytes;
  while (values.includes(0xffffffff) && field + 4 <= end) {
    const [id, length] = [view.getUint16(field, true), view.getUint16(field + 2, true)];
    if (field + 4 + length > end) refuse(`"${name}": its extra field is cut off`);
    if (id === 1) {
      let from = field + 4;
      for (const [i, value] of values.entries()) {
        if (value !== 0xffffffff) continue;
        if (from + 8 > field + 4 + length) refuse(`"${name}": its zip64 field is too short`);
        values[i] = safe(view.getBigUint64(from, true), `"${name}"`);
        from += 8;
      }
      break;
    }
    field += 4 + length;
  }
  return { size: values[0], packed: values[1], local: values[2] };
}

/** Checks an entry's own header against the directory; gives the place of its data. */
function checkLocal(source: ByteSource, at: number, name: string, method: number): number {
  if (at + 30 > source.size) refuse(`"${name}" lies outside the file`);
  const header = source.read(at, 30);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (view.getUint32(0, true) !== LOCAL) refuse(`"${name}": no entry at byte ${at}`);
  if (view.getUint16(8, true) !== method) refuse(`"${name}" is packed otherwise than the directory says`);
  const [nameBytes, extraBytes] = [view.getUint16(26, true), view.getUint16(28, true)];
  if (nameOf(source.read(at + 30, nameBytes)) !== name) refuse(`"${name}" has another name at byte ${at}`);
  return at + 30 + nameBytes + extraBytes;
}

function nameOf(bytes: Uint8Array): string {
  let name: string;
  try {
    name = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    refuse('a name that is not UTF-8');
  }
  if (name.includes('\0') || name.startsWith('/') || name.split(/[\\/]/).includes('..')) {
    refuse(`the name ${JSON.stringify(name)} leads outside`);
  }
  return name;
}

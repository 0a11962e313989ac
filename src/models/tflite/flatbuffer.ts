import type { ByteSource } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';

/** A table of a flatbuffer: where it lies, and where its vtable says that its fields do. */
export interface Table {
  readonly at: number;
  readonly vtable: number;
  /** Fields the vtable has room for; those behind are of a newer schema than the file's and have their default. */
  readonly fields: number;
  /** Bytes of the table itself, in which its fields lie. */
  readonly size: number;
}

/** A vector of a flatbuffer: its items lie from `from` on, all of them inside the file. */
export interface Vector {
  readonly from: number;
  readonly count: number;
}

export type ScalarType = 'bool' | 'int8' | 'uint8' | 'int32' | 'uint32' | 'uint64' | 'int64' | 'float32';

/** A file of tables. Only what is looked at is read; every offset is checked against the file before it is followed. */
export interface Flatbuffer {
  readonly source: ByteSource;
  root(): Table;
  /** The field's number, or what the schema has for one that is left out. 64-bit integers beyond 2^53 are refused. */
  scalar(table: Table, field: number, type: ScalarType, otherwise: number): number;
  /** null: left out. */
  table(table: Table, field: number): Table | null;
  /** null: left out. `itemBytes`: of one item as it lies in the vector. */
  vector(table: Table, field: number, itemBytes: number): Vector | null;
  /** The tables of a vector; none when it is left out. */
  tables(table: Table, field: number): readonly Table[];
  /** The numbers of a vector; none when it is left out. */
  numbers(table: Table, field: number, type: ScalarType): readonly number[];
  /** null: left out. @throws CnnvizError 'format' when it is not UTF-8, or longer than a name ever is */
  text(table: Table, field: number): string | null;
}

const ITEM_BYTES: Readonly<Record<ScalarType, number>> = {
  bool: 1,
  int8: 1,
  uint8: 1,
  int32: 4,
  uint32: 4,
  float32: 4,
  uint64: 8,
  int64: 8,
};

/** The file is read in pages of this many bytes, of which a few are kept. */
const PAGE = 2 ** 16;
const MOST_PAGES = 16;
/** A file whose vectors name one table over and over must not fill the memory, nor take for ever. */
const MOST_READ = 5_000_000;
const MAX_TEXT = 2 ** 16;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads flatbuffers. A table begins with the distance back to its vtable, which holds its own size, that of the table, and
 * for each field its distance from the table's beginning (0: left out). Vectors, strings and tables in fields are distances
 * forward. There is no recursion: whoever knows the schema asks for a field; whatever is read is counted.
 * Source: flatbuffers.dev, FlatBuffer Internals
 */
export function openFlatbuffer(source: ByteSource): Flatbuffer {
  const pages = new Map<number, DataView>();
  let left = MOST_READ;

  /** `length` bytes from `at` on, in a view. @throws CnnvizError 'format' when they lie outside the file */
  const view = (at: number, length: number, what: string): [view: DataView, at: number] => {
    if (at < 0 || at + length > source.size) {
      throw damaged(at, `${what}: it lies outside the ${source.size} bytes of the file`);
    }
    if (left-- <= 0) throw damaged(at, `more than ${MOST_READ} fields`);
    const page = Math.floor(at / PAGE);
    const within = at - page * PAGE;
    if (within + length > PAGE) return [viewOfCopy(source, at, length), 0];
    let found = pages.get(page);
    if (!found) {
      found = viewOfCopy(source, page * PAGE, Math.min(PAGE, source.size - page * PAGE));
      if (pages.size === MOST_PAGES) pages.delete(pages.keys().next().value!);
      pages.set(page, found);
    }
    return [found, within];
  };

  const numberAt = (at: number, type: ScalarType, what: string): number => {
    const [bytes, from] = view(at, ITEM_BYTES[type], what);
    switch (type) {
      case 'bool':
        return bytes.getUint8(from) === 0 ? 0 : 1;
      case 'int8':
        return bytes.getInt8(from);
      case 'uint8':
        return bytes.getUint8(from);
      case 'int32':
        return bytes.getInt32(from, true);
      case 'uint32':
        return bytes.getUint32(from, true);
      case 'float32':
        return bytes.getFloat32(from, true);
      default:
        return whole(type === 'uint64' ? bytes.getBigUint64(from, true) : bytes.getBigInt64(from, true), at, what);
    }
  };

  const tableAt = (at: number, what: string): Table => {
    const vtable = at - numberAt(at, 'int32', what);
    const [bytes, from] = view(vtable, 4, `${what}: its vtable`);
    const [length, size] = [bytes.getUint16(from, true), bytes.getUint16(from + 2, true)];
    if (length < 4 || length % 2 !== 0 || vtable + length > source.size) {
      throw damaged(vtable, `${what}: a vtable of ${length} bytes`);
    }
    if (size < 4 || at + size > source.size) throw damaged(vtable, `${what}: a table of ${size} bytes`);
    return { at, vtable, fields: (length - 4) / 2, size };
  };

  /** Where a field's bytes lie; null: it is left out. */
  const place = ({ at, vtable, fields, size }: Table, field: number, bytes: number): number | null => {
    if (field >= fields) return null;
    const [entry, from] = view(vtable + 4 + 2 * field, 2, `field ${field}`);
    const offset = entry.getUint16(from, true);
    if (offset === 0) return null;
    if (offset < 4 || offset + bytes > size) {
      throw damaged(vtable + 4 + 2 * field, `field ${field} at byte ${offset} of a table of ${size} bytes`);
    }
    return at + offset;
  };

  /** Where the object lies that a field leads to. Distances are forward, so that none leads back to itself. */
  const target = (table: Table, field: number): number | null => {
    const at = place(table, field, 4);
    if (at === null) return null;
    const distance = numberAt(at, 'uint32', `field ${field}`);
    if (distance < 4) throw damaged(at, `field ${field}: an offset of ${distance}`);
    return at + distance;
  };

  const vectorAt = (at: number, itemBytes: number, what: string): Vector => {
    const count = numberAt(at, 'uint32', what);
    if (count * itemBytes > source.size - at - 4) {
      throw damaged(
        at,
        `${what}: a vector of ${count} items of ${itemBytes} bytes where ${source.size - at - 4} are left`,
      );
    }
    return { from: at + 4, count };
  };

  const vector = (table: Table, field: number, itemBytes: number): Vector | null => {
    const at = target(table, field);
    return at === null ? null : vectorAt(at, itemBytes, `field ${field}`);
  };

  return {
    source,
    vector,
    root: () => {
      const distance = numberAt(0, 'uint32', 'the root');
      if (distance < 4) throw damaged(0, `the root: an offset of ${distance}`);
      return tableAt(distance, 'the root');
    },
    scalar(table, field, type, otherwise) {
      const at = place(table, field, ITEM_BYTES[type]);
      return at === null ? otherwise : numberAt(at, type, `field ${field}`);
    },
    table(table, field) {
      const at = target(table, field);
      return at === null ? null : tableAt(at, `field ${field}`);
    },
    tables(table, field) {
      const items = vector(table, field, 4);
      if (!items) return [];
      if (items.count > left) throw damaged(items.from, `more than ${MOST_READ} fields`);
      return Array.from({ length: items.count }, (_, i) => {
        const at = items.from + 4 * i;
        return tableAt(at + numberAt(at, 'uint32', `item ${i}`), `item ${i} of field ${field}`);
      });
    },
    numbers(table, field, type) {
      const items = vector(table, field, ITEM_BYTES[type]);
      if (!items) return [];
      if (items.count > left) throw damaged(items.from, `more than ${MOST_READ} fields`);
      return Array.from({ length: items.count }, (_, i) =>
        numberAt(items.from + i * ITEM_BYTES[type], type, `item ${i}`),
      );
    },
    text(table, field) {
      const bytes = vector(table, field, 1);
      if (!bytes) return null;
      if (bytes.count > MAX_TEXT) throw damaged(bytes.from, `a name of ${bytes.count} bytes`);
      try {
        return UTF8.decode(source.read(bytes.from, bytes.count));
      } catch (cause) {
        if (cause instanceof CnnvizError) throw cause;
        throw damaged(bytes.from, 'a name that is not UTF-8', cause);
      }
    },
  };
}

function viewOfCopy(source: ByteSource, at: number, length: number): DataView {
  return new DataView(Uint8Array.from(source.read(at, length)).buffer);
}

function whole(value: bigint, at: number, what: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw damaged(at, `${what}: the number ${value} is beyond 2^53`);
  return number;
}

/** The error of a file that breaks the format at a byte. */
export function damaged(at: number, what: string, cause?: unknown): CnnvizError {
  return new CnnvizError('format', `not a sound TensorFlow Lite file: byte ${at}: ${what}`, {
    fix: 'convert or copy it again',
    cause,
  });
}

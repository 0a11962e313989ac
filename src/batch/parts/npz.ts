import { crc32 } from '../../core/crc32.js';
import { CnnvizError } from '../../core/errors.js';
import type { PartFormat, PartRow } from './part-format.js';

/** Arrays by their names, as numpy.load reads them: part["cats/0113.edge3x3"]. */
export const npz: PartFormat = { holdsOne: false, write };

/** 1 January 1980, the first day that the format knows: the same bytes every day. */
const DOS_DATE = (1 << 5) | 1;
/** What is larger stands in a field of 64 bits behind the name. */
const [MOST_32, MOST_16] = [0xffffffff, 0xffff];
const VERSION = 45;
/** Names are UTF-8. */
const FLAGS = 1 << 11;

interface Member {
  readonly name: Uint8Array;
  readonly crc: number;
  readonly size: number;
  readonly at: number;
}

/**
 * A zip archive of stored members.
 * Source: PKWARE APPNOTE 6.3.10; numpy.org/doc, numpy.savez
 */
async function* write(rows: readonly PartRow[]): AsyncGenerator<Uint8Array> {
  const members: Member[] = [];
  const names = new Set<string>();
  let at = 0;
  for (const { key, files } of rows) {
    for (const file of files) {
      const name = `${key}${file.ending}`;
      if (names.has(name)) throw twice(name);
      names.add(name);
      const bytes = await file.read();
      const member = { name: new TextEncoder().encode(name), crc: crc32(bytes), size: bytes.length, at };
      members.push(member);
      const head = localHeader(member);
      yield head;
      yield bytes;
      at += head.length + bytes.length;
    }
  }
  yield* directory(members, at);
}

function twice(name: string): CnnvizError {
  return new CnnvizError('usage', `${name}: two arrays of a part would have this name`, {
    fix: 'rename one of the inputs, or give each its files: --format npy',
    scope: 'command',
  });
}

/** The record of a member in front of its bytes; both sizes stand in 64 bits when one does not fit. */
function localHeader({ name, crc, size }: Member): Uint8Array {
  const isLarge = size >= MOST_32;
  const extra = isLarge ? extra64([size, size]) : NONE;
  const head = fields([
    [4, 0x04034b50],
    [2, VERSION],
    ...common(crc, isLarge ? MOST_32 : size),
    [2, name.length],
    [2, extra.length],
  ]);
  return joined(head, name, extra);
}

/** The list of all members, and where it is. */
function* directory(members: readonly Member[], start: number): Generator<Uint8Array> {
  let size = 0;
  for (const member of members) {
    const entry = centralHeader(member);
    size += entry.length;
    yield entry;
  }
  const count = members.length;
  if (count >= MOST_16 || start >= MOST_32 || size >= MOST_32) {
    yield fields([
      [4, 0x06064b50],
      [8, 44],
      [2, VERSION],
      [2, VERSION],
      [4, 0],
      [4, 0],
      [8, count],
      [8, count],
      [8, size],
      [8, start],
    ]);
    yield fields([
      [4, 0x07064b50],
      [4, 0],
      [8, start + size],
      [4, 1],
    ]);
  }
  const [shown, places] = [Math.min(count, MOST_16), [size, start].map((value) => Math.min(value, MOST_32))];
  yield fields([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, shown],
    [2, shown],
    [4, places[0]],
    [4, places[1]],
    [2, 0],
  ]);
}

function centralHeader({ name, crc, size, at }: Member): Uint8Array {
  const large = [...(size >= MOST_32 ? [size, size] : []), ...(at >= MOST_32 ? [at] : [])];
  const extra = large.length > 0 ? extra64(large) : NONE;
  const head = fields([
    [4, 0x02014b50],
    // made by the format's own version, on no system in particular
    [2, VERSION],
    [2, VERSION],
    ...common(crc, Math.min(size, MOST_32)),
    [2, name.length],
    [2, extra.length],
    [2, 0],
    [2, 0],
    [2, 0],
    [4, 0],
    [4, Math.min(at, MOST_32)],
  ]);
  return joined(head, name, extra);
}

type Field = readonly [bytes: 2 | 4 | 8, value: number];

function common(crc: number, size: number): Field[] {
  return [
    [2, FLAGS],
    [2, 0],
    [2, 0],
    [2, DOS_DATE],
    [4, crc],
    [4, size],
    [4, size],
  ];
}

const NONE = new Uint8Array();

function extra64(values: readonly number[]): Uint8Array {
  return fields([[2, 1], [2, 8 * values.length], ...values.map((value): Field => [8, value])]);
}

function fields(all: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(all.reduce((sum, [width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of all) {
    if (width === 2) view.setUint16(at, value, true);
    else if (width === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += width;
  }
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

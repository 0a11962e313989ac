import { type ByteSource, viewOf } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { type Field, openWire } from '../onnx/wire.js';

/** A file of a kind that is not read: what it is, and what to do. */
export interface ForeignFile {
  readonly what: string;
  readonly fix: string;
}

/** What of a file, or of a folder, tells what it is. */
export interface Looked {
  /** Its first bytes, each as the character of that number; '' of a folder. */
  readonly start: string;
  /** The names in a zip archive or a folder, with '/'; null: it is neither. */
  readonly entries: readonly string[] | null;
  /** Null of a folder, and where only names are known. */
  readonly source: ByteSource | null;
}

/** A kind of file that is known by what it holds, and not read. */
export interface ForeignKind {
  /** With an article. */
  readonly what: string;
  /** What a user can do. `file`: its name, as a shell takes it; `python`: within the quotes of python -c "…". */
  readonly fix: (file: string, python: string) => string;
  /** By content, whatever it is called. */
  readonly told: (looked: Looked) => boolean;
  /** What this one file says of itself, behind `what`. */
  readonly more?: (looked: Looked) => string;
}

/** How much of a file is looked at from its beginning. */
export const FOREIGN_BYTES = 4096;

type Told = ForeignKind['told'];

/** A magic number, and where it stands. */
export const begins =
  (magic: string, at = 0): Told =>
  ({ start }) =>
    start.startsWith(magic, at);

export const matches =
  (pattern: RegExp): Told =>
  ({ start }) =>
    pattern.test(start);

/** Bytes that a pattern of hexadecimal digits fits, from the first on. */
export const bytesLike =
  (pattern: RegExp): Told =>
  ({ start }) =>
    pattern.test(hexOf(start));

/** The first bytes of a text of bytes, as hexadecimal digits. */
export function hexOf(text: string): string {
  return Array.from(text.slice(0, 64), (char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}

/** An archive in which every pattern is the name of some entry. */
export const archiveOf =
  (...patterns: readonly RegExp[]): Told =>
  ({ entries, source }) =>
    entries !== null && source !== null && holds(entries, patterns);

/** A folder in which every pattern is the path of some file. */
export const folderOf =
  (...patterns: readonly RegExp[]): Told =>
  ({ entries, source }) =>
    entries !== null && source === null && holds(entries, patterns);

function holds(entries: readonly string[], patterns: readonly RegExp[]): boolean {
  return patterns.every((pattern) => entries.some((name) => pattern.test(name)));
}

export const either =
  (...kinds: readonly Told[]): Told =>
  (looked) =>
    kinds.some((told) => told(looked));

/** Fields of a message that are looked at: what a file is, its first ones tell. */
const MOST_FIELDS = 64;

/** A protobuf message whose outermost fields fit; `head` gives the first characters of one. */
export const messageOf =
  (fits: (fields: readonly Field[], head: (field: Field) => string) => boolean): Told =>
  ({ source }) => {
    const fields = source && outerFields(source);
    if (!source || !fields) return false;
    return fits(fields, ({ from, length }) => asText(source.read(from, Math.min(length, 256))));
  };

/** The first fields of a file as a protobuf message; null where it is none. */
export function outerFields(source: ByteSource): readonly Field[] | null {
  const found: Field[] = [];
  try {
    for (const field of openWire(source).fields(0, source.size)) {
      found.push(field);
      if (found.length === MOST_FIELDS) break;
    }
  } catch (error) {
    if (error instanceof CnnvizError) return null;
    throw error;
  }
  return found.length === 0 ? null : found;
}

/** Bytes as characters of the same number. */
export function asText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/**
 * Where the value of a field of a flatbuffer's root table lies; null where it has none, or the file is no flatbuffer.
 * Source: flatbuffers.dev, Internals
 */
export function rootField(source: ByteSource, field: number): number | null {
  if (source.size < 16) return null;
  const at = (from: number, bytes: number) =>
    from >= 0 && from + bytes <= source.size ? viewOf(source.read(from, bytes)) : null;
  const root = at(0, 4)?.getUint32(0, true) ?? -1;
  const back = at(root, 4)?.getInt32(0, true);
  if (back === undefined) return null;
  const size = at(root - back, 4)?.getUint16(0, true) ?? 0;
  if (size < 4 || size > 256 || size % 2 !== 0 || 4 + 2 * field + 2 > size) return null;
  const offset = at(root - back + 4 + 2 * field, 2)?.getUint16(0, true) ?? 0;
  return offset === 0 ? null : root + offset;
}

/** The fix of a format that nothing converts. */
export const original = (why: string) => (): string => `take the .onnx or .pth that it was made from: ${why}`;

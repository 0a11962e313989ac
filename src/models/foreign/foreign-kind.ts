import type { ByteSource } from '../../core/bytes.js';
import { shellWord } from '../../core/text.js';

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
const FOREIGN_BYTES = 4096;

type Told = ForeignKind['told'];

/** A magic number, and where it stands. */
export const begins =
  (magic: string, at = 0): Told =>
  ({ start }) =>
    start.startsWith(magic, at);

/** The pattern must not find two ways through the same text: files are hostile, and it would try all. */
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

/** Bytes as characters of the same number. */
export function asText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** The fix of a format that nothing converts. */
export const original = (why: string) => (): string => `take the .onnx or .pth that it was made from: ${why}`;

/** What a file is by its first bytes and the names in it, of these kinds; null: none of them. */
export function foreignAmong(kinds: readonly ForeignKind[], looked: Looked, file: string): ForeignFile | null {
  const kind = kinds.find(({ told }) => told(looked));
  if (!kind) return null;
  return { what: kind.what + (kind.more?.(looked) ?? ''), fix: kind.fix(shellWord(file), inPython(file)) };
}

/** @param entries the names in it when it is a zip archive */
export function lookAt(source: ByteSource, entries: readonly string[] | null): Looked {
  return { start: asText(source.read(0, Math.min(FOREIGN_BYTES, source.size))), entries, source };
}

/** A file's name as Python takes it, within the quotes of python -c "…". */
function inPython(file: string): string {
  return `'${file.replace(/[\\'"$`!]/g, '\\$&')}'`;
}

import { extname } from 'node:path';
import { stem } from '../paths.js';
import { noteRead } from '../read-files.js';
import type { ByteRange } from '../remote/stored.js';

/** One thing to be read. Plain JSON: it travels to worker processes, which list nothing again. */
export interface Input {
  /** As given or found; '-' is standard input. Of an address without what gives access to it. */
  readonly path: string;
  /** What outputs are named after: the file's name without its ending, 'stdin' for '-'. */
  readonly name: string;
  /** The ending with its dot, '' for none. */
  readonly ext: string;
  /** The folders below the one that was named, to keep its tree; '' elsewhere. */
  readonly relative: string;
  /** The folder that stands for the archive it lies in; absent: it lies in none. */
  readonly archive?: string;
  /** The part that holds its results, below the folder of all; absent: they have files of their own. */
  readonly part?: string;
  /** Why it cannot even be opened, when the folder's or the archive's listing already shows it, and what helps. */
  readonly unreadable?: { readonly why: string; readonly fix: string };
  /** Where its bytes are, when they are not in a file of this machine. */
  readonly remote?: RemoteBytes;
  /** Of an image in an archive: what it and the files that belong to it have in common. */
  readonly member?: MemberFacts;
}

/** Bytes that are fetched. */
export interface RemoteBytes {
  /** Whole, with all that gives access: never to be shown. */
  readonly address: string;
  /** Of the object or file; null: not known before it is read. */
  readonly size: number | null;
  /** What changes with its bytes; null: not known. */
  readonly etag: string | null;
  /** Which of its bytes are meant; absent: all. */
  readonly range?: ByteRange;
  /** Of an array: its first bytes in base64, which say its shape. */
  readonly head?: string;
}

/** What an archive tells of an image in it. Source: the WebDataset format, "keys and extensions" */
export interface MemberFacts {
  /** The path up to the first dot of the file's name. */
  readonly key: string;
  /** What its .cls says, without spaces around it. */
  readonly label?: string;
  /** Files of the same key that are no images: endings with their dots, and where their bytes are in the archive. */
  readonly beside: readonly ({ readonly ending: string } & ByteRange)[];
}

const ENDINGS = new Set(['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif', '.npy']);

/** Whether a file is taken for an image or an array by its name, as folders are looked through. */
export function isImageName(name: string): boolean {
  return ENDINGS.has(extname(name).toLowerCase());
}

/** A file by its name, taken as it is. */
export function toInput(path: string, relative: string): Input {
  noteRead(path);
  if (path === '-') return { path, name: 'stdin', ext: '', relative };
  return { path, name: stem(path), ext: extname(path), relative: relative === '.' ? '' : relative };
}

/** By code units, as everything that is found is ordered. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

import { closeSync, openSync, writeSync } from 'node:fs';
import { CnnvizError } from '../core/errors.js';
import { formatBytes } from '../core/text.js';
import {
  readFault,
  readPart,
  readStart,
  type WriteOptions,
  withRegular,
  writeAtomic,
  writeAtomicParts,
  writeFault,
} from './files.js';
import { isStored } from './paths.js';
import { kindOf } from './read-files.js';

type Mark = string | readonly string[];

/** What tells a text of ours stands in its first bytes. */
const HEAD_BYTES = 4096;

/**
 * Refuses to replace a page, a report or a list that cnnviz did not write: `mark` is what its own begin with, near enough,
 * or one of several.
 * An empty file is nobody's.
 * @throws CnnvizError 'usage'
 */
export async function refuseForeign(path: string, mark: Mark): Promise<void> {
  if (isStored(path)) {
    const { startOfStored } = await import('./places/stored-files.js');
    const start = await startOfStored(path, HEAD_BYTES);
    if (start !== null && !isOurs(start, mark)) throw foreignFile(path);
    return;
  }
  if (kindOf(path) === 'a file' && !isOurs(await readStart(path, HEAD_BYTES), mark)) throw foreignFile(path);
}

export function foreignFile(path: string): CnnvizError {
  return new CnnvizError('usage', `${path}: exists already, and cnnviz did not write it`, {
    fix: 'choose another place, or take this file away',
    scope: 'command',
  });
}

function isOurs(start: Uint8Array, mark: Mark): boolean {
  const text = new TextDecoder().decode(start);
  return start.length === 0 || [mark].flat().some((one) => text.includes(one));
}

/** Writes a text over an older one of ours, never over another's. @throws CnnvizError 'usage' or 'output' */
export async function writeOwnText(
  path: string,
  text: string,
  mark: Mark,
  options: Omit<WriteOptions, 'clobber'> = {},
): Promise<void> {
  await refuseForeign(path, mark);
  await writeAtomic(path, new TextEncoder().encode(text), { clobber: true, ...options });
}

/** A text file that only grows, line by line; a line is on its way to the disk when `append` returns. */
export interface LogFile {
  append(line: string): void;
  close(): void;
}

/** Writes the file anew with these lines, which need not be in memory together, whole or not at all. @throws CnnvizError 'output' */
export async function writeLines(path: string, lines: Iterable<string> | AsyncIterable<string>): Promise<void> {
  await writeAtomicParts(path, inPortions(lines), { clobber: true });
}

/** Opens the file to append to. @throws CnnvizError 'output' */
export function openLog(path: string): LogFile {
  let file: number | null;
  try {
    file = openSync(path, 'a');
  } catch (error) {
    throw writeFault(path, error);
  }
  return {
    append(line) {
      const bytes = new TextEncoder().encode(`${line}\n`);
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(file!, bytes, at);
      } catch (error) {
        throw writeFault(path, error);
      }
    },
    close() {
      if (file !== null) closeSync(file);
      file = null;
    },
  };
}

/** Longer lines are none of ours. */
const MOST_LINE_BYTES = 1 << 26;

/**
 * The lines of a file that were written to their end, some at a time. It is open only while it is read: of many files that
 * are read side by side, none waits for another to be closed.
 * @param portion bytes read at once
 * @throws CnnvizError 'input', 'format'
 */
export async function* linesOf(path: string, portion: number): AsyncGenerator<string[]> {
  let rest = Buffer.alloc(0);
  for (let at = 0; ; ) {
    const bytes = await partOf(path, at, portion);
    if (bytes.length === 0) return;
    at += bytes.length;
    const all = Buffer.concat([rest, bytes]);
    const end = all.lastIndexOf('\n') + 1;
    rest = all.subarray(end);
    if (rest.length > MOST_LINE_BYTES) {
      throw new CnnvizError('format', `${path}: a line of more than ${formatBytes(MOST_LINE_BYTES)}`, {
        fix: 'take this file away: cnnviz did not write it',
      });
    }
    if (end > 0) yield all.toString('utf8', 0, end).split('\n').slice(0, -1);
  }
}

/** A file of ours in portions. @throws CnnvizError 'input' */
export async function* readPortions(path: string): AsyncGenerator<Uint8Array> {
  for (let at = 0; ; ) {
    const bytes = await partOf(path, at, 1 << 20);
    if (bytes.length === 0) return;
    at += bytes.length;
    yield bytes;
  }
}

async function partOf(path: string, from: number, length: number): Promise<Uint8Array> {
  try {
    return await readPart(path, from, length);
  } catch (error) {
    throw await readFault(path, error);
  }
}

async function* inPortions(lines: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let text = '';
  for await (const line of lines) {
    text += `${line}\n`;
    if (text.length < 1 << 18) continue;
    yield new TextEncoder().encode(text);
    text = '';
  }
  yield new TextEncoder().encode(text);
}

/** The lines of a file that were written to their end; null when there is no such file. @throws CnnvizError 'input' */
export async function readLines(path: string): Promise<string[] | null> {
  let text: string;
  try {
    text = await withRegular(path, (file) => file.readFile('utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw await readFault(path, error);
  }
  return text.split('\n').slice(0, -1);
}

import { CnnvizError } from '../core/errors.js';
import { readStart, type WriteOptions, writeAtomic } from './files.js';
import { kindOf } from './read-files.js';

/** What tells a text of ours stands in its first bytes. */
const HEAD_BYTES = 4096;

/**
 * Refuses to replace a page, a report or a list that cnnviz did not write: `mark` is what its own begin with, near enough.
 * An empty file is nobody's.
 * @throws CnnvizError 'usage'
 */
export async function refuseForeign(path: string, mark: string): Promise<void> {
  if (kindOf(path) !== 'a file' || (await startsOurs(path, mark))) return;
  throw foreignFile(path);
}

export function foreignFile(path: string): CnnvizError {
  return new CnnvizError('usage', `${path}: exists already, and cnnviz did not write it`, {
    fix: 'choose another place, or take this file away',
    scope: 'command',
  });
}

async function startsOurs(path: string, mark: string): Promise<boolean> {
  const start = await readStart(path, HEAD_BYTES);
  return start.length === 0 || new TextDecoder().decode(start).includes(mark);
}

/** Writes a text over an older one of ours, never over another's. @throws CnnvizError 'usage' or 'output' */
export async function writeOwnText(
  path: string,
  text: string,
  mark: string,
  options: Omit<WriteOptions, 'clobber'> = {},
): Promise<void> {
  await refuseForeign(path, mark);
  await writeAtomic(path, new TextEncoder().encode(text), { clobber: true, ...options });
}

import type { Stats } from 'node:fs';
import { CnnvizError } from '../core/errors.js';

type Kind = Pick<Stats, 'isFile' | 'isDirectory' | 'isFIFO' | 'isSocket' | 'isCharacterDevice' | 'isBlockDevice'>;

/** What stands under a name where a file is expected: "a device"; null for a file. */
export function otherThanFile(facts: Kind): string | null {
  if (facts.isFile()) return null;
  if (facts.isDirectory()) return 'a folder';
  if (facts.isFIFO()) return 'a FIFO (a named pipe)';
  if (facts.isSocket()) return 'a socket';
  return facts.isCharacterDevice() || facts.isBlockDevice() ? 'a device' : 'something else';
}

/** Refuses what is no file before anything is read of it: a device may never end, a FIFO may never begin. @throws CnnvizError 'input' */
export function refuseOtherThanFile(path: string, facts: Kind): void {
  const kind = otherThanFile(facts);
  if (kind === null) return;
  if (kind === 'a folder') throw new CnnvizError('input', `${path}: is a folder`, { fix: 'name the file' });
  throw new CnnvizError('input', `${path}: ${kind}, not a file`, { fix: 'name a file; save it to one first' });
}

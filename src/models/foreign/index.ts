import type { ByteSource } from '../../core/bytes.js';
import { DESCRIPTIONS } from './descriptions.js';
import { DEVICES } from './devices.js';
import { DOWNLOADS } from './downloads.js';
import { type ForeignFile, type ForeignKind, foreignAmong, type Looked, lookAt } from './foreign-kind.js';
import { OLDER } from './older.js';
import { PYTORCH } from './pytorch.js';
import { TENSORFLOW } from './tensorflow.js';

export type { ForeignFile, ForeignKind } from './foreign-kind.js';

/** Every kind of file that is known and not read, by where it comes from; the first that a file is tells it. */
export const FOREIGN_GROUPS: readonly (readonly [about: string, kinds: readonly ForeignKind[]])[] = [
  ['PyTorch', PYTORCH],
  ['TensorFlow and Keras', TENSORFLOW],
  ['Made for one runtime or one device', DEVICES],
  ['Other frameworks', OLDER],
  ['Not the model itself', DESCRIPTIONS],
  ['Not the file itself', DOWNLOADS],
];

/**
 * What a file is by what it holds, whatever it is called, when it is of a kind that is not read; null for all others.
 * @param entries its names when it is a zip archive
 * @param file what it is called, for the command that helps
 */
export function foreignFile(source: ByteSource, entries: readonly string[] | null, file: string): ForeignFile | null {
  return foreignOf(lookAt(source, entries), file);
}

/** What a folder is by the names in it, with '/', when it is a model; null for all others. */
export function foreignFolder(names: readonly string[], folder: string): ForeignFile | null {
  return foreignOf({ start: '', entries: names, source: null }, folder);
}

function foreignOf(looked: Looked, file: string): ForeignFile | null {
  for (const [, kinds] of FOREIGN_GROUPS) {
    const found = foreignAmong(kinds, looked, file);
    if (found) return found;
  }
  return null;
}

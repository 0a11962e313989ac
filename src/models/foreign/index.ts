import type { ByteSource } from '../../core/bytes.js';
import { shellWord } from '../../core/text.js';
import { DESCRIPTIONS } from './descriptions.js';
import { DEVICES } from './devices.js';
import { DOWNLOADS } from './downloads.js';
import { asText, FOREIGN_BYTES, type ForeignFile, type ForeignKind, type Looked } from './foreign-kind.js';
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
  const start = asText(source.read(0, Math.min(FOREIGN_BYTES, source.size)));
  return foreignOf({ start, entries, source }, file);
}

/** What a folder is by the names in it, with '/', when it is a model; null for all others. */
export function foreignFolder(names: readonly string[], folder: string): ForeignFile | null {
  return foreignOf({ start: '', entries: names, source: null }, folder);
}

function foreignOf(looked: Looked, file: string): ForeignFile | null {
  for (const [, kinds] of FOREIGN_GROUPS) {
    const kind = kinds.find(({ told }) => told(looked));
    if (kind) return { what: kind.what + (kind.more?.(looked) ?? ''), fix: kind.fix(shellWord(file), inPython(file)) };
  }
  return null;
}

/** A file's name as Python takes it, within the quotes of python -c "…". */
function inPython(file: string): string {
  return `'${file.replace(/[\\'"$`!]/g, '\\$&')}'`;
}

import { stat } from 'node:fs/promises';
import { readStart } from './files.js';
import { sniffForeign } from './foreign.js';
import { sniffFormat } from './sniff.js';

/** What stands under a name, as far as its first bytes tell. */
export type StartKind = 'image' | 'array' | 'foreign' | 'other' | 'folder' | 'none';

const START = 512;

/** Looks at the start of a file: 'foreign' is a picture that is not read; devices and pipes are 'other', none is opened. */
export async function kindByStart(path: string): Promise<StartKind> {
  const facts = await stat(path).catch(() => null);
  if (facts === null) return 'none';
  if (facts.isDirectory()) return 'folder';
  if (!facts.isFile()) return 'other';
  const bytes = await readStart(path, START).catch(() => new Uint8Array());
  const format = sniffFormat(bytes);
  if (format === 'npy') return 'array';
  if (format === 'svg') return 'foreign';
  if (format !== null) return 'image';
  return sniffForeign(bytes)?.isPicture ? 'foreign' : 'other';
}

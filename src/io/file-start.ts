import { stat } from 'node:fs/promises';
import { openRegular } from './files.js';
import { sniffForeign } from './foreign.js';
import { sniffFormat } from './sniff.js';

/** What stands under a name, as far as its first bytes tell. */
export type FileKind = 'image' | 'array' | 'foreign' | 'other' | 'folder' | 'none';

const START = 512;

/** Looks at the start of a file: 'foreign' is a picture that is not read; devices and pipes are 'other', none is opened. */
export async function kindOfFile(path: string): Promise<FileKind> {
  const facts = await stat(path).catch(() => null);
  if (facts === null) return 'none';
  if (facts.isDirectory()) return 'folder';
  if (!facts.isFile()) return 'other';
  const bytes = await firstBytes(path).catch(() => new Uint8Array());
  const format = sniffFormat(bytes);
  if (format === 'npy') return 'array';
  if (format === 'svg') return 'foreign';
  if (format !== null) return 'image';
  return sniffForeign(bytes)?.isPicture ? 'foreign' : 'other';
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const file = await openRegular(path);
  try {
    const bytes = new Uint8Array(START);
    const { bytesRead } = await file.read(bytes, 0, START, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

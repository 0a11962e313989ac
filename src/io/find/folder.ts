import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CnnvizError } from '../../core/errors.js';
import { isTarName } from '../tar/member-path.js';
import { inArchive } from './archive.js';
import { byCodeUnits, type Input, isImageName, toInput } from './input.js';

/** The images of a folder. */
export function inFolder(root: string, recursive: boolean): Promise<Input[]> {
  return walk(root, '', recursive);
}

/** The images of a folder; with `recursive` of everything below it, links to folders left out. */
async function walk(root: string, relative: string, recursive: boolean): Promise<Input[]> {
  const folder = join(root, relative);
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause) => {
    throw listingFault(folder, cause);
  });
  const found: Input[] = entries.some(({ name }) => name.includes('\ufffd')) ? await notUtf8(folder, relative) : [];
  for (const entry of entries.sort((a, b) => byCodeUnits(a.name, b.name))) {
    if (entry.name.startsWith('.') || entry.name.includes('\ufffd')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (recursive) for (const one of await walk(root, join(relative, entry.name), recursive)) found.push(one);
    } else if (isTarName(entry.name) && (entry.isFile() || (await isFileLink(path)))) {
      for (const one of await inArchive(path, relative)) found.push(one);
    } else if (isImageName(entry.name) && (entry.isFile() || (await isFileLink(path)))) {
      found.push(toInput(path, relative));
    }
  }
  return found;
}

function listingFault(folder: string, cause: NodeJS.ErrnoException): CnnvizError {
  const words: Record<string, string> = {
    EACCES: 'permission denied',
    ENOENT: 'no such folder',
    ENOTDIR: 'not a folder',
  };
  return new CnnvizError('input', `${folder}: ${words[cause.code ?? ''] ?? 'cannot be listed'}`, {
    fix: 'check the name and the permissions of the folder',
    cause,
  });
}

/** The names in a folder, sorted by code units. @throws CnnvizError 'input' */
export async function listFolder(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((cause) => {
    throw listingFault(folder, cause);
  });
  return names.sort(byCodeUnits);
}

/** Names that are not UTF-8 cannot be opened by their text; they are listed with their bytes, to fail by name. */
async function notUtf8(folder: string, relative: string): Promise<Input[]> {
  const names = await readdir(folder, { encoding: 'buffer' });
  return names.flatMap((bytes) => {
    const text = bytes.toString('utf8');
    if (Buffer.from(text).equals(bytes)) return [];
    const shown = Array.from(bytes, (byte) =>
      byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`,
    ).join('');
    if (!isImageName(shown)) return [];
    const unreadable = { why: 'the name is not UTF-8', fix: 'rename the file' };
    return [{ ...toInput(join(folder, shown), relative), unreadable }];
  });
}

async function isFileLink(path: string): Promise<boolean> {
  const link = await lstat(path);
  if (!link.isSymbolicLink()) return false;
  const target = await stat(path).catch(() => null);
  return target?.isFile() ?? true;
}

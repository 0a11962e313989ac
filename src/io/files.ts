import { randomBytes } from 'node:crypto';
import { closeSync, linkSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { access, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CnnvizError, type ErrorCode } from '../core/errors.js';
import { nearestName } from '../core/nearest.js';

/** A file name may have this many bytes on common file systems. */
const NAME_BYTES = 255;

/** The bytes of a file, or of standard input for '-'. @throws CnnvizError 'input' */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    if (path !== '-') return await readFile(path);
    const chunks: Uint8Array[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
    return Buffer.concat(chunks);
  } catch (error) {
    throw await readFault(path, error);
  }
}

/** Why a file cannot be read, in words; other errors as they are. */
export async function readFault(path: string, error: unknown): Promise<unknown> {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const words: Record<string, string> = {
    ENOENT: 'no such file',
    ENOTDIR: 'no such file: a part of the path is not a folder',
    EISDIR: 'is a folder',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    ELOOP: 'too many links',
    ENAMETOOLONG: 'the name is too long',
    EMFILE: 'too many open files',
    ERR_FS_FILE_TOO_LARGE: 'larger than 2 GiB',
    ERR_INVALID_ARG_VALUE: 'not a file name',
  };
  const what = words[code];
  if (what === undefined) return error;
  const near = code === 'ENOENT' ? await nearestPath(path) : null;
  const fix = near
    ? `did you mean ${near}?`
    : code === 'EISDIR'
      ? 'name the file'
      : 'check the name and its permissions';
  return new CnnvizError('input', `${path}: ${what}`, { fix, cause: error });
}

/** The path in the same folder that was probably meant. */
async function nearestPath(path: string): Promise<string | null> {
  const names = await readdir(dirname(path)).catch(() => []);
  const near = nearestName(basename(path), names);
  return near && join(dirname(path), near);
}

/** Temporary files of this process that are not yet renamed. */
const temporaries = new Set<string>();

/**
 * Writes a file so that it appears under its name whole or not at all: a temporary file in the same folder, then a
 * rename (which replaces a link instead of following it). Creates the folder. Without `clobber` an existing file is
 * refused, without a moment in which two writers could both succeed.
 * @throws CnnvizError 'usage' when the file exists and may not be replaced, 'output' when it cannot be written
 */
export async function writeAtomic(path: string, bytes: Uint8Array, { clobber }: { clobber: boolean }): Promise<void> {
  const folder = dirname(path);
  const suffix = `.${process.pid}.${randomBytes(6).toString('hex')}.tmp`;
  const temporary = join(folder, `.${cutToBytes(basename(path), NAME_BYTES - suffix.length - 1)}${suffix}`);
  try {
    if (Buffer.byteLength(basename(path)) > NAME_BYTES) throw Object.assign(new Error(), { code: 'ENAMETOOLONG' });
    await makeFolder(folder);
    const file = openSync(temporary, 'wx');
    temporaries.add(temporary);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    } finally {
      closeSync(file);
    }
    if (clobber) renameSync(temporary, path);
    else linkSync(temporary, path);
  } catch (error) {
    throw writeFault(path, error);
  } finally {
    if (temporaries.delete(temporary)) rmSync(temporary, { force: true });
  }
}

/** mkdir -p; a file where a folder should be is reported as such. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'EEXIST' ? Object.assign(new Error('not a folder', { cause: error }), { code: 'ENOTDIR' }) : error;
  }
}

function cutToBytes(text: string, bytes: number): string {
  let cut = text;
  while (Buffer.byteLength(cut) > bytes) cut = cut.slice(0, -1);
  return cut;
}

function writeFault(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const faults: Record<string, [ErrorCode, string, string]> = {
    EEXIST: ['usage', 'exists already, and --no-clobber was given', 'choose another place with -o'],
    EISDIR: ['output', 'is a folder', 'name a file in it'],
    ENOTDIR: [
      'output',
      'cannot be written: a part of the path is a file, not a folder',
      'choose another place with -o',
    ],
    EACCES: ['output', 'cannot be written: permission denied', 'choose another place with -o'],
    EPERM: ['output', 'cannot be written: permission denied', 'choose another place with -o'],
    EROFS: ['output', 'cannot be written: the file system is read-only', 'choose another place with -o'],
    ENOSPC: ['output', 'cannot be written: no space left', 'free some space, or choose another place with -o'],
    EDQUOT: ['output', 'cannot be written: the quota is used up', 'free some space, or choose another place with -o'],
    EFBIG: ['output', 'cannot be written: too large for this file system', 'choose another place with -o'],
    EIO: ['output', 'cannot be written: the device failed', 'choose another place with -o'],
    ENAMETOOLONG: ['output', 'cannot be written: the name is too long', 'give a shorter name with -o'],
    EMFILE: ['output', 'cannot be written: too many open files', 'lower --jobs'],
    ENOENT: ['output', 'cannot be written: the folder is gone', 'choose another place with -o'],
  };
  const fault = faults[code];
  return fault ? new CnnvizError(fault[0], `${path}: ${fault[1]}`, { fix: fault[2], cause: error }) : error;
}

/** Removes what is not finished; synchronous, for signal handlers. */
export function removeTemporaries(): void {
  for (const temporary of temporaries) rmSync(temporary, { force: true });
  temporaries.clear();
}

/** True when both paths lead to one file on disk. */
export async function sameFile(a: string, b: string): Promise<boolean> {
  const [one, two] = await Promise.all([stat(a).catch(() => null), stat(b).catch(() => null)]);
  return one !== null && two !== null && one.dev === two.dev && one.ino === two.ino;
}

/** True when there is a folder of this name. */
export async function existingFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

/** True when something of this name exists. */
export async function existingFile(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

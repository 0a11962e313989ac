import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { access, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { CnnvizError, type ErrorCode } from '../core/errors.js';
import { formatBytes } from '../core/format.js';
import { nearestName } from '../core/nearest.js';
import { finishTemporary, NAME_BYTES, temporaryFor } from './temporaries.js';

/** The bytes of a file, or of standard input for '-'. @throws CnnvizError 'input' */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    if (path !== '-') return await withDescriptor(() => readFile(path));
    const chunks: Uint8Array[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
    return Buffer.concat(chunks);
  } catch (error) {
    throw await readFault(path, error);
  }
}

/** Waits for a file to be closed when too many are open, a second at most. */
async function withDescriptor<T>(open: () => T | Promise<T>): Promise<T> {
  for (let waitMs = 1; ; waitMs *= 2) {
    try {
      return await open();
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (waitMs > 512 || !['EMFILE', 'ENFILE'].includes(code)) throw error;
      await setTimeout(waitMs);
    }
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
  if (code === 'ENOENT' && path.includes('\ufffd')) {
    return new CnnvizError('input', `${path}: the name is not UTF-8`, { fix: 'rename the file', cause: error });
  }
  const what = words[code] ?? (/^E[A-Z]+$/.test(code) ? `cannot be read (${code})` : undefined);
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
  const kind = kindOfName(path);
  const near = nearestName(
    basename(path),
    names.filter((name) => kindOfName(name) === kind),
  );
  return near && join(dirname(path), near);
}

/** Endings of one kind: a checkpoint that is missing is no picture of nearly the same name. */
const KINDS: readonly RegExp[] = [
  /\.(jpe?g|png|webp|gif|tiff?|avif|bmp|svg)$/i,
  /\.(pth?|safetensors|npz|ckpt|bin|onnx)$/i,
  /\.(ya?ml|json|txt|csv)$/i,
  /\.npy$/i,
];

/** The kind a file's ending says; −1 for all others. */
function kindOfName(name: string): number {
  return KINDS.findIndex((pattern) => pattern.test(name));
}

/**
 * Writes a file so that it appears under its name whole or not at all: a temporary file in the same folder, then a
 * rename (which replaces a link instead of following it). Creates the folder. Without `clobber` an existing file is
 * refused, without a moment in which two writers could both succeed.
 * @throws CnnvizError 'usage' when the file exists and may not be replaced, 'output' when it cannot be written
 */
export async function writeAtomic(path: string, bytes: Uint8Array, { clobber }: { clobber: boolean }): Promise<void> {
  const folder = dirname(path);
  const temporary = temporaryFor(path);
  try {
    if (Buffer.byteLength(basename(path)) > NAME_BYTES) throw Object.assign(new Error(), { code: 'ENAMETOOLONG' });
    makeFolder(folder);
    const file = await withDescriptor(() => openSync(temporary, 'wx'));
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
    finishTemporary(temporary);
  }
}

/** mkdir -p; a file where a folder should be is reported as such. */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'EEXIST' ? Object.assign(new Error('not a folder', { cause: error }), { code: 'ENOTDIR' }) : error;
  }
}

/** Why a file cannot be written, in words; other errors as they are. */
export function writeFault(path: string, error: unknown): unknown {
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
    ENOSPC: [
      'output',
      `cannot be written: no space left${freeSpace(dirname(path))}`,
      'free some space, or choose another place with -o',
    ],
    EDQUOT: ['output', 'cannot be written: the quota is used up', 'free some space, or choose another place with -o'],
    EFBIG: ['output', 'cannot be written: too large for this file system', 'choose another place with -o'],
    EIO: ['output', 'cannot be written: the device failed', 'choose another place with -o'],
    ENAMETOOLONG: ['output', 'cannot be written: the name is too long', 'give a shorter name with -o'],
    EMFILE: ['output', 'cannot be written: too many open files', 'lower --jobs'],
    ELOOP: ['output', 'cannot be written: too many links', 'choose another place with -o'],
    ENOENT: ['output', 'cannot be written: the folder is gone', 'choose another place with -o'],
  };
  const other: [ErrorCode, string, string] = ['output', `cannot be written (${code})`, 'choose another place with -o'];
  const fault = faults[code] ?? (/^E[A-Z]+$/.test(code) ? other : undefined);
  return fault ? new CnnvizError(fault[0], `${path}: ${fault[1]}`, { fix: fault[2], cause: error }) : error;
}

/** " (1.2 MB free of 512 MB)", as far as the file system tells. */
function freeSpace(folder: string): string {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder);
    return ` (${formatBytes(bavail * bsize)} free of ${formatBytes(blocks * bsize)})`;
  } catch {
    return '';
  }
}

/** What two names of one file have in common; null when nothing has this name. Links are followed. */
export function fileIdentity(path: string): string | null {
  try {
    const facts = statSync(path, { bigint: true, throwIfNoEntry: false });
    return facts ? `${facts.dev}:${facts.ino}` : null;
  } catch {
    return null; // not ours to see: whoever opens it says why
  }
}

/**
 * Where writing to `folder`, which lies below `root`, would really write, when that is elsewhere; null when it stays.
 * Parts of the path that do not exist yet cannot lead anywhere.
 */
export function leadsOutOf(root: string, folder: string): string | null {
  const [realRoot, real] = [realPathOf(root), realPathOf(folder)];
  const within = relative(realRoot, real);
  return within === '..' || within.startsWith(`..${sep}`) || isAbsolute(within) ? real : null;
}

/** The real path of what exists of a path, with the rest behind it. */
function realPathOf(path: string): string {
  const missing: string[] = [];
  for (let at = resolve(path); ; at = dirname(at)) {
    try {
      return join(realpathSync(at), ...missing);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if ((code !== 'ENOENT' && code !== 'ENOTDIR') || at === dirname(at)) throw writeFault(path, error);
      missing.unshift(basename(at));
    }
  }
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

import {
  closeSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { access, type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { CnnvizError, type ErrorCode } from '../core/errors.js';
import { nearestName } from '../core/names.js';
import { formatBytes } from '../core/text.js';
import { isPipe, readPipe, refuseOtherThanFile } from './descriptors.js';
import { bytesInMemory } from './memory-files.js';
import { addressFault, collisionKey, isAddress, isStored } from './paths.js';
import { guardOutput, noteRead } from './read-files.js';
import { memberPath } from './tar/member-path.js';
import { finishTemporary, NAME_BYTES, signalsDelivered, temporaryFor } from './temporaries.js';

export { fileIdentity } from './read-files.js';

/** The bytes of a file, of standard input for '-', or of what a shell made of <(…). @throws CnnvizError 'input' */
export async function readBytes(path: string): Promise<Uint8Array> {
  noteRead(path);
  return readOwnBytes(path);
}

/** The same of a file that this command has written itself, or that it may replace. @throws CnnvizError 'input' */
export async function readOwnBytes(path: string): Promise<Uint8Array> {
  const inMemory = bytesInMemory(path);
  if (inMemory) return inMemory;
  try {
    if (isPipe(path)) return await readPipe(path);
    const member = memberPath(path);
    if (member) return (await import('./tar/members.js')).memberBytes(member);
    return await withRegular(path, (file) => file.readFile());
  } catch (error) {
    throw await readFault(path, error);
  }
}

/**
 * Opens a regular file to read. Anything else is refused before it is opened, and never waited for.
 * @throws CnnvizError 'input', and what the system throws
 */
async function openRegular(path: string): Promise<FileHandle> {
  refuseOtherThanFile(path, await stat(path));
  const file = await withDescriptor(() => open(path, constants.O_RDONLY | constants.O_NONBLOCK));
  try {
    // it may have become something else since
    refuseOtherThanFile(path, await file.stat());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Opens a regular file, and closes it when `use` is done with it. @throws as openRegular does */
export async function withRegular<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await openRegular(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** The first `length` bytes of a regular file, fewer of a shorter one. @throws as openRegular does */
export async function readStart(path: string, length: number): Promise<Uint8Array> {
  return readPart(path, 0, length);
}

/** The same of the bytes from `from` on. @throws as openRegular does */
export async function readPart(path: string, from: number, length: number): Promise<Uint8Array> {
  return withRegular(path, async (file) => {
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, from);
    return buffer.subarray(0, bytesRead);
  });
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

/** Of a long list that names what is missing, the first get the name that was meant: each costs a look at its whole folder. */
const MOST_SEARCHES = 100;
let searches = 0;

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
  if (code === 'ENOENT' && isAddress(path)) return addressFault(path);
  if (code === 'ENOENT' && path.includes('\ufffd')) {
    return new CnnvizError('input', `${path}: the name is not UTF-8`, { fix: 'rename the file', cause: error });
  }
  const what = words[code] ?? (/^E[A-Z]+$/.test(code) ? `cannot be read (${code})` : undefined);
  if (what === undefined) return error;
  const near = code === 'ENOENT' && searches++ < MOST_SEARCHES ? await nearestPath(path) : null;
  const fix = near
    ? `did you mean ${near}?`
    : code === 'EISDIR'
      ? 'name the file'
      : 'check the name and its permissions';
  return new CnnvizError('input', `${path}: ${what}`, { fix, cause: error });
}

/** Endings of one kind: a checkpoint that is missing is no picture of nearly the same name. */
const KINDS: readonly RegExp[] = [
  /\.(jpe?g|png|webp|gif|tiff?|avif|bmp|svg)$/i,
  /\.(pth?|safetensors|npz|ckpt|bin|onnx|keras|h5|tflite|pt2)$/i,
  /\.(ya?ml|json|txt|csv)$/i,
  /\.npy$/i,
];

/** An ending that says nothing may be the slip itself. */
const UNKNOWN_KIND = -1;

/** The kind a file's ending says. */
function kindOfName(name: string): number {
  return KINDS.findIndex((pattern) => pattern.test(name));
}

/** Whether there is a file, folder or device of this name. */
export function isThere(path: string): boolean {
  return existsSync(path);
}

/** The path in the same folder that was probably meant: of the same kind, a picture is no checkpoint; `cat` and `cat.pgn` may be any. */
export async function nearestPath(path: string): Promise<string | null> {
  const names = await readdir(dirname(path)).catch(() => []);
  const kind = kindOfName(path);
  const near = nearestName(
    basename(path),
    names.filter((name) => kind === UNKNOWN_KIND || kindOfName(name) === kind),
  );
  return near && join(dirname(path), near);
}

/** What is written without looking for signals: a few hundredths of a second. */
const PORTION_BYTES = 16 * 2 ** 20;

export interface WriteOptions {
  /** Whether a file of this name may be replaced. */
  readonly clobber: boolean;
  /** The file may have been read under this name, to be made anew: a baseline, a cache. */
  readonly updates?: boolean;
  /** The folder that no link may lead it out of. */
  readonly within?: string;
}

/**
 * Writes a file so that it appears under its name whole or not at all: a temporary file in the same folder, then a
 * rename (which replaces a link instead of following it). Creates the folder. Without `clobber` an existing file is
 * refused, without a moment in which two writers could both succeed. A file that the command reads is never replaced.
 * @throws CnnvizError 'usage' when the file may not be replaced, 'output' when it cannot be written
 */
export async function writeAtomic(path: string, bytes: Uint8Array, options: WriteOptions): Promise<void> {
  await writeAtomicParts(path, [bytes], options);
}

/** The same of parts one behind the other, which need not be in memory together. @throws likewise, and what they throw */
export async function writeAtomicParts(
  path: string,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { clobber, updates = false, within }: WriteOptions,
): Promise<void> {
  if (isStored(path)) return (await import('./places/stored-files.js')).writeStored(path, parts, clobber);
  guardOutput(path, updates);
  if (within !== undefined) refuseLeaving(within, path);
  const folder = dirname(path);
  const temporary = temporaryFor(path);
  try {
    if (Buffer.byteLength(basename(path)) > NAME_BYTES) throw Object.assign(new Error(), { code: 'ENAMETOOLONG' });
    makeFolder(folder);
    const file = await withDescriptor(() => openSync(temporary, 'wx'));
    try {
      for await (const bytes of parts) {
        for (let at = 0; at < bytes.length; ) {
          at += writeSync(file, bytes, at, Math.min(PORTION_BYTES, bytes.length - at));
          if (at < bytes.length) await signalsDelivered();
        }
      }
    } finally {
      closeSync(file);
    }
    if (clobber) renameSync(temporary, path);
    else linkSync(temporary, path);
  } catch (error) {
    throw writeFault(path, error);
  } finally {
    finishTemporary(temporary);
    await signalsDelivered();
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

/** What a full disk behind standard output is told of: where that lies is not known. */
export const STANDARD_OUTPUT = 'standard output';

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
      `cannot be written: no space left${path === STANDARD_OUTPUT ? '' : freeSpace(dirname(path))}`,
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

/**
 * Where writing to `folder`, which lies below `root`, would really write, when that is elsewhere; null when it stays.
 * Parts of the path that do not exist yet cannot lead anywhere.
 */
export function leadsOutOf(root: string, folder: string): string | null {
  if (isStored(root)) return null;
  const [realRoot, real] = [realPathOf(root), realPathOf(folder)];
  const within = relative(realRoot, real);
  return within === '..' || within.startsWith(`..${sep}`) || isAbsolute(within) ? real : null;
}

/** Whether a path is a folder, or lies below it, whatever links lead there. */
export function isWithin(folder: string, path: string): boolean {
  return leadsOutOf(folder, path) === null;
}

/** A link in a folder that is written to must not lead out of it; the folder itself may be one. @throws CnnvizError 'usage' */
export function refuseLeaving(root: string, path: string): void {
  const real = leadsOutOf(root, path);
  if (real === null) return;
  throw new CnnvizError('usage', `${path}: a link leads out of ${root}, to ${real}`, {
    fix: 'remove the link, or choose another place to write to',
    scope: 'command',
  });
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

/** What two paths have in common when a file written to one would replace what was written to the other. */
export function placeKey(path: string): string {
  return collisionKey(join(realPathOf(dirname(resolve(path))), basename(resolve(path))));
}

/** True when there is a folder of this name. */
export async function existingFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

/** True when something of this name exists. */
export async function existingFile(path: string): Promise<boolean> {
  if (bytesInMemory(path)) return true;
  return access(path).then(
    () => true,
    () => false,
  );
}

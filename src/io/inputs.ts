import { lstat, readdir, stat } from 'node:fs/promises';
import { dirname, extname, isAbsolute, join } from 'node:path';
import { CnnvizError } from '../core/errors.js';
import { matchesStars } from '../core/names.js';
import { readBytes } from './files.js';
import { isAddress, stem } from './paths.js';
import { noteRead } from './read-files.js';
import type { TarList } from './tar/list-tar.js';
import { isTarName } from './tar/member-path.js';

/** A glob that is matched in a time that grows with names and folders only. */
interface BoundedGlob {
  /** What to look for in the file system. */
  readonly pattern: string;
  /** Which of the paths found are meant. */
  readonly matches: (path: string) => boolean;
}

const LONGEST = 4096;
/** A regular expression tries every way to share a name among its stars: n of them cost length^n. */
const STARS = 2;
const FOLDER_STARS = 2;

/**
 * Takes what would try too many ways out of a glob: folder stars in a row are one; a part of only letters, `*` and `?`
 * with many stars is searched for as `*` and compared letter by letter.
 * @throws CnnvizError 'usage' for a glob that stays too costly
 */
export function boundedGlob(glob: string): BoundedGlob {
  const short = glob.length <= 60 ? glob : `${glob.slice(0, 40)}…`;
  const refuse = (why: string): never => {
    throw new CnnvizError('usage', `${short}: ${why}`, { fix: 'name a folder, or list the files: --files-from FILE' });
  };
  if (glob.length > LONGEST) refuse(`a glob of ${glob.length} letters: expected at most ${LONGEST}`);
  const parts = glob
    .split('/')
    .map((part) => (/^\*\*+$/.test(part) ? '**' : part))
    .filter((part, i, all) => part !== '**' || all[i + 1] !== '**');
  const folderStars = parts.filter((part) => part === '**').length;
  if (folderStars > FOLDER_STARS) refuse(`${folderStars} times **: expected at most ${FOLDER_STARS}`);
  const checks: { fromEnd: number; wanted: string }[] = [];
  const pattern = parts.map((part, i) => {
    if (part === '**' || isCheap(part)) return part;
    const fromEnd = parts.length - 1 - i;
    if (/[[\]{}()!\\]/.test(part)) refuse('many * beside brackets or braces');
    if (parts.slice(i).includes('**')) refuse('many * in a folder above **');
    checks.push({ fromEnd, wanted: part.replace(/\*+/g, '*') });
    return part.startsWith('.') ? '.*' : '*';
  });
  const matches = (path: string) => {
    const names = path.split('/');
    return checks.every(({ fromEnd, wanted }) => matchesStars(names[names.length - 1 - fromEnd] ?? '', wanted));
  };
  return { pattern: pattern.join('/'), matches };
}

function isCheap(part: string): boolean {
  return (part.match(/\*+/g) ?? []).length <= STARS && !/[+*@?!]\(/.test(part.replace(/[+@?!*]\([^()*?]*\)/, ''));
}

/** One thing to be read. */
export interface Input {
  /** As given or found; '-' is standard input. */
  readonly path: string;
  /** What outputs are named after: the file's name without its ending, 'stdin' for '-'. */
  readonly name: string;
  /** The ending with its dot, '' for none. */
  readonly ext: string;
  /** The folders below the one that was named, to keep its tree; '' elsewhere. */
  readonly relative: string;
  /** Why it cannot even be opened, when the folder's or the archive's listing already shows it, and what helps. */
  readonly unreadable?: { readonly why: string; readonly fix: string };
}

interface InputOptions {
  readonly recursive: boolean;
  /** Files that list inputs, one a line or NUL-terminated; '-' is standard input. */
  readonly lists: readonly { readonly path: string; readonly nul: boolean }[];
}

const ENDINGS = new Set(['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif', '.npy']);

/**
 * Every input the arguments mean, in their order; within a folder or a glob by code units, each path once. A name that
 * exists is taken as it is, even with glob characters in it; one that does not stays, to fail as an input later.
 */
export async function findInputs(args: readonly string[], { recursive, lists }: InputOptions): Promise<Input[]> {
  const found: Input[][] = [];
  for (const arg of args) found.push(await expand(arg, recursive));
  for (const list of lists) {
    for (const path of await readList(list.path, list.nul)) found.push(await named(path));
  }
  const seen = new Set<string>();
  return found.flat().filter(({ path }) => !seen.has(path) && seen.add(path));
}

async function expand(arg: string, recursive: boolean): Promise<Input[]> {
  if (arg === '-' || isAddress(arg)) return [toInput(arg, '')];
  const facts = await stat(arg).catch(() => null);
  if (facts?.isDirectory()) return walk(arg, '', recursive);
  if (facts || !/[*?[\]{}]/.test(arg)) return named(arg);
  const range = namesInRange(arg);
  if (range) return (await Promise.all(range.map((name) => expand(name, recursive)))).flat();
  const { pattern, matches } = boundedGlob(arg);
  const { glob } = await import('tinyglobby');
  const paths = await glob(pattern, { onlyFiles: true, expandDirectories: false, absolute: isAbsolute(arg) });
  return (await Promise.all(paths.filter(matches).sort(byCodeUnits).map(named))).flat();
}

/** A file by its name, or what is in it. */
async function named(path: string): Promise<Input[]> {
  return isTarName(path) ? inArchive(path, '') : [toInput(path, '')];
}

/** What ranges of numbers may stand for together. */
const MOST_NAMES = 1_000_000;
const RANGE = /\{(\d{1,9})\.\.(\d{1,9})\}/g;

/** The names that shards/{000000..000099}.tar stands for, by its first range, as in a shell; null for a name without one. */
function namesInRange(arg: string): string[] | null {
  const ranges = [...arg.matchAll(RANGE)];
  if (ranges.length === 0) return null;
  const counts = ranges.map(([, from, to]) => Math.max(0, Number(to) - Number(from) + 1));
  const count = counts.reduce((product, one) => product * one, 1);
  if (count < 1 || count > MOST_NAMES) {
    throw new CnnvizError('usage', `${arg}: stands for ${count} names`, {
      fix: `expected 1 to ${MOST_NAMES}, of each range the smaller number first`,
    });
  }
  const [[range, from, to]] = ranges;
  const digits = from.startsWith('0') || to.startsWith('0') ? Math.max(from.length, to.length) : 0;
  return Array.from({ length: counts[0] }, (_, i) =>
    arg.replace(range, String(Number(from) + i).padStart(digits, '0')),
  );
}

/** The images of a tar archive, which stand in a folder of its name. */
async function inArchive(archive: string, relative: string): Promise<Input[]> {
  const { membersOf, REPACK } = await import('./tar/members.js');
  const refused = (why: string, fix: string): Input => ({ ...toInput(archive, relative), unreadable: { why, fix } });
  let list: TarList;
  try {
    list = membersOf(archive);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return [toInput(archive, relative)]; // it fails again, by name, when it is read
  }
  const { members, damage } = list;
  const folder = join(relative, stem(archive));
  const found = [...members.values()]
    .filter(({ name }) => ENDINGS.has(extname(name).toLowerCase()))
    .map((member): Input => {
      const path = `${archive}/${member.name}`;
      if (member.refused === null) return toInput(path, join(folder, dirname(member.name)));
      return { ...toInput(path, folder), unreadable: { why: member.refused, fix: REPACK } };
    });
  if (damage === null) return found;
  if (members.size === 0) return [refused(`not a tar archive: ${damage}`, 'check it with: tar -tf FILE')];
  return [...found, refused(`damaged: ${damage}; what stands behind is not read`, 'copy it again')];
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
    } else if (ENDINGS.has(extname(entry.name).toLowerCase()) && (entry.isFile() || (await isFileLink(path)))) {
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
    if (!ENDINGS.has(extname(shown).toLowerCase())) return [];
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

async function readList(path: string, nul: boolean): Promise<string[]> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readBytes(path));
  } catch (cause) {
    if (cause instanceof CnnvizError) {
      const fix = cause.fix === undefined ? {} : { fix: cause.fix };
      throw new CnnvizError('usage', `--files-from ${cause.message}`, { ...fix, cause });
    }
    throw new CnnvizError('usage', `--files-from ${path}: names are not UTF-8`, { cause });
  }
  return text.split(nul ? '\0' : /\r?\n/).filter((line) => line !== '');
}

/** A file by its name, taken as it is. */
export function toInput(path: string, relative: string): Input {
  noteRead(path);
  if (path === '-') return { path, name: 'stdin', ext: '', relative };
  return { path, name: stem(path), ext: extname(path), relative: relative === '.' ? '' : relative };
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

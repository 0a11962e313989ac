import { stat } from 'node:fs/promises';
import { CnnvizError } from '../core/errors.js';
import { readBytes } from './files.js';
import { byCodeUnits, type Input, toInput } from './find/input.js';
import { isAddress, isRemote } from './paths.js';
import { isTarName } from './tar/member-path.js';

export { type Input, toInput } from './find/input.js';

interface InputOptions {
  readonly recursive: boolean;
  /** Files that list inputs, one a line or NUL-terminated; '-' is standard input. */
  readonly lists: readonly { readonly path: string; readonly nul: boolean }[];
}

/**
 * Every input the arguments mean, in their order; within a folder or a glob by code units, each path once. A name that
 * exists is taken as it is, even with glob characters in it; one that does not stays, to fail as an input later.
 */
export async function findInputs(args: readonly string[], { recursive, lists }: InputOptions): Promise<Input[]> {
  const found: Input[][] = [];
  for (const arg of args) found.push(await expand(arg, recursive));
  for (const list of lists) found.push(await inTurns(await readList(list.path, list.nul), named));
  const seen = new Map<string, Input>();
  return found.flat().filter((input) => {
    const before = seen.get(input.path);
    if (before === undefined) return seen.set(input.path, input);
    refuseUnlike(before, input);
    return false;
  });
}

/** Two addresses may differ in what is not shown of them, and lead to two images. @throws CnnvizError 'usage' */
function refuseUnlike(one: Input, other: Input): void {
  if (one.remote?.address === other.remote?.address) return;
  throw new CnnvizError('usage', `${one.path}: two addresses differ only in what is not shown of them`, {
    fix: 'name one of them, or both in commands of their own',
  });
}

/** What is looked for at the same time: listings of archives that are far away wait most of the time. */
const AT_ONCE = 4;

/** What names mean, in their order. */
async function inTurns(names: readonly string[], find: (name: string) => Promise<Input[]>): Promise<Input[]> {
  const found: Input[][] = new Array(names.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < names.length) {
      const index = next++;
      found[index] = await find(names[index]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return found.flat();
}

async function expand(arg: string, recursive: boolean): Promise<Input[]> {
  if (arg === '-') return [toInput(arg, '')];
  const isFetched = isRemote(arg);
  if (isFetched && !RANGE.test(arg)) return (await import('./find/find-remote.js')).findRemote(arg, recursive);
  if (isAddress(arg) && !isFetched) return [toInput(arg, '')];
  const facts = await stat(arg).catch(() => null);
  if (facts?.isDirectory()) return (await import('./find/folder.js')).inFolder(arg, recursive);
  if (facts || !/[*?[\]{}]/.test(arg)) return named(arg);
  if (RANGE.test(arg)) {
    const { namesInRange } = await import('./find/range.js');
    return inTurns(namesInRange(arg), (name) => expand(name, recursive));
  }
  const { filesMatching } = await import('./find/glob.js');
  return (await Promise.all((await filesMatching(arg)).sort(byCodeUnits).map(named))).flat();
}

/** Numbers in a name that stand for several: {000000..000099} */
const RANGE = /\{\d{1,9}\.\.\d{1,9}\}/;

/** A file by its name, or what is in it. */
async function named(path: string): Promise<Input[]> {
  if (isRemote(path)) return (await import('./find/find-remote.js')).findNamed(path);
  return isTarName(path) ? (await import('./find/archive.js')).inArchive(path, '') : [toInput(path, '')];
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

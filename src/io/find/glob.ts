import { isAbsolute } from 'node:path';
import { glob as find } from 'tinyglobby';
import { CnnvizError } from '../../core/errors.js';
import { matchesStars } from '../../core/names.js';

/** The files that a glob means, in no order. @throws CnnvizError 'usage' for one that is too costly */
export async function filesMatching(glob: string): Promise<string[]> {
  const { pattern, matches } = boundedGlob(glob);
  const options = { onlyFiles: true, expandDirectories: false, absolute: isAbsolute(glob) };
  return (await find(pattern, options)).filter(matches);
}

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

import { isatty } from 'node:tty';
import type { Command } from 'commander';
import { CnnvizError } from '../core/errors.js';
import { limitPipes } from '../io/descriptors.js';
import { placeKey } from '../io/files.js';
import { isAddress } from '../io/paths.js';
import { fileIdentity, guardOutput, guardReadFiles, kindOf, wouldReplace } from '../io/read-files.js';
import { parseByteCount } from './parse.js';
import { PROFILE_TABLE } from './standard-flags.js';

/** Options that name what is written. Every other word of a command line may name what is read. */
export const OUTPUT_OPTIONS: readonly string[] = [
  'out',
  'junit',
  'report',
  'curve',
  'confusion',
  'cache',
  'profile',
  'watch',
  'checkpoints',
];

/** What such a file may be called. */
const NAMES: Readonly<Record<string, string>> = {
  junit: 'junit.xml',
  report: 'report/',
  curve: 'curve.png',
  confusion: 'confusion.png',
  cache: 'my.features',
  profile: 'profile.png',
  watch: 'learn.webp',
  checkpoints: 'kept/',
};

/**
 * Before any command: an output that a word of the line shows to be one of its inputs, a device, or another output is
 * refused. What is read without being named there is guarded as it is read.
 * @param most what is read of standard input at most, unless --max-bytes says otherwise
 * @throws CnnvizError 'usage'
 */
export function guardFiles(command: Command, most: string): void {
  guardReadFiles();
  const flags = command.opts<Record<string, unknown>>();
  const { maxBytes = most, quiet } = flags;
  limitPipes(parseByteCount('--max-bytes', String(maxBytes)), (descriptor) => {
    if (isatty(descriptor) && quiet !== true) {
      process.stderr.write('reading standard input from this terminal; Ctrl-D ends it\n');
    }
    return isatty(descriptor);
  });
  refuseStdout(flags);
  const outputs = OUTPUT_OPTIONS.map((name) => flags[name]).filter(
    (path): path is string => typeof path === 'string' && path !== '-' && path !== '' && path !== PROFILE_TABLE,
  );
  refuseAddresses(flags);
  refuseTwice(outputs);
  for (const path of outputs) guardOutput(path);
  const existing = new Map<string, string>();
  for (const path of outputs) {
    const identity = kindOf(path) === 'a file' ? fileIdentity(path) : null;
    if (identity !== null) existing.set(identity, path);
  }
  if (existing.size === 0) return;
  const others = Object.entries(flags).flatMap(([name, value]) => (OUTPUT_OPTIONS.includes(name) ? [] : [value]));
  for (const word of [command.args, others].flat(2)) {
    if (typeof word !== 'string') continue;
    for (const name of namesIn(word)) {
      const output = existing.get(fileIdentity(name) ?? '');
      if (output !== undefined) throw wouldReplace(output, name);
    }
  }
}

/** What is written beside the result has a name of its own: standard output is the result's. */
function refuseStdout(flags: Readonly<Record<string, unknown>>): void {
  const [flag] = OUTPUT_OPTIONS.filter((name) => name !== 'out' && flags[name] === '-');
  if (flag === undefined) return;
  throw new CnnvizError('usage', `--${flag} -: expected a name, not standard output`, {
    fix: `--${flag}${flag === 'profile' ? '=' : ' '}${NAMES[flag]}`,
  });
}

/** What is written beside the result is written here; whether the result may go elsewhere is its command's to say. */
function refuseAddresses(flags: Readonly<Record<string, unknown>>): void {
  const flag = OUTPUT_OPTIONS.find((name) => name !== 'out' && isAddress(String(flags[name] ?? '')));
  if (flag === undefined) return;
  throw new CnnvizError('usage', `--${flag} ${flags[flag]}: expected a name on this machine, not an address`, {
    fix: `--${flag}${flag === 'profile' ? '=' : ' '}${NAMES[flag]}`,
  });
}

function refuseTwice(outputs: readonly string[]): void {
  const keys = outputs.map(placeKey);
  for (const [i, path] of outputs.entries()) {
    const first = keys.indexOf(keys[i]);
    if (first === i) continue;
    throw new CnnvizError('usage', `${path}: two results would have this name`, { fix: 'give each its own' });
  }
}

/** The names of files that a word may hold: FILE, NET@FILE, x,y,w,h@FILE, NAME=FILE, and the arrays of a pipe. */
function namesIn(word: string): string[] {
  const parts = [word, ...word.split(/[\s|]+/)];
  return parts.flatMap((part) =>
    [part, ...endsOf(part, '@'), ...endsOf(part, '=')].filter((name) => name !== '' && name.length < 4096),
  );
}

function endsOf(text: string, mark: string): string[] {
  const [first, last] = [text.indexOf(mark), text.lastIndexOf(mark)];
  return first < 0 ? [] : [text.slice(first + 1), text.slice(0, last), text.slice(last + 1)];
}

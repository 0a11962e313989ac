import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFiles, readTexts } from '../../architecture/project.js';
import { cnnviz, IMAGES, inFolder, type Run } from '../../cli/cnnviz.js';
import { commandIn, commandLines, FLAG, faultsIn, optionOf } from './commands.js';
import { type FixText, fixTexts } from './fix-texts.js';

type Told = Pick<Run, 'stdout' | 'stderr'>;

/**
 * How a reader follows a fix.
 * - add: the n-th flag of the fix, with its value, takes the place of that flag or stands at the end
 * - all: every flag of the fix
 * - leave: the n-th flag of the fix, or of the line above it, is left out
 * - line: the n-th "cnnviz …" of the fix is typed as it stands
 * - meant: the word in the command that was misspelt becomes the one that is meant
 * - a function: something that cannot be read from the text (another file, a smaller number)
 */
export type Rule =
  | { readonly add: number }
  | { readonly all: true }
  | { readonly leave: number }
  | { readonly line: number }
  | { readonly meant: string }
  | ((printed: string, args: readonly string[], cwd: string) => readonly string[] | Promise<readonly string[]>);

export interface FixCase {
  /** The command that fails, as words. */
  readonly args: readonly string[];
  readonly rule: Rule;
  /** What must be in the fix: no more than the reader needs. */
  readonly says: RegExp;
  /** Files besides those of `PLACE`. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Commands before: they must succeed. */
  readonly before?: readonly (readonly string[])[];
  /** Other commands whose flags the fix names. */
  readonly about?: readonly string[];
  /** What stands for the capital letters and names of the fix. */
  readonly fill?: Readonly<Record<string, string>>;
  /** The exit code of the command that follows the fix; 0 unless the fix promises less. */
  readonly reaches?: number;
}

const sources = readTexts(projectFiles().filter((path) => /^src\/.*\.ts$/.test(path)));
const TYPED = /(?<![\w./-])--?[a-zA-Z]|\bcnnviz (?!wrote|drew)[a-z]|did you mean|leave|keep one|such as/;

/** The fixes in some part of the source that a reader can type. */
export function typedFixes(part: RegExp): FixText[] {
  return fixTexts(sources).filter(({ path, text }) => part.test(path) && TYPED.test(text));
}

/**
 * Tests each case, and that every fix of `part` that can be typed has one, but for those in `untried`:
 * "file: text" → why.
 */
export function testFixes(part: RegExp, cases: readonly FixCase[], untried: Readonly<Record<string, string>>): void {
  const left = new Map<string, FixText[]>();
  for (const fix of typedFixes(part)) {
    const key = `${fix.path}: ${fix.text}`;
    left.set(key, [...(left.get(key) ?? []), fix]);
  }
  const total = left.size;
  describe('a fix works when it is followed', () => {
    it.each(cases.map((one) => [one.args.join(' ').slice(0, 120), one] as const))('%s', async (_, one) => {
      await inFolder(async (cwd) => {
        setPlace(cwd, one.files ?? {});
        for (const args of one.before ?? []) {
          const made = await cnnviz([...args], { cwd });
          expect(made.code, `${args.join(' ')}\n${told(made)}`).toBe(0);
        }
        const failed = await cnnviz([...one.args], { cwd });
        expect(failed.code, told(failed)).not.toBe(0);
        const { what, fix } = lastFix(failed);
        expect(fix).toMatch(one.says);
        for (const [key, texts] of left) {
          if (texts.some((text) => text.pattern.test(fix) && text.what.test(what))) left.delete(key);
        }
        const command = commandIn(one.args) ?? '';
        expect(faultsIn(fix, [command, ...(one.about ?? [])])).toEqual([]);
        const next = await follow(one, what, fix, cwd);
        const followed = await cnnviz([...next], { cwd });
        expect(followed.code, `${next.join(' ')}\n${told(followed)}`).toBe(one.reaches ?? 0);
      });
    });
    it('every fix that can be typed is tried, or stands in the list of those that are not', () => {
      const open = [...left.keys()];
      process.stdout.write(`${total - open.length} of ${total} fixes tried that can be typed\n`);
      expect(open.filter((key) => !(key in untried))).toEqual([]);
      expect(Object.keys(untried).filter((key) => !open.includes(key))).toEqual([]);
    });
  });
}

/** What a command said, its messages first; pictures go on for long. */
function told({ stdout, stderr }: Told): string {
  return `${stderr.slice(-600)}${stdout.slice(0, 600)}`;
}

/** The files every case finds. */
const PLACE = {
  'photo.jpg': 'rocket.jpg',
  'five.png': 'five.png',
  'img/five.png': 'five.png',
  'img/bars.png': 'bars17.png',
  'deep/below/five.png': 'five.png',
} as const;

function setPlace(cwd: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, image] of Object.entries(PLACE)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    copyFileSync(join(IMAGES, image), join(cwd, name));
  }
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), content);
  }
}

/** The last fix that was printed, and the line it stands below. */
function lastFix({ stdout, stderr }: Told): { what: string; fix: string } {
  const lines = `${stdout}${stderr}`.split('\n');
  const at = lines.findLastIndex((line) => /^\s*fix: /.test(line));
  expect(at, `no fix in:\n${stderr.slice(-600)}`).toBeGreaterThan(0);
  return { what: lines[at - 1], fix: lines[at].replace(/^\s*fix: /, '') };
}

async function follow({ args, rule, fill = {} }: FixCase, what: string, fix: string, cwd: string): Promise<string[]> {
  const command = commandIn(args) ?? '';
  const filled = (words: readonly string[]) =>
    words.map((word) => Object.entries(fill).reduce((text, [hole, value]) => text.replaceAll(hole, value), word));
  if (typeof rule === 'function') return [...(await rule(fix, args, cwd))];
  if ('meant' in rule) {
    const meant = /did you mean ([^\s?,]+)/.exec(fix)![1];
    return args.map((arg) => arg.replace(rule.meant, meant));
  }
  if ('line' in rule) return filled(wordsOf(commandLines(fix).line.split('\n')[rule.line])).slice(1);
  const flags = flagsIn(fix, command);
  if ('leave' in rule) {
    const all = flags.length > 0 ? flags : flagsIn(what, command);
    return without(args, all[rule.leave][0], command);
  }
  const chosen = 'all' in rule ? flags : [flags[rule.add]];
  return chosen.reduce<string[]>((now, flag) => [...without(now, flag[0], command), ...filled(flag)], [...args]);
}

/** The flags of a text, each with its value, as words. */
function flagsIn(text: string, command: string): string[][] {
  return [...text.matchAll(FLAG)]
    .filter(([flag]) => optionOf(command, flag) !== undefined)
    .map(({ 0: flag, index }) => {
      const takes = optionOf(command, flag)!.required;
      const [value] = wordsOf(text.slice(index + flag.length));
      return takes && value !== undefined ? [flag, value.replace(/[,;:)]+$/, '')] : [flag];
    });
}

function without(args: readonly string[], flag: string, command: string): string[] {
  const option = optionOf(command, flag)!;
  const out: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const [name] = args[i].split('=', 1);
    if (name !== option.long && args[i] !== option.short) out.push(args[i]);
    else if (option.required && !args[i].includes('=')) i++;
  }
  return out;
}

/** Words as a shell would cut them, but for what it expands. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replace(/['"]/g, ''));
}

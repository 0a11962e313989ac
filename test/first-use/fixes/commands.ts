import type { Command, Option } from 'commander';
import { buildProgram } from '../../../src/cli/main.js';

/** Every command by its words, "head train", with its options. */
export const COMMANDS: ReadonlyMap<string, readonly Option[]> = new Map(below(await buildProgram(), ''));

function below(command: Command, path: string): [string, readonly Option[]][] {
  return command.commands.flatMap((one) => {
    const name = `${path} ${one.name()}`.trim();
    return [[name, one.options] as [string, readonly Option[]], ...below(one, name)];
  });
}

/** The options every command has besides its own. */
const EVERYWHERE = ['--help', '-h', '--version', '-V'];

/** The option of a command that a flag is; undefined when it has none of that name. */
export function optionOf(command: string, flag: string): Option | undefined {
  return COMMANDS.get(command)?.find(({ long, short }) => flag === long || flag === short);
}

export function hasFlag(command: string, flag: string): boolean {
  return EVERYWHERE.includes(flag) || optionOf(command, flag) !== undefined;
}

/** A picture in the place of a command is `conv` of it. */
const PICTURE = /\.(?:png|jpe?g)\??$/;

/** The command that some words begin with: ["head", "train", "x"] → "head train"; null when there is none. */
export function commandIn(words: readonly string[]): string | null {
  if (words[0] === 'help') return commandIn(words.slice(1));
  if (PICTURE.test(words[0] ?? '')) return 'conv';
  const [first = '', second = ''] = words.map((word) => word.replace(/[:,.]$/, ''));
  if (COMMANDS.has(`${first} ${second}`)) return `${first} ${second}`;
  return COMMANDS.has(first) ? first : null;
}

/** Flags in running text. `-k` stands alone, `well-known` and `pre-2019` have none. */
export const FLAG = /(?<![\w/.…}-])(?:--[a-zA-Z][\w-]*|-[a-zA-Z](?![\w-]))/g;

/** What follows the name of the program in a sentence about it, and behind the version; pages and lists begin with marks. */
const PROSE =
  /^(?:$|(?:wrote|drew|computes|did|map|network|again|fetches|in your PATH)\b|check(?:"|<\/)|[(>]|\$\{(?:VERSION|escaped))/;

/** Another program with its own flags, up to what comes then. */
const OTHER_PROGRAM =
  /(?:\b(?:python3? -[mc]|node (?=-|without -)|(?:ffmpeg|npm|git|paddle2onnx|yolo|curl|optimum-cli|mmconvert|mmdownload|heif-convert|pdftoppm|rsvg-convert) )|\btf2onnx: )[^;`\n]*?(?=, (?:then|or)\b|; |`|\n|\)|$)/g;

/** A text cut where it names a command: what stands before, and each "cnnviz NAME …" to its end. */
export function commandLines(text: string): { readonly line: string; readonly rest: string } {
  const found: string[] = [];
  const rest = text.replace(
    /`?\bcnnviz (?![\d\s])[^`\n]*?(?=`|,? or (?:cnnviz|add|name)\b|, or |; | {2,}\S|$)`?/gm,
    (line) => {
      found.push(line.replaceAll('`', '').trim());
      return ' ';
    },
  );
  return { line: found.join('\n'), rest };
}

/** A command that another one queues: what is behind -- has flags of its own. */
const IN_A_COMMAND = /(\bfarm submit\b[^`\n]*?) -- (?=(?:conv|run|preprocess) )/g;

/** What is wrong with a text for the commands it is printed for: commands and flags that do not exist. */
export function faultsIn(text: string, commands: readonly string[]): string[] {
  const { line, rest } = commandLines(text.replace(OTHER_PROGRAM, ' ').replace(IN_A_COMMAND, '$1\ncnnviz '));
  const faults: string[] = [];
  for (const one of line.split('\n').filter(Boolean)) {
    const words = one.split(/\s+/).slice(1);
    if (words[0] === 'COMMAND' || words[0]?.startsWith('-') || PROSE.test(words.join(' '))) continue;
    // a command that is filled in is the one that was typed
    const named = words[0].startsWith('${') ? commands : [commandIn(words)].filter((name) => name !== null);
    if (named.length === 0) {
      faults.push(`"${one}": no such command`);
      continue;
    }
    for (const [flag] of one.matchAll(FLAG)) {
      if (!named.some((name) => hasFlag(name, flag))) faults.push(`"${one}": ${named[0]} has no ${flag}`);
    }
  }
  for (const [flag] of rest.matchAll(FLAG)) {
    if (!commands.some((command) => hasFlag(command, flag))) {
      faults.push(`${flag}: none of ${commands.join(', ') || 'no command'} has it`);
    }
  }
  return faults;
}

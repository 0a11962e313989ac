import { Argument, type Command as Commander } from 'commander';
import { wantsWide } from '../io/wide.js';
import { type Flags, optionOf, readFlags, type ValuesOf } from './flags.js';
import type { Answer, Frame } from './frame.js';
import { COMMON } from './help.js';
import { everyStandardFlag, type StandardSpec, standardNames } from './standard-flags.js';

/** One place on the command line behind the command's name. */
export interface Place<T> {
  readonly about: string;
  readonly count: 'one' | 'at most one' | 'any';
  readonly choices: readonly string[] | null;
  /** Never called: it says the type of the value. */
  readonly type?: (value: T) => void;
}

type Places = Readonly<Record<string, Place<never>>>;

/** What stands at the places of a command. */
type WordsOf<A> = { readonly [K in keyof A]: A[K] extends Place<infer T> ? T : never };

/** The kinds of places. */
export const arg = {
  one: (about: string): Place<string> => ({ about, count: 'one', choices: null }),
  maybe: (about: string): Place<string | undefined> => ({ about, count: 'at most one', choices: null }),
  any: (about: string): Place<readonly string[]> => ({ about, count: 'any', choices: null }),
  choice: (about: string, choices: readonly string[]): Place<string> => ({ about, count: 'one', choices }),
} as const;

/** A command on one screen: what it is called, what it takes, what it answers. */
export interface CommandSpec<A extends Places, F extends Flags> extends StandardSpec {
  readonly name: string;
  /** Of a command below another; the others have theirs in the list of all commands. */
  readonly summary?: string;
  readonly description: string;
  /** Whole, with its heading. */
  readonly examples?: string;
  /** What stands below the flags in help. */
  readonly after?: () => string;
  /** The flags that it is mostly given, by their long names: first in help. */
  readonly common?: readonly string[];
  readonly args?: A;
  readonly flags: F;
  /** Everything the command does; what that needs is imported inside. */
  readonly answer: (words: WordsOf<A> & { readonly flags: ValuesOf<F> }, frame: Frame) => Promise<Answer>;
}

/** A command, or a group of commands, that can be added to the program. */
export interface AnyCommand {
  readonly name: string;
  /** @returns what was added */
  addTo(program: Commander): Commander;
}

/** A command from all that is said of it. */
export function command<A extends Places, F extends Flags>(spec: CommandSpec<A, F>): AnyCommand {
  return { name: spec.name, addTo: (program) => addCommand(program, spec) };
}

/** Commands under one name: `head train`. */
export function group(
  { name, description, examples }: Pick<CommandSpec<Places, Flags>, 'name' | 'description' | 'examples'>,
  commands: readonly AnyCommand[],
): AnyCommand {
  return {
    name,
    addTo: (program) => {
      const parent = program.command(name).description(description);
      if (examples !== undefined) parent.addHelpText('before', examples);
      for (const one of commands) one.addTo(parent);
      return parent;
    },
  };
}

function addCommand<A extends Places, F extends Flags>(program: Commander, spec: CommandSpec<A, F>): Commander {
  const { name, summary = '', description, examples, after, common = [], args, flags, answer } = spec;
  const entry = program.command(name).summary(summary).description(description);
  if (examples !== undefined) entry.addHelpText('before', examples);
  if (after !== undefined) entry.addHelpText('after', after);
  const places = Object.entries(args ?? {});
  for (const [word, { about, count, choices }] of places) {
    const shown = count === 'one' ? `<${word}>` : count === 'any' ? `[${word}...]` : `[${word}]`;
    const argument = new Argument(shown, about);
    if (choices !== null) argument.choices([...choices]);
    entry.addArgument(argument);
  }
  const standard = everyStandardFlag(spec);
  const own = standardNames(spec).map((key) => standard[key as keyof typeof standard]);
  for (const one of [...Object.values(flags), ...own]) {
    const option = optionOf(one);
    if (common.includes(option.long ?? '')) option.helpGroup(COMMON);
    entry.addOption(option);
  }
  entry.action(async (...given: unknown[]) => {
    const raw = entry.opts<Record<string, unknown>>();
    const words = Object.fromEntries(places.map(([word], i) => [word, given[i]])) as WordsOf<A>;
    const { openFrame } = await import('./frame.js');
    const typed = new Set(Object.keys(raw).filter((key) => entry.getOptionValueSource(key) === 'cli'));
    const frame = await openFrame({
      name: fullName(entry),
      line: { words: given.slice(0, places.length), flags, raw },
      output: spec.output ?? null,
      ...readFlags(standard, raw),
      program: rootOf(entry),
      typed,
    });
    if (!wantsWide(frame.wide)) {
      await frame.tell(() => answer({ ...words, flags: readFlags(flags, raw) }, frame));
      return;
    }
    const { useWide, wideNote } = await import('../run/wide.js');
    useWide();
    await frame.tell(async () => {
      const found = await answer({ ...words, flags: readFlags(flags, raw) }, frame);
      const note = wideNote(frame.wide);
      return note === null ? found : { ...found, notes: [...(found.notes ?? []), note] };
    });
  });
  return entry;
}

function rootOf(entry: Commander): Commander {
  return entry.parent === null ? entry : rootOf(entry.parent);
}

/** "head train" */
function fullName(entry: Commander): string {
  const parent = entry.parent;
  return parent === null || parent.parent === null ? entry.name() : `${parent.name()} ${entry.name()}`;
}

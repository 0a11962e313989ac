import { Command, CommanderError, Option } from 'commander';
import { COMMAND_GROUPS, type CommandLine } from '../commands/index.js';
import { CnnvizError } from '../core/errors.js';
import { sameName } from '../core/names.js';
import { VERSION } from '../core/version.js';
import { exitCodeOf } from './exit.js';
import { HELP, HELP_OUTPUT, withHelpAsFlag } from './help.js';
import { linesAreRunBy } from './order.js';
import { handleSignals } from './signals.js';

const EXAMPLES = `Examples:
  cnnviz photo.jpg                                        input ▸ kernel edge3x3 ▸ map
  cnnviz demo                                             the main jobs, on a photograph and a digit that ship
  cnnviz conv photo.jpg --kernel edge3x3 --stride 2       a feature map: photo.edge3x3.s2.png
  cnnviz explain photo.jpg --kernel edge3x3 --at 188,42   why a value is what it is: patch × kernel, summed
  cnnviz run digits seven.png --layers all                what every layer of a trained network computes
  cnnviz run resnet18 photo.jpg                           what is it? after cnnviz get resnet18
  cnnviz article -o out/                                  every figure of an article on the fundamentals
`;

/** Commands whose arguments are no files that are read from standard input. */
const NO_FILES: readonly string[] = ['kernels', 'merge', 'completion', 'get'];

/** The most that is read of standard input, unless --max-bytes says otherwise. */
const MAX_BYTES = '2G';

/** The commands' names, and help. */
const NAMES = ['help', ...COMMAND_GROUPS.flatMap(([, lines]) => lines.map(({ name }) => name))];

/** What commander refused, and the command at which it did: told in our form by `refusalOf`. */
class Refusal extends Error {
  readonly error: CommanderError;
  readonly command: Command;

  constructor(error: CommanderError, command: Command) {
    super(error.message);
    this.error = error;
    this.command = command;
  }
}

/** Runs one command line; leaves the exit code in process.exitCode. */
export async function main(argv: readonly string[]): Promise<void> {
  handleSignals();
  linesAreRunBy(runLine);
  try {
    await runLine(argv.slice(2));
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    if (error instanceof CommanderError) return;
    const { openTerminal } = await import('./terminal.js');
    const terminal = await openTerminal({ quiet: false, reserveStdout: false });
    terminal.fail(error);
  }
}

/** @throws what the command throws, and CnnvizError 'usage' for what was refused */
async function runLine(typed: readonly string[]): Promise<void> {
  try {
    const words = await withCommand(typed);
    const program = await buildProgram(typed, words);
    await program.parseAsync(withFlagsAlone(withHelpAsFlag(program, words)), { from: 'user' });
  } catch (thrown) {
    // what is said of a refusal is thrown where more than commander's own message was found
    throw await toldError(thrown, typed).catch((found: unknown) => found);
  }
}

/** The words with a command before them, where they begin with none. @throws CnnvizError 'usage' */
async function withCommand(typed: readonly string[]): Promise<readonly string[]> {
  const [word = '-'] = typed;
  if (word.startsWith('-') || NAMES.includes(word)) return typed;
  const { fromFirstWord } = await import('./first-word.js');
  return fromFirstWord(typed, NAMES);
}

/** An error as it is told. @throws CnnvizError 'usage' instead where a refusal has another reason */
async function toldError(thrown: unknown, typed: readonly string[]): Promise<unknown> {
  if (isFolderGone(thrown)) return folderGone(thrown);
  if (!(thrown instanceof Refusal)) return thrown;
  const { usageError } = await import('./usage-error.js');
  return usageError(thrown.error, thrown.command, typed);
}

/** Whoever asks for the working folder after it was removed gets this. */
function isFolderGone(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall === 'uv_cwd';
}

function folderGone(cause: unknown): CnnvizError {
  return new CnnvizError('usage', 'the working folder does not exist any more', {
    fix: 'cd to a folder that does',
    cause,
  });
}

/**
 * The command tree, without anything that a command needs to run.
 * @param typed what stands behind the program's name, for the commands that a refusal shows
 * @param words only the command that they name is whole, of the others there are names and summaries; null: all are
 */
export async function buildProgram(
  typed: readonly string[] = [],
  words: readonly string[] | null = null,
): Promise<Command> {
  const isWanted = wantedBy(words);
  const program = new Command('cnnviz')
    .description(
      'See what a convolutional network computes: image in, feature maps out, every number open to inspection.',
    )
    .version(VERSION, '-V, --version')
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', '\nEach command has its own help: cnnviz help conv, cnnviz help head train\n');
  for (const [title, commands] of COMMAND_GROUPS) {
    program.commandsGroup(title);
    for (const line of commands) {
      const command = isWanted(line) ? (await line.load()).addTo(program) : program.command(line.name);
      command.summary(line.summary);
    }
  }
  program.hook('preAction', async (_, command) => {
    const { guardFiles } = await import('./guard-files.js');
    const { refuseStrayWords } = await import('./usage-error.js');
    guardFiles(command, MAX_BYTES);
    refuseStrayWords(command, typed);
  });
  for (const command of allCommands(program)) {
    if (command.registeredArguments.length > 0 && !NO_FILES.includes(command.name())) {
      command.option('--max-bytes <n>', 'the most that is read of standard input or of <(…)', MAX_BYTES);
    }
    command
      .configureHelp(HELP)
      .exitOverride((error) => {
        throw error.exitCode === 0 || error.code === 'commander.help' ? error : new Refusal(error, command);
      })
      .showSuggestionAfterError(false)
      .configureOutput(HELP_OUTPUT)
      .helpCommand(false)
      .helpOption('-h, --help', 'show this help');
    acceptSpellings(command);
  }
  return program;
}

/** Says of a command whether these words need all of it. */
function wantedBy(words: readonly string[] | null): (line: CommandLine) => boolean {
  if (words === null) return () => true;
  const name = words.find((word) => word !== 'help' && !word.startsWith('-'));
  const isAll = COMMAND_GROUPS.some(([, lines]) => lines.some((line) => line.name === name && line.ofAll));
  return (line) => isAll || line.name === name;
}

/** A command, and those below it. */
function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

/** What flags with an optional value stand for alone: they must not take the next word for it. */
const ALONE: Readonly<Record<string, string>> = { '--show': '--show=auto', '--profile': '--profile=table' };

function withFlagsAlone(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  return argv.map((arg, i) => (end < 0 || i < end ? (ALONE[arg] ?? arg) : arg));
}

/** Flags that people say in another way: taken where the command has the one and not the other; help shows the one. */
const OTHER_SPELLINGS: readonly (readonly [said: string, meant: string])[] = [
  ['--output', '--out'],
  ['--layers', '--layer'],
  ['--layer', '--layers'],
];

/** Teaches a command what people type: other spellings of its flags, and its choices regardless of case, '-' and '_'. */
function acceptSpellings(command: Command): void {
  for (const option of command.options) {
    if (option.argChoices && option.parseArg) option.parseArg = spelledAs(option.argChoices, option.parseArg);
    if (option.long === '--layer') option.argParser(oneLayer(command.name()));
  }
  for (const argument of command.registeredArguments) {
    if (argument.argChoices && argument.parseArg) argument.parseArg = spelledAs(argument.argChoices, argument.parseArg);
  }
  const named = new Map(command.options.map((option) => [option.long, option]));
  for (const [said, meant] of OTHER_SPELLINGS) {
    const option = named.get(meant);
    if (option === undefined || named.has(said)) continue;
    command.addOption(new Spelling(said, option));
  }
}

/** The same option under another name: its value goes where the option's own does. */
class Spelling extends Option {
  readonly #meant: Option;

  constructor(said: string, meant: Option) {
    super(`${said} <value>`);
    this.#meant = meant;
    this.hidden = true;
    if (meant.parseArg) this.parseArg = meant.parseArg;
  }

  override attributeName(): string {
    return this.#meant.attributeName();
  }
}

type ParseArg = NonNullable<Option['parseArg']>;

function spelledAs(choices: readonly string[], check: ParseArg): ParseArg {
  return (text, previous) => check(sameName(text, choices) ?? text, previous);
}

/** One layer: a list, or the flag twice, would silently lose all but the last. */
function oneLayer(command: string) {
  return (text: string, previous: string | undefined): string => {
    const names = [...(previous === undefined ? [] : [previous]), ...text.split(',').filter((name) => name !== '')];
    if (names.length > 1) {
      throw new CnnvizError('usage', `${command} takes one layer, got ${names.length}: ${names.join(', ')}`, {
        fix: `--layer ${names[0]}`,
      });
    }
    return text;
  };
}

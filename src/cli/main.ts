import { Command, CommanderError } from 'commander';
import { COMMAND_GROUPS } from '../commands/index.js';
import { CnnvizError } from '../core/errors.js';
import { VERSION } from '../core/version.js';
import { exitCodeOf } from './exit.js';
import { fromFirstWord } from './first-word.js';
import { guardFiles, MAX_BYTES } from './guard-files.js';
import { HELP, HELP_OUTPUT, withHelpAsFlag } from './help.js';
import { handleSignals } from './signals.js';
import { acceptSpellings } from './spellings.js';
import { refuseStrayWords } from './stray-words.js';
import { openTerminal } from './terminal.js';
import { usageError } from './usage-error.js';

const EXAMPLES = `Examples:
  cnnviz photo.jpg                                        input ▸ kernel edge3x3 ▸ map
  cnnviz demo                                             the main job on a photograph that ships with the package
  cnnviz conv photo.jpg --kernel edge3x3 --stride 2       a feature map: photo.edge3x3.png
  cnnviz explain photo.jpg --kernel edge3x3 --at 188,42   why a value is what it is: patch × kernel, summed
  cnnviz run alexnet@alexnet.pth photo.jpg --layers all   what every layer of a network computes
  cnnviz article -o out/                                  every figure of an article on the fundamentals
`;

/** Commands whose arguments are no files that are read from standard input. */
const NO_FILES: readonly string[] = ['kernels', 'merge', 'completion'];

/** Runs one command line; leaves the exit code in process.exitCode. */
export async function main(argv: readonly string[]): Promise<void> {
  handleSignals();
  try {
    const program = buildProgram(argv.slice(2));
    const args = withHelpAsFlag(program, (await fromFirstWord(argv, commandNames(program))).slice(2));
    await program.parseAsync(withShowAlone(args), { from: 'user' });
  } catch (thrown) {
    const error = isFolderGone(thrown) ? folderGone(thrown) : thrown;
    process.exitCode = exitCodeOf(error);
    if (error instanceof CommanderError) return;
    const terminal = await openTerminal({ quiet: false, reserveStdout: false });
    terminal.fail(error);
  }
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
 * The whole command tree, without anything that a command needs to run.
 * @param typed what stands behind the program's name, for the commands that a refusal shows
 */
export function buildProgram(typed: readonly string[] = []): Command {
  const program = new Command('cnnviz')
    .description(
      'See what a convolutional network computes: image in, feature maps out, every number open to inspection.',
    )
    .version(VERSION, '-V, --version')
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', '\nEach command has its own help: cnnviz help conv, cnnviz help head train\n');
  for (const [title, commands] of COMMAND_GROUPS) {
    program.commandsGroup(title);
    for (const one of commands) one.addTo(program);
  }
  program.hook('preAction', (_, command) => {
    guardFiles(command);
    refuseStrayWords(command, typed);
  });
  for (const command of allCommands(program)) {
    if (command.registeredArguments.length > 0 && !NO_FILES.includes(command.name())) {
      command.option('--max-bytes <n>', 'the most that is read of standard input or of <(…)', MAX_BYTES);
    }
    command
      .configureHelp(HELP)
      .exitOverride((error) => {
        throw error.exitCode === 0 || error.code === 'commander.help' ? error : usageError(error, command, typed);
      })
      .showSuggestionAfterError(false)
      .configureOutput(HELP_OUTPUT)
      .helpCommand(false)
      .helpOption('-h, --help', 'show this help');
    acceptSpellings(command);
  }
  return program;
}

/** What may stand first. */
function commandNames(program: Command): string[] {
  return ['help', ...program.commands.flatMap((command) => [command.name(), ...command.aliases()])];
}

/** A command, and those below it. */
function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

/** `--show` alone must not take the next word for its method. */
function withShowAlone(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  return argv.map((arg, i) => (arg === '--show' && (end < 0 || i < end) ? '--show=auto' : arg));
}

import { Command, CommanderError, Help, type Option } from 'commander';
import { VERSION } from '../core/version.js';
import { COMMAND_GROUPS } from './commands/index.js';
import { exitCodeOf } from './exit.js';
import { fromFirstWord } from './first-word.js';
import { handleSignals } from './signals.js';
import { acceptSpellings } from './spellings.js';
import { openTerminal } from './terminal.js';
import { usageError } from './usage-error.js';

const EXAMPLES = `Examples:
  cnnviz photo.jpg                                        input ▸ kernel edge3x3 ▸ map
  cnnviz demo                                             the main job on a photograph that comes along
  cnnviz conv photo.jpg --kernel edge3x3 --stride 2       a feature map: photo.edge3x3.png
  cnnviz explain photo.jpg --kernel edge3x3 --at 188,42   why a value is what it is: patch × kernel, summed
  cnnviz run alexnet@alexnet.pth photo.jpg --layers all   what every layer of a network computes
  cnnviz article -o out/                                  every figure of an article on the fundamentals
`;

/** Runs one command line; leaves the exit code in process.exitCode. */
export async function main(argv: readonly string[]): Promise<void> {
  handleSignals();
  try {
    const program = buildProgram();
    await program.parseAsync(withShowAlone(await fromFirstWord(argv, commandNames(program))));
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    if (error instanceof CommanderError) return;
    const terminal = await openTerminal({ quiet: false, reserveStdout: false });
    terminal.fail(error);
  }
}

/** The whole command tree, without anything that a command needs to run. */
export function buildProgram(): Command {
  const program = new Command('cnnviz')
    .description(
      'See what a convolutional network computes: image in, feature maps out, every number open to inspection.',
    )
    .version(VERSION, '-V, --version')
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', '\nEach command has its own help: cnnviz conv --help\n');
  for (const [title, commands] of COMMAND_GROUPS) {
    program.commandsGroup(title);
    for (const add of commands) add(program);
  }
  for (const command of allCommands(program)) {
    command
      .configureHelp({ optionDescription: withoutEmptyDefault, commandDescription: asOneParagraph })
      .exitOverride((error) => {
        throw error.exitCode === 0 || error.code === 'commander.help' ? error : usageError(error, command);
      })
      .showSuggestionAfterError(false)
      .configureOutput({ outputError: () => {} })
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

/** Line ends in the source are not line ends on the terminal. */
function asOneParagraph(command: Command): string {
  return command.description().replaceAll('\n', ' ');
}

/** A switch is off and a list empty unless given; saying so at each would be noise. */
function withoutEmptyDefault(option: Option): string {
  return new Help().optionDescription(option).replace(/ \(default: (false|\[\])\)/, '');
}

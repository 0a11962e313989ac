import { Command, CommanderError, Help, type Option } from 'commander';
import { CnnvizError } from '../core/errors.js';
import { VERSION } from '../core/version.js';
import { COMMAND_GROUPS } from './commands/index.js';
import { exitCodeOf } from './exit.js';
import { handleSignals } from './signals.js';
import { openTerminal } from './terminal.js';

const EXAMPLES = `Examples:
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
    await buildProgram().parseAsync(withShowAlone(argv));
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    if (error instanceof CommanderError && (process.exitCode === 0 || error.code === 'commander.help')) return;
    const terminal = await openTerminal({ quiet: false, reserveStdout: false });
    terminal.fail(error instanceof CommanderError ? usageError(error, argv.slice(2)) : error);
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
      .exitOverride()
      .configureOutput({ outputError: () => {} })
      .helpOption('-h, --help', 'show this help');
  }
  return program;
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

/** commander's message in our form: what is wrong, and what was meant. */
function usageError(error: CommanderError, words: readonly string[]): CnnvizError {
  const [what, ...more] = error.message.replace(/^error: /, '').split('\n');
  const meant = /\(Did you mean (?:one of )?(.+?)\??\)/.exec(more.join(' '))?.[1];
  return new CnnvizError('usage', what, {
    fix: meant ? `did you mean ${meant}?` : helpFor(words),
  });
}

/** The line that shows the help of the command that was typed, as far as it is one. */
function helpFor(words: readonly string[]): string {
  const names: string[] = [];
  for (let command: Command | undefined = buildProgram(); command; ) {
    const word = words[names.length];
    command = command.commands.find((one) => one.name() === word);
    if (command) names.push(word);
  }
  return ['cnnviz', ...names, '--help'].join(' ');
}

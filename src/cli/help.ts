import { fileURLToPath } from 'node:url';
import { type Command, Help, type HelpConfiguration, type Option, type OutputConfiguration } from 'commander';
import { CnnvizError } from '../core/errors.js';
import { nearestName } from '../core/names.js';
import { columnsOf, wrapLine, wrapText } from './wrap.js';

/** The group of flags that help shows first. */
export const COMMON = 'Common:';

/** Narrower descriptions are not set beside their flags but below them. */
const LEAST_DESCRIPTION = 30;
/** Where they begin then. */
const INDENT = 6;

/** How help reads: common flags first, nothing broken inside a word on a terminal. */
export const HELP: HelpConfiguration = {
  optionDescription: withoutEmptyDefault,
  commandDescription: asOneParagraph,
  subcommandTerm: (command) => command.name(),
  groupItems: (unsorted, visible, groupOf) => {
    const groups = new Help().groupItems(unsorted, visible, groupOf);
    const common = groups.get(COMMON);
    return common ? new Map([[COMMON, common], ...groups]) : groups;
  },
  formatItem: (term, termWidth, description, helper) => {
    const columns = helper.helpWidth ?? Number.POSITIVE_INFINITY;
    const isNarrow = process.stdout.isTTY && termWidth + 4 + LEAST_DESCRIPTION > columns;
    if (!isNarrow) return Help.prototype.formatItem.call(helper, term, termWidth, description, helper);
    const lines = description === '' ? [] : wrapLine(' '.repeat(INDENT) + description, columns);
    return [`  ${term}`, ...lines.map((line) => ' '.repeat(INDENT) + line.trimStart())].join('\n');
  },
  ...(process.stdout.isTTY && { minWidthToWrap: LEAST_DESCRIPTION }),
};

/** Where help goes; an error's message is printed in our form, by `main`. */
export const HELP_OUTPUT: OutputConfiguration = {
  outputError: () => {},
  writeOut: (text) => writeWrapped(process.stdout, text),
  // help that was not asked for by name (`cnnviz head`) is what the command has to say, all the same
  writeErr: (text) => writeWrapped(process.stdout, text),
  getOutHelpWidth: () => helpWidth(process.stdout),
  getErrHelpWidth: () => helpWidth(process.stdout),
};

/** A terminal's width, else that of a page of text. */
function helpWidth(stream: NodeJS.WriteStream): number {
  const columns = columnsOf(stream);
  return Number.isFinite(columns) ? columns : 80;
}

function writeWrapped(stream: NodeJS.WriteStream, text: string): void {
  stream.write(wrapText(text, columnsOf(stream)));
}

/**
 * `help head train` and `head help train` as `head train --help`; other command lines as they are.
 * @param args what was typed behind the program's name
 * @throws CnnvizError 'usage' for a command that is not there
 */
export function withHelpAsFlag(program: Command, args: readonly string[]): string[] {
  const group = program.commands.find((command) => command.name() === args[0] && command.commands.length > 0);
  const words = args[0] === 'help' ? args.slice(1) : group && args[1] === 'help' ? [args[0], ...args.slice(2)] : null;
  if (words === null) return [...args];
  const path: string[] = [];
  let command = program;
  for (const word of words.filter((one) => !one.startsWith('-') && one !== 'help')) {
    const below = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (!below) throw noCommand(command, path, word);
    path.push(below.name());
    command = below;
  }
  return [...path, '--help'];
}

function noCommand(command: Command, path: readonly string[], word: string): CnnvizError {
  const meant = nearestName(
    word,
    command.commands.map((one) => one.name()),
  );
  const within = ['cnnviz', ...path];
  const help = ['cnnviz', 'help', ...path, ...(meant === null ? [] : [meant])].join(' ');
  return new CnnvizError('usage', `help: ${within.join(' ')} has no command "${word}"`, {
    fix: meant === null ? `${help} lists what there is` : `did you mean ${meant}? ${help}`,
  });
}

/** Line ends in the source are not line ends on the terminal. */
function asOneParagraph(command: Command): string {
  return command.description().replaceAll('\n', ' ');
}

/** A switch is off and a list empty unless given; saying so at each would be noise. */
function withoutEmptyDefault(option: Option): string {
  return new Help().optionDescription(option).replace(/ \(default: (false|\[\])\)/, '');
}

/** The pages that messages name. They are part of the package. */
const PAGES = /(?<![\w./\\-])docs\/((?:ci|network-files)\.md)\b/g;

/** Where a page of the documentation lies on this machine. */
export function installedDoc(page: string): string {
  return fileURLToPath(new URL(`../../docs/${page}`, import.meta.url));
}

/** "see docs/ci.md" with the place where that page can be opened: the reader stands in a folder of his own. */
export function withInstalledDocs(text: string): string {
  return text.replace(PAGES, (_, page: string) => installedDoc(page));
}

import type { Command, CommanderError } from 'commander';
import { CnnvizError } from '../core/errors.js';
import { nearestName } from '../core/names.js';
import { commandText } from '../core/text.js';
import { refuseStrayWords } from './stray-words.js';

/**
 * commander's message in our form: what is wrong, and what of the command at hand was meant.
 * @param typed what stands behind the program's name
 */
export function usageError(error: CommanderError, command: Command, typed: readonly string[]): CnnvizError {
  if (error.code === 'commander.excessArguments') {
    refuseStrayWords(command, typed);
    refuseBareFolder(command);
  }
  const what = error.message.replace(/^error: /, '').split('\n')[0];
  const flag = /^unknown option '([^'=]+)/.exec(what)?.[1];
  if (flag !== undefined) refusePreparing(flag, command, typed);
  const meant = nearOf(what, command);
  return new CnnvizError('usage', what, {
    fix: meant ? `did you mean ${meant}?` : helpOf(command),
  });
}

/** `demo pictures`: the folder has a flag. */
function refuseBareFolder(command: Command): void {
  const [folder, ...more] = command.args;
  if (
    command.registeredArguments.length > 0 ||
    more.length > 0 ||
    folder.includes('.') ||
    !flagsOf(command).includes('--out')
  )
    return;
  throw new CnnvizError('usage', `${command.name()}: unexpected "${folder}"`, {
    fix: commandText([command.name(), '-o', folder]),
  });
}

/** What people call a flag: suggested where the command has it. */
const SAID: Readonly<Record<string, string>> = {
  '-s': '--stride',
  '-v': '--version',
  '--act': '--activation',
  '--cmap': '--colormap',
  '--color': '--colormap',
  '--colour': '--colormap',
  '--colourmap': '--colormap',
  '--filter': '--kernel',
  '--grayscale': '--gray',
  '--greyscale': '--gray',
  '--pooling': '--pool',
};
const IMAGE = /\.(png|jpe?g|webp|gif|tiff?|avif|npy)$/i;

/** A preset is a network's; `preprocess` makes an array of it, which a layer reads as well. */
function refusePreparing(flag: string, command: Command, typed: readonly string[]): void {
  if (flag !== '--preset' || !command.options.some(({ long }) => long === '--kernel')) return;
  const image = typed.find((word) => IMAGE.test(word)) ?? 'photo.jpg';
  const prepare = ['preprocess', image, '--preset', 'imagenet', '-o', 'prepared.npy'];
  throw new CnnvizError('usage', `${flag}: ${command.name()} reads an image as --resize, --crop and --normalize say`, {
    fix: `${commandText(prepare)}, and prepared.npy instead of ${image}`,
  });
}

function nearOf(what: string, command: Command): string | null {
  const flag = /^unknown option '([^'=]+)/.exec(what)?.[1];
  if (flag !== undefined) {
    const flags = flagsOf(command);
    const said = SAID[flag.toLowerCase()];
    return said !== undefined && flags.includes(said) ? said : nearestName(flag, flags);
  }
  const word = /^unknown command '(.+)'$/.exec(what)?.[1];
  if (word === 'version' && !command.parent) return '--version';
  if (word !== undefined) return nearestName(word, [...command.commands.map((one) => one.name()), 'help']);
  const choice = /^option '.*?(--[\w-]+).*?' argument '(.*)' is invalid/.exec(what);
  if (!choice) return null;
  const option = command.options.find(({ long }) => long === choice[1]);
  return nearestName(choice[2], option?.argChoices ?? []);
}

function flagsOf(command: Command): string[] {
  return [...command.options.filter(({ hidden }) => !hidden).map(({ long, flags }) => long ?? flags), '--help'];
}

/** The help of the command at hand; at the top also how to come to a command's. */
function helpOf(command: Command): string {
  const names: string[] = [];
  for (let one: Command | null = command; one; one = one.parent) names.unshift(one.name());
  const help = `${names.join(' ')} --help`;
  return command.parent ? help : `${help}, or ${names[0]} COMMAND --help`;
}

import type { Command, CommanderError } from 'commander';
import { CnnvizError } from '../core/errors.js';
import { nearestName, sameName } from '../core/names.js';
import { commandText } from '../core/text.js';
import { isThere } from '../io/files.js';
import { kernelsMeant } from '../models/kernel-names.js';
import { findGradient } from '../models/kernels.js';

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

/** Values of several numbers, where sweep has lists for all. */
const SEVERAL: readonly string[] = ['--stride', '--padding', '--dilation', '--resize', '--crop', '--patch', '--scale'];
const NUMBER = /^-?\d+(\.\d+)?,?$/;

/**
 * A word in an image's place that is no file but known: a kernel's name, `stride=2`, the second number of `--stride 2 2`.
 * Read as an image, it would fail after the others had been worked on.
 * @param typed what stands behind the program's name
 * @throws CnnvizError 'usage' with the command that was meant
 */
export function refuseStrayWords(command: Command, typed: readonly string[]): void {
  refuseSplitPlace(command);
  if (!command.options.some(({ long }) => long === '--kernel')) return;
  const name = command.name();
  const words = sameName(typed[0] ?? '', [name]) === null ? [...typed] : typed.slice(1);
  for (const word of command.args) {
    if (isThere(word)) continue;
    const at = words.lastIndexOf(word);
    if (at < 0) continue;
    const image = command.args.length > 1 || command.opts().input !== undefined ? [] : ['photo.jpg'];
    const replaced = (by: readonly string[]) =>
      commandText([name, ...words.slice(0, at), ...image, ...by, ...words.slice(at + 1)]);
    const flag = flagIn(word, command);
    if (flag) throw new CnnvizError('usage', `${word}: no such file; a flag?`, { fix: replaced(flag) });
    const list = listApart(words, word, name === 'sweep');
    if (list) {
      const [said, value] = list.flag;
      throw new CnnvizError(
        'usage',
        `${said}: expected commas between its numbers, got "${value}" and "${word}" apart`,
        {
          fix: commandText([name, ...words.slice(0, list.first), said, list.value, ...words.slice(list.end)]),
        },
      );
    }
    // a gradient magnitude is two kernels: only conv joins them
    const kernel = name === 'conv' ? kernelNamed(word) : (kernelsMeant(word)[0] ?? null);
    if (kernel !== null) {
      throw new CnnvizError('usage', `${word}: no such file, but a kernel`, { fix: replaced(['--kernel', kernel]) });
    }
  }
}

/** --at 169 100: the second number came as an argument. @throws CnnvizError 'usage' */
function refuseSplitPlace(command: Command): void {
  const y = command.args.find((arg) => /^\d+$/.test(arg));
  if (y === undefined) return;
  const { at, pixel } = command.opts<Record<string, unknown>>();
  for (const [flag, given] of [
    ['--at', at],
    ['--pixel', pixel],
  ] as const) {
    const x = Array.isArray(given) ? given.at(-1) : given;
    if (typeof x !== 'string' || !/^\d+,?$/.test(x)) continue;
    throw new CnnvizError('usage', `${flag}: expected x,y, got "${x}" and "${y}" apart`, {
      fix: `${flag} ${x.replace(',', '')},${y}`,
    });
  }
}

/** stride=2 and Stride=2 of a command that has --stride. */
function flagIn(word: string, command: Command): string[] | null {
  const [, name, value] = /^([A-Za-z][\w-]*)=(.+)$/.exec(word) ?? [];
  if (name === undefined) return null;
  const long = `--${name.toLowerCase().replaceAll('_', '-')}`;
  return command.options.some((option) => option.long === long && !option.hidden) ? [long, value] : null;
}

/** The flag whose numbers stand apart, `word` the second of them: where it stands, where they end, and their list. */
function listApart(words: readonly string[], word: string, isSweep: boolean) {
  const at = words.findIndex((one, i) => {
    const [flag, value] = [words[i - 2] ?? '', words[i - 1] ?? ''];
    const takesSeveral = isSweep ? flag.startsWith('--') : SEVERAL.includes(flag);
    return one === word && takesSeveral && NUMBER.test(value) && NUMBER.test(one);
  });
  if (at < 0) return null;
  let end = at;
  while (end < words.length && NUMBER.test(words[end])) end += 1;
  const list = words.slice(at - 1, end).map((one) => one.replace(/,$/, ''));
  return { flag: [words[at - 2], words[at - 1]] as const, first: at - 2, end, value: list.join(',') };
}

/** The kernel that a word names, the first of those it may mean; null for a strange word. */
export function kernelNamed(word: string): string | null {
  return findGradient(word)?.name ?? kernelsMeant(word)[0] ?? null;
}

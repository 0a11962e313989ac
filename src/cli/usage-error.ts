import type { Command, CommanderError } from 'commander';
import { CnnvizError } from '../core/errors.js';
import { nearestName } from '../core/nearest.js';
import { refuseSplitPlace } from './split-place.js';

/** commander's message in our form: what is wrong, and what of the command at hand was meant. */
export function usageError(error: CommanderError, command: Command): CnnvizError {
  if (error.code === 'commander.excessArguments') refuseSplitPlace(command.args, { at: lastOf(command.opts().at) });
  const what = error.message.replace(/^error: /, '').split('\n')[0];
  const meant = nearOf(what, command);
  return new CnnvizError('usage', what, {
    fix: meant ? `did you mean ${meant}?` : helpOf(command),
  });
}

/** The last of a flag that may be repeated. */
function lastOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value.at(-1) : value;
}

function nearOf(what: string, command: Command): string | null {
  const flag = /^unknown option '([^'=]+)/.exec(what)?.[1];
  if (flag !== undefined) return nearestName(flag, flagsOf(command));
  const word = /^unknown command '(.+)'$/.exec(what)?.[1];
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

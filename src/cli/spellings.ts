import { type Command, Option } from 'commander';
import { CnnvizError } from '../core/errors.js';
import { sameName } from '../core/names.js';

/** Flags that people say in another way: taken where the command has the one and not the other; help shows the one. */
const OTHER_SPELLINGS: readonly (readonly [said: string, meant: string])[] = [
  ['--output', '--out'],
  ['--layers', '--layer'],
  ['--layer', '--layers'],
];

/** Teaches a command what people type: other spellings of its flags, and its choices regardless of case, '-' and '_'. */
export function acceptSpellings(command: Command): void {
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

import type { Command, Option } from 'commander';
import { arg, command } from '../../cli/command.js';

/** `cnnviz completion`: a script for the shell to load. */
export const completion = command({
  name: 'completion',
  description: 'Print a completion script: commands, options, their choices and the names of kernels.',
  examples: `Examples:
  cnnviz completion bash >> ~/.bashrc
  cnnviz completion zsh > "\${fpath[1]}/_cnnviz"
  cnnviz completion fish > ~/.config/fish/completions/cnnviz.fish
`,
  args: { shell: arg.choice('', ['bash', 'zsh', 'fish']) },
  flags: {},
  json: null,
  async answer({ shell }, { program }) {
    const { GRADIENTS, KERNEL_NAMES } = await import('../../models/kernels.js');
    const names = [...KERNEL_NAMES, ...GRADIENTS.map(({ name }) => name)];
    const { PUBLISHED } = await import('../../models/networks/published.js');
    const network = PUBLISHED.map((one) => one.network);
    const script = completionScript(shell, program, { '--kernel': names, names, network });
    // as it is: lines for a person would be cut to the terminal's width
    return { files: [{ place: '-', bytes: () => new TextEncoder().encode(script) }] };
  },
});

/** What may stand in one place: words, file names, both or (a number) nothing that a shell could know. */
interface Values {
  readonly words: readonly string[];
  readonly files: boolean;
}

interface Flag {
  readonly short: string | undefined;
  readonly long: string;
  readonly about: string;
  /** Null for a flag that stands alone. */
  readonly value: Values | null;
}

/** What a shell needs to know of one command. */
interface Words {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly Flag[];
  /** Null for a command without arguments. */
  readonly rest: Values | null;
}

/**
 * A script that completes commands, options, the choices of options and of arguments, and file names where files are
 * meant. Made from commander's own tree; static, so that the TAB key starts no program.
 * @param values more values, by an option's long flag or an argument's name: { '--kernel': ['edge3x3', …] }
 */
function completionScript(
  shell: string,
  program: Command,
  values: Readonly<Record<string, readonly string[]>>,
): string {
  const name = program.name();
  const help = program.createOption('-h, --help', 'show this help');
  const commands = [...program.commands.map((command) => wordsOf(command, help, values)), helpWords(program)];
  const top = [...program.options, help].map((option) => flagOf(option, values));
  switch (shell) {
    case 'bash':
      return bash(name, commands, top);
    case 'zsh':
      return zsh(name, commands, top);
    default:
      return fish(name, commands, top);
  }
}

function wordsOf(command: Command, help: Option, values: Readonly<Record<string, readonly string[]>>): Words {
  if (command.commands.length > 0) return groupWords(command, help, values);
  const [argument] = command.registeredArguments;
  const words = argument && (argument.argChoices ?? values[argument.name()]);
  return {
    name: command.name(),
    summary: command.summary() || command.description(),
    flags: [...command.options.filter(({ hidden }) => !hidden), help].map((option) => flagOf(option, values)),
    rest: argument ? { words: words ?? [], files: words === undefined } : null,
  };
}

/** `help` is no command of the tree: it takes the names of all that are, and of those below them. */
function helpWords(program: Command): Words {
  const names = program.commands.flatMap((command) => [command.name(), ...command.commands.map((one) => one.name())]);
  return { name: 'help', summary: 'help for a command', flags: [], rest: { words: [...new Set(names)], files: false } };
}

/** A command that is a group: the names of those below it, their options, and files, all in one. */
function groupWords(command: Command, help: Option, values: Readonly<Record<string, readonly string[]>>): Words {
  const below = command.commands.map((one) => wordsOf(one, help, values));
  const flags = new Map(below.flatMap((one) => one.flags.map((flag) => [flag.long, flag] as const)));
  return {
    name: command.name(),
    summary: command.summary(),
    flags: [...flags.values()],
    rest: { words: below.map(({ name }) => name), files: true },
  };
}

/** An option's help names the files it takes: <file>, FILE.npy, "a folder". */
function flagOf(option: Option, values: Readonly<Record<string, readonly string[]>>): Flag {
  const { short, flags, description, argChoices } = option;
  const long = option.long ?? flags;
  const files = argChoices === undefined && /file|folder|path|image\b/i.test(`${flags} ${description}`);
  const value = option.required || option.optional ? { words: argChoices ?? values[long] ?? [], files } : null;
  return { short, long, about: description.replace(/\s+/g, ' '), value };
}

const namesOf = ({ short, long }: Flag) => (short === undefined ? [long] : [short, long]);

/** Text between single quotes, for bash and zsh. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** An empty COMPREPLY leaves the word to readline, which knows how to quote file names. */
function bash(name: string, commands: readonly Words[], top: readonly Flag[]): string {
  const offer = ({ words, files }: Values) => {
    const named = `COMPREPLY=($(compgen -W ${quoted(words.join(' '))} -- "$cur"))`;
    const closed = files ? '' : 'compopt +o default +o bashdefault 2>/dev/null; ';
    return closed + (words.length > 0 ? named : ':');
  };
  const flagsOf = (flags: readonly Flag[]) => offer({ words: flags.map(({ long }) => long), files: false });
  const cases = commands.map(({ name: command, flags, rest }) => {
    const valued = flags.flatMap((flag) =>
      flag.value ? [`        ${namesOf(flag).join('|')}) ${offer(flag.value)}; return ;;`] : [],
    );
    return `    ${command})
      case "$prev" in
${[...valued, '        *) ;;'].join('\n')}
      esac
      if [[ "$cur" == -* ]]; then ${flagsOf(flags)}
      else ${offer(rest ?? { words: [], files: false })}; fi ;;`;
  });
  const first = { words: [...commands.map((command) => command.name), ...top.map(({ long }) => long)], files: false };
  return `# bash completion of ${name}: put it into ~/.bashrc or a file that it reads
_${name}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  # bash takes --flag=value for three words
  if [[ "$cur" == "=" ]]; then cur=""
  elif [[ "$prev" == "=" ]]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  if [[ "$COMP_CWORD" -eq 1 ]]; then ${offer(first)}; return; fi
  case "\${COMP_WORDS[1]}" in
${[...cases, '    *) ;;'].join('\n')}
  esac
}
complete -o bashdefault -o default -F _${name} ${name}
`;
}

function zsh(name: string, commands: readonly Words[], top: readonly Flag[]): string {
  const escaped = (text: string) => text.replace(/[\\[\]:]/g, (char) => `\\${char}`);
  const action = ({ words, files }: Values) => {
    if (words.length === 0) return files ? '_files' : ' ';
    return files ? ` _${name}_words_or_files ${words.join(' ')}` : `(${words.join(' ')})`;
  };
  const specs = (flags: readonly Flag[]) =>
    flags.flatMap(({ short, long, about, value }) => {
      const [after, note] = [value ? `:value:${action(value)}` : '', `[${escaped(about)}]`];
      const spelled = [...(short ? [short + (value ? '+' : '')] : []), long + (value ? '=' : '')];
      return spelled.map((flag) => quoted(`*${flag}${note}${after}`));
    });
  const cases = commands.map(({ name: command, flags, rest }) => {
    const all = [...specs(flags), ...(rest ? [quoted(`*:value:${action(rest)}`)] : [])];
    return `    ${command}) _arguments -s -S ${all.join(' \\\n      ')} ;;`;
  });
  const list = commands.map(({ name: command, summary }) => quoted(`${command}:${summary.replaceAll(':', '\\:')}`));
  return `#compdef ${name}
# zsh completion of ${name}: save it as _${name} in a folder of $fpath
_${name}_words_or_files() { compadd -- "$@"; _files }
_${name}() {
  local -a commands=(${list.join(' ')})
  if (( CURRENT == 2 )); then
    if [[ "$words[2]" == -* ]]; then _arguments ${specs(top).join(' ')}
    else _describe command commands; fi
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join('\n')}
  esac
}
if [[ "$funcstack[1]" == "_${name}" ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function fish(name: string, commands: readonly Words[], top: readonly Flag[]): string {
  const escaped = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const offer = ({ words, files }: Values) =>
    (files ? ' -F' : ' -f') + (words.length > 0 ? ` -a ${escaped(words.join(' '))}` : '');
  const line = (where: string, { short, long, about, value }: Flag) => {
    const spelled = `${short ? ` -s ${short.slice(1)}` : ''} -l ${long.slice(2)}`;
    return `complete -c ${name} -n ${where}${spelled}${value ? ` -r${offer(value)}` : ''} -d ${escaped(about)}`;
  };
  const lines = commands.flatMap(({ name: command, summary, flags, rest }) => {
    const seen = `'__fish_seen_subcommand_from ${command}'`;
    return [
      `complete -c ${name} -n __fish_use_subcommand -f -a ${command} -d ${escaped(summary)}`,
      ...flags.map((flag) => line(seen, flag)),
      ...(rest?.files ? [] : [`complete -c ${name} -n ${seen}${offer(rest ?? { words: [], files: false })}`]),
    ];
  });
  return `# fish completion of ${name}: save it as ~/.config/fish/completions/${name}.fish
${[...top.map((flag) => line('__fish_use_subcommand', flag)), ...lines].join('\n')}
`;
}

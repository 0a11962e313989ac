import type { Command, Option } from 'commander';

export type Shell = 'bash' | 'zsh' | 'fish';

/** What a shell needs to know of one command. */
interface Words {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly { flag: string; takesValue: boolean; values: readonly string[]; about: string }[];
  readonly argumentValues: readonly string[];
}

/**
 * A script that completes commands, options, the choices of options and of arguments, and file names elsewhere. Made
 * from commander's own tree; static, so that the TAB key starts no program.
 * @param values more values of options, by long flag: { '--kernel': ['edge3x3', …] }
 */
export function completionScript(
  shell: Shell,
  program: Command,
  values: Readonly<Record<string, readonly string[]>>,
): string {
  const name = program.name();
  const commands = program.commands.map((command) => wordsOf(command, values));
  switch (shell) {
    case 'bash':
      return bash(name, commands);
    case 'zsh':
      return zsh(name, commands);
    case 'fish':
      return fish(name, commands);
  }
}

function wordsOf(command: Command, values: Readonly<Record<string, readonly string[]>>): Words {
  const options = [...command.options, command.createOption('--help', 'show this help')].map((option: Option) => ({
    flag: option.long ?? option.flags,
    takesValue: option.required || option.optional,
    values: option.argChoices ?? values[option.long ?? ''] ?? [],
    about: option.description,
  }));
  const argumentValues = command.registeredArguments.flatMap(
    (argument) => argument.argChoices ?? values[argument.name()] ?? [],
  );
  return { name: command.name(), summary: command.summary() || command.description(), options, argumentValues };
}

/** The test of a value: `flag) words ;;` for every option that has a list of values. */
function bash(name: string, commands: readonly Words[]): string {
  const cases = commands.map(({ name: command, options, argumentValues }) => {
    const valued = options.filter(({ values }) => values.length > 0);
    const files = options.filter(({ takesValue, values }) => takesValue && values.length === 0);
    const lines = [
      ...valued.map(
        ({ flag, values }) => `        ${flag}) COMPREPLY=($(compgen -W "${values.join(' ')}" -- "$cur")); return ;;`,
      ),
      ...(files.length > 0
        ? [`        ${files.map(({ flag }) => flag).join('|')}) COMPREPLY=($(compgen -f -- "$cur")); return ;;`]
        : []),
    ];
    const flags = options.map(({ flag }) => flag).join(' ');
    return `    ${command})
      case "$prev" in
${lines.join('\n')}
        *) ;;
      esac
      if [[ "$cur" == -* ]]; then COMPREPLY=($(compgen -W "${flags}" -- "$cur"))
      else COMPREPLY=($(compgen -W "${argumentValues.join(' ')}" -- "$cur") $(compgen -f -- "$cur")); fi ;;`;
  });
  return `# bash completion of ${name}: put it into ~/.bashrc or a file that it reads
_${name}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  if [[ "$COMP_CWORD" -eq 1 ]]; then
    COMPREPLY=($(compgen -W "${commands.map((command) => command.name).join(' ')} --help --version" -- "$cur"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) ;;
  esac
}
complete -o filenames -F _${name} ${name}
`;
}

/** Text between single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function zsh(name: string, commands: readonly Words[]): string {
  const about = (text: string) => text.replace(/[[\]:]/g, (char) => `\\${char}`);
  const cases = commands.map(({ name: command, options, argumentValues }) => {
    const specs = options.map(({ flag, takesValue, values, about: words }) => {
      const value = takesValue ? `:value:${values.length > 0 ? `(${values.join(' ')})` : '_files'}` : '';
      return quoted(`*${flag}[${about(words)}]${value}`);
    });
    const rest = argumentValues.length > 0 ? `'*:value:(${argumentValues.join(' ')})'` : "'*:file:_files'";
    return `    ${command}) _arguments ${[...specs, rest].join(' \\\n      ')} ;;`;
  });
  const list = commands.map(({ name: command, summary }) => quoted(`${command}:${summary.replaceAll(':', '\\:')}`));
  return `#compdef ${name}
# zsh completion of ${name}: save it as _${name} in a folder of $fpath
_${name}() {
  local -a commands=(${list.join(' ')})
  if (( CURRENT == 2 )); then
    _describe command commands
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

function fish(name: string, commands: readonly Words[]): string {
  const escaped = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = commands.flatMap(({ name: command, summary, options, argumentValues }) => {
    const seen = `-n '__fish_seen_subcommand_from ${command}'`;
    return [
      `complete -c ${name} -n __fish_use_subcommand -f -a ${command} -d ${escaped(summary)}`,
      ...options.map(({ flag, takesValue, values, about }) => {
        const value = values.length > 0 ? ` -x -a ${escaped(values.join(' '))}` : takesValue ? ' -r' : '';
        return `complete -c ${name} ${seen} -l ${flag.replace(/^--/, '')}${value} -d ${escaped(about)}`;
      }),
      ...(argumentValues.length > 0 ? [`complete -c ${name} ${seen} -f -a ${escaped(argumentValues.join(' '))}`] : []),
    ];
  });
  return `# fish completion of ${name}: save it as ~/.config/fish/completions/${name}.fish\n${lines.join('\n')}\n`;
}

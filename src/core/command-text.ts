/** A command as a person types it into a shell. */
export function commandText(args: readonly string[]): string {
  return ['cnnviz', ...args.map(shellWord)].join(' ');
}

/** Words that a shell would take apart or change stand in quotes. */
export function shellWord(arg: string): string {
  if (/^[\w@%+=:,./-]+$/.test(arg)) return arg;
  return /["$`\\!]/.test(arg) ? `'${arg.replaceAll("'", "'\\''")}'` : `"${arg}"`;
}

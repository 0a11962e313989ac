import type { Command } from 'commander';

/** Adds the flags that say where inputs come from. */
export function addInputFlags(command: Command): Command {
  return command
    .optionsGroup('Running:')
    .option('-r, --recursive', 'take folders with everything below them', false)
    .option(
      '--files-from <file>',
      'read input names from a file, one a line (- for stdin)',
      (path: string, all: string[]) => [...all, path],
      [],
    )
    .option('-0, --null', 'names in --files-from end with NUL instead of a line end', false)
    .option('--pass-with-no-inputs', 'succeed when nothing matches', false);
}

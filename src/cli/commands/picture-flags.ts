import type { Command } from 'commander';

/** What a command that makes pictures does with them besides writing them. */
export interface PictureFlags {
  /** true or a method: show them in the terminal. */
  readonly show?: boolean | string;
  /** Print a sentence that describes each. */
  readonly alt: boolean;
}

/** Adds the flags of commands that make pictures. */
export function addPictureFlags(command: Command): Command {
  return command
    .option('--show [method]', 'show the picture in the terminal; --show=kitty, iterm, sixel or blocks chooses how')
    .option('--alt', 'print a sentence that describes the picture', false);
}

/** What a command that makes pictures does with them besides writing them. */
export interface PictureFlags {
  /** --show, or --show=METHOD: show them in the terminal. */
  readonly show?: boolean | string;
  /** Print a sentence that describes each. */
  readonly alt: boolean;
}

export const SHOW_HELP = 'show the picture in the terminal; --show=kitty, iterm, sixel or blocks chooses how';
export const ALT_HELP = 'print a sentence that describes the picture';

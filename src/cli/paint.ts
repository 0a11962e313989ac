import { randomBytes } from 'node:crypto';
import { INVISIBLE } from '../core/text.js';
import type { Style } from '../reports/text.js';

/** SGR parameters that begin a style and end it: in the 256 colours, and in the 16 of a terminal that has no more; '' is none. */
interface Sgr {
  readonly many: readonly [open: string, close: string];
  readonly few: readonly [open: string, close: string];
}

/**
 * All that is ever written in colour: what is not here does not reach a terminal. The 256 colours are the same in every
 * terminal, themes change only the first 16. Contrast on black and on white (WCAG 2): grey 243 4.6 and 4.5, orange 130 4.5
 * and 4.7, blue 27 4.1 and 5.1; yellow has 1.6 and cyan 1.9 on white, and `dim` is what a theme makes of it. Orange is above zero
 * and blue below, as in the pictures.
 */
const STYLES = {
  strong: { many: ['1', '22'], few: ['1', '22'] },
  dim: { many: ['38;5;243', '39'], few: ['', ''] },
  warn: { many: ['38;5;130', '39'], few: ['31', '39'] },
  plus: { many: ['38;5;130', '39'], few: ['31', '39'] },
  minus: { many: ['38;5;27', '39'], few: ['94', '39'] },
} as const satisfies Readonly<Record<string, Sgr>>;

type StyleName = keyof typeof STYLES;

/** A mark no file name can hold: it becomes an escape sequence where a line is written, everything else does not. */
const KEY = randomBytes(8).toString('hex');
const MARK = new RegExp(`\\u001b${KEY}:([a-z]+):([01])\\u001b`, 'g');

const mark = (name: StyleName, end: 0 | 1) => `\u001b${KEY}:${name}:${end}\u001b`;
const set = (name: StyleName) => (text: string) => `${mark(name, 0)}${text}${mark(name, 1)}`;

/** Words as they are. */
export const PLAIN: Style = { strong: (text) => text, dim: (text) => text, warn: (text) => text };

/** Words with marks around them, for `painted`. */
export const MARKED: Style = {
  strong: set('strong'),
  dim: set('dim'),
  warn: set('warn'),
  plus: set('plus'),
  minus: set('minus'),
};

/**
 * A line as a terminal gets it: marks become colours. Names come from files and strangers, whose control characters would
 * be commands to the terminal: they are replaced.
 */
export function painted(line: string, colours: 'many' | 'few'): string {
  return line
    .split(MARK)
    .map((part, i, parts) => {
      if (i % 3 === 0) return printable(part);
      const sgr = i % 3 === 1 ? STYLES[part as StyleName][colours][Number(parts[i + 1])] : '';
      return sgr === '' ? '' : `\u001b[${sgr}m`;
    })
    .join('');
}

const UNPRINTABLE = new RegExp(`${INVISIBLE}|\\u001b`, 'gu');

/** Control characters and letters that nobody sees, of a stranger's name, where a person can see that they are there. */
function printable(text: string): string {
  return text.replace(UNPRINTABLE, '�');
}

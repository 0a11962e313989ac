import { randomBytes } from 'node:crypto';
import { INVISIBLE, textWidth } from '../core/text.js';
import type { Style } from '../reports/text.js';

/** A gap that sets columns apart is kept whole if the line before it is at least this share of the width. */
const FULL_ENOUGH = 0.3;
/** A last column that begins before this share of the width keeps its lines below each other. */
const HANGS_BEFORE = 0.4;

/** How much further in than a line its continuation begins. */
const FURTHER_IN = 2;

/** Escape sequences that set a style: they take no cells. */
const SGR = /\p{Cc}\[[\d;]*m/gu;

const cellsOf = (text: string) => textWidth(text.replace(SGR, ''));

/** How many cells a line may take: any number off a terminal, and on one that does not know its size. */
export function columnsOf({ isTTY, columns }: NodeJS.WriteStream): number {
  return isTTY && columns > 0 ? columns : Number.POSITIVE_INFINITY;
}

/** A text of several lines and paragraphs, none broken inside a word where it can be helped. */
export function wrapText(text: string, columns: number): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, columns, line.startsWith(' ') ? FURTHER_IN : 0))
    .join('\n');
}

/**
 * A line as lines that fit a terminal: broken between columns, else between words, the rest indented. A word that is wider than
 * the terminal has a line of its own. A command stays one that can be typed: its lines end in a backslash.
 */
export function wrapLine(line: string, columns: number, furtherIn = FURTHER_IN): string[] {
  if (cellsOf(line) <= columns) return [line];
  const bare = line.replace(SGR, '');
  const indent = /^ */.exec(bare)![0].length;
  if (/^ *fix: .*cnnviz /.test(bare)) return [line];
  if (/^ *cnnviz /.test(bare)) return commandLines(line, indent, columns);
  const column = lastColumn(bare, indent, columns);
  return brokenLines(line, { indent: column ?? indent + furtherIn, keepsGaps: column === null, tail: '' }, columns);
}

/** Where the last column begins, when the lines after the first one can stand below it. */
function lastColumn(bare: string, indent: number, columns: number): number | null {
  const gap = bare.trimEnd().lastIndexOf('  ');
  const start = textWidth(bare.slice(0, gap + 2));
  return gap > indent && start <= columns * HANGS_BEFORE ? start : null;
}

/** A command, then what it does on lines of its own. */
function commandLines(line: string, indent: number, columns: number): string[] {
  const start = line.indexOf('cnnviz ');
  const gap = /\S( {2,})\S/.exec(line.slice(start));
  if (!gap) return brokenLines(line, { indent: indent + FURTHER_IN, keepsGaps: false, tail: ' \\' }, columns);
  const end = start + gap.index + 1;
  const words = ' '.repeat(indent + 4) + line.slice(end).trimStart();
  const command = wrapLine(line.slice(0, end), columns);
  return [...command, ...brokenLines(words, { indent: indent + 4, keepsGaps: false, tail: '' }, columns)];
}

/** How a line is broken. */
interface Breaking {
  /** Where the lines after the first one begin. */
  readonly indent: number;
  /** Break between columns rather than inside one. */
  readonly keepsGaps: boolean;
  /** What a line that is not the last one ends in. */
  readonly tail: string;
}

function brokenLines(line: string, { indent, keepsGaps, tail }: Breaking, columns: number): string[] {
  const lines: string[] = [];
  let words: Word[] = [];
  for (const word of wordsOf(line, tail !== '')) {
    words.push(word);
    while (words.length > 1 && cellsOfWords(words) > columns - tail.length) {
      const place = keepsGaps ? breakPlace(words, columns) : words.length - 1;
      lines.push(joined(words.slice(0, place)) + tail);
      words = words.slice(place).map((one, w) => (w === 0 ? { ...one, before: indent } : one));
    }
  }
  return [...lines, joined(words)];
}

/** What is never broken, and how many spaces stand before it. */
interface Word {
  readonly before: number;
  readonly text: string;
  readonly cells: number;
}

/** @param isCommand what stands in quotes is one word, and so are a flag and its value */
function wordsOf(line: string, isCommand: boolean): Word[] {
  const pattern = isCommand ? /( *)((?:-[^ ]+ (?![->]))?(?:"[^"]*"|'[^']*'|[^ "']|["'])+)/g : /( *)([^ ]+)/g;
  return Array.from(line.matchAll(pattern), ([, spaces, text]) => ({
    before: spaces.length,
    text,
    cells: cellsOf(text),
  }));
}

function cellsOfWords(words: readonly Word[]): number {
  return words.reduce((sum, { before, cells }) => sum + before + cells, 0);
}

function joined(words: readonly Word[]): string {
  return words.map(({ before, text }) => ' '.repeat(before) + text).join('');
}

/** The word a new line begins with: the last one behind a gap between columns, or the last one. */
function breakPlace(words: readonly Word[], columns: number): number {
  const gap = words.findLastIndex(({ before }, w) => w > 0 && before > 1);
  const isFull = gap > 0 && cellsOfWords(words.slice(0, gap)) >= columns * FULL_ENOUGH;
  return isFull ? gap : words.length - 1;
}

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

import { textWidth } from '../core/text.js';

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

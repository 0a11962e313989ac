import { randomBytes } from 'node:crypto';
import { CnnvizError } from '../core/errors.js';
import { INVISIBLE, shorten } from '../core/text.js';
import type { Style } from '../reports/text.js';
import { withInstalledDocs } from './help.js';
import { Bar, LogLines, Pace, type Progress } from './progress.js';
import { isBrokenPipe } from './signals.js';
import { columnsOf, wrapLine } from './wrap.js';

/** A message, and what its line begins with. */
const LONGEST_MESSAGE = 600;

/** The only place that writes to the terminal: results to stdout, messages and progress to stderr. */
export interface Terminal {
  readonly style: Style;
  /** Where pictures may be shown; null when stdout carries bytes or a document, or nothing is to be printed. */
  readonly screen: Screen | null;
  /** A line of results. @returns how many lines of the terminal it takes */
  print(line: string): number;
  /** A line of what was found wrong, among the results: never silenced. */
  find(line: string): void;
  /** Takes back so many lines of the terminal: what is printed next stands in their place. */
  takeBack(lines: number): void;
  /** A line of messages. */
  note(line: string): void;
  /** Bytes of a result, as they are. */
  send(bytes: Uint8Array): Promise<void>;
  /** A line about a failure: never silenced. */
  warn(line: string): void;
  /** A failure: never silenced. */
  fail(error: unknown): void;
  /** A person watches results scroll by: stdout is a terminal. */
  readonly isWatched: boolean;
  /**
   * Starts to show progress over `total` inputs: a bar on a terminal, a line now and then in a log.
   * `mayEndEarly`: there are at most so many, so that nobody knows how long they still take.
   */
  progress(total: number, options?: { readonly mayEndEarly: boolean }): Progress;
}

/** A terminal's size in letters; a guess where stdout is none. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly isTty: boolean;
}

interface TerminalOptions {
  readonly quiet: boolean;
  /** Results are bytes or a document on stdout: everything a person reads goes to stderr. */
  readonly reserveStdout: boolean;
  /** Also what the engine did: algorithms, operations, times. */
  readonly verbose?: boolean;
}

/** How lines reach a stream. */
interface Writing {
  readonly style: Style;
  readonly colours: 'many' | 'few';
}

export async function openTerminal({ quiet, reserveStdout, verbose = false }: TerminalOptions): Promise<Terminal> {
  const ways = { out: await writingTo(process.stdout), err: await writingTo(process.stderr) };
  const people = reserveStdout ? process.stderr : process.stdout;
  let progress: Progress | null = null;
  const write = (stream: NodeJS.WriteStream, line: string): number => {
    progress?.clear();
    const text = painted(line, (stream === process.stderr ? ways.err : ways.out).colours);
    const lines = wrapLine(text, columnsOf(stream));
    stream.write(`${lines.join('\n')}\n`);
    return lines.length;
  };
  return {
    style: {
      ...(reserveStdout ? ways.err : ways.out).style,
      verbose,
      columns: columnsOf(people),
    },
    screen: quiet || reserveStdout ? null : screenOf(process.stdout),
    isWatched: people.isTTY === true,
    print: (line) => (quiet ? 0 : write(people, line)),
    find: (line) => {
      write(people, line);
    },
    takeBack: (lines) => {
      if (!quiet && lines > 0) people.write(`\u001b[${lines}A\u001b[J`);
    },
    note: (line) => {
      if (!quiet) write(process.stderr, shorten(line, LONGEST_MESSAGE));
    },
    send: (bytes) =>
      new Promise((resolve, reject) => {
        process.stdout.write(bytes, (error) => (error && !isBrokenPipe(error) ? reject(error) : resolve()));
      }),
    warn: (line) => {
      write(process.stderr, shorten(line, LONGEST_MESSAGE));
    },
    fail: (error) => {
      for (const line of errorLines(error, ways.err.style)) write(process.stderr, shorten(line, LONGEST_MESSAGE));
    },
    progress: (total, { mayEndEarly } = { mayEndEarly: false }) => {
      const pace = new Pace(total, mayEndEarly);
      if (process.stderr.isTTY) progress = new Bar(total, pace, !quiet);
      else progress = new LogLines(pace, quiet ? () => {} : (line) => process.stderr.write(`${line}\n`));
      return progress;
    },
  };
}

function screenOf({ columns = 80, rows = 24, isTTY = false }: NodeJS.WriteStream): Screen {
  return { columns, rows, isTty: isTTY };
}

/** Colours for a stream: only on a terminal, never with NO_COLOR; FORCE_COLOR asks for them elsewhere. */
async function writingTo(stream: NodeJS.WriteStream): Promise<Writing> {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  if (NO_COLOR || !(stream.isTTY || forced)) return { style: PLAIN, colours: 'few' };
  const { default: chalk, chalkStderr } = await import('chalk');
  const { level } = stream === process.stderr ? chalkStderr : chalk;
  return level === 0 ? { style: PLAIN, colours: 'few' } : { style: MARKED, colours: level === 1 ? 'few' : 'many' };
}

/** `cnnviz: what` and `  fix: action`; an error that is not ours is a fault of the program and says so. */
function errorLines(error: unknown, style: Style): string[] {
  const name = style.strong('cnnviz:');
  if (error instanceof CnnvizError) {
    return [
      `${name} ${error.message}`,
      ...(error.fix ? [`  ${style.warn('fix:')} ${withInstalledDocs(error.fix)}`] : []),
    ];
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    ...`${name} internal error: ${text}`.split('\n'),
    '  This is a fault of cnnviz. Please report it with the command you typed.',
  ];
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
function painted(line: string, colours: 'many' | 'few'): string {
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

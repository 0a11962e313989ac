import { CnnvizError } from '../core/errors.js';
import { shorten } from '../core/text.js';
import type { Style } from '../reports/text.js';
import { withInstalledDocs } from './help.js';
import { MARKED, PLAIN, painted } from './paint.js';
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

import { CnnvizError } from '../core/errors.js';
import type { Style } from '../reports/text.js';
import { withInstalledDocs } from './installed-docs.js';
import { Bar, LogLines, type Progress } from './progress.js';
import { isBrokenPipe } from './signals.js';

const PLAIN: Style = { strong: (text) => text, dim: (text) => text, warn: (text) => text };

/** The only place that writes to the terminal: results to stdout, messages and progress to stderr. */
export interface Terminal {
  readonly style: Style;
  /** Where pictures may be shown; null when stdout carries bytes or a document, or nothing is to be printed. */
  readonly screen: Screen | null;
  /** A line of results. */
  print(line: string): void;
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
  /** Starts to show progress over `total` inputs: a bar on a terminal, a line now and then in a log. */
  progress(total: number): Progress;
}

/** A terminal's size in letters; a guess where stdout is none. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly isTty: boolean;
}

export interface TerminalOptions {
  readonly quiet: boolean;
  /** Results are bytes or a document on stdout: everything a person reads goes to stderr. */
  readonly reserveStdout: boolean;
}

export async function openTerminal({ quiet, reserveStdout }: TerminalOptions): Promise<Terminal> {
  const styles = { out: await styleFor(process.stdout), err: await styleFor(process.stderr) };
  const people = reserveStdout ? process.stderr : process.stdout;
  let progress: Progress | null = null;
  const write = (stream: NodeJS.WriteStream, line: string) => {
    progress?.clear();
    const style = stream === process.stderr ? styles.err : styles.out;
    stream.write(`${printable(line, style)}\n`);
  };
  return {
    style: reserveStdout ? styles.err : styles.out,
    screen: quiet || reserveStdout ? null : screenOf(process.stdout),
    isWatched: people.isTTY === true,
    print: (line) => {
      if (!quiet) write(people, line);
    },
    note: (line) => {
      if (!quiet) write(process.stderr, line);
    },
    send: (bytes) =>
      new Promise((resolve, reject) => {
        process.stdout.write(bytes, (error) => (error && !isBrokenPipe(error) ? reject(error) : resolve()));
      }),
    warn: (line) => write(process.stderr, line),
    fail: (error) => {
      for (const line of errorLines(error, styles.err)) write(process.stderr, line);
    },
    progress: (total) => {
      if (process.stderr.isTTY) progress = new Bar(total, !quiet);
      else progress = new LogLines(total, quiet ? () => {} : (line) => process.stderr.write(`${line}\n`));
      return progress;
    },
  };
}

function screenOf({ columns = 80, rows = 24, isTTY = false }: NodeJS.WriteStream): Screen {
  return { columns, rows, isTty: isTTY };
}

/** Colours for a stream: only on a terminal, never with NO_COLOR; FORCE_COLOR asks for them elsewhere. */
async function styleFor(stream: NodeJS.WriteStream): Promise<Style> {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  if (NO_COLOR || !(stream.isTTY || forced)) return PLAIN;
  const { default: chalk, chalkStderr } = await import('chalk');
  const colours = stream === process.stderr ? chalkStderr : chalk;
  const { bold, dim, yellow, cyan } = colours;
  return { strong: bold, dim, warn: yellow, plus: yellow, minus: cyan };
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

/**
 * Names come from files and strangers: control characters would reach the terminal as commands. What `styleFor` writes
 * stays, where it writes at all: bold, dim and yellow, and their ends.
 */
function printable(line: string, style: Style): string {
  const colour = style === PLAIN ? '' : '(?!\\[(?:1|2|22|33|39)m)';
  return line.replace(new RegExp(`[\\u0000-\\u001a\\u001c-\\u001f\\u007f-\\u009f]|\\u001b${colour}`, 'g'), '�');
}

import { CnnvizError } from '../core/errors.js';
import { removeTemporaries } from '../io/files.js';
import type { Style } from '../reports/text.js';

const PLAIN: Style = { strong: (text) => text, dim: (text) => text, warn: (text) => text };

/** A single image gets a bar only when it takes longer than this. */
const BAR_AFTER_MS = 1000;

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
  /** A failure: never silenced. */
  fail(error: unknown): void;
  /** Starts a progress bar over `total` inputs, if there is anyone to see it. */
  progress(total: number): Progress;
}

/** A terminal's size in letters; a guess where stdout is none. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly isTty: boolean;
}

export interface Progress {
  update(done: number, failed: number): void;
  stop(): void;
}

export interface TerminalOptions {
  readonly quiet: boolean;
  /** Results are bytes or a document on stdout: everything a person reads goes to stderr. */
  readonly reserveStdout: boolean;
}

export async function openTerminal({ quiet, reserveStdout }: TerminalOptions): Promise<Terminal> {
  const styles = { out: await styleFor(process.stdout), err: await styleFor(process.stderr) };
  const people = reserveStdout ? process.stderr : process.stdout;
  let bar: Bar | null = null;
  const write = (stream: NodeJS.WriteStream, line: string) => {
    bar?.clear();
    const style = stream === process.stderr ? styles.err : styles.out;
    stream.write(`${printable(line, style)}\n`);
  };
  return {
    style: reserveStdout ? styles.err : styles.out,
    screen: quiet || reserveStdout ? null : screenOf(process.stdout),
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
    fail: (error) => {
      for (const line of errorLines(error, styles.err)) write(process.stderr, line);
    },
    progress: (total) => {
      bar = new Bar(total, !quiet && process.stderr.isTTY === true);
      return bar;
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
    return [`${name} ${error.message}`, ...(error.fix ? [`  ${style.warn('fix:')} ${error.fix}`] : [])];
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

function isBrokenPipe(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === 'EPIPE';
}

/** A bar of cli-progress, loaded and drawn only when it is wanted. */
class Bar implements Progress {
  readonly #total: number;
  readonly #visible: boolean;
  readonly #start = Date.now();
  #loading = false;
  #stopped = false;
  #bar: import('cli-progress').SingleBar | null = null;

  constructor(total: number, visible: boolean) {
    this.#total = total;
    this.#visible = visible;
  }

  update(done: number, failed: number): void {
    if (!this.#visible || this.#stopped) return;
    if (this.#bar) {
      this.#bar.update(done, this.#payload(done, failed));
    } else if (!this.#loading && (this.#total > 1 || Date.now() - this.#start > BAR_AFTER_MS)) {
      this.#loading = true;
      void this.#open(done, failed);
    }
  }

  async #open(done: number, failed: number): Promise<void> {
    const { SingleBar, Presets } = (await import('cli-progress')).default;
    if (this.#stopped) return;
    const format = ' {bar} {count}  {rate}{failed}';
    this.#bar = new SingleBar({ format, hideCursor: true, clearOnComplete: true, barsize: 24 }, Presets.shades_classic);
    this.#bar.start(this.#total, done, this.#payload(done, failed));
  }

  #payload(done: number, failed: number): { count: string; rate: string; failed: string } {
    const seconds = (Date.now() - this.#start) / 1000;
    const count = this.#total > 1 ? `${Math.floor(done)}/${this.#total}` : `${Math.floor(done * 100)} %`;
    const left = done > 0 ? Math.ceil((seconds / done) * (this.#total - done)) : 0;
    const rate = done > 0 ? `ETA ${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}` : '';
    return { count, rate, failed: failed > 0 ? `  ${failed} failed` : '' };
  }

  /** Makes room for a line; the next update draws the bar again. */
  clear(): void {
    if (this.#bar) process.stderr.write('\r\u001b[K');
  }

  stop(): void {
    this.#stopped = true;
    if (this.#bar === null) return;
    // the library goes back to the place it remembered at its start, which has scrolled away: let it remember this one
    process.stderr.write('\r\u001b7');
    this.#bar.stop();
    this.#bar = null;
  }
}

/**
 * Broken pipes end quietly; Ctrl-C takes temporary files away, gives the cursor back and dies by the signal, so that
 * the shell sees it. Native threads still at work do not hold it up.
 */
export function handleSignals(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (!isBrokenPipe(error)) throw error;
    });
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      removeTemporaries();
      if (process.stderr.isTTY) process.stderr.write('\r\u001b[K\u001b[?25h');
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    });
  }
}

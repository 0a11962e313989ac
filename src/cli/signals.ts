import { isAnythingLeft, signalsDelivered, takeLeftAway, whenLeftChanges } from '../io/temporaries.js';
import { EXIT } from './exit.js';

export function isBrokenPipe(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === 'EPIPE';
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

let tidy: (() => string | null) | null = null;

/**
 * What to do when a signal ends the process, besides what is always done: synchronous, and short. It may return a line
 * to say. Null: nothing any more.
 */
export function whenInterrupted(action: (() => string | null) | null): void {
  tidy = action;
  void watchSignals();
}

/**
 * Broken pipes end quietly. Signals are left to the system, which ends a process at once, however busy its one thread is:
 * a handler would wait for a layer to be computed. Only while something would be left behind (worker processes,
 * temporary files, locks) a handler takes that away, and dies by the signal, so that the shell sees it. Native threads
 * still at work do not hold it up; a second signal finds no handler any more.
 */
export function handleSignals(): void {
  process.stdout.on('error', (error) => {
    if (!isBrokenPipe(error)) void endWithoutOutput(error);
  });
  // where messages cannot be written nothing can be said
  process.stderr.on('error', () => {});
  whenLeftChanges(() => void watchSignals());
}

let isWatching = false;

async function watchSignals(): Promise<void> {
  if (!isWatching && hasToTidy()) {
    isWatching = true;
    for (const signal of SIGNALS) process.on(signal, endBySignal);
  } else if (isWatching && !hasToTidy()) {
    // one that has come already would be lost with its handler
    await signalsDelivered();
    if (hasToTidy() || !isWatching) return;
    isWatching = false;
    for (const signal of SIGNALS) process.removeListener(signal, endBySignal);
  }
}

function hasToTidy(): boolean {
  return tidy !== null || isAnythingLeft();
}

function endBySignal(signal: NodeJS.Signals): void {
  if (isHearing && signal !== 'SIGHUP') return;
  for (const each of SIGNALS) process.removeListener(each, endBySignal);
  const line = tidyAll();
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  if (line !== null) process.stderr.write(`${line}\n`);
  process.kill(process.pid, signal);
}

function tidyAll(): string | null {
  const line = tidy?.() ?? null;
  tidy = null;
  takeLeftAway();
  return line;
}

/** Results have nowhere to go: a full disk behind standard output. */
async function endWithoutOutput(error: Error): Promise<void> {
  tidyAll();
  const { STANDARD_OUTPUT, writeFault } = await import('../io/files.js');
  const fault = writeFault(STANDARD_OUTPUT, error);
  process.stderr.write(`cnnviz: ${(fault as Error).message}\n`);
  process.exit(EXIT.output);
}

/** A wish to end that was heard, and the end of listening. */
export interface Interruption {
  readonly isWished: () => boolean;
  readonly stop: () => void;
}

let isHearing = false;

/**
 * Hears the first Ctrl-C (or SIGTERM) without ending, for work that can stop at a good place; a second one finds no
 * handler any more and ends the process at once.
 */
export function hearInterruption(onWish: (signal: NodeJS.Signals) => void): Interruption {
  const heard = ['SIGINT', 'SIGTERM'] as const;
  let isWished = false;
  const stop = () => {
    for (const signal of heard) process.removeListener(signal, hear);
    // what is called for this signal yet must not end the process
    setImmediate(() => {
      isHearing = false;
    });
  };
  isHearing = true;
  const hear = (signal: NodeJS.Signals) => {
    isWished = true;
    stop();
    onWish(signal);
  };
  for (const signal of heard) process.on(signal, hear);
  return { isWished: () => isWished, stop };
}

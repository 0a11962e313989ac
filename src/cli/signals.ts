import { STANDARD_OUTPUT, writeFault } from '../io/files.js';
import { releaseLocks } from '../io/lock.js';
import { removeTemporaries } from '../io/temporaries.js';
import { EXIT } from './exit.js';

export function isBrokenPipe(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === 'EPIPE';
}

let tidy: (() => string | null) | null = null;

/**
 * What to do when a signal ends the process, besides what is always done: synchronous, and short. It may return a line
 * to say. Null: nothing any more.
 */
export function whenInterrupted(action: (() => string | null) | null): void {
  tidy = action;
}

/**
 * Broken pipes end quietly; Ctrl-C ends worker processes, takes temporary files and locks away, gives the cursor back
 * and dies by the signal, so that the shell sees it. Native threads still at work do not hold it up; a second signal
 * finds no handler any more.
 */
export function handleSignals(): void {
  process.stdout.on('error', (error) => {
    if (!isBrokenPipe(error)) endWithoutOutput(error);
  });
  // where messages cannot be written nothing can be said
  process.stderr.on('error', () => {});
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) {
    process.once(signal, () => {
      for (const other of signals) process.removeAllListeners(other);
      const line = tidyAll();
      if (process.stderr.isTTY) process.stderr.write('\r\u001b[K\u001b[?25h');
      if (line !== null) process.stderr.write(`${line}\n`);
      process.kill(process.pid, signal);
    });
  }
}

function tidyAll(): string | null {
  const line = tidy?.() ?? null;
  tidy = null;
  removeTemporaries();
  releaseLocks();
  return line;
}

/** Results have nowhere to go: a full disk behind standard output. */
function endWithoutOutput(error: Error): void {
  const fault = writeFault(STANDARD_OUTPUT, error);
  tidyAll();
  process.stderr.write(`cnnviz: ${(fault as Error).message}\n`);
  process.exit(EXIT.output);
}

import { releaseLocks } from '../io/lock.js';
import { removeTemporaries } from '../io/temporaries.js';

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
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (!isBrokenPipe(error)) throw error;
    });
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) {
    process.once(signal, () => {
      for (const other of signals) process.removeAllListeners(other);
      const line = tidy?.() ?? null;
      removeTemporaries();
      releaseLocks();
      if (process.stderr.isTTY) process.stderr.write('\r\u001b[K\u001b[?25h');
      if (line !== null) process.stderr.write(`${line}\n`);
      process.kill(process.pid, signal);
    });
  }
}

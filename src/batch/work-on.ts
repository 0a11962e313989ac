import type { Breathe } from '../engine/execute.js';
import { sha256 } from '../io/hash.js';
import type { Input } from '../io/inputs.js';
import type { WorkDone } from './protocol.js';
import { type RunTask, SkippedInput } from './task.js';

/** How one input ended, before its error has been put into words. */
export interface Ended extends Omit<WorkDone, 'error'> {
  /** Whatever was thrown; null when nothing was. */
  readonly error: unknown;
}

export interface WorkOptions {
  readonly breathe: Breathe;
  /** The outputs are this run's own: an attempt that died may have left some. */
  readonly again: boolean;
  /** Hash what is written, for a manifest. */
  readonly keepHashes: boolean;
}

/** Runs the task on one input and notes what it read and wrote; it never throws. */
export async function workOn(run: RunTask, input: Input, options: WorkOptions): Promise<Ended> {
  const { breathe, again, keepHashes } = options;
  let read: string | null = null;
  const outputs: WorkDone['outputs'][number][] = [];
  const record = {
    read(hash: string) {
      read = hash;
    },
    wrote(path: string, bytes: Uint8Array) {
      outputs.push({ path, bytes: bytes.length, sha256: keepHashes ? sha256(bytes) : '' });
    },
  };
  try {
    const result = await run(input, { breathe, record, again });
    return { result, isSkipped: false, error: null, sha256: read, outputs };
  } catch (error) {
    const isSkipped = error instanceof SkippedInput;
    return { result: null, isSkipped, error: isSkipped ? null : error, sha256: read, outputs };
  }
}

/** Lets the process answer messages and signals. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

import { CnnvizError, type ErrorCode, type ErrorScope } from '../core/errors.js';
import type { Breathe } from '../engine/execute.js';
import { sha256 } from '../io/hash.js';
import type { Input } from '../io/inputs.js';
import type { Product } from '../run/place.js';
import { type RunTask, SkippedInput, type Task, type TaskResult } from './task.js';

/** An error on its way between processes. */
export interface SentError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly fix: string | null;
  readonly scope?: ErrorScope;
}

/** Whether an input's outputs may be written; skip: they are there already, and that is enough. */
export type Permission = 'go' | 'skip' | SentError;

/** What an input became, with what a manifest keeps of it. */
export interface WorkDone {
  readonly result: TaskResult | null;
  /** Its outputs were there already: nothing was done. */
  readonly isSkipped: boolean;
  readonly error: SentError | null;
  /** Of the input as it was read; null when it was not. */
  readonly sha256: string | null;
  readonly outputs: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
}

/** From the parent to a worker process. */
export type ToWorker =
  | { readonly type: 'open'; readonly task: Task; readonly threads: number; readonly keepHashes: boolean }
  | { readonly type: 'input'; readonly index: number; readonly input: Input; readonly again: boolean }
  | { readonly type: 'answer'; readonly index: number; readonly answer: Permission };

/** From a worker process to its parent. */
export type FromWorker =
  /** It has started and taken up its task. */
  | { readonly type: 'ready' }
  /** The task itself cannot be taken up: a kernel that is none, a network that cannot be read. */
  | { readonly type: 'refused'; readonly error: SentError }
  | { readonly type: 'may-write'; readonly index: number; readonly products: readonly Product[] }
  | { readonly type: 'share'; readonly index: number; readonly done: number }
  | { readonly type: 'done'; readonly index: number; readonly work: WorkDone };

/** An error that is not ours is a fault of the program; the input that met it is named. */
export function sentError(error: unknown, place: string): SentError {
  if (error instanceof CnnvizError) {
    const { code, message, fix = null, scope } = error;
    return { code, message, fix, scope };
  }
  const what = error instanceof Error ? error.message : String(error);
  return {
    code: 'crash',
    message: `${place}: internal error: ${what}`,
    fix: 'this is a fault of cnnviz: run it on this input alone to see where, and please report it',
  };
}

export function receivedError({ code, message, fix, scope = 'input' }: SentError): CnnvizError {
  return new CnnvizError(code, message, fix === null ? { scope } : { fix, scope });
}

/** The work of an input that nothing came of. */
export function failedWork(error: SentError): WorkDone {
  return { result: null, isSkipped: false, error, sha256: null, outputs: [] };
}

/**
 * Without the decoder's own words in parentheses: of images that fail in the same moment it mixes them up, and a
 * manifest must have the same bytes every time.
 */
export function plainReason({ code, message }: SentError): string {
  return code === 'decode' ? message.replace(/ \(.*\)$/s, '') : message;
}

/** How one input ended, before its error has been put into words. */
export interface Ended extends Omit<WorkDone, 'error'> {
  /** Whatever was thrown; null when nothing was. */
  readonly error: unknown;
}

interface WorkOptions {
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

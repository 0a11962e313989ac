import type { ChildProcess } from 'node:child_process';
import { startWorkerProcess } from '../io/child-process.js';
import type { Product } from '../run/place.js';
import type { StudyTask } from './study-task.js';
import type { Item, Permission, SentError, Task, WorkDone } from './work.js';

/** From the parent to a worker process. */
export type ToWorker =
  | {
      readonly type: 'open';
      readonly task: Task | StudyTask;
      readonly lanes: number;
      readonly threads: number;
      /** Inputs that it will have in hand at the same time. */
      readonly inFlight: number;
      readonly keepHashes: boolean;
      readonly profile: boolean;
    }
  | { readonly type: 'input'; readonly index: number; readonly input: Item; readonly again: boolean }
  | { readonly type: 'answer'; readonly index: number; readonly answer: Permission };

/** From a worker process to its parent. */
export type FromWorker =
  /** It has started and taken up its task. */
  | { readonly type: 'ready' }
  /** The task itself cannot be taken up: a kernel that is none, a network that cannot be read. */
  | { readonly type: 'refused'; readonly error: SentError }
  | { readonly type: 'may-write'; readonly index: number; readonly products: readonly Product[] }
  | { readonly type: 'share'; readonly index: number; readonly done: number }
  | { readonly type: 'done'; readonly index: number; readonly work: WorkDone<unknown> };

/** How a process ended: by a signal or with a code. */
export interface Death {
  readonly pid: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  /** It could not even be started. */
  readonly error: NodeJS.ErrnoException | null;
}

/** One process that works on inputs, seen from its parent. */
export class WorkerProcess {
  readonly #child: ChildProcess | null = null;
  #ended = false;

  constructor(onMessage: (message: FromWorker) => void, onDeath: (death: Death) => void) {
    const end = (death: Omit<Death, 'pid'>): void => {
      if (this.#ended) return;
      this.#ended = true;
      onDeath({ pid: this.pid, ...death });
    };
    try {
      this.#child = startWorkerProcess();
    } catch (error) {
      setImmediate(() => end({ signal: null, code: null, error: error as NodeJS.ErrnoException }));
      return;
    }
    this.#child.on('message', (message) => {
      if (!this.#ended) onMessage(message as FromWorker);
    });
    this.#child.on('error', (error) => {
      // a message to a process that has just died fails too; its exit tells the rest
      if (this.pid === null) end({ signal: null, code: null, error });
    });
    this.#child.on('exit', (code, signal) => end({ code, signal, error: null }));
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  send(message: ToWorker): void {
    if (this.#child?.connected) this.#child.send(message, () => {});
  }

  /** Ends it at once, whatever it does. `onDeath` is called as for any death. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  /** Ends it, and nobody is told. */
  dismiss(): void {
    this.#ended = true;
    this.kill();
  }
}

/** What happened, in words. */
export function describeDeath({ signal, code, error }: Death): string {
  if (error !== null) return `its process could not be started (${error.code ?? error.message})`;
  if (signal === 'SIGKILL') return 'its process was killed (SIGKILL: out of memory, or by hand)';
  if (signal === 'SIGABRT') return 'its process gave up (SIGABRT: out of memory, as a rule)';
  return signal === null ? `its process ended (exit code ${code})` : `its process crashed (${signal})`;
}

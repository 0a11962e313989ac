import type { ChildProcess } from 'node:child_process';
import { CnnvizError } from '../core/errors.js';
import { startWorkerProcess } from '../io/child-process.js';
import type { Product } from '../run/place.js';
import type { StudyTask } from './study-task.js';
import {
  failedWork,
  type Item,
  type Permission,
  receivedError,
  type SentError,
  type Task,
  type TaskResult,
  type WorkDone,
} from './work.js';

/** A process that dies this often before its first input will not live the next time either. */
const MOST_FALSE_STARTS = 3;

/** A process has at least this long to start and take up its task. */
const START_MS = 60_000;

/** Who works on what at the same time. */
interface Division {
  readonly processes: number;
  /** Threads of each process that work on whole inputs; their weights are shared. */
  readonly lanes: number;
  /** Threads that may work within one input in each lane. */
  readonly threads: number;
  /** Inputs in flight in each process: while the engine computes for one, another is decoded or encoded. */
  readonly inFlight: number;
}

interface PoolOptions extends Division {
  readonly task: Task | StudyTask;
  /** Time for one input; null: no limit. */
  readonly timeoutMs: number | null;
  readonly keepHashes: boolean;
  /** Time the layers, and send what they took with each input. */
  readonly profile: boolean;
}

/**
 * A network's weights are held once: by one process, with a thread for each input at work, or, where there are fewer inputs,
 * with all threads for the layers of one. Of anything else each process has its own.
 */
export function divideWork(kind: (Task | StudyTask)['kind'], jobs: number, inputs: number): Division {
  const isNetwork = kind === 'run' || kind === 'study';
  const processes = isNetwork ? 1 : Math.min(jobs, inputs);
  const lanes = isNetwork && inputs >= jobs ? jobs : 1;
  const threads = Math.max(1, Math.floor(jobs / processes / lanes));
  return { processes, lanes, threads, inFlight: Math.max(2 * lanes, isNetwork ? jobs : 2) };
}

interface PoolEvents<R> {
  /** The pool waits for it before it hands out more. */
  done(index: number, work: WorkDone<R>): Promise<void>;
  share(index: number, done: number): void;
  /** A process asks whether an input's outputs may be written. */
  mayWrite(index: number, products: readonly Product[]): Permission;
  /** A process is gone; what it was working on may have left temporary files. */
  died(pid: number, indexes: readonly number[]): void;
}

/**
 * Processes that work on inputs, each on several at a time. One that dies or takes too long costs no other input: those
 * that were in flight are tried again one by one, alone in a new process, and the one that ends it again has failed.
 */
export class WorkerPool<I extends Item, R = TaskResult> {
  readonly #inputs: readonly I[];
  readonly #options: PoolOptions;
  readonly #events: PoolEvents<R>;
  readonly #slots: Slot[];
  #queue: number[] = [];
  #isStopped = false;
  #falseStarts = 0;
  #settle: { resolve: () => void; reject: (error: unknown) => void } | null = null;

  constructor(inputs: readonly I[], options: PoolOptions, events: PoolEvents<R>) {
    this.#inputs = inputs;
    this.#options = options;
    this.#events = events;
    this.#slots = Array.from({ length: options.processes }, () => new Slot());
  }

  /** Works on these inputs, by their index. Throws when no process can be started, or an event's handler threw. */
  async run(queue: readonly number[]): Promise<void> {
    this.#queue = [...queue].reverse();
    try {
      await new Promise<void>((resolve, reject) => {
        this.#settle = { resolve, reject };
        for (const slot of this.#slots) this.#feed(slot);
      });
    } finally {
      this.kill();
    }
  }

  /** Hands out no more; what is in flight is finished. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Ends all processes at once; synchronous, for signal handlers. */
  kill(): void {
    this.#isStopped = true;
    for (const slot of this.#slots) {
      const { worker } = slot;
      if (worker === null) continue;
      worker.dismiss();
      slot.worker = null;
      if (worker.pid !== null) this.#events.died(worker.pid, slot.drop());
    }
  }

  #feed(slot: Slot): void {
    if (this.#isStopped) slot.suspects.length = 0;
    const isWaiting = slot.suspects.length > 0 || (this.#queue.length > 0 && !this.#isStopped);
    if (!isWaiting && slot.turns.size === 0 && slot.pending === 0) {
      this.#retire(slot);
    } else if (slot.worker === null && isWaiting) {
      this.#start(slot);
    } else if (slot.isReady) {
      this.#handOut(slot);
    }
  }

  #handOut(slot: Slot): void {
    if (slot.alone !== null) return;
    if (slot.suspects.length > 0) {
      if (slot.turns.size > 0) return;
      slot.alone = slot.suspects.shift()!;
      this.#begin(slot, slot.alone, true);
      return;
    }
    while (slot.turns.size + slot.pending < this.#options.inFlight && this.#queue.length > 0 && !this.#isStopped) {
      this.#begin(slot, this.#queue.pop()!, false);
    }
  }

  #begin(slot: Slot, index: number, again: boolean): void {
    const { timeoutMs } = this.#options;
    const timer = timeoutMs === null ? null : setTimeout(() => this.#expire(slot, index), timeoutMs);
    slot.turns.set(index, timer);
    slot.worker!.send({ type: 'input', index, input: this.#inputs[index], again });
  }

  /** Of several in flight nobody can say which one holds up the others, so that each is given its time alone. */
  #expire(slot: Slot, index: number): void {
    if (slot.turns.size === 1) slot.expired = index;
    slot.worker!.kill();
  }

  #start(slot: Slot): void {
    const { task, lanes, threads, keepHashes, profile, timeoutMs } = this.#options;
    const worker = new WorkerProcess(
      (message) => this.#receive(slot, message),
      (death) => this.#bury(slot, death),
    );
    slot.worker = worker;
    slot.isReady = false;
    if (timeoutMs !== null) slot.starting = setTimeout(() => worker.kill(), Math.max(START_MS, timeoutMs));
    worker.send({ type: 'open', task, lanes, threads, keepHashes, profile });
  }

  #receive(slot: Slot, message: FromWorker): void {
    switch (message.type) {
      case 'ready':
        slot.isReady = true;
        clearTimeout(slot.starting);
        this.#falseStarts = 0;
        this.#feed(slot);
        break;
      case 'refused':
        this.#settle!.reject(receivedError(message.error));
        break;
      case 'share':
        if (slot.turns.has(message.index)) this.#events.share(message.index, message.done);
        break;
      case 'may-write': {
        const answer = this.#events.mayWrite(message.index, message.products);
        slot.worker!.send({ type: 'answer', index: message.index, answer });
        break;
      }
      case 'done':
        void this.#finish(slot, message.index, message.work as WorkDone<R>);
    }
  }

  async #finish(slot: Slot, index: number, work: WorkDone<R>): Promise<void> {
    clearTimeout(slot.turns.get(index) ?? undefined);
    slot.turns.delete(index);
    if (slot.alone === index) slot.alone = null;
    slot.pending++;
    try {
      await this.#events.done(index, work);
    } catch (error) {
      this.#settle!.reject(error);
    }
    slot.pending--;
    this.#feed(slot);
  }

  /** A process has ended: by its own fault, by ours because of a deadline, or by somebody else's hand. */
  #bury(slot: Slot, death: Death): void {
    const { alone, expired, isReady } = slot;
    slot.worker = null;
    slot.isReady = false;
    const indexes = slot.drop();
    if (death.pid !== null) this.#events.died(death.pid, indexes);
    if (!isReady && this.#tooManyFalseStarts(slot, death)) return;
    const [guilty] = expired !== null ? [expired] : alone !== null ? [alone] : [];
    if (guilty === undefined) {
      slot.suspects.push(...indexes);
      this.#feed(slot);
    } else {
      const { path } = this.#inputs[guilty];
      const error = expired === null ? crashOf(path, death) : timeoutOf(path, this.#options.timeoutMs!);
      void this.#finish(slot, guilty, failedWork(error));
    }
  }

  /** A machine short of descriptors, processes or memory runs with fewer of them, as long as one is there. */
  #tooManyFalseStarts(slot: Slot, death: Death): boolean {
    this.#falseStarts++;
    if (death.error === null && this.#falseStarts < MOST_FALSE_STARTS) return false;
    this.#queue.push(...slot.suspects.splice(0).reverse());
    const others = this.#slots.some((other) => other !== slot && !other.isRetired && other.worker !== null);
    if (others) this.#retire(slot);
    else {
      this.#settle!.reject(
        new CnnvizError('crash', `no worker process can be started: ${describeDeath(death)}`, {
          fix: 'lower --jobs, or allow more processes, memory or open files (ulimit)',
        }),
      );
    }
    return true;
  }

  #retire(slot: Slot): void {
    slot.worker?.dismiss();
    slot.worker = null;
    slot.drop();
    slot.isRetired = true;
    if (this.#slots.every(({ isRetired }) => isRetired)) this.#settle!.resolve();
  }
}

/** A place for one process at a time, and what is in its hands. */
class Slot {
  worker: WorkerProcess | null = null;
  isReady = false;
  isRetired = false;
  /** Inputs in flight, each with the timer of its deadline. */
  readonly turns = new Map<number, NodeJS.Timeout | null>();
  /** Ends a process that never gets ready. */
  starting: NodeJS.Timeout | undefined;
  /** Finished inputs whose handler has not come back. */
  pending = 0;
  /** Inputs that were in flight when a process ended: to be tried alone. */
  readonly suspects: number[] = [];
  /** The suspect that is being tried. */
  alone: number | null = null;
  /** The input whose deadline ended the process. */
  expired: number | null = null;

  /** Takes everything out of flight. */
  drop(): number[] {
    const indexes = [...this.turns.keys()];
    clearTimeout(this.starting);
    for (const timer of this.turns.values()) clearTimeout(timer ?? undefined);
    this.turns.clear();
    this.alone = null;
    this.expired = null;
    return indexes;
  }
}

function crashOf(path: string, death: Death): SentError {
  return {
    code: 'crash',
    message: `${path}: ${describeDeath(death)}, twice`,
    fix: 'the file may be malformed, or too large for this machine; the other inputs are not affected',
  };
}

function timeoutOf(path: string, timeoutMs: number): SentError {
  return {
    code: 'timeout',
    message: `${path}: took longer than ${timeoutMs / 1000} s and was stopped`,
    fix: '--timeout SECONDS allows more, 0 any time',
  };
}

/** From the parent to a worker process. */
export type ToWorker =
  | {
      readonly type: 'open';
      readonly task: Task | StudyTask;
      readonly lanes: number;
      readonly threads: number;
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
interface Death {
  readonly pid: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  /** It could not even be started. */
  readonly error: NodeJS.ErrnoException | null;
}

/** One process that works on inputs, seen from its parent. */
class WorkerProcess {
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
function describeDeath({ signal, code, error }: Death): string {
  if (error !== null) return `its process could not be started (${error.code ?? error.message})`;
  if (signal === 'SIGKILL') return 'its process was killed (SIGKILL: out of memory, or by hand)';
  if (signal === 'SIGABRT') return 'its process gave up (SIGABRT: out of memory, as a rule)';
  return signal === null ? `its process ended (exit code ${code})` : `its process crashed (${signal})`;
}

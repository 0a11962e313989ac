import { CnnvizError } from '../core/errors.js';
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
import { type Death, describeDeath, type FromWorker, WorkerProcess } from './worker-process.js';

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
  /** More inputs may come while it runs: `add`, until `finish`. */
  readonly staysOpen?: boolean;
}

/** Inputs by their index: a list, or what grows and shrinks while a pool runs. */
export interface InputsByIndex<I> {
  at(index: number): I | undefined;
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

export interface PoolEvents<R> {
  /** The pool waits for it before it hands out more. */
  done(index: number, work: WorkDone<R>): Promise<void>;
  share(index: number, done: number): void;
  /** A process asks whether an input's outputs may be written. */
  mayWrite(index: number, products: readonly Product[]): Permission;
  /** A process is gone; what it was working on may have left temporary files. */
  died(pid: number, indexes: readonly number[]): void;
  /** An input goes to a process; `alone`: nothing else is at work in the whole pool, nor will be before it has ended. */
  begun?(index: number, alone: boolean): void;
}

/**
 * Processes that work on inputs, each on several at a time. One that dies or takes too long costs no other input: those
 * that were in flight are tried again one by one, alone in a new process, and the one that ends it again has failed.
 */
export class WorkerPool<I extends Item, R = TaskResult> {
  readonly #inputs: InputsByIndex<I>;
  readonly #options: PoolOptions;
  readonly #events: PoolEvents<R>;
  readonly #slots: Slot[];
  /** The next one last. */
  #queue: number[] = [];
  /** To be worked on when nothing else is at work. */
  readonly #lonely: number[] = [];
  /** The one of these that is at work. */
  #onlyOne: number | null = null;
  #isOpen: boolean;
  #isStopped = false;
  #falseStarts = 0;
  #settle: { resolve: () => void; reject: (error: unknown) => void } | null = null;

  constructor(inputs: InputsByIndex<I>, options: PoolOptions, events: PoolEvents<R>) {
    this.#inputs = inputs;
    this.#options = options;
    this.#isOpen = options.staysOpen === true;
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

  /** More to work on, behind what waits; `alone`: when all else is done, one by one, with nothing beside them. */
  add(indexes: readonly number[], alone = false): void {
    if (alone) this.#lonely.push(...indexes);
    else this.#queue.unshift(...[...indexes].reverse());
    this.#feedAll();
  }

  /** Takes back what has not begun. @returns what was taken back */
  withdraw(indexes: ReadonlySet<number>): number[] {
    const taken: number[] = [];
    for (const list of [this.#queue, this.#lonely, ...this.#slots.map(({ suspects }) => suspects)]) {
      const kept = list.filter((index) => !indexes.has(index));
      taken.push(...list.filter((index) => indexes.has(index)));
      list.splice(0, list.length, ...kept);
    }
    this.#feedAll();
    return taken;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#queue.length + this.#lonely.length;
  }

  /** No more will come: `run` ends when all is done. */
  finish(): void {
    this.#isOpen = false;
    this.#feedAll();
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

  #feedAll(): void {
    if (this.#settle !== null) for (const slot of this.#slots) if (!slot.isRetired) this.#feed(slot);
  }

  #feed(slot: Slot): void {
    if (this.#isStopped) slot.suspects.length = 0;
    const isWaiting = slot.suspects.length > 0 || this.#hasMore();
    if (!isWaiting && slot.turns.size === 0 && slot.pending === 0) {
      if (!this.#isOpen) this.#retire(slot);
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
    while (slot.turns.size + slot.pending < this.#options.inFlight && this.#hasMore()) {
      if (this.#queue.length > 0) this.#begin(slot, this.#queue.pop()!, false);
      else {
        this.#onlyOne = this.#lonely.shift()!;
        this.#begin(slot, this.#onlyOne, true);
      }
    }
  }

  /** Whether a process may take another one now. */
  #hasMore(): boolean {
    if (this.#isStopped || this.#onlyOne !== null) return false;
    if (this.#queue.length > 0) return true;
    return (
      this.#lonely.length > 0 && this.#slots.every(({ turns, suspects }) => turns.size === 0 && suspects.length === 0)
    );
  }

  #begin(slot: Slot, index: number, again: boolean): void {
    this.#events.begun?.(index, index === this.#onlyOne);
    const { timeoutMs } = this.#options;
    const timer = timeoutMs === null ? null : setTimeout(() => this.#expire(slot, index), timeoutMs);
    slot.turns.set(index, timer);
    slot.worker!.send({ type: 'input', index, input: this.#inputs.at(index)!, again });
  }

  /** Of several in flight nobody can say which one holds up the others, so that each is given its time alone. */
  #expire(slot: Slot, index: number): void {
    if (slot.turns.size === 1) slot.expired = index;
    slot.worker!.kill();
  }

  #start(slot: Slot): void {
    const { task, lanes, threads, inFlight, keepHashes, profile, timeoutMs } = this.#options;
    const worker = new WorkerProcess(
      (message) => this.#receive(slot, message),
      (death) => this.#bury(slot, death),
    );
    slot.worker = worker;
    slot.isReady = false;
    if (timeoutMs !== null) slot.starting = setTimeout(() => worker.kill(), Math.max(START_MS, timeoutMs));
    worker.send({ type: 'open', task, lanes, threads, inFlight, keepHashes, profile });
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
    if (this.#onlyOne !== index) this.#feed(slot);
    else {
      this.#onlyOne = null;
      this.#feedAll();
    }
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
      const { path } = this.#inputs.at(guilty)!;
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

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { joinWide, wideUsers } from './wide.js';

/** Beside the library, beside the command's folder, or (from the sources) in dist. */
const WORKER_PLACES = ['./engine-worker.cjs', '../engine-worker.cjs', '../../dist/engine-worker.cjs'];

/** What a thread is started with: its place in the team, and what it shares with the others to pack vectors. */
interface ThreadData {
  /** Null: it is no helper of the engine but works on whole inputs of a batch. */
  readonly lane: number | null;
  readonly wide: Int32Array<SharedArrayBuffer> | null;
}

/** Worker threads that receive messages; started when the first one is sent, and no reason to keep the process alive. */
export class WorkerThreads {
  /** Threads in all, the caller's own included. */
  readonly size: number;
  #workers: Worker[] | null = null;

  constructor(size: number) {
    this.size = size;
  }

  get isRunning(): boolean {
    return this.#workers !== null;
  }

  /** Sends `message` to every worker. */
  post(message: unknown): void {
    this.#workers ??= startWorkers(this.size - 1);
    for (const worker of this.#workers) worker.postMessage(message);
  }
}

function startWorkers(count: number): Worker[] {
  const place = WORKER_PLACES.map((path) => fileURLToPath(new URL(path, import.meta.url))).find(existsSync);
  if (place === undefined) throw new Error('engine-worker.cjs is missing from the package: install cnnviz again');
  return Array.from({ length: count }, (_, index) => {
    const worker = new Worker(place, { workerData: { lane: index + 1, wide: wideUsers() } satisfies ThreadData });
    worker.unref();
    return worker;
  });
}

/** Starts a thread of a batch's worker process. What ends it ends the process, whose parent knows what to do. */
export function startLane(receive: (message: unknown) => void): (message: unknown) => void {
  const worker = new Worker(process.argv[1], { workerData: { lane: null, wide: wideUsers() } satisfies ThreadData });
  worker.on('message', receive);
  worker.on('error', (error) => {
    throw error;
  });
  return (message) => worker.postMessage(message);
}

/** In a thread of a worker process: who started it; null in the process's first thread. */
export function threadThatStarted(): {
  readonly send: (message: unknown) => void;
  readonly receive: (listener: (message: unknown) => void) => void;
} | null {
  const port = parentPort;
  if (port === null) return null;
  join();
  return {
    send: (message) => port.postMessage(message),
    receive: (listener) => void port.on('message', listener),
  };
}

/** In a worker: calls `receive` for every message, with this thread's place in the team, from 1. */
export function receiveMessages(receive: (message: unknown, lane: number) => void): void {
  const { lane } = join();
  parentPort!.on('message', (message: unknown) => receive(message, lane!));
}

function join(): ThreadData {
  const data = workerData as ThreadData;
  if (data.wide) joinWide(data.wide);
  return data;
}

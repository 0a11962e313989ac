import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { joinWide, wideUsers } from './wide.js';

/** Beside the library, beside the command's folder, or (from the sources) in dist. */
const WORKER_PLACES = ['./engine-worker.cjs', '../engine-worker.cjs', '../../dist/engine-worker.cjs'];

/** What a thread is started with: its place in the team, and what it shares with the others to pack vectors. */
interface ThreadData {
  readonly lane: number;
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

/** In a worker: calls `receive` for every message, with this thread's place in the team, from 1. */
export function receiveMessages(receive: (message: unknown, lane: number) => void): void {
  const { lane, wide } = workerData as ThreadData;
  if (wide) joinWide(wide);
  parentPort!.on('message', (message: unknown) => receive(message, lane));
}

import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { wideVariable } from './wide.js';

/** Beside the library, beside the command's folder, or (from the sources) in dist. */
const PLACES = ['./batch-worker.cjs', '../batch-worker.cjs', '../../dist/batch-worker.cjs'];

/** A nursery that stays small, and a collection when the worker asks for it: else its memory creeps up for thousands of images. */
const MEMORY_FLAGS = ['--max-semi-space-size=4', '--expose-gc'];

/**
 * How the C library holds on to memory: in two arenas instead of eight per core, so that long runs keep little; and, of
 * that, what an image needed for the next one, in large pages where the system gives them. A page that was never touched
 * costs a microsecond, in a virtual machine ten. Other C libraries know none of these names.
 * Source: mallopt(3); glibc manual, "Memory Allocation Tunables"
 */
const C_LIBRARY = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: String(32 * 2 ** 20),
  MALLOC_TRIM_THRESHOLD_: String(256 * 2 ** 20),
  GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
} as const;

/** Started ahead, for whoever needs one next. */
let spare: ChildProcess | null = null;

/**
 * Starts a process ahead, which takes a third of a second, while its parent finds out what there is to do. Nobody has to take
 * it: it ends with its parent.
 */
export function startSpareProcess(): void {
  const child = forkWorker();
  const forget = (): void => {
    if (spare === child) spare = null;
  };
  // whoever starts one in its stead meets the reason
  child.once('error', forget);
  child.once('exit', forget);
  child.unref();
  child.channel?.unref();
  spare = child;
}

/** A process that works on inputs. It prints nothing; messages are structured clones, so that NaN stays NaN. */
export function startWorkerProcess(): ChildProcess {
  const child = spare ?? forkWorker();
  spare = null;
  child.ref();
  child.channel?.ref();
  return child;
}

function forkWorker(): ChildProcess {
  const place = PLACES.map((path) => fileURLToPath(new URL(path, import.meta.url))).find(existsSync);
  if (place === undefined) throw new Error('batch-worker.cjs is missing from the package: install cnnviz again');
  return fork(place, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: MEMORY_FLAGS,
    env: { ...C_LIBRARY, ...process.env, ...wideVariable() },
  });
}

/** In a worker process: its parent. It lives no longer than that, and leaves signals from the terminal to it. */
interface ParentProcess {
  send(message: unknown): void;
  receive(listener: (message: unknown) => void): void;
}

export function parentProcess(whenGone: () => void): ParentProcess {
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('disconnect', () => {
    whenGone();
    // not exit: it would wait for decoders at work
    process.kill(process.pid, 'SIGKILL');
  });
  return {
    send: (message) => process.send!(message),
    receive: (listener) => void process.on('message', listener),
  };
}

/** In a worker process: gives back what nothing refers to. */
export function collectGarbage(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

/**
 * In the parent: its own nursery grows no more, and the function given collects what nothing refers to. It hands out work
 * for hours and makes little garbage; V8 would let that pile up for tens of thousands of images.
 */
export function keepMemorySmall(): () => void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

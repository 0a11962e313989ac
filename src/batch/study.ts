import type { NetworkRequest } from '../core/job.js';
import { timesOfProcess } from '../engine/step-times.js';
import { isOwnFile } from '../io/descriptors.js';
import { forgetLeft, noteLeft, sweepTemporaries } from '../io/temporaries.js';
import { namesOfRequest } from './ledger.js';
import type { StudyOn } from './study-task.js';
import { type Item, type Outcome, type OutcomeEvents, receivedError, runAll, type WorkDone } from './work.js';

interface StudyOrder<I extends Item, R> {
  readonly study: string;
  readonly job: unknown;
  /** The network, which is opened again by every thread. */
  readonly request: NetworkRequest;
  readonly inputs: readonly I[];
  /** The study opened in this process. */
  readonly here: StudyOn<I, R>;
  readonly jobs: number;
  /** How many inputs the study takes together. Default: 1 each. */
  readonly atOnce?: number;
  /** This process works alone, as in a program that uses the library. */
  readonly isAlone?: boolean;
  /** Multiply-accumulates of one input; asked for where it decides. */
  readonly macs: () => Promise<number>;
  /** Folders that files for an input are written to. */
  readonly foldersOf?: (input: I) => readonly string[];
}

/** A worker process, its threads and their networks take a quarter of a second to start: this many are computed meanwhile. */
const WORTH_MACS = 4e9;

/**
 * Studies many inputs with one network, results in the order of the inputs: in this process, or, where they are worth it, by
 * threads of another one, a whole input each, which share the packed weights. No result depends on which. A bad input
 * costs only itself, and so does one that ends the process.
 * @throws CnnvizError of a fault of the command; of several the first input's
 */
export async function studyAll<I extends Item, R>(order: StudyOrder<I, R>, events: OutcomeEvents<R, I>): Promise<void> {
  if (await isWorthThreads(order)) await studyInLanes(order, events);
  // while some are computed, others are read
  else await runAll(order.inputs, order.here, order.atOnce ? 2 * order.atOnce : order.jobs, events);
}

async function isWorthThreads<I extends Item, R>(order: StudyOrder<I, R>): Promise<boolean> {
  const { inputs, jobs, isAlone = false, request } = order;
  if (isAlone || jobs === 1 || inputs.length < 2 * jobs) return false;
  // another process cannot read what only this one can name
  if ([...inputs.map(({ path }) => path), ...namesOfRequest(request)].some(isOwnFile)) return false;
  return (await order.macs()) * inputs.length >= WORTH_MACS;
}

async function studyInLanes<I extends Item, R>(
  { study, job, inputs, jobs, atOnce = 1, foldersOf = () => [] }: StudyOrder<I, R>,
  { outcome, progress }: OutcomeEvents<R, I>,
): Promise<void> {
  const { divideWork, WorkerPool } = await import('./worker-pool.js');
  const division = divideWork('study', jobs, inputs.length);
  const waiting = new Map<number, Outcome<R, I>>();
  const shares = new Map<number, number>();
  let [reported, done, failed] = [0, 0, 0];
  const tell = (): void => {
    let all = done;
    for (const share of shares.values()) all += share;
    progress(all, failed);
  };
  const finish = (index: number, { result, error, times }: WorkDone<R>): void => {
    if (times) timesOfProcess()?.addAll(times);
    shares.delete(index);
    done++;
    if (error !== null) failed++;
    const input = inputs[index];
    waiting.set(
      index,
      error === null ? { input, result: result as R, error } : { input, result: null, error: receivedError(error) },
    );
    if (error?.scope === 'command' || error?.code === 'output') pool.stop();
    for (let ready = waiting.get(reported); ready !== undefined; ready = waiting.get(reported)) {
      waiting.delete(reported++);
      if (ready.error?.scope === 'command') throw ready.error;
      outcome(ready);
    }
    tell();
  };
  const pool = new WorkerPool<I, R>(
    inputs,
    {
      task: { kind: 'study', study, job },
      ...division,
      inFlight: atOnce * division.inFlight,
      timeoutMs: null,
      keepHashes: false,
      profile: timesOfProcess() !== null,
    },
    {
      done: async (index, work) => finish(index, work),
      share(index, share) {
        shares.set(index, share);
        tell();
      },
      mayWrite: () => 'go',
      died: (pid, indexes) =>
        void sweepTemporaries(new Set(indexes.flatMap((index) => foldersOf(inputs[index]))), [pid]),
    },
  );
  noteLeft(pool, () => pool.kill());
  try {
    await pool.run([...inputs.keys()]);
  } finally {
    forgetLeft(pool);
  }
}

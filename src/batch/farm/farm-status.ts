import { z } from 'zod';
import { CnnvizError } from '../../core/errors.js';
import type { QueueConnection } from '../../io/queue/connect.js';
import { FarmStore } from '../../io/queue/farm-store.js';
import { openJobQueue } from '../../io/queue/job-queue.js';
import { readSubmission, type SubmissionState } from './submission.js';
import type { WorkerWords } from './worker-voice.js';

/** How far a submission is. */
export interface SubmissionStatus {
  readonly id: string;
  readonly words: readonly string[];
  readonly state: SubmissionState;
  readonly fault: string | null;
  readonly jobs: { readonly total: number; readonly done: number; readonly waiting: number; readonly active: number };
  readonly inputs: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  /** Images a second, of all workers; what is left at this rate, null: nobody knows. */
  readonly rate: number;
  readonly etaSeconds: number | null;
  readonly failures: readonly string[];
}

export interface FarmStatus {
  readonly submissions: readonly SubmissionStatus[];
  readonly workers: readonly WorkerWords[];
}

const wordsSchema = z.object({
  host: z.string(),
  pid: z.number(),
  submission: z.string().nullable(),
  inHand: z.object({ done: z.number(), failed: z.number() }),
  rate: z.number(),
});

/** How far everything is. @param listed failures of each submission */
export async function farmStatus(connection: QueueConnection, listed: number): Promise<FarmStatus> {
  const store = new FarmStore(connection);
  const workers = (await store.workers()).flatMap((text) => wordsSchema.safeParse(JSON.parse(text)).data ?? []);
  const submissions: SubmissionStatus[] = [];
  for (const id of await store.submissions()) {
    const one = await statusOf(connection, store, id, workers, listed);
    if (one !== null) submissions.push(one);
  }
  return { submissions, workers };
}

async function statusOf(
  connection: QueueConnection,
  store: FarmStore,
  id: string,
  workers: readonly WorkerWords[],
  listed: number,
): Promise<SubmissionStatus | null> {
  const found = await readSubmission(store, id).catch((error: unknown) => {
    if (error instanceof CnnvizError) return error;
    throw error;
  });
  if (found === null) return null;
  if (found instanceof CnnvizError) return unknownStatus(id, found);
  const { submission, progress } = found;
  const queue = await openJobQueue(connection, id);
  const { waiting, active } = await queue.counts();
  await queue.close();
  const own = workers.filter((worker) => worker.submission === id);
  const inHand = (key: 'done' | 'failed') => own.reduce((sum, worker) => sum + worker.inHand[key], 0);
  const isOpen = progress.state === 'open';
  const rate = isOpen ? own.reduce((sum, worker) => sum + worker.rate, 0) : 0;
  // what a worker says of jobs that have come to their end meanwhile is counted twice for a moment
  const left = submission.inputs - progress.done - progress.failed - progress.skipped;
  const done = progress.done + (isOpen ? Math.min(left, inHand('done')) : 0);
  const failed = progress.failed + (isOpen ? Math.min(left, inHand('failed')) : 0);
  return {
    id,
    words: submission.words,
    state: progress.state,
    fault: progress.fault,
    jobs: {
      total: submission.jobs,
      done: isOpen ? await store.finishedCount(id) : submission.jobs,
      waiting,
      active,
    },
    inputs: submission.inputs,
    done,
    failed,
    skipped: progress.skipped,
    rate,
    etaSeconds: rate > 0 ? Math.max(0, submission.inputs - done - failed - progress.skipped) / rate : null,
    failures: await store.failures(id, listed),
  };
}

/** Of another version: it is there, and that is all. */
function unknownStatus(id: string, { message }: CnnvizError): SubmissionStatus {
  const jobs = { total: 0, done: 0, waiting: 0, active: 0 };
  const counts = { inputs: 0, done: 0, failed: 0, skipped: 0, rate: 0, etaSeconds: null };
  return { id, words: [], state: 'broken', fault: message, jobs, ...counts, failures: [] };
}

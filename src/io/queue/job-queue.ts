import type { Job, Queue, Worker } from 'bullmq';
import { optionalPackage } from '../remote/optional-package.js';
import type { QueueConnection } from './connect.js';

/** Every key in Redis begins with it. */
export const PREFIX = 'cnnviz';

/** Workers that die are no reason to fail a job: which input is to blame is found out by other means. */
const MOST_DEATHS = 1_000_000;

/** A job as it stands in the queue. */
export interface QueueEntry {
  /** Unlike any other of its queue; one that is there already is not added again. */
  readonly id: string;
  readonly number: number;
  readonly payload: string;
}

/** A job in somebody's hands, for as long as its lease is renewed. */
export interface TakenJob extends QueueEntry {
  /** The mark of the lease. */
  readonly token: string;
  /** Where the lease is kept. */
  readonly leaseKey: string;
  /** It is done; false: the lease had ended, somebody else has it. */
  complete(): Promise<boolean>;
  /** Somebody else may take it at once. */
  giveBack(): Promise<void>;
}

/** A queue as whoever fills, watches or empties it sees it. */
export interface JobQueue {
  add(jobs: readonly QueueEntry[]): Promise<void>;
  counts(): Promise<{ readonly waiting: number; readonly active: number }>;
  /** Takes everything away, also what is in somebody's hands. */
  remove(): Promise<void>;
  close(): Promise<void>;
}

/** A queue as whoever works on its jobs sees it. */
export interface JobSource {
  /** Takes the next one; null: none waits. */
  next(): Promise<TakenJob | null>;
  /** Renews leases. @returns the tokens of those that had ended */
  renew(jobs: readonly TakenJob[]): Promise<ReadonlySet<string>>;
  /** Ends it without waiting for anything. */
  close(): Promise<void>;
}

interface StoredData {
  readonly n: number;
  readonly p: string;
}

function bullmq() {
  return optionalPackage(['bullmq', 'ioredis'], 'a farm', () => import('bullmq'));
}

/** The name of the queue of a submission. */
export function queueName(id: string): string {
  return `farm-${id}`;
}

/** Connects nothing: the connection is the one given. */
export async function openJobQueue({ redis }: QueueConnection, id: string): Promise<JobQueue> {
  const bull = await bullmq();
  const queue: Queue = new bull.Queue(queueName(id), { connection: redis, prefix: PREFIX });
  // whoever asks for something gets the error of it
  queue.on('error', () => {});
  return {
    async add(jobs) {
      await queue.addBulk(
        jobs.map(({ id: jobId, number, payload }) => {
          const data: StoredData = { n: number, p: payload };
          return { name: 'inputs', data, opts: { jobId } };
        }),
      );
    },
    async counts() {
      const { wait = 0, active = 0 } = await queue.getJobCounts('wait', 'active');
      return { waiting: wait, active };
    },
    remove: () => queue.obliterate({ force: true }),
    close: () => queue.close(),
  };
}

/** @param leaseMs how long a job stays with a worker that is not heard of */
export async function openJobSource({ redis }: QueueConnection, id: string, leaseMs: number): Promise<JobSource> {
  const bull = await bullmq();
  const worker: Worker<StoredData> = new bull.Worker(queueName(id), null, {
    connection: redis,
    prefix: PREFIX,
    autorun: false,
    lockDuration: leaseMs,
    stalledInterval: Math.max(500, leaseMs / 2),
    maxStalledCount: MOST_DEATHS,
    removeOnComplete: { count: 0 },
  });
  worker.on('error', () => {});
  await worker.waitUntilReady();
  await worker.startStalledCheckTimer();
  let tokens = 0;
  return {
    async next() {
      const token = `${worker.id}:${tokens++}`;
      const job = await worker.getNextJob(token, { block: false });
      return job ? takenJob(job, token) : null;
    },
    async renew(jobs) {
      const ended = await worker.extendJobLocks(
        jobs.map((job) => job.id),
        jobs.map(({ token }) => token),
        leaseMs,
      );
      return new Set(jobs.filter((job) => ended.includes(job.id)).map(({ token }) => token));
    },
    close: () => worker.close(true),
  };
}

function takenJob(job: Job<StoredData>, token: string): TakenJob {
  const id = job.id!;
  return {
    id,
    number: job.data?.n,
    payload: job.data?.p,
    token,
    leaseKey: `${PREFIX}:${job.queueName}:${id}:lock`,
    async complete() {
      try {
        await job.moveToCompleted(null, token, false);
        return true;
      } catch (error) {
        if (isLost(error)) return false;
        throw error;
      }
    },
    async giveBack() {
      try {
        await job.moveToWait(token);
      } catch (error) {
        if (!isLost(error)) throw error;
      }
    },
  };
}

/** Somebody else has the lease, or the queue is gone. */
function isLost(error: unknown): boolean {
  return error instanceof Error && /lock|missing key/i.test(error.message);
}

import { CnnvizError } from '../../core/errors.js';
import { existingFile } from '../../io/files.js';
import type { QueueConnection } from '../../io/queue/connect.js';
import { seesFarmFolder } from '../../io/queue/farm-folder.js';
import { type JobSource, openJobSource } from '../../io/queue/job-queue.js';
import { commandHash } from '../ledger.js';
import { SharedPool } from '../shared-pool.js';
import { divideWork } from '../worker-pool.js';
import type { Submission } from './submission.js';

/** A submission that a worker takes part in. */
export interface OpenSubmission {
  readonly submission: Submission;
  readonly source: JobSource;
  /** Images in flight. */
  readonly jobs: number;
  /** Its processes, started with the first job. */
  pool(): SharedPool;
  /** Ends the processes that were started, once they are done. */
  rest(): Promise<void>;
  kill(): void;
}

interface Means {
  readonly jobs: number;
  readonly leaseMs: number;
  /** Called when a process could take more than waits. */
  readonly hungry: () => void;
}

/**
 * Takes part in a submission.
 * @throws CnnvizError 'usage' when this is not a machine for it: its files are not here, or are others
 */
export async function openSubmission(
  connection: QueueConnection,
  submission: Submission,
  { jobs, leaseMs, hungry }: Means,
): Promise<OpenSubmission> {
  await refuseElsewhere(submission);
  const { id, task, timeoutMs, inputs } = submission;
  if ((await commandHash(task)) !== submission.command) {
    throw elsewhere(submission, 'kernels, weights or other files that the command names are not the same here');
  }
  const source = await openJobSource(connection, id, leaseMs);
  let pool: SharedPool | null = null;
  return {
    submission,
    source,
    jobs,
    pool() {
      pool ??= new SharedPool(
        { task, ...divideWork(task.kind, jobs, inputs), timeoutMs, keepHashes: true, profile: false },
        hungry,
      );
      return pool;
    },
    async rest() {
      const ended = pool?.close();
      pool = null;
      await ended;
    },
    kill() {
      pool?.kill();
      pool = null;
    },
  };
}

/** 100 million inputs must not fail because a worker was started where they are not. */
async function refuseElsewhere(submission: Submission): Promise<void> {
  const { id, root, witnesses } = submission;
  const isThere = await Promise.all(witnesses.map((path) => existingFile(path)));
  if (witnesses.length > 0 && !isThere.some(Boolean))
    throw elsewhere(submission, `its inputs are not here, such as ${witnesses[0]}`);
  if (!(await seesFarmFolder(root, id))) throw elsewhere(submission, `the folder of its results is not here: ${root}`);
}

function elsewhere({ id, host, folder }: Submission, what: string): CnnvizError {
  return new CnnvizError('usage', `${id}: ${what}`, {
    fix: `start this worker where the same paths lead to the same files: it was submitted in ${folder} on ${host}`,
    scope: 'command',
  });
}

import { CnnvizError } from '../../core/errors.js';
import type { QueueConnection } from '../../io/queue/connect.js';
import { removeFarmFolder, seesFarmFolder } from '../../io/queue/farm-folder.js';
import { FarmStore } from '../../io/queue/farm-store.js';
import { openJobQueue } from '../../io/queue/job-queue.js';
import { joinWhatIsThere } from './join.js';
import { progressOf, readSubmission } from './submission.js';

/** What was taken away. */
export interface Cancelled {
  readonly id: string;
  /** It was done already: only what the queue remembered of it is gone. */
  readonly wasDone: boolean;
  readonly inputs: number;
  /** Inputs that had come to their end in jobs that had. */
  readonly known: number;
  /** Inputs that the manifest tells of now; null: the results' folder is not here. */
  readonly recorded: number | null;
}

/** Jobs of which what is known is forgotten at once. */
const PORTION = 1000;

/**
 * Takes a submission away: no job of it is taken any more, workers let go of what they have in hand, the queue forgets it.
 * Finished files stay, and a manifest that --resume goes on from.
 * @param id null: the only one there is
 * @throws CnnvizError 'usage' when there are several, 'nothing' when there is none
 */
export async function cancelSubmission(connection: QueueConnection, id: string | null): Promise<Cancelled> {
  const store = new FarmStore(connection);
  const meant = await theOne(store, id);
  const found = await readSubmission(store, meant).catch((error: unknown) => {
    if (error instanceof CnnvizError) return null;
    throw error;
  });
  const { state } = progressOf(await store.record(meant));
  // seen by workers when they renew their leases
  await store.writeRecord(meant, { state: 'cancelled' });
  const queue = await openJobQueue(connection, meant);
  await queue.remove();
  await queue.close();
  const wasDone = state === 'joined';
  let recorded: number | null = null;
  if (found !== null && !wasDone && (await seesFarmFolder(found.submission.root, meant))) {
    recorded = await joinWhatIsThere(store, found.submission);
    await removeFarmFolder(found.submission.root, meant);
  }
  const after = progressOf(await store.record(meant));
  const jobs = found?.submission.jobs ?? 0;
  for (let from = 0; !wasDone && from < jobs; from += PORTION) {
    await store.forgetJobs(
      meant,
      Array.from({ length: Math.min(PORTION, jobs - from) }, (_, i) => from + i),
    );
  }
  await store.forget(meant);
  const known = after.done + after.failed + after.skipped;
  return { id: meant, wasDone, inputs: found?.submission.inputs ?? 0, known, recorded };
}

async function theOne(store: FarmStore, id: string | null): Promise<string> {
  const all = await store.submissions();
  if (id === null && all.length === 1) return all[0];
  if (id !== null && all.includes(id)) return id;
  if (all.length === 0) throw new CnnvizError('nothing', 'the queue has no submissions');
  throw new CnnvizError('usage', id === null ? 'the queue has several submissions' : `${id}: no such submission`, {
    fix: `name one of ${all.slice(-8).join(', ')}`,
  });
}

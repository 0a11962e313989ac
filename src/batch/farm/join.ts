import { CnnvizError } from '../../core/errors.js';
import { refuseForeign, writeLines } from '../../io/own-texts.js';
import { folderOf, joinPath } from '../../io/paths.js';
import { keepText } from '../../io/places/kept-text.js';
import type { QueueConnection } from '../../io/queue/connect.js';
import { readJobFile, removeFarmFolder } from '../../io/queue/farm-folder.js';
import { FarmStore } from '../../io/queue/farm-store.js';
import { openJobQueue } from '../../io/queue/job-queue.js';
import { sweepTemporaries } from '../../io/temporaries.js';
import { entryOf, headLine, MANIFEST_MARK, manifestName } from '../manifest.js';
import { finishedOf, type Submission } from './submission.js';

/** Jobs whose places are asked for at once. */
const PORTION = 256;
/** Another worker takes the joining over when this one is not heard of. */
const LOCK_MS = 60_000;

/**
 * Joins what the jobs left to the manifest that one machine's run leaves: the same bytes. One worker does it.
 * @returns the manifest's path; null when another worker is at it
 * @throws CnnvizError 'output' when it cannot be written, or what a job left is gone
 */
export async function joinSubmission(
  connection: QueueConnection,
  submission: Submission,
  worker: string,
): Promise<string | null> {
  const store = new FarmStore(connection);
  const { id, root } = submission;
  if (!(await store.lock(id, worker, LOCK_MS))) return null;
  const state = await store.field(id, 'state');
  if (state !== 'open') return null;
  const path = joinPath(root, manifestName(null));
  const renewal = setInterval(() => void store.lock(id, worker, LOCK_MS).catch(() => {}), LOCK_MS / 4);
  const kept = await keepText(path, () => {});
  try {
    await refuseForeign(path, MANIFEST_MARK);
    const folders = new Set<string>([root]);
    const lines = linesOfJobs(store, submission, (line) => {
      for (const output of entryOf(line)?.outputs ?? []) folders.add(folderOf(joinPath(root, output.path)));
    });
    await writeLines(kept.path, behind(headOf(submission), lines));
    await kept.publish();
    await store.writeRecord(id, { state: 'joined', ended: String(Date.now()) });
    // what workers that died have left
    sweepTemporaries(folders);
    await removeFarmFolder(root, id);
    await store.forget(id, ['record', 'failures']);
    const queue = await openJobQueue(connection, id);
    await queue.remove();
    await queue.close();
    return path;
  } finally {
    kept.release();
    clearInterval(renewal);
    await store.unlock(id, worker);
  }
}

/**
 * Writes what the finished jobs of a submission left, where not all are done, as a run that was stopped leaves it: --resume
 * begins there. @returns how many inputs it tells of
 */
export async function joinWhatIsThere(store: FarmStore, submission: Submission): Promise<number> {
  const { root } = submission;
  const path = joinPath(root, manifestName(null));
  const kept = await keepText(path, () => {});
  try {
    await refuseForeign(path, MANIFEST_MARK);
    let count = 0;
    const lines = linesOfJobs(store, submission, () => count++, true);
    await writeLines(kept.path, behind(headOf(submission), lines));
    await kept.publish();
    return count;
  } finally {
    kept.release();
  }
}

/** What a run of one machine writes above its lines. */
function headOf({ command, inputs, task }: Submission): string {
  const { parts } = task.job.output;
  return headLine({ command, shard: null, inputs, total: inputs, ...(parts && { parts }) });
}

async function* linesOfJobs(
  store: FarmStore,
  { id, root, jobs }: Submission,
  seen: (line: string) => void,
  isPartly = false,
): AsyncGenerator<string> {
  for (let from = 0; from < jobs; from += PORTION) {
    const numbers = Array.from({ length: Math.min(PORTION, jobs - from) }, (_, i) => from + i);
    for (const [i, text] of (await store.finished(id, numbers)).entries()) {
      const job = finishedOf(text);
      const lines = job && (await readJobFile(root, id, job));
      if (lines === null && isPartly) continue;
      if (lines === null) {
        throw new CnnvizError('output', `${root}: what job ${numbers[i] + 1} of ${jobs} left is gone`, {
          fix: 'submit it again with --resume: only what is missing is done',
        });
      }
      for (const line of lines) {
        seen(line);
        yield line;
      }
    }
  }
}

async function* behind(first: string, lines: AsyncIterable<string>): AsyncGenerator<string> {
  yield first;
  yield* lines;
}

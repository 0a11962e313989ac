import { readSubmission, type Submission } from '../../batch/farm/submission.js';
import { FarmWorker } from '../../batch/farm/work-farm.js';
import { EXIT } from '../../cli/exit.js';
import type { ValuesOf } from '../../cli/flags.js';
import type { Answer, Frame } from '../../cli/frame.js';
import { hearInterruption } from '../../cli/signals.js';
import { plural } from '../../core/geometry.js';
import { commandText, groupDigits } from '../../core/text.js';
import type { QueueConnection } from '../../io/queue/connect.js';
import { FarmStore } from '../../io/queue/farm-store.js';
import { summaryLine } from '../../reports/text.js';
import { withQueue, type workFlags } from './farm-flags.js';

/** Failures of a submission that are listed. */
const LISTED = 1000;

/** Works until nothing is left, or somebody stops it. */
export async function workOnFarm(flags: ValuesOf<typeof workFlags>, frame: Frame): Promise<Answer> {
  const { terminal } = frame;
  const note = (text: string) => terminal.note(`note: ${text}`);
  return withQueue(flags, note, async (connection) => {
    const begun = new Map<string, Submission>();
    const worker = new FarmWorker(
      connection,
      { jobs: frame.jobs, leaseMs: flags.lease * 1000, untilDone: flags.untilDone },
      {
        begin(submission) {
          begun.set(submission.id, submission);
          const { id, words, inputs, jobs } = submission;
          terminal.note(`${id}: ${commandText(words)}: ${plural(inputs, 'input')} in ${plural(jobs, 'job')}`);
        },
        // with --until-done all failures are listed at the end, also those of other workers
        failed: (error) => (flags.untilDone ? undefined : terminal.warn(`   ${error.message}`)),
        refused: (error) => terminal.fail(error),
        joined: ({ id }, manifest) => terminal.note(`${id}: all jobs are done; wrote ${manifest}`),
        note,
      },
    );
    const interruption = hearInterruption((signal) => void endWorker(worker, signal));
    try {
      await worker.run();
    } finally {
      if (!interruption.isWished()) interruption.stop();
    }
    // the process dies by the signal as soon as everything is given back
    if (interruption.isWished()) await new Promise(() => {});
    return flags.untilDone ? toldOf(connection, [...begun.values()]) : {};
  });
}

async function endWorker(worker: FarmWorker, signal: NodeJS.Signals): Promise<void> {
  await worker.stop();
  process.kill(process.pid, signal);
}

/** What has become of the submissions that this worker took part in. */
async function toldOf(connection: QueueConnection, begun: readonly Submission[]): Promise<Answer> {
  const store = new FarmStore(connection);
  const [lines, failures]: [string[], string[]] = [[], []];
  let hasFailed = false;
  for (const { id } of begun) {
    const found = await readSubmission(store, id);
    if (found === null) {
      lines.push(`${id}: taken away by farm cancel`);
      continue;
    }
    const { done, failed, skipped, state, fault } = found.progress;
    const before = skipped > 0 ? `, ${groupDigits(skipped)} done before` : '';
    lines.push(`${id}: ${summaryLine(done, failed, 0)}${before}`);
    if (state === 'broken') failures.push(`   ${fault}`);
    failures.push(...(await store.failures(id, LISTED)).map((message) => `   ${message}`));
    if (failed > LISTED) failures.push(`   and ${groupDigits(failed - LISTED)} more: they are in the manifest`);
    hasFailed ||= failed > 0 || state === 'broken';
  }
  if (begun.length === 0) lines.push('nothing to do: no job waits');
  return { lines, failures, ok: hasFailed ? EXIT.failed : EXIT.done };
}

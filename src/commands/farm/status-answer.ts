import { type FarmStatus, farmStatus } from '../../batch/farm/farm-status.js';
import type { ValuesOf } from '../../cli/flags.js';
import type { Answer, Frame, Work } from '../../cli/frame.js';
import { VERSION } from '../../core/version.js';
import type { QueueConnection } from '../../io/queue/connect.js';
import { MOST_FAILURES } from '../../io/queue/farm-store.js';
import { type statusFlags, withQueue } from './farm-flags.js';
import { describeStatus } from './farm-words.js';

/** Failures that are shown of each submission. */
const LISTED = 20;
const LOOK_MS = 1000;

/** How far everything is, now or when all is done. */
export async function answerStatus(flags: ValuesOf<typeof statusFlags>, frame: Frame): Promise<Answer> {
  const note = (text: string) => frame.terminal.note(`note: ${text}`);
  return withQueue(flags, note, async (connection) => {
    if (flags.watch) await watch(connection, frame);
    const status = await farmStatus(connection, frame.json ? MOST_FAILURES : LISTED);
    const hasFailed = status.submissions.some(({ failed, state }) => failed > 0 || state === 'broken');
    return {
      ...describeStatus(status, LISTED),
      document: () => ({ cnnviz: VERSION, command: 'farm status', ...status }),
      ok: !hasFailed,
    };
  });
}

/** Shows the images of all submissions that are not done, until there is none. */
async function watch(connection: QueueConnection, frame: Frame): Promise<void> {
  let shownTotal = 0;
  let before = 0;
  let bar: Work['bar'] | null = null;
  for (;;) {
    const { total, done, failed, skipped } = sumOf(await farmStatus(connection, 0));
    if (total === 0) return;
    const known = done + failed + skipped;
    if (bar === null || shownTotal !== total) {
      bar = frame.progress(total).bar;
      [shownTotal, before] = [total, known];
    }
    // what was done before is no part of the rate
    bar.update(known, failed, before);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function sumOf({ submissions }: FarmStatus): { total: number; done: number; failed: number; skipped: number } {
  const sum = { total: 0, done: 0, failed: 0, skipped: 0 };
  for (const { state, inputs, done, failed, skipped } of submissions) {
    if (state !== 'open' && state !== 'filling') continue;
    sum.total += inputs;
    sum.done += done;
    sum.failed += failed;
    sum.skipped += skipped;
  }
  return sum;
}

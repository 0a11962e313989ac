import type { FarmStatus, SubmissionStatus } from '../../batch/farm/farm-status.js';
import type { Submitted } from '../../batch/farm/submit.js';
import { plural } from '../../core/geometry.js';
import { commandText, groupDigits } from '../../core/text.js';

/** "4f1d…: 2,000 inputs in 20 jobs are queued", and what comes next. */
export function describeSubmitted({ id, status, inputs, jobs, known, failed }: Submitted): string[] {
  switch (status) {
    case 'queued': {
      const before = known > 0 ? `; ${groupDigits(known)} of the inputs need no work` : '';
      return [
        `${id}: ${plural(inputs, 'input')} in ${plural(jobs, 'job')} ${jobs === 1 ? 'is' : 'are'} queued${before}`,
        'work on them with cnnviz farm work, on as many machines as there are',
      ];
    }
    case 'at work':
      return [`${id}: submitted before, and not done yet: nothing to do`];
    case 'done': {
      const lost = failed > 0 ? `, but for ${groupDigits(failed)} that failed` : '';
      return [
        `${id}: submitted before, and done${lost}: nothing to do`,
        'again with --resume behind --: only what is missing is done',
      ];
    }
  }
}

/** A farm in words: its submissions, its workers. */
export function describeStatus(
  { submissions, workers }: FarmStatus,
  listed: number,
): { lines: string[]; failures: string[] } {
  const lines = submissions.flatMap(submissionLines);
  if (submissions.length === 0) lines.push('no submissions');
  lines.push(`${plural(workers.length, 'worker')}${workers.length > 0 ? ':' : ''}`);
  for (const { host, pid, rate, submission } of workers) {
    lines.push(
      `   ${host} ${pid}   ${submission === null ? 'has nothing to do' : `${rateWords(rate)}   ${submission}`}`,
    );
  }
  const failures = submissions.flatMap(({ id, failed, failures: texts }) => {
    if (failed === 0) return [];
    const more = failed - Math.min(listed, texts.length);
    return [
      `${id}: ${groupDigits(failed)} failed`,
      ...texts.slice(0, listed).map((text) => `   ${text}`),
      ...(more > 0 ? [`   and ${groupDigits(more)} more: they are in the manifest`] : []),
    ];
  });
  return { lines, failures };
}

function submissionLines(status: SubmissionStatus): string[] {
  const { id, words, state, fault, jobs, inputs, done, failed, skipped, rate, etaSeconds } = status;
  const known = done + failed + skipped;
  const parts = [
    `${groupDigits(jobs.done)}/${groupDigits(jobs.total)} jobs (${groupDigits(jobs.waiting)} wait, ${groupDigits(jobs.active)} in hand)`,
    `${groupDigits(known)}/${groupDigits(inputs)} images`,
    ...(failed > 0 ? [`${groupDigits(failed)} failed`] : []),
    ...(state === 'open' && rate > 0 ? [rateWords(rate)] : []),
    ...(state === 'open' && etaSeconds !== null ? [`ETA ${clock(etaSeconds)}`] : []),
    ...(state === 'open' ? [] : [STATES[state]]),
  ];
  return [`${id}   ${commandText([...words])}`, `   ${parts.join('   ')}`, ...(fault === null ? [] : [`   ${fault}`])];
}

const STATES: Readonly<Record<Exclude<SubmissionStatus['state'], 'open'>, string>> = {
  filling: 'being submitted',
  joined: 'done',
  broken: 'done, but the manifest is not written',
  cancelled: 'cancelled',
};

export function rateWords(perSecond: number): string {
  return `${perSecond < 10 ? perSecond.toFixed(1) : groupDigits(Math.round(perSecond))}/s`;
}

function clock(seconds: number): string {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

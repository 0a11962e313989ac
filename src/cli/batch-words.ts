import type { CnnvizError } from '../core/errors.js';
import type { RunResult } from '../core/result.js';
import { groupDigits } from '../core/text.js';
import { VERSION } from '../core/version.js';
import { summaryLine } from '../reports/text.js';
import { altOfRun } from './alt.js';

/** How a batch ended. */
export interface BatchTally {
  readonly written: number;
  readonly failures: readonly { readonly path: string; readonly error: CnnvizError }[];
  /** Done before. */
  readonly skipped: number;
  /** Not begun, because an output could not be written. */
  readonly left: number;
  readonly seconds: number;
  /** The folder has a manifest, so that --resume knows what is missing. */
  readonly canResume: boolean;
}

/** "9,998 written, 2 failed, 4 min 3 s (41/s)", and what to do about the rest. */
export function describeBatch({ written, failures, skipped, left, seconds, canResume }: BatchTally): string[] {
  const worked = written + failures.length;
  const before = skipped > 0 ? `, ${groupDigits(skipped)} done before` : '';
  const rate = seconds >= 1 && worked > 1 ? ` (${rateWords(worked / seconds)})` : '';
  const lines = [`${summaryLine(written, failures.length, left)}${before}, ${durationWords(seconds)}${rate}`];
  if (canResume && failures.length + left > 0) lines.push('again with --resume: only what is missing is done');
  return lines;
}

/** Each failure once, with its reason; what helps against all of them stands below. */
export function failureLines(failures: BatchTally['failures']): string[] {
  const lines = failures.map(({ error }) => `   ${error.message}`);
  const fixes = new Set(failures.map(({ error }) => error.fix));
  const [fix] = fixes;
  return fixes.size === 1 && fix !== undefined ? [...lines, `  fix: ${fix}`] : lines;
}

/** 41/s, or 3.2/s below ten */
function rateWords(perSecond: number): string {
  return `${perSecond < 10 ? perSecond.toFixed(1) : groupDigits(Math.round(perSecond))}/s`;
}

/** 0.4 s, 12 s, 4 min 3 s, 2 h 5 min */
function durationWords(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** What happened to one input: the same keys whether it worked or not. */
export interface JsonRecord {
  readonly path: string;
  /** Of a file in an archive: what it and the files that belong to it have in common. */
  readonly key?: string | undefined;
  readonly result: RunResult | null;
  readonly error: CnnvizError | null;
  /** Null: as the error says. */
  readonly status?: RecordStatus;
}

/** skipped: done before, so that nothing was computed */
export type RecordStatus = 'done' | 'failed' | 'skipped';

/** The keys every record begins with. */
export function recordHead({ path, key, error, status }: Pick<JsonRecord, 'path' | 'key' | 'error' | 'status'>) {
  return {
    path,
    ...(key !== undefined && { key }),
    ok: error === null,
    status: status ?? (error === null ? 'done' : 'failed'),
    error: error && { code: error.code, message: error.message, fix: error.fix ?? null },
  };
}

/** One input of `conv`, as it stands in --json and --jsonl. */
export function convRecord({ result, ...record }: JsonRecord) {
  return {
    ...recordHead(record),
    input: result?.input ?? null,
    banks: result?.banks ?? null,
    outputs: result?.outputs ?? null,
    alt: result && altOfRun(result),
    warnings: result?.warnings ?? null,
  };
}

/** The one document of --json: what was asked, how many inputs are done, what became of each, in their order. */
export function batchDocument(
  head: Readonly<Record<string, string>>,
  results: readonly { readonly ok: boolean; readonly status: RecordStatus }[],
): object {
  const failed = results.filter(({ ok }) => !ok).length;
  const skipped = results.filter(({ status }) => status === 'skipped').length;
  const counts = { done: results.length - failed - skipped, failed, skipped };
  return { cnnviz: VERSION, ...head, ...counts, results };
}

/** One line of --jsonl. Its form is docs/batch-record.schema.json; `form` counts up when a key changes its meaning. */
export function recordLine(head: Readonly<Record<string, string>>, record: object): string {
  return JSON.stringify({ cnnviz: VERSION, form: 1, ...head, ...record });
}

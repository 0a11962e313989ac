import type { CnnvizError } from '../core/errors.js';
import { groupDigits } from '../core/format.js';
import { plural } from '../core/geometry.js';
import { summaryLine } from './text.js';

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

/** Each failure once, with its reason. */
export function failureLines(failures: BatchTally['failures']): string[] {
  return failures.map(({ error }) => `   ${error.message}`);
}

/** 41/s, or 3.2/s below ten */
function rateWords(perSecond: number): string {
  return `${perSecond < 10 ? perSecond.toFixed(1) : groupDigits(Math.round(perSecond))}/s`;
}

/** 0.4 s, 12 s, 4 min 3 s, 2 h 5 min */
export function durationWords(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** What `batch merge` found. */
export interface MergeFacts {
  readonly shards: number;
  readonly absent: readonly number[];
  readonly total: number;
  readonly written: number;
  readonly failed: readonly { readonly message: string }[];
  readonly missing: readonly { readonly shard: number; readonly inputs: number }[];
  readonly duplicates: readonly string[];
  readonly manifest: string | null;
}

/** "4 shards, 1,000 inputs: 989 written, 11 failed"; what is wrong; what was done or is to do. */
export function describeMerge({ shards, absent, total, written, failed, missing, duplicates, manifest }: MergeFacts): {
  summary: string;
  faults: string[];
  hint: string;
} {
  const summary = `${plural(shards, 'shard')}, ${groupDigits(total)} inputs: ${summaryLine(written, failed.length, 0)}`;
  const lines: string[] = [];
  for (const { message } of failed) lines.push(`   ${message}`);
  for (const shard of absent) lines.push(`   shard ${shard}/${shards}: no manifest, it never ran`);
  for (const { shard, inputs } of missing)
    lines.push(`   shard ${shard}/${shards}: ${plural(inputs, 'input')} not done`);
  for (const name of duplicates) lines.push(`   ${name}: more than one shard has it`);
  const todo =
    duplicates.length === 0
      ? 'not joined: run what is missing with --resume, then merge again'
      : 'not joined: the shards were not parts of one list of inputs';
  return { summary, faults: lines, hint: manifest === null ? todo : `wrote ${manifest}` };
}

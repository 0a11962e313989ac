import type { CnnvizError } from '../core/errors.js';
import type { RunResult } from '../core/result.js';
import { VERSION } from '../core/version.js';
import { altOfRun } from './alt.js';

/** What happened to one input: the same keys whether it worked or not. */
export interface JsonRecord {
  readonly path: string;
  readonly result: RunResult | null;
  readonly error: CnnvizError | null;
  /** Null: as the error says. */
  readonly status?: RecordStatus;
}

/** skipped: done before, so that nothing was computed */
export type RecordStatus = 'done' | 'failed' | 'skipped';

/** The keys every record begins with. */
export function recordHead({ path, error, status }: Pick<JsonRecord, 'path' | 'error' | 'status'>) {
  return {
    path,
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
): string {
  const failed = results.filter(({ ok }) => !ok).length;
  const skipped = results.filter(({ status }) => status === 'skipped').length;
  const counts = { done: results.length - failed - skipped, failed, skipped };
  return JSON.stringify({ cnnviz: VERSION, ...head, ...counts, results }, null, 2);
}

/** One line of --jsonl. Its form is docs/batch-record.schema.json; `form` counts up when a key changes its meaning. */
export function recordLine(head: Readonly<Record<string, string>>, record: object): string {
  return JSON.stringify({ cnnviz: VERSION, form: 1, ...head, ...record });
}

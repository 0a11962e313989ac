import type { CnnvizError } from '../core/errors.js';
import type { RunResult } from '../core/result.js';
import { VERSION } from '../core/version.js';
import { altOfRun } from './alt.js';

/** What happened to one input: the same keys whether it worked or not. */
export interface JsonRecord {
  readonly path: string;
  readonly result: RunResult | null;
  readonly error: CnnvizError | null;
}

/** The one document of --json: what was asked, what became of each input, in their order. */
export function jsonDocument(command: string, records: readonly JsonRecord[]): string {
  const results = records.map(({ path, result, error }) => ({
    path,
    ok: error === null,
    error: error && { code: error.code, message: error.message, fix: error.fix ?? null },
    input: result?.input ?? null,
    banks: result?.banks ?? null,
    outputs: result?.outputs ?? null,
    alt: result && altOfRun(result),
    warnings: result?.warnings ?? null,
  }));
  const failed = results.filter(({ ok }) => !ok).length;
  return JSON.stringify({ cnnviz: VERSION, command, done: results.length - failed, failed, results }, null, 2);
}

import type { Prediction } from '../core/head-result.js';
import { VERSION } from '../core/version.js';
import type { Style } from './text.js';

/** What became of one image: the same keys whether it worked or not. */
export interface PredictionRecord {
  readonly path: string;
  readonly prediction: Prediction | null;
  readonly error: { readonly code: string; readonly message: string; readonly fix?: string | undefined } | null;
}

/** "photos/a.jpg    97.2 % cat     2.1 % dog     0.7 % plane"; names are as wide as the widest path. */
export function predictionLine({ path, top }: Prediction, width: number, style: Style): string {
  const [first, ...others] = top;
  const words = (probability: number) => percentWords(probability).padStart(7);
  const best = `${words(first.probability)} ${style.strong(first.label)}`;
  const rest = others.map(({ label, probability }) => style.dim(`${words(probability)} ${label}`));
  return ` ${path}${' '.repeat(Math.max(0, width - [...path].length))}  ${[best, ...rest].join('  ')}`;
}

function percentWords(probability: number): string {
  return `${(100 * probability).toFixed(1)} %`;
}

/** One line of --jsonl, and one entry of --json: top has index, label and probability, best first. */
export function predictionRecord({ path, prediction, error }: PredictionRecord) {
  return {
    path,
    ok: error === null,
    error: error && { code: error.code, message: error.message, fix: error.fix ?? null },
    top: prediction?.top ?? null,
  };
}

/** The document of `head predict --json`. */
export function predictionsJson(
  head: string,
  records: readonly PredictionRecord[],
  warnings: readonly string[],
): string {
  const results = records.map(predictionRecord);
  const failed = results.filter(({ ok }) => !ok).length;
  const counts = { done: results.length - failed, failed };
  return JSON.stringify({ cnnviz: VERSION, command: 'head predict', head, ...counts, results, warnings }, null, 2);
}

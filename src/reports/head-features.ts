import { groupDigits } from '../core/format.js';
import type { FeatureFacts, LeftOut } from '../core/head-result.js';
import { VERSION } from '../core/version.js';
import { featureLines } from './head.js';
import { formatBytes } from './numbers.js';
import type { Style } from './text.js';

/** What this report tells: the result of studies/export-features, as plain data. */
export interface ExportedFeatures {
  readonly features: FeatureFacts;
  readonly rows: readonly { readonly path: string; readonly label: string | null }[];
  readonly out: string;
  readonly bytes: number;
  readonly failed: readonly LeftOut[];
  readonly notes: readonly string[];
}

/** Which features, and where they went. */
export function describeFeatures({ features, rows, out, bytes }: ExportedFeatures, style: Style): string[] {
  const size = `${groupDigits(rows.length)} × ${groupDigits(features.features)}`;
  const wrote = out === '-' ? [] : [`wrote ${style.strong(out)}  ${size}, ${formatBytes(bytes)}`];
  return [...featureLines(features), ...wrote];
}

/** The document of `head features --json`: rows in the order of the file. */
export function featuresJson(result: ExportedFeatures): string {
  return JSON.stringify({ cnnviz: VERSION, command: 'head features', ...result, warnings: result.notes }, null, 2);
}

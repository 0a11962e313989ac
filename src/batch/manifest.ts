import { PART_FORMATS, type PartsJob } from '../core/part.js';
import { VERSION } from '../core/version.js';
import type { Input } from '../io/inputs.js';
import { tagOfInput } from '../io/remote/same-input.js';
import type { Shard } from './shard.js';
import type { WorkDone } from './work.js';

/** The form of the file; a manifest of another form is not understood. */
const FORM = 1;

/** The first line of a manifest: of what run it tells. */
export interface ManifestHead {
  /** SHA-256 of all that decides the outputs but the inputs: options, kernels, weights, version. */
  readonly command: string;
  readonly shard: Shard | null;
  /** How many inputs this run has, and how many all shards have together. */
  readonly inputs: number;
  readonly total: number;
  /** How results are gathered; absent: each input has files of its own. */
  readonly parts?: PartsJob;
}

/** Any other line: what became of one input. */
export interface ManifestEntry {
  /** As it was given. */
  readonly input: string;
  /** Null when it could not be read. */
  readonly sha256: string | null;
  /** What the store that holds it said beside its name; changes with its bytes. Absent: there was none. */
  readonly etag?: string | undefined;
  /** Paths are relative to the manifest's folder. */
  readonly outputs: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface Manifest {
  readonly head: ManifestHead;
  /** The last entry of each input. */
  readonly entries: ReadonlyMap<string, ManifestEntry>;
}

/** What the first line of every manifest holds, of any form. */
export const MANIFEST_MARK = '"manifest":';

/** cnnviz-manifest.jsonl, or cnnviz-manifest.2-of-8.jsonl */
export function manifestName(shard: Shard | null): string {
  return shard === null ? 'cnnviz-manifest.jsonl' : `cnnviz-manifest.${shard.index}-of-${shard.count}.jsonl`;
}

/** Which shard a file's name says; null for the whole, undefined when it is no manifest. */
export function shardOfName(name: string): Shard | null | undefined {
  const match = /^cnnviz-manifest(?:\.(\d+)-of-(\d+))?\.jsonl$/.exec(name);
  if (match === null) return undefined;
  return match[1] === undefined ? null : { index: Number(match[1]), count: Number(match[2]) };
}

export function headLine({ command, shard, inputs, total, parts }: ManifestHead): string {
  return JSON.stringify({ cnnviz: VERSION, manifest: FORM, command, shard, inputs, total, parts });
}

export function entryLine({ input, sha256, etag, outputs, error }: ManifestEntry): string {
  return JSON.stringify({ input, sha256, etag, outputs, error });
}

/** What a manifest says of an input that is settled. `outputs`: the files that tell of it, below the manifest's folder. */
export function settledEntry(
  input: Input,
  { sha256, error }: WorkDone,
  outputs: ManifestEntry['outputs'],
): ManifestEntry {
  return {
    input: input.path,
    sha256,
    etag: sha256 === null ? undefined : tagOfInput(input),
    outputs,
    error: error && { code: error.code, message: plainReason(error) },
  };
}

/**
 * Without the decoder's own words in parentheses: of images that fail in the same moment it mixes them up, and a
 * manifest must have the same bytes every time.
 */
export function plainReason({ code, message }: NonNullable<ManifestEntry['error']>): string {
  return code === 'decode' ? message.replace(/ \(.*\)$/s, '') : message;
}

/** Reads a manifest; null when its first line is none. Lines that are not whole, or not entries, are left out. */
export function readManifest(lines: readonly string[]): Manifest | null {
  const head = headOf(lines[0] ?? '');
  if (head === null) return null;
  const entries = new Map<string, ManifestEntry>();
  for (const line of lines.slice(1)) {
    const entry = entryOf(line);
    if (entry === null) continue;
    entries.delete(entry.input);
    entries.set(entry.input, entry);
  }
  return { head, entries };
}

/** What a manifest's first line says; null when it is none of this version. */
export function headOf(line: string): ManifestHead | null {
  const { manifest, command, shard, inputs, total, parts } = parsed(line);
  const isHead = manifest === FORM && typeof command === 'string' && isCount(inputs) && isCount(total);
  if (!isHead) return null;
  return { command, shard: isShard(shard) ? shard : null, inputs, total, ...(isParts(parts) && { parts }) };
}

/** What any other line says; null for one that is torn, or no entry. */
export function entryOf(line: string): ManifestEntry | null {
  const { input, sha256, etag, outputs, error } = parsed(line);
  const isEntry = typeof input === 'string' && Array.isArray(outputs) && outputs.every(isOutput);
  if (!isEntry || !(sha256 === null || typeof sha256 === 'string')) return null;
  return { input, sha256, ...(typeof etag === 'string' && { etag }), outputs, error: isError(error) ? error : null };
}

function parsed(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isShard(value: unknown): value is Shard {
  const shard = value as Shard | null;
  return typeof shard === 'object' && shard !== null && isCount(shard.index) && isCount(shard.count);
}

function isParts(value: unknown): value is PartsJob {
  const parts = value as PartsJob | null;
  return typeof parts === 'object' && parts !== null && PART_FORMATS.includes(parts.format) && isCount(parts.size);
}

function isOutput(value: unknown): value is ManifestEntry['outputs'][number] {
  const output = value as ManifestEntry['outputs'][number] | null;
  return (
    typeof output === 'object' &&
    output !== null &&
    typeof output.path === 'string' &&
    isCount(output.bytes) &&
    typeof output.sha256 === 'string'
  );
}

function isError(value: unknown): value is { code: string; message: string } {
  const error = value as { code: string; message: string } | null;
  return (
    typeof error === 'object' && error !== null && typeof error.code === 'string' && typeof error.message === 'string'
  );
}

import {
  entryLine,
  headLine,
  MANIFEST_MARK,
  type Manifest,
  type ManifestEntry,
  manifestName,
  readManifest,
  shardOfName,
} from '../../batch/manifest.js';
import { MOST_SHARDS } from '../../batch/shard.js';
import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import { groupDigits } from '../../core/text.js';
import { listFolder } from '../../io/inputs.js';
import { takeLock } from '../../io/lock.js';
import { readLines, refuseForeign, writeLines } from '../../io/own-texts.js';
import { joinPath } from '../../io/paths.js';
import { summaryLine } from '../../reports/text.js';

/** What the manifests of a folder's shards say together. */
interface MergeResult {
  readonly folder: string;
  /** How many shards there should be, and the numbers of those without a manifest. */
  readonly shards: number;
  readonly absent: readonly number[];
  /** Inputs of all shards. */
  readonly total: number;
  readonly written: number;
  readonly failed: readonly { readonly input: string; readonly code: string; readonly message: string }[];
  /** Inputs that no manifest tells of, as far as the shards that are there know: shard and how many. */
  readonly missing: readonly { readonly shard: number; readonly inputs: number }[];
  /** Inputs, or outputs, that more than one shard claims. */
  readonly duplicates: readonly string[];
  /** The joined manifest; null when it was not written, for something is absent, missing or twice. */
  readonly manifest: string | null;
}

/**
 * Joins the manifests of all shards into one, which is the manifest an undivided run leaves.
 * @throws CnnvizError 'nothing' when there is none, 'usage' when they are of different runs
 */
export async function mergeManifests(folder: string): Promise<MergeResult> {
  const names = await listFolder(folder);
  const shards = names.flatMap((name) => shardOfName(name) ?? []);
  if (shards.length === 0) {
    throw new CnnvizError('nothing', `${folder}: no manifests of shards`, {
      fix: 'name the folder that runs with --shard i/n wrote to',
    });
  }
  const manifests = new Map<number, Manifest>();
  for (const shard of shards) {
    const path = joinPath(folder, manifestName(shard));
    const manifest = readManifest((await readLines(path)) ?? []);
    if (manifest === null) {
      throw new CnnvizError('format', `${path}: not a manifest of this version`, { fix: 'run this shard again' });
    }
    manifests.set(shard.index, manifest);
  }
  const count = oneValue(
    folder,
    shards.map((shard) => shard.count),
    'shards of different numbers',
  );
  if (count > MOST_SHARDS) {
    throw new CnnvizError('usage', `${folder}: ${count} shards: expected at most ${MOST_SHARDS}`, {
      fix: 'rename or remove the manifests that cnnviz did not write',
    });
  }
  const heads = [...manifests.values()].map(({ head }) => head);
  const command = oneValue(
    folder,
    heads.map((head) => head.command),
    'manifests of different commands',
  );
  const total = oneValue(
    folder,
    heads.map((head) => head.total),
    'manifests of different lists of inputs',
  );

  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  const absent = numbers.filter((number) => !manifests.has(number));
  const missing = [...manifests].flatMap(([shard, { head, entries }]) =>
    entries.size < head.inputs ? [{ shard, inputs: head.inputs - entries.size }] : [],
  );
  const entries = [...manifests.values()].flatMap((manifest) => [...manifest.entries.values()]);
  const duplicates = [
    ...twice(entries.map(({ input }) => input)),
    ...twice(entries.flatMap(({ outputs }) => outputs.map(({ path }) => path))),
  ];
  const isWhole = absent.length + missing.length + duplicates.length === 0;
  const manifest = isWhole ? joinPath(folder, manifestName(null)) : null;
  if (manifest !== null) await writeJoined(manifest, command, total, entries);
  return {
    folder,
    shards: count,
    absent,
    total,
    written: entries.filter(({ error }) => error === null).length,
    failed: entries.flatMap(({ input, error }) => (error === null ? [] : [{ input, ...error }])),
    missing: missing.sort((a, b) => a.shard - b.shard),
    duplicates,
    manifest,
  };
}

async function writeJoined(
  path: string,
  command: string,
  total: number,
  entries: readonly ManifestEntry[],
): Promise<void> {
  const lock = takeLock(`${path}.lock`);
  try {
    await refuseForeign(path, MANIFEST_MARK);
    const sorted = [...entries].sort((a, b) => (a.input < b.input ? -1 : 1));
    await writeLines(path, [headLine({ command, shard: null, inputs: total, total }), ...sorted.map(entryLine)]);
  } finally {
    lock.release();
  }
}

/** What all of them say. */
function oneValue<T>(folder: string, values: readonly T[], otherwise: string): T {
  const [first] = values;
  if (values.every((value) => value === first)) return first;
  throw new CnnvizError('usage', `${folder}: ${otherwise}`, {
    fix: 'remove the manifests of older runs, or run the shards that are left again',
  });
}

function twice(names: readonly string[]): string[] {
  const seen = new Set<string>();
  const again = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) again.add(name);
    seen.add(name);
  }
  return [...again].sort();
}

/** What is wrong; "4 shards, 1,000 inputs: 989 written, 11 failed"; what was done or is to do. */
export function describeMerge(found: MergeResult): { failures: string[]; lines: string[] } {
  const { shards, absent, total, written, failed, missing, duplicates, manifest } = found;
  const failures = [
    ...failed.map(({ message }) => `   ${message}`),
    ...absent.map((shard) => `   shard ${shard}/${shards}: no manifest, it never ran`),
    ...missing.map(({ shard, inputs }) => `   shard ${shard}/${shards}: ${plural(inputs, 'input')} not done`),
    ...duplicates.map((name) => `   ${name}: more than one shard has it`),
  ];
  const todo =
    duplicates.length === 0
      ? 'not joined: run what is missing with --resume, then merge again'
      : 'not joined: the shards were not parts of one list of inputs';
  const summary = `${plural(shards, 'shard')}, ${groupDigits(total)} inputs: ${summaryLine(written, failed.length, 0)}`;
  return { failures, lines: [summary, manifest === null ? todo : `wrote ${manifest}`] };
}

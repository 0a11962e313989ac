import {
  entryLine,
  entryOf,
  headLine,
  headOf,
  MANIFEST_MARK,
  type ManifestEntry,
  type ManifestHead,
  manifestName,
  shardOfName,
} from '../../batch/manifest.js';
import { MOST_SHARDS } from '../../batch/shard.js';
import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import { groupDigits } from '../../core/text.js';
import { listFolder } from '../../io/find/folder.js';
import { takeLock } from '../../io/lock.js';
import { linesOf, refuseForeign, writeLines } from '../../io/own-texts.js';
import { joinPath, leavesFolder } from '../../io/paths.js';
import { sizeOf } from '../../io/read-files.js';
import { summaryLine } from '../../reports/text.js';

/** What the manifests of a folder's shards say together. */
export interface MergeResult {
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
  /** Parts that hold the results of many inputs: how many, and those that are absent or not as they were written. */
  readonly parts?: { readonly named: number; readonly broken: readonly string[] };
  /** The joined manifest; null when it was not written, for something is absent, missing or twice. */
  readonly manifest: string | null;
}

/**
 * Joins the manifests of all shards into one, which is the manifest an undivided run leaves. Its memory grows by eight bytes
 * for each input and output, and with what failed.
 * @throws CnnvizError 'nothing' when there is none, 'usage' when they are of different runs
 */
export async function mergeManifests(
  folder: string,
  sizeOfPart: SizeOfPart = (path) => sizeOf(joinPath(folder, path)),
): Promise<MergeResult> {
  const names = await listFolder(folder);
  const shards = names.flatMap((name) => shardOfName(name) ?? []);
  if (shards.length === 0) {
    throw new CnnvizError('nothing', `${folder}: no manifests of shards`, {
      fix: 'name the folder that runs with --shard i/n wrote to',
    });
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
  const files = shards
    .sort((a, b) => a.index - b.index)
    .map(({ index }): ShardFile => ({ index, path: joinPath(folder, manifestName({ index, count })) }));
  const portion = Math.max(LEAST_PORTION, Math.min(MOST_PORTION, Math.floor(MOST_AT_ONCE / files.length)));
  const { heads, inputs, outputs } = await hashedNames(files, portion);
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

  const present = new Set(files.map(({ index }) => index));
  const absent = Array.from({ length: count }, (_, i) => i + 1).filter((number) => !present.has(number));
  const { stale, claimed } = await repeatedInputs(files, portion, inputs.repeated());
  const gathers = heads.some((head) => head.parts !== undefined);
  const suspects = gathers ? 'parts' : outputs.repeated();
  const { entries, failed, again, named } = await countEntries(files, portion, stale, suspects);
  const broken = brokenParts(named, sizeOfPart);
  const missing = files.flatMap(({ index }, i) =>
    entries[i] < heads[i].inputs ? [{ shard: index, inputs: heads[i].inputs - entries[i] }] : [],
  );
  const duplicates = [...claimed.sort(), ...again.sort()];
  const isWhole = absent.length + missing.length + duplicates.length + broken.length === 0;
  const manifest = isWhole ? joinPath(folder, manifestName(null)) : null;
  const head = { command, shard: null, inputs: total, total, ...(gathers && { parts: heads[0].parts }) };
  const lines = gathers ? inOrder(files, portion, stale) : inTurn(files, portion, stale);
  if (manifest !== null) await writeJoined(manifest, head, lines);
  const done = entries.reduce((sum, one) => sum + one, 0);
  const written = done - failed.length;
  const parts = gathers ? { parts: { named: named.size, broken } } : {};
  return { folder, shards: count, absent, total, written, failed, missing, duplicates, ...parts, manifest };
}

/** How long a part is, by its path below the folder; null: it is not there. */
type SizeOfPart = (path: string) => number | null;

interface ShardFile {
  readonly index: number;
  readonly path: string;
}

/** Manifests are read side by side, a part of each in memory; what is kept of a line is eight bytes for each name in it. */
const MOST_AT_ONCE = 1 << 24;
const [LEAST_PORTION, MOST_PORTION] = [1 << 12, 1 << 18];

/** A line of a shard's manifest, the first behind its head being 0. */
interface Line {
  readonly number: number;
  readonly entry: ManifestEntry;
}

async function* entriesOf({ path }: ShardFile, portion: number, stale?: ReadonlySet<number>): AsyncGenerator<Line> {
  let number = -1;
  for await (const lines of linesOf(path, portion)) {
    for (const line of lines) {
      const entry = number < 0 || stale?.has(number) ? null : entryOf(line);
      if (entry !== null) yield { number, entry };
      number++;
    }
  }
}

async function headOfFile(path: string): Promise<ManifestHead> {
  for await (const [first] of linesOf(path, LEAST_PORTION)) {
    const head = headOf(first);
    if (head !== null) return head;
    break;
  }
  throw new CnnvizError('format', `${path}: not a manifest of this version`, { fix: 'run this shard again' });
}

/** Names by their hashes: which came more than once is found without keeping them. */
class Hashes {
  #numbers = new Float64Array(1 << 12);
  #count = 0;

  add(name: string): void {
    if (this.#count === this.#numbers.length) {
      const larger = new Float64Array(2 * this.#count);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#count++] = hashOf(name);
  }

  /** Those of more than one name, or of one that came again. */
  repeated(): ReadonlySet<number> {
    const sorted = this.#numbers.subarray(0, this.#count).sort();
    const found = new Set<number>();
    for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) found.add(sorted[i]);
    return found;
  }
}

/** 53 bits of a name. It only says where to look: names are compared themselves. */
function hashOf(name: string): number {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    a = Math.imul(a ^ code, 2_654_435_761);
    b = Math.imul(b ^ code, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return 2 ** 32 * (b & 0x1f_ffff) + (a >>> 0);
}

async function hashedNames(files: readonly ShardFile[], portion: number) {
  const heads: ManifestHead[] = [];
  const [inputs, outputs] = [new Hashes(), new Hashes()];
  for (const file of files) {
    heads.push(await headOfFile(file.path));
    for await (const { entry } of entriesOf(file, portion)) {
      inputs.add(entry.input);
      for (const { path } of entry.outputs) outputs.add(path);
    }
  }
  return { heads, inputs, outputs };
}

/**
 * Of inputs that came again: the lines that a later one of the same shard replaces (a log that was not written in order
 * yet), and the names that several shards claim.
 */
async function repeatedInputs(files: readonly ShardFile[], portion: number, suspects: ReadonlySet<number>) {
  const stale = files.map(() => new Set<number>());
  const claims = new Map<string, { shard: number; number: number }>();
  const claimed = new Set<string>();
  if (suspects.size === 0) return { stale, claimed: [] };
  for (const [shard, file] of files.entries()) {
    for await (const { number, entry } of entriesOf(file, portion)) {
      if (!suspects.has(hashOf(entry.input))) continue;
      const before = claims.get(entry.input);
      if (before?.shard === shard) stale[shard].add(before.number);
      else if (before) claimed.add(entry.input);
      claims.set(entry.input, { shard, number });
    }
  }
  return { stale, claimed: [...claimed] };
}

/** A part as manifests name it; inputs of one part that say different things of it: the last. */
type NamedPart = ManifestEntry['outputs'][number] & { readonly shard: number; readonly isTorn: boolean };

/**
 * What became of the inputs of each shard; `again`: outputs that came more than once, `named`: parts.
 * @param suspects the hashes of names that may have come more than once, or that outputs are parts
 */
async function countEntries(
  files: readonly ShardFile[],
  portion: number,
  stale: readonly ReadonlySet<number>[],
  suspects: ReadonlySet<number> | 'parts',
) {
  const named = new Map<string, NamedPart>();
  const failed: { input: string; code: string; message: string }[] = [];
  const entries: number[] = [];
  const seen = new Set<string>();
  const again = new Set<string>();
  for (const [shard, file] of files.entries()) {
    entries.push(0);
    for await (const { entry } of entriesOf(file, portion, stale[shard])) {
      entries[shard]++;
      if (entry.error !== null) failed.push({ input: entry.input, ...entry.error });
      if (suspects === 'parts') {
        for (const output of entry.outputs) {
          const before = named.get(output.path);
          if (before !== undefined && before.shard !== shard) again.add(output.path);
          const isTorn = before !== undefined && (before.isTorn || before.sha256 !== output.sha256);
          named.set(output.path, { ...output, shard, isTorn });
        }
        continue;
      }
      for (const { path } of suspects.size > 0 ? entry.outputs : []) {
        if (!suspects.has(hashOf(path))) continue;
        if (seen.has(path)) again.add(path);
        seen.add(path);
      }
    }
  }
  return { entries, failed, again: [...again], named };
}

/** Parts that are not there, or not as long as they were; what is in them is looked at by --resume. */
function brokenParts(named: ReadonlyMap<string, NamedPart>, sizeOfPart: SizeOfPart): string[] {
  return [...named.values()]
    .filter(({ path, bytes, isTorn }) => isTorn || leavesFolder(path) || sizeOfPart(path) !== bytes)
    .map(({ path }) => path)
    .sort();
}

/** A line of each shard in turn: the order of the inputs' names, of which each shard has every n-th. */
async function* inTurn(
  files: readonly ShardFile[],
  portion: number,
  stale: readonly ReadonlySet<number>[],
): AsyncGenerator<string> {
  let open = files.map((file, shard) => entriesOf(file, portion, stale[shard]));
  while (open.length > 0) {
    const left: typeof open = [];
    for (const lines of open) {
      const { done, value } = await lines.next();
      if (done) continue;
      yield entryLine(value.entry);
      left.push(lines);
    }
    open = left;
  }
}

/** The lines of shards that hold whole parts, each in the order of its inputs' names, in the order of all names. */
async function* inOrder(
  files: readonly ShardFile[],
  portion: number,
  stale: readonly ReadonlySet<number>[],
): AsyncGenerator<string> {
  /** The next line of each, the first of all last. */
  const next: { readonly entry: ManifestEntry; readonly lines: AsyncGenerator<Line> }[] = [];
  const take = async (lines: AsyncGenerator<Line>): Promise<void> => {
    const { done, value } = await lines.next();
    if (done) return;
    const { entry } = value;
    let [lo, hi] = [0, next.length];
    while (lo < hi) {
      const middle = (lo + hi) >> 1;
      if (next[middle].entry.input > entry.input) lo = middle + 1;
      else hi = middle;
    }
    next.splice(lo, 0, { entry, lines });
  };
  for (const [shard, file] of files.entries()) await take(entriesOf(file, portion, stale[shard]));
  for (let first = next.pop(); first !== undefined; first = next.pop()) {
    yield entryLine(first.entry);
    await take(first.lines);
  }
}

async function writeJoined(path: string, head: ManifestHead, lines: AsyncIterable<string>): Promise<void> {
  const lock = takeLock(`${path}.lock`);
  try {
    await refuseForeign(path, MANIFEST_MARK);
    await writeLines(path, behind(headLine(head), lines));
  } finally {
    lock.release();
  }
}

async function* behind(first: string, lines: AsyncIterable<string>): AsyncGenerator<string> {
  yield first;
  yield* lines;
}

/** What all of them say. */
function oneValue<T>(folder: string, values: readonly T[], otherwise: string): T {
  const [first] = values;
  if (values.every((value) => value === first)) return first;
  throw new CnnvizError('usage', `${folder}: ${otherwise}`, {
    fix: 'remove the manifests of older runs, or run the shards that are left again',
  });
}

/** What is wrong; "4 shards, 1,000 inputs: 989 written, 11 failed"; what was done or is to do. */
export function describeMerge(found: MergeResult): { failures: string[]; lines: string[] } {
  const { shards, absent, total, written, failed, missing, duplicates, parts, manifest } = found;
  const failures = [
    ...failed.map(({ message }) => `   ${message}`),
    ...absent.map((shard) => `   shard ${shard}/${shards}: no manifest, it never ran`),
    ...missing.map(({ shard, inputs }) => `   shard ${shard}/${shards}: ${plural(inputs, 'input')} not done`),
    ...duplicates.map((name) => `   ${name}: more than one shard has it`),
    ...(parts?.broken ?? []).map((path) => `   ${path}: absent, or not as it was written`),
  ];
  const todo =
    duplicates.length === 0
      ? 'not joined: run what is missing with --resume, then merge again'
      : 'not joined: the shards were not parts of one list of inputs';
  // a part and what is told of it
  const ofParts = parts ? ` in ${plural(parts.named / 2, 'part')}` : '';
  const summary = `${plural(shards, 'shard')}, ${groupDigits(total)} inputs${ofParts}: ${summaryLine(written, failed.length, 0)}`;
  return { failures, lines: [summary, manifest === null ? todo : `wrote ${manifest}`] };
}

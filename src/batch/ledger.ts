import type { NetworkRequest } from '../core/job.js';
import { VERSION } from '../core/version.js';
import { existingFile, fileIdentity } from '../io/files.js';
import { sha256, sha256OfFile } from '../io/hash.js';
import type { Input } from '../io/inputs.js';
import { type LogFile, openLog, readLines, refuseForeign, writeLines } from '../io/own-texts.js';
import { baseName, isStored, joinPath, leavesFolder } from '../io/paths.js';
import { type KeptText, keepText } from '../io/places/kept-text.js';
import { isSameInput } from '../io/remote/same-input.js';
import { rootOf } from '../run/place.js';
import {
  entryLine,
  headLine,
  MANIFEST_MARK,
  type ManifestEntry,
  type ManifestHead,
  manifestName,
  readManifest,
} from './manifest.js';
import type { Task } from './work.js';

/** Entries whose files are looked at together; of objects each answer is waited for. */
const [FILES_AT_ONCE, OBJECTS_AT_ONCE] = [4, 16];

interface LedgerOptions {
  /** The folder all outputs go below. */
  readonly root: string;
  readonly head: ManifestHead;
  readonly inputs: readonly Input[];
  /** Take over what an earlier run of the same command has done. */
  readonly resume: boolean;
}

/** Who keeps the record of a batch: a manifest in its folder, or a queue that several machines share. */
export interface Journal {
  /** Of what is done already nothing is done again. */
  readonly proven: { has(input: string): boolean };
  record(entry: ManifestEntry): void;
  /** An input is being worked on; `alone`: with nothing beside it. */
  begun?(input: Input, alone: boolean): void;
  /** Ends the run. */
  close(): Promise<void>;
  /** Leaves the record as it is; synchronous. */
  abandon(): void;
}

/** A run's manifest: who may write to the folder, what is done, and what is on record of it. */
export class Ledger implements Journal {
  /** What an earlier run has done, and what is still true: same input, outputs as they were written. */
  readonly proven: ReadonlyMap<string, ManifestEntry>;
  /** What a person should know of how it began. */
  readonly notes: readonly string[];
  readonly #options: LedgerOptions;
  readonly #kept: KeptText;
  readonly #log: LogFile;
  /** Why the record cannot be brought to its place. */
  #fault: unknown = null;

  private constructor(
    options: LedgerOptions,
    kept: KeptText,
    proven: ReadonlyMap<string, ManifestEntry>,
    notes: readonly string[],
  ) {
    this.#options = options;
    this.#kept = kept;
    this.#log = openLog(kept.path);
    this.proven = proven;
    this.notes = notes;
  }

  /** @throws CnnvizError 'output' when another run writes to the folder, or it cannot be written */
  static async open(options: LedgerOptions): Promise<Ledger> {
    const { root, head, resume } = options;
    const place = joinPath(root, manifestName(head.shard));
    let ledger: Ledger | null = null;
    const kept = await keepText(place, (error) => {
      if (ledger !== null) ledger.#fault = error;
    });
    try {
      const notes = kept.takenOver ? ['the last run here did not end by itself; its lock is taken over'] : [];
      await refuseForeign(place, MANIFEST_MARK);
      const proven = resume ? await proveEntries(kept.path, options, notes) : new Map<string, ManifestEntry>();
      await writeLines(kept.path, [headLine(head), ...[...proven.values()].map(entryLine)]);
      await kept.publish();
      ledger = new Ledger(options, kept, proven, notes);
      return ledger;
    } catch (error) {
      kept.release();
      throw error;
    }
  }

  /** @throws CnnvizError 'output' */
  record(entry: ManifestEntry): void {
    if (this.#fault !== null) throw this.#fault;
    this.#log.append(entryLine(entry));
  }

  /**
   * Ends the run. A manifest that tells of every input is written once more, in the order of their names: whatever
   * happened on the way, and in however many shards, the same work leaves the same bytes.
   */
  async close(): Promise<void> {
    this.#log.close();
    const { inputs, head } = this.#options;
    try {
      // read back instead of kept: a run's memory must not grow with what it has done
      const { path } = this.#kept;
      const written = readManifest((await readLines(path)) ?? []);
      const names = inputs.map(({ path }) => path).sort();
      const entries = names.map((path) => written?.entries.get(path)).filter((entry) => entry !== undefined);
      if (entries.length === inputs.length) await writeLines(path, [headLine(head), ...entries.map(entryLine)]);
      await this.#kept.publish();
    } finally {
      this.#kept.release();
    }
  }

  /** Leaves the manifest as it is; synchronous, for signal handlers and after faults. */
  abandon(): void {
    this.#log.close();
    this.#kept.release();
  }
}

/** Of what an earlier run of the same command has done, what is still true, by input. `notes`: takes what a person should know. */
export async function proveEntries(
  path: string,
  { root, head, inputs }: Omit<LedgerOptions, 'resume'>,
  notes: string[],
): Promise<Map<string, ManifestEntry>> {
  const lines = await readLines(path);
  const manifest = lines && readManifest(lines);
  if (!manifest) {
    notes.push('nothing to resume here: no manifest');
    return new Map();
  }
  if (manifest.head.command !== head.command) {
    notes.push('the manifest here is of another command: everything is done anew');
    return new Map();
  }
  const proven: (ManifestEntry | undefined)[] = new Array(inputs.length);
  const hash = isStored(root) ? (await import('../io/places/stored-files.js')).hashOfStored : hashOf;
  const hashes = head.parts === undefined ? hash : onceEach(hash);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < inputs.length) {
      const index = next++;
      const entry = manifest.entries.get(inputs[index].path);
      if (entry?.error === null && (await isTrue(inputs[index], entry, root, hashes))) proven[index] = entry;
    }
  };
  await Promise.all(Array.from({ length: isStored(root) ? OBJECTS_AT_ONCE : FILES_AT_ONCE }, lane));
  if (head.parts !== undefined) leaveBrokenParts(inputs, proven);
  return new Map(proven.flatMap((entry) => (entry === undefined ? [] : [[entry.input, entry] as const])));
}

/** Whether the input is what it was, and the outputs are what was written. */
async function isTrue(
  input: Input,
  { sha256, etag, outputs }: ManifestEntry,
  root: string,
  outputHash: OutputHash,
): Promise<boolean> {
  if (sha256 === null) return false;
  // a manifest of a stranger leads nowhere else
  if (outputs.some(({ path }) => leavesFolder(path))) return false;
  for (const output of outputs) {
    if ((await outputHash(joinPath(root, output.path), output.bytes)) !== output.sha256) return false;
  }
  return isSameInput(input, { sha256, etag });
}

/** The SHA-256 of an output of so many bytes; null when it is gone, or cannot be read. */
type OutputHash = (path: string, bytes: number) => Promise<string | null>;

/** A part holds the results of many inputs: it is read once. */
function onceEach(hash: OutputHash): OutputHash {
  const known = new Map<string, Promise<string | null>>();
  return (path, bytes) => {
    const before = known.get(path) ?? hash(path, bytes);
    known.set(path, before);
    return before;
  };
}

/** A part of which one input is to be done is made anew, and all of its inputs with it. */
function leaveBrokenParts(inputs: readonly Input[], proven: (ManifestEntry | undefined)[]): void {
  const broken = new Set<string>();
  for (const [index, { part }] of inputs.entries()) {
    if (proven[index]?.outputs[0]?.path !== part) broken.add(part!);
  }
  for (const [index, { part }] of inputs.entries()) if (broken.has(part!)) proven[index] = undefined;
}

/** Null for a file that is gone or cannot be read. */
async function hashOf(path: string): Promise<string | null> {
  return fileIdentity(path) === null ? null : sha256OfFile(path).catch(() => null);
}

/**
 * SHA-256 of all that decides the outputs but the inputs: the job with every option that changes pixels or names, the
 * contents of the files it names, the version. Where the outputs go and whether they may replace others is left out.
 */
export async function commandHash(task: Task): Promise<string> {
  const { output, ...job } = task.job;
  const { products, target, figure, parts } = output;
  const root = rootOf(output);
  const naming = target.kind === 'template' && root !== null ? relativeTo(root, target.path) : target.kind;
  const files: [string, string][] = [];
  for (const path of namedFiles(task)) {
    if (await existingFile(path)) files.push([path, await sha256OfFile(path)]);
  }
  const fetched = await fetchedFile(task);
  if (fetched !== null) files.push([baseName(fetched), await sha256OfFile(fetched)]);
  return sha256(
    new TextEncoder().encode(
      JSON.stringify({ cnnviz: VERSION, kind: task.kind, job, products, figure, naming, files, parts }),
    ),
  );
}

/** The weights that a network finds by itself; null when they are named, or there are none. */
async function fetchedFile(task: Task): Promise<string | null> {
  if (task.kind !== 'run') return null;
  const { filesOf } = await import('../run/network.js');
  const { weights } = await filesOf(task.job.request);
  return weights !== null && !namedFiles(task).includes(weights) && (await existingFile(weights)) ? weights : null;
}

function relativeTo(root: string, path: string): string {
  return path.startsWith(root) ? path.slice(root.length) : path;
}

/** What may be a file among the names in a task. */
export function namedFiles(task: Task): string[] {
  switch (task.kind) {
    case 'conv': {
      const { kernels, bias } = task.job.layer;
      return [
        ...kernels.flatMap((kernel) => (kernel.kind === 'file' ? [kernel.path] : [])),
        ...kernels.flatMap((kernel) => (kernel.kind === 'patch' && kernel.image !== null ? [kernel.image] : [])),
        ...(bias?.kind === 'file' ? [bias.path] : []),
      ];
    }
    case 'run': {
      const { request, labels } = task.job;
      return namesOfRequest(request, labels);
    }
    case 'preprocess':
      return [];
  }
}

/** What may be a file among the names of a network. */
export function namesOfRequest({ network, weights, inputs }: NetworkRequest, labels: string | null = null): string[] {
  const at = network.lastIndexOf('@');
  // of HEAD@NET@WEIGHTS each may be one
  const split = at > 0 ? [network.slice(0, at), network.slice(at + 1), ...network.split('@')] : [];
  const names = [network, ...new Set(split), weights, labels, ...inputs.map(({ path }) => path)];
  return names.filter((path) => path !== null);
}

import { type PartsJob, partFacts, partKey } from '../../core/part.js';
import { VERSION } from '../../core/version.js';
import { writeAtomic, writeAtomicParts } from '../../io/files.js';
import { AwaitedParts, sha256 } from '../../io/hash.js';
import type { Input } from '../../io/inputs.js';
import { baseName, isStored, joinPath } from '../../io/paths.js';
import { discardStaged, openStaging, readStaged, type StagingFolder } from '../../io/places/staging-folder.js';
import { type ManifestEntry, plainReason, settledEntry } from '../manifest.js';
import { failedWork, sentError, type Task, type TaskResult, type WorkDone } from '../work.js';
import { openPartFormat } from './index.js';
import { notOne, type PartFile, type PartFormat, type PartRow } from './part-format.js';
import { partsOf } from './plan-parts.js';

/** An input that is settled: its part has been written. */
export interface InPart {
  readonly index: number;
  readonly work: WorkDone;
  readonly entry: ManifestEntry;
}

interface PartsOptions {
  /** Of this run, in the order of their parts. */
  readonly inputs: readonly Input[];
  readonly parts: PartsJob;
  /** The folder all parts go below. */
  readonly root: string;
  /** What the manifest says of the command. */
  readonly command: string;
  readonly clobber: boolean;
}

/**
 * Parts that are being made. Whoever works on an input writes its results into a staging folder; when all inputs of a part
 * are settled, in whatever order, the part is put together in the order of its inputs.
 */
export class PartsAtWork {
  readonly #options: PartsOptions;
  readonly #format: PartFormat;
  readonly #staging: StagingFolder;
  /** The inputs of each part by their indexes. */
  readonly #members: ReadonlyMap<string, readonly number[]>;
  /** What has become of inputs whose part is not whole. */
  readonly #settled = new Map<number, WorkDone>();
  /** What goes with them into their part. */
  readonly #beside = new Map<number, PartRow['beside']>();
  /** How many inputs of a part are still to come. */
  readonly #left = new Map<string, number>();
  /** One part at a time is written. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: PartsOptions, format: PartFormat, staging: StagingFolder) {
    this.#options = options;
    this.#format = format;
    this.#staging = staging;
    const indexes = new Map(options.inputs.map((input, index) => [input, index]));
    this.#members = new Map(
      [...partsOf(options.inputs)].map(([part, own]) => [part, own.map((input) => indexes.get(input)!)]),
    );
  }

  /** @throws CnnvizError 'unsupported' when a package is missing, 'output' when nothing can be written */
  static async open(options: PartsOptions): Promise<PartsAtWork> {
    const format = await openPartFormat(options.parts.format);
    return new PartsAtWork(options, format, openStaging(isStored(options.root) ? null : options.root));
  }

  /** What a network makes of an input is known when it has met its first. @throws CnnvizError 'usage' */
  checkProducts({ path }: Input, count: number): void {
    if (this.#format.holdsOne && count !== 1) throw notOne(path, count);
  }

  /** The same task, whose results go where they are gathered. */
  stagedTask(task: Task): Task {
    const target = { kind: 'folder' as const, path: this.#staging.path };
    const output = { ...task.job.output, target, clobber: true };
    return { ...task, job: { ...task.job, output } } as Task;
  }

  /** An input whose results are called by its number. */
  staged(input: Input, index: number): Input {
    const { part: _, ...rest } = input;
    return { ...rest, name: String(index), relative: '' };
  }

  /**
   * Takes what became of an input. When it was the last of its part, the part is written.
   * @returns the inputs of the part, null while others are still to come
   * @throws CnnvizError when the part cannot be written
   */
  async take(index: number, work: WorkDone): Promise<InPart[] | null> {
    this.#settled.set(index, await this.#withBeside(index, work));
    const part = this.#options.inputs[index].part!;
    const members = this.#members.get(part)!;
    const left = (this.#left.get(part) ?? members.length) - 1;
    this.#left.set(part, left);
    if (left > 0) return null;
    const turn = this.#turn.then(() => this.#finish(part, members));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** The same, or a failure where what belongs to the input cannot be read. */
  async #withBeside(index: number, work: WorkDone): Promise<WorkDone> {
    const input = this.#options.inputs[index];
    if (!this.#format.takesBeside || work.error !== null || input.member === undefined) return work;
    try {
      const { readBeside } = await import('./read-beside.js');
      this.#beside.set(index, await readBeside(input));
      return work;
    } catch (error) {
      return failedWork(sentError(error, input.path));
    }
  }

  async #finish(part: string, members: readonly number[]): Promise<InPart[]> {
    const { root, clobber } = this.#options;
    const works = members.map((index) => this.#settled.get(index)!);
    const rows = members.map((index, i) => this.#rowOf(index, works[i]));
    const path = joinPath(root, part);
    const bytes = new AwaitedParts(this.#format.write(rows));
    await writeAtomicParts(path, bytes, { clobber, within: root });
    const file = { path: part, bytes: bytes.size, sha256: bytes.sha256 };
    const facts = new TextEncoder().encode(this.#factsOf(file, members, works));
    const factsPath = partFacts(part);
    await writeAtomic(joinPath(root, factsPath), facts, { clobber, within: root });
    const outputs = [file, { path: factsPath, bytes: facts.length, sha256: sha256(facts) }];
    return members.map((index, i) => {
      this.#settled.delete(index);
      this.#beside.delete(index);
      for (const staged of works[i].outputs) discardStaged(staged.path);
      const entry = settledEntry(this.#options.inputs[index], works[i], outputs);
      return { index, work: { ...works[i], result: this.#placed(works[i].result, index, path) }, entry };
    });
  }

  #rowOf(index: number, { sha256: read, error, outputs, result }: WorkDone): PartRow {
    const input = this.#options.inputs[index];
    const files = error === null ? outputs.map(({ path, bytes }) => fileOf(path, bytes, index)) : [];
    return {
      key: partKey(input, this.#options.parts.format),
      path: input.path,
      sha256: read,
      error: error && plainReason(error),
      files,
      beside: this.#beside.get(index) ?? [],
      facts: result && factsOfSample(result, files),
    };
  }

  /** Where results are, once they are there: a file in a part has a path. */
  #placed(result: TaskResult | null, index: number, part: string): TaskResult | null {
    if (result === null) return null;
    const { format } = this.#options.parts;
    const key = partKey(this.#options.inputs[index], format);
    const outputs = result.outputs.map((output) => ({
      ...output,
      path: format === 'parquet' ? part : `${part}/${key}${endingOf(output.path, index)}`,
    }));
    return { ...result, outputs };
  }

  #factsOf(
    { path, bytes, sha256: hash }: ManifestEntry['outputs'][number],
    members: readonly number[],
    works: readonly WorkDone[],
  ): string {
    const { inputs, command, parts } = this.#options;
    const paths = members.map((index) => inputs[index].path);
    const failures = works.flatMap(({ error }, i) =>
      error === null ? [] : [{ path: paths[i], code: error.code, message: plainReason(error) }],
    );
    const counts = { inputs: paths.length, done: paths.length - failures.length, failed: failures.length };
    const facts = {
      cnnviz: VERSION,
      part: baseName(path),
      format: parts.format,
      bytes,
      sha256: hash,
      command,
      ...counts,
      first: paths[0],
      last: paths.at(-1),
      failures,
    };
    return `${JSON.stringify(facts)}\n`;
  }

  /** Takes away what was gathered; synchronous, for signal handlers. */
  close(): void {
    this.#staging.close();
  }
}

/** Of "…/12.edge3x3.npy" what stands behind the number. */
function endingOf(path: string, index: number): string {
  return baseName(path).slice(String(index).length);
}

function fileOf(path: string, size: number, index: number): PartFile {
  return { ending: endingOf(path, index), size, read: () => readStaged(path) };
}

/** What a sample says of itself: no times, for they differ. */
function factsOfSample(result: TaskResult, files: readonly PartFile[]): object {
  const { path: _, ...input } = result.input;
  const outputs = result.outputs.map(({ kind, layer, scale }, i) => ({
    file: files[i].ending.slice(1),
    kind,
    layer,
    ...(scale && { scale }),
  }));
  return { input, ...('top' in result && result.top !== null && { top: result.top }), outputs };
}

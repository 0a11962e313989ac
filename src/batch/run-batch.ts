import { CnnvizError } from '../core/errors.js';
import { timesOfProcess } from '../engine/step-times.js';
import { keepMemorySmall } from '../io/child-process.js';
import { isOwnFile } from '../io/descriptors.js';
import { fileIdentity } from '../io/files.js';
import type { Input } from '../io/inputs.js';
import { LockHeld } from '../io/lock.js';
import { folderOf, relativePath } from '../io/paths.js';
import { tagOfInput } from '../io/remote/same-input.js';
import { sweepTemporaries } from '../io/temporaries.js';
import {
  checkClobber,
  checkNames,
  type Product,
  type ProductsOf,
  placesOf,
  productsFor,
  rootOf,
} from '../run/place.js';
import type { BatchEvents, BatchOptions, BatchOutcome } from './batch-order.js';
import { commandHash, type Journal, Ledger, namedFiles } from './ledger.js';
import { type ManifestEntry, plainReason } from './manifest.js';
import { shardOf } from './shard.js';
import type { BatchPool } from './shared-pool.js';
import {
  failedWork,
  openTask,
  type Permission,
  receivedError,
  runAll,
  sentError,
  type TaskResult,
  type WorkDone,
} from './work.js';
import { divideWork, type PoolEvents, WorkerPool } from './worker-pool.js';

/** Up to this many inputs that were named one by one are no batch. */
const MOST_NAMED = 20;

/** Inputs between two collections of garbage: some hundredths of a second in half a minute. */
const COLLECT_EVERY = 1000;

/**
 * Runs a task on many inputs. Names are checked and the folder is locked before anything is written; one input is
 * worked on in this process, more in processes of their own, so that one that crashes or hangs costs only itself. An
 * output that cannot be written ends the batch, for the next would fail alike.
 * @throws CnnvizError when the batch as a whole is refused
 */
export async function runBatch(options: BatchOptions, events: BatchEvents): Promise<void> {
  const batch = new Batch(options, events);
  await batch.run();
}

class Batch {
  readonly #options: BatchOptions;
  readonly #events: BatchEvents;
  readonly #inputs: readonly Input[];
  /** One input in all, not the last that a batch has left: that may be the one that kills its process. */
  readonly #isSingle: boolean;
  #ledger: Journal | null = null;
  #pool: BatchPool | null = null;
  #products: ProductsOf | null;
  /** Inputs that need no work. */
  readonly #isSettled: Uint8Array;
  readonly #shares = new Map<number, number>();
  #done = 0;
  #failed = 0;
  /** Gives back what nothing refers to. */
  #collect: (() => void) | null = null;
  /** Why the whole batch is refused, once a process has found out. */
  #refusal: CnnvizError | null = null;

  constructor(options: BatchOptions, events: BatchEvents) {
    this.#options = options;
    this.#events = events;
    this.#isSingle = options.inputs.length === 1 && !options.isolate;
    this.#products = options.products;
    this.#inputs = options.shard === null ? options.inputs : shardOf(options.inputs, options.shard);
    this.#isSettled = new Uint8Array(this.#inputs.length);
  }

  async run(): Promise<void> {
    const { task, inputs, shard, resume } = this.#options;
    const { output } = task.job;
    if (this.#products !== null) checkNames(output, inputs, this.#products);
    const root = rootOf(output);
    if (root === null && (resume || shard !== null)) {
      const flag = resume ? '--resume' : '--shard';
      throw new CnnvizError('usage', `${flag} needs a folder for its manifest`, { fix: 'add -o FOLDER' });
    }
    this.#ledger = this.#options.within?.journal ?? null;
    const keeps = this.#ledger === null && root !== null && (this.#keepsManifest() || resume || shard !== null);
    if (keeps) this.#ledger = await this.#openLedger(root);
    this.#events.begin(this.#inputs, this.#ledger !== null);
    // nothing is left of a single one: no handler has to wait for its computation
    if (!this.#isSingle || this.#ledger !== null) this.#events.whenStopped(() => this.#abandon());
    try {
      await this.#runAll();
      await this.#ledger?.close();
    } catch (error) {
      this.#abandon();
      throw error;
    } finally {
      this.#events.whenStopped(null);
    }
  }

  /** Null: inputs that were named one by one can do without a manifest, when another run keeps one in the folder. */
  async #openLedger(root: string): Promise<Journal | null> {
    const { task, inputs, named, shard, resume } = this.#options;
    const head = { command: await commandHash(task), shard, inputs: this.#inputs.length, total: inputs.length };
    try {
      const ledger = await Ledger.open({ root, head, inputs: this.#inputs, resume });
      for (const note of ledger.notes) this.#events.note(note);
      return ledger;
    } catch (error) {
      const isNeeded = resume || shard !== null || inputs.length > named;
      if (!(error instanceof LockHeld) || isNeeded) throw error;
      this.#events.note(`another run keeps the manifest of ${root}: this one keeps none`);
      return null;
    }
  }

  /** Unless it is asked for, a folder gets a manifest when many inputs go into it, or a folder of them. */
  #keepsManifest(): boolean {
    const { task, inputs, named } = this.#options;
    const { target, products } = task.job.output;
    const isMany = inputs.length > Math.max(1, Math.min(named, MOST_NAMED));
    return target.kind === 'folder' && products.length > 0 && isMany;
  }

  async #runAll(): Promise<void> {
    const { task, jobs } = this.#options;
    // the folders of a larger batch are looked through once, at its end
    if (this.#inputs.length > 1 && this.#options.within === undefined)
      sweepTemporaries(this.#foldersOf([...this.#inputs.keys()]));
    await this.#settleKnown();
    const open = this.#openIndexes();
    if (open.length === 0) return;
    if (this.#products !== null) this.#checkClobber(this.#products);
    // another process cannot read what only this one can name
    const isOwn =
      task.job.output.target.kind === 'stdout' ||
      this.#inputs.some(({ path }) => isOwnFile(path)) ||
      namedFiles(task).some(isOwnFile);
    if (this.#isSingle || isOwn) await this.#runHere(open, jobs);
    else await this.#runInProcesses(open);
  }

  #openIndexes(): number[] {
    return [...this.#inputs.keys()].filter((index) => this.#isSettled[index] === 0);
  }

  /** Inputs that are done already, or cannot be read at all. */
  async #settleKnown(): Promise<void> {
    for (const [index, input] of this.#inputs.entries()) {
      if (input.unreadable !== undefined) {
        const { why, fix } = input.unreadable;
        await this.#finish(index, failedWork({ code: 'input', message: `${input.path}: ${why}`, fix }));
      } else if (this.#ledger?.proven.has(input.path)) {
        await this.#skip(index);
      } else if (this.#products !== null && this.#isThere(input, this.#products)) {
        await this.#skipExisting(index, this.#products);
      }
    }
  }

  /** Whether --skip-existing leaves an input alone. */
  #isThere(input: Input, products: ProductsOf): boolean {
    if (!this.#options.skipExisting) return false;
    const places = placesOf(this.#options.task.job.output, input, productsFor(products, input));
    return places.length > 0 && places.every((path) => fileIdentity(path) !== null);
  }

  /** Outputs that nobody looked into go on record without hashes, so that a later --resume makes them anew. */
  async #skipExisting(index: number, products: ProductsOf): Promise<void> {
    const input = this.#inputs[index];
    const places = placesOf(this.#options.task.job.output, input, productsFor(products, input));
    const outputs = places.map((path) => ({ path: this.#relative(path), bytes: 0, sha256: '' }));
    this.#ledger?.record({ input: input.path, sha256: null, outputs, error: null });
    await this.#skip(index);
  }

  #skip(index: number): Promise<void> {
    return this.#settle({ index, input: this.#inputs[index], status: 'skipped', result: null, error: null });
  }

  async #settle(outcome: BatchOutcome): Promise<void> {
    this.#isSettled[outcome.index] = 1;
    this.#done++;
    if (outcome.error !== null) this.#failed++;
    if (this.#done % COLLECT_EVERY === 0) this.#collect?.();
    await this.#events.outcome(outcome);
    this.#tell();
  }

  async #runHere(open: readonly number[], jobs: number): Promise<void> {
    const { task, send, materials } = this.#options;
    const mayWrite = (input: Input, products: readonly Product[]) => this.#mayWrite(input, products);
    const keepHashes = this.#ledger !== null;
    const workOn = await openTask(task, { threads: jobs, homes: null, keepHashes, send, mayWrite }, materials);
    const before = this.#done;
    let reported = 0;
    let finished = Promise.resolve();
    await runAll(
      open.map((index) => this.#inputs[index]),
      async (input, breathe) => {
        const ended = await workOn(input, breathe, false);
        if (ended.error !== null) throw ended.error;
        return ended;
      },
      jobs,
      {
        outcome: ({ input, result, error }) => {
          const index = open[reported++];
          const work = result ? { ...result, error: null } : failedWork(sentError(error, input.path));
          finished = finished.then(() => this.#finish(index, work));
        },
        progress: (done, failed) => this.#events.progress(before + done, failed),
      },
    );
    await finished;
    if (this.#refusal !== null) throw this.#refusal;
  }

  async #runInProcesses(open: readonly number[]): Promise<void> {
    const { within } = this.#options;
    const events: PoolEvents<TaskResult> = {
      done: (index, work) => this.#finish(index, work),
      share: (index, done) => this.#share(index, done),
      mayWrite: (index, products) => this.#mayWrite(this.#inputs[index], products),
      died: (pid, indexes) => {
        sweepTemporaries(this.#foldersOf(indexes), [pid]);
      },
      ...(within && { begun: (index, alone) => within.journal.begun?.(this.#inputs[index], alone) }),
    };
    this.#pool = within === undefined ? this.#ownPool(open.length, events) : within.openPool(events);
    await this.#pool.run(open);
    if (this.#refusal !== null) throw this.#refusal;
  }

  #ownPool(open: number, events: PoolEvents<TaskResult>): BatchPool {
    const { task, jobs, timeoutMs } = this.#options;
    this.#collect = keepMemorySmall();
    return new WorkerPool<Input>(
      this.#inputs,
      {
        task,
        ...divideWork(task.kind, jobs, open),
        timeoutMs,
        keepHashes: this.#ledger !== null,
        profile: timesOfProcess() !== null,
      },
      events,
    );
  }

  /** What a network writes is known when its first input has met it: only then can names be checked. */
  #mayWrite(input: Input, products: readonly Product[]): Permission {
    if (this.#products === null) {
      this.#products = products;
      try {
        checkNames(this.#options.task.job.output, this.#options.inputs, products);
        this.#checkClobber(products);
      } catch (error) {
        if (!(error instanceof CnnvizError)) throw error;
        this.#refusal = error;
        this.#pool?.stop();
      }
    }
    if (this.#refusal !== null) return sentError(this.#refusal, '');
    return this.#isThere(input, products) ? 'skip' : 'go';
  }

  /** The inputs still to be done must not meet existing files, if those may not be replaced. */
  #checkClobber(products: ProductsOf): void {
    const open = this.#openIndexes().map((index) => this.#inputs[index]);
    const unmet = open.filter((input) => !this.#isThere(input, products));
    checkClobber(this.#options.task.job.output, unmet, products);
  }

  async #finish(index: number, work: WorkDone): Promise<void> {
    if (work.times) this.#events.times(work.times);
    this.#shares.delete(index);
    if (this.#refusal !== null) return;
    if (work.isSkipped) return this.#skipExisting(index, this.#products!);
    const input = this.#inputs[index];
    const own = work.error && receivedError(work.error);
    if (own?.scope === 'command') {
      this.#refusal = own;
      this.#pool?.stop();
      return;
    }
    const unrecorded = own?.code === 'output' ? null : this.#record(input, work);
    const error = own ?? unrecorded;
    if (error?.code === 'output' || unrecorded !== null) this.#pool?.stop();
    const status = error === null ? 'done' : 'failed';
    await this.#settle({ index, input, status, result: work.result, error });
  }

  /** @returns why the manifest cannot be written, or null */
  #record(input: Input, work: WorkDone): CnnvizError | null {
    try {
      this.#ledger?.record(this.#entryOf(input, work));
      return null;
    } catch (error) {
      if (error instanceof CnnvizError) return error;
      throw error;
    }
  }

  #entryOf(input: Input, { sha256, outputs, error }: WorkDone): ManifestEntry {
    return {
      input: input.path,
      sha256,
      etag: sha256 === null ? undefined : tagOfInput(input),
      outputs: error === null ? outputs.map((output) => ({ ...output, path: this.#relative(output.path) })) : [],
      error: error && { code: error.code, message: plainReason(error) },
    };
  }

  #relative(path: string): string {
    return relativePath(rootOf(this.#options.task.job.output) ?? '', path);
  }

  #share(index: number, done: number): void {
    this.#shares.set(index, done);
    this.#tell();
  }

  #tell(): void {
    let done = this.#done;
    for (const share of this.#shares.values()) done += share;
    this.#events.progress(done, this.#failed);
  }

  /** Ends everything at once and tidies up; the manifest keeps what was done. */
  #abandon(): void {
    this.#pool?.kill();
    this.#ledger?.abandon();
  }

  /** Folders the outputs of these inputs go to; temporary files of theirs can be nowhere else. */
  #foldersOf(indexes: readonly number[]): Set<string> {
    const { output } = this.#options.task.job;
    const root = rootOf(output);
    const folders = new Set<string>(root === null ? [] : [root]);
    for (const index of indexes) {
      const input = this.#inputs[index];
      const known = this.#products === null ? [ANY_PRODUCT] : productsFor(this.#products, input);
      // only a template can spread the outputs of one input over folders
      const products = output.target.kind === 'template' ? known : known.slice(0, 1);
      for (const path of placesOf(output, input, products)) folders.add(folderOf(path));
    }
    return folders;
  }
}

/** Stands for the outputs of a network that are not known yet. */
const ANY_PRODUCT: Product = { kind: 'sheet', layer: 'layer', map: '' };

import { CnnvizError } from '../core/errors.js';
import type { PartsJob } from '../core/part.js';
import { timesOfProcess } from '../engine/step-times.js';
import { keepMemorySmall } from '../io/child-process.js';
import { isOwnFile } from '../io/descriptors.js';
import type { Input } from '../io/inputs.js';
import { LockHeld } from '../io/lock.js';
import { relativePath } from '../io/paths.js';
import { type Exists, existsHere } from '../io/places/exists.js';
import { sweepTemporaries } from '../io/temporaries.js';
import { checkClobber, checkNames, type Product, type ProductsOf, placesThere, rootOf } from '../run/place.js';
import { type BatchEvents, type BatchOptions, type BatchOutcome, inputsOfShard, keepsManifest } from './batch-order.js';
import { commandHash, type Journal, Ledger, namedFiles } from './ledger.js';
import { withLonely } from './lonely-pool.js';
import { type ManifestEntry, settledEntry } from './manifest.js';
import { outputFolders, outputsOf } from './output-folders.js';
import type { InPart, PartsAtWork } from './parts/parts-at-work.js';
import type { BatchPool } from './shared-pool.js';
import {
  failedWork,
  openTask,
  type Permission,
  receivedError,
  runAll,
  sentError,
  type Task,
  type TaskResult,
  type WorkDone,
} from './work.js';
import { divideWork, type PoolEvents, WorkerPool } from './worker-pool.js';

/** Inputs between two collections of garbage: some hundredths of a second in half a minute. */
const COLLECT_EVERY = 1000;

/**
 * Runs a task on many inputs. Names are checked and the folder is locked before anything is written; one input is
 * worked on in this process, more in processes of their own, so that one that crashes or hangs costs only itself. An
 * output that cannot be written ends the batch, for the next would fail alike.
 * @throws CnnvizError when the batch as a whole is refused
 */
export async function runBatch(options: BatchOptions, events: BatchEvents): Promise<void> {
  const batch = new Batch(options, await inputsOfShard(options), events);
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
  /** Gathers results that share a file. */
  #gatherer: PartsAtWork | null = null;
  /** Parts that are to be made. */
  readonly #torn = new Set<string>();
  /** What is there already. */
  #exists: Exists = existsHere;
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

  constructor(options: BatchOptions, inputs: readonly Input[], events: BatchEvents) {
    this.#options = options;
    this.#events = events;
    this.#isSingle = options.inputs.length === 1 && !options.isolate;
    this.#products = options.products;
    this.#inputs = inputs;
    this.#isSettled = new Uint8Array(this.#inputs.length);
  }

  async run(): Promise<void> {
    const { task, inputs } = this.#options;
    const { output } = task.job;
    const root = rootOf(output);
    if (output.parts !== undefined) (await import('./parts/check-parts.js')).checkParts(output, inputs);
    else if (this.#products !== null) checkNames(output, inputs, this.#products);
    this.#exists = await placesThere(output, !output.clobber || this.#options.skipExisting);
    this.#ledger = this.#options.within?.journal ?? null;
    if (this.#ledger === null && keepsManifest(this.#options)) this.#ledger = await this.#openLedger(root!);
    this.#events.begin(this.#inputs, this.#ledger !== null);
    // nothing is left of a single one: no handler has to wait for its computation
    if (!this.#isSingle || this.#ledger !== null) this.#events.whenStopped(() => this.#abandon());
    try {
      await this.#runAll();
      if (this.#refusal !== null) throw this.#refusal;
      await this.#ledger?.close();
    } catch (error) {
      this.#abandon();
      throw error;
    } finally {
      this.#gatherer?.close();
      this.#events.whenStopped(null);
    }
  }

  /** Null: inputs that were named one by one can do without a manifest, when another run keeps one in the folder. */
  async #openLedger(root: string): Promise<Journal | null> {
    const { task, inputs, named, shard, resume } = this.#options;
    const { parts } = task.job.output;
    const command = await commandHash(task);
    const head = { command, shard, inputs: this.#inputs.length, total: inputs.length, ...(parts && { parts }) };
    try {
      const ledger = await Ledger.open({ root, head, inputs: this.#inputs, resume });
      for (const note of ledger.notes) this.#events.note(note);
      return ledger;
    } catch (error) {
      const isNeeded = resume || shard !== null || inputs.length > named || parts !== undefined;
      if (!(error instanceof LockHeld) || isNeeded) throw error;
      this.#events.note(`another run keeps the manifest of ${root}: this one keeps none`);
      return null;
    }
  }

  async #runAll(): Promise<void> {
    const { task, jobs } = this.#options;
    const { parts } = task.job.output;
    // the folders of a larger batch are looked through once, at its end
    const isWhole = this.#options.within === undefined;
    if (isWhole && (this.#inputs.length > 1 || parts !== undefined)) sweepTemporaries(this.#folders(this.#inputs));
    if (parts !== undefined) await this.#openGatherer(parts);
    await this.#settleKnown();
    const open = this.#openIndexes();
    if (open.length === 0 || this.#refusal !== null) return;
    if (this.#products !== null && parts === undefined) this.#checkClobber(this.#products);
    // another process cannot read what only this one can name
    const isOwn =
      task.job.output.target.kind === 'stdout' ||
      this.#inputs.some(({ path }) => isOwnFile(path)) ||
      namedFiles(task).some(isOwnFile);
    const staged = this.#gatherer?.stagedTask(task) ?? task;
    if (this.#isSingle || isOwn) await this.#runHere(staged, open, jobs);
    else await this.#runInProcesses(staged, open);
  }

  /** Results that share a file are gathered from now on, those of every part of which something is missing. */
  async #openGatherer(parts: PartsJob): Promise<void> {
    const { output } = this.#options.task.job;
    const inputs = this.#inputs.filter((input) => !this.#isKnown(input));
    for (const { part } of inputs) this.#torn.add(part!);
    if (!output.clobber) (await import('./parts/check-parts.js')).refuseExisting(output, inputs, this.#exists);
    if (inputs.length === 0) return;
    const { PartsAtWork } = await import('./parts/parts-at-work.js');
    const command = this.#options.within?.command ?? (await commandHash(this.#options.task));
    const root = rootOf(output)!;
    const { clobber } = output;
    this.#gatherer = await PartsAtWork.open({ inputs: this.#inputs, parts, root, command, clobber });
  }

  /** Whether an input needs no work, as far as is known before any: nor does any other of its part. */
  #isKnown(input: Input): boolean {
    if (input.part !== undefined && this.#torn.has(input.part)) return false;
    return this.#ledger?.proven.has(input.path) || (input.part !== undefined && this.#isThere(input, []));
  }

  #openIndexes(): number[] {
    return [...this.#inputs.keys()].filter((index) => this.#isSettled[index] === 0);
  }

  /** Inputs that are done already, or cannot be read at all. */
  async #settleKnown(): Promise<void> {
    for (const [index, input] of this.#inputs.entries()) {
      const isTorn = input.part !== undefined && this.#torn.has(input.part);
      if (input.part !== undefined && !isTorn) {
        await (this.#ledger?.proven.has(input.path) ? this.#skip(index) : this.#skipExisting(index, []));
      } else if (input.unreadable !== undefined) {
        const { why, fix } = input.unreadable;
        await this.#finish(index, failedWork({ code: 'input', message: `${input.path}: ${why}`, fix }));
      } else if (!isTorn && this.#ledger?.proven.has(input.path)) {
        await this.#skip(index);
      } else if (!isTorn && this.#products !== null && this.#isThere(input, this.#products)) {
        await this.#skipExisting(index, this.#products);
      }
    }
  }

  /** Whether --skip-existing leaves an input alone. */
  #isThere(input: Input, products: ProductsOf): boolean {
    if (!this.#options.skipExisting) return false;
    const places = outputsOf(this.#options.task.job.output, input, products);
    return places.length > 0 && places.every(this.#exists);
  }

  /** Outputs that nobody looked into go on record without hashes, so that a later --resume makes them anew. */
  async #skipExisting(index: number, products: ProductsOf): Promise<void> {
    const input = this.#inputs[index];
    const places = outputsOf(this.#options.task.job.output, input, products);
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

  async #runHere(task: Task, open: readonly number[], jobs: number): Promise<void> {
    const { send, materials } = this.#options;
    const mayWrite = (input: Input, products: readonly Product[]) => this.#mayWrite(input, products);
    const keepHashes = this.#ledger !== null && this.#gatherer === null;
    const options = { threads: jobs, homes: null, once: open.length === 1, keepHashes, send, mayWrite };
    const workOn = await openTask(task, options, materials);
    const before = this.#done;
    let reported = 0;
    let finished = Promise.resolve();
    await runAll(
      open.map((index) => this.#itemOf(index)),
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
  }

  /** What is worked on: an input, or the same under the name that it is gathered by. */
  #itemOf(index: number): Input {
    return this.#gatherer?.staged(this.#inputs[index], index) ?? this.#inputs[index];
  }

  async #runInProcesses(task: Task, open: readonly number[]): Promise<void> {
    const { within } = this.#options;
    const events: PoolEvents<TaskResult> = {
      done: (index, work) => this.#finish(index, work),
      share: (index, done) => this.#share(index, done),
      mayWrite: (index, products) => this.#mayWrite(this.#inputs[index], products),
      died: (pid, indexes) => void sweepTemporaries(this.#folders(indexes.map((i) => this.#inputs[i])), [pid]),
      ...(within && { begun: (index, alone) => within.journal.begun?.(this.#inputs[index], alone) }),
    };
    if (within === undefined) this.#pool = this.#ownPool(task, open.length, events);
    // where parts are gathered is known to these processes alone
    else if (this.#gatherer !== null) {
      this.#pool = withLonely(this.#ownPool(task, open.length, events, true), within.alone);
    } else this.#pool = within.openPool(events);
    await this.#pool.run(open);
  }

  #ownPool(task: Task, open: number, events: PoolEvents<TaskResult>, staysOpen = false): WorkerPool<Input> {
    const { jobs, timeoutMs } = this.#options;
    this.#collect = keepMemorySmall();
    return new WorkerPool<Input>(
      this.#inputs.map((_, index) => this.#itemOf(index)),
      {
        task,
        ...divideWork(task.kind, jobs, open),
        timeoutMs,
        keepHashes: this.#ledger !== null && this.#gatherer === null,
        profile: timesOfProcess() !== null,
        staysOpen,
      },
      events,
    );
  }

  /** What a network writes is known when its first input has met it: only then can names be checked. */
  #mayWrite(input: Input, products: readonly Product[]): Permission {
    if (this.#products === null) {
      this.#products = products;
      try {
        this.#checkProducts(input, products);
      } catch (error) {
        if (!(error instanceof CnnvizError)) throw error;
        this.#refusal = error;
        this.#pool?.stop();
      }
    }
    if (this.#refusal !== null) return sentError(this.#refusal, '');
    return this.#isThere(input, products) ? 'skip' : 'go';
  }

  #checkProducts(input: Input, products: readonly Product[]): void {
    if (this.#gatherer !== null) {
      this.#gatherer.checkProducts(input, products.length);
      return;
    }
    const { output } = this.#options.task.job;
    checkNames(output, this.#options.inputs, products);
    this.#checkClobber(products);
  }

  /** The inputs still to be done must not meet existing files, if those may not be replaced. */
  #checkClobber(products: ProductsOf): void {
    const open = this.#openIndexes().map((index) => this.#inputs[index]);
    const unmet = open.filter((input) => !this.#isThere(input, products));
    checkClobber(this.#options.task.job.output, unmet, products, this.#exists);
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
    if (this.#gatherer !== null && own?.code !== 'output') return this.#gather(this.#gatherer, index, work);
    const unrecorded = own?.code === 'output' ? null : this.#record(this.#entryOf(input, work));
    const error = own ?? unrecorded;
    if (error?.code === 'output' || unrecorded !== null) this.#pool?.stop();
    const status = error === null ? 'done' : 'failed';
    await this.#settle({ index, input, status, result: work.result, error });
  }

  /** An input of a part is done when the part is. */
  async #gather(gatherer: PartsAtWork, index: number, work: WorkDone): Promise<void> {
    this.#isSettled[index] = 1;
    this.#share(index, 1);
    let made: readonly InPart[] | null;
    try {
      made = await gatherer.take(index, work);
    } catch (error) {
      if (!(error instanceof CnnvizError)) throw error;
      this.#pool?.stop();
      if (error.code !== 'output') this.#refusal = error;
      else await this.#settle({ index, input: this.#inputs[index], status: 'failed', result: null, error });
      return;
    }
    for (const { index: own, work: done, entry } of made ?? []) {
      this.#shares.delete(own);
      const unrecorded = this.#record(entry);
      if (unrecorded !== null) this.#pool?.stop();
      const error = (done.error && receivedError(done.error)) ?? unrecorded;
      const status = error === null ? 'done' : 'failed';
      await this.#settle({ index: own, input: this.#inputs[own], status, result: done.result, error });
    }
  }

  /** @returns why the manifest cannot be written, or null */
  #record(entry: ManifestEntry): CnnvizError | null {
    try {
      this.#ledger?.record(entry);
      return null;
    } catch (error) {
      if (error instanceof CnnvizError) return error;
      throw error;
    }
  }

  #entryOf(input: Input, work: WorkDone): ManifestEntry {
    const outputs = work.outputs.map((output) => ({ ...output, path: this.#relative(output.path) }));
    return settledEntry(input, work, work.error === null ? outputs : []);
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
    this.#gatherer?.close();
    this.#ledger?.abandon();
  }

  #folders(inputs: Iterable<Input>): Set<string> {
    return outputFolders(this.#options.task.job.output, inputs, this.#products);
  }
}

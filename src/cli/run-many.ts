import { type BatchOutcome, runBatch } from '../batch/run-batch.js';
import { parseShard } from '../batch/shard.js';
import type { Task, TaskMaterials, TaskResult, TaskResults } from '../batch/task.js';
import { CnnvizError } from '../core/errors.js';
import type { OutputJob } from '../core/job.js';
import { groupDigits } from '../core/text.js';
import { faultWords, type ValueFault } from '../core/values.js';
import type { Input } from '../io/inputs.js';
import type { ProductsOf } from '../run/place.js';
import {
  type BatchTally,
  batchDocument,
  describeBatch,
  failureLines,
  type JsonRecord,
  type RecordStatus,
  recordLine,
} from './batch-words.js';
import { EXIT, exitCodeOfMany } from './exit.js';
import type { InputFlags } from './input-flags.js';
import { parseJobs, parseNumber } from './parse.js';
import type { PictureFlags } from './picture-flags.js';
import { showPictures } from './show/show.js';
import { whenInterrupted } from './signals.js';
import type { Terminal } from './terminal.js';

/** The flags of every command that takes images. */
export interface BatchFlags extends InputFlags, PictureFlags {
  readonly jobs: string;
  readonly timeout?: string;
  readonly resume: boolean;
  readonly skipExisting: boolean;
  readonly shard?: string;
  readonly json: boolean;
  readonly jsonl: boolean;
  readonly quiet: boolean;
}

/** More inputs than this get a line each instead of a paragraph each, and their failures a list at the end. */
const PARAGRAPHS = 3;
/** More inputs than this get no line each where a person watches: the bar says how far they are. */
const LINES_ON_TERMINAL = 100;
const TIMEOUT_S = 60;

/** How a command speaks of its results. */
interface Words<R extends TaskResult> {
  /** A result in full, for a few inputs. */
  describe(result: R): string[];
  /** A result on one line. */
  brief(result: R): string;
  /** What went unexpectedly; each text is said once. */
  warnings(result: R): readonly string[];
  /** What went wrong among the numbers of this input alone: told of each input, and counted where they are many. */
  faults(result: R): readonly ValueFault[];
  /** A sentence that describes the pictures of a result. */
  alt(result: R): string;
  /** An input's record in --json and --jsonl. */
  record(record: Omit<JsonRecord, 'result'> & { readonly result: R | null }): {
    readonly ok: boolean;
    readonly status: RecordStatus;
  };
  /** What the documents begin with. */
  readonly head: Readonly<Record<string, string>>;
}

/** What is to be done. */
interface Order<K extends Task['kind']> {
  readonly task: Extract<Task, { kind: K }>;
  readonly materials: TaskMaterials[K];
  readonly inputs: readonly Input[];
  /** How many arguments named inputs. */
  readonly named: number;
  readonly products: ProductsOf | null;
}

/** @throws CnnvizError 'usage' for flags that exclude each other */
export function checkStdout(
  output: OutputJob,
  { json, jsonl }: Pick<BatchFlags, 'json' | 'jsonl'>,
  what: string,
): void {
  if (json && jsonl) {
    throw new CnnvizError('usage', '--json and --jsonl exclude each other', {
      fix: '--json is one document at the end, --jsonl a line for each input as it finishes',
    });
  }
  if (output.target.kind !== 'stdout' || !(json || jsonl)) return;
  throw new CnnvizError('usage', `stdout can carry the ${what} or --json${jsonl ? 'l' : ''}, not both`, {
    fix: `write the ${what} to a file: -o ${what}.${output.products.includes('npy') ? 'npy' : 'png'}`,
  });
}

/**
 * Runs a task on its inputs and tells of it: paragraphs or lines in the order of the inputs, --jsonl as they finish,
 * failures, a summary. @returns the exit code
 */
export async function runMany<K extends Task['kind']>(
  order: Order<K>,
  flags: BatchFlags,
  terminal: Terminal,
  words: Words<TaskResults[K]>,
): Promise<number> {
  const { inputs } = order;
  const told = new Told<TaskResults[K]>(inputs.length, flags, terminal, words);
  try {
    await runBatch(
      {
        ...order,
        jobs: parseJobs(flags.jobs),
        timeoutMs: parseTimeout(flags.timeout),
        isolate: flags.timeout !== undefined,
        shard: flags.shard === undefined ? null : parseShard(flags.shard, process.env),
        resume: flags.resume,
        skipExisting: flags.skipExisting,
        send: terminal.send,
      },
      {
        begin: (own, keepsManifest) => told.begin(own, keepsManifest),
        outcome: (outcome) => told.outcome(outcome),
        progress: (done, failed) => told.progress(done, failed),
        note: (text) => terminal.note(`note: ${text}`),
        whenStopped: (tidy) => whenInterrupted(tidy && (() => told.interrupt(tidy))),
      },
    );
  } finally {
    told.stopProgress();
  }
  return told.end();
}

/** Seconds, 0 for any time; null: no limit. */
function parseTimeout(text: string | undefined): number | null {
  if (text === undefined) return TIMEOUT_S * 1000;
  const seconds = parseNumber('--timeout', text);
  if (seconds < 0) throw new CnnvizError('usage', `--timeout: expected seconds from 0, got "${text}"`);
  return seconds === 0 ? null : Math.min(seconds * 1000, 2 ** 31 - 1);
}

/** What is said of a batch while it runs and when it has ended. */
class Told<R extends TaskResult> {
  readonly #flags: BatchFlags;
  readonly #terminal: Terminal;
  readonly #words: Words<R>;
  #inputs: readonly Input[] = [];
  #bar: ReturnType<Terminal['progress']> | null = null;
  readonly #start = performance.now();
  #canResume = false;
  #written = 0;
  #skipped = 0;
  readonly #failures: { index: number; path: string; error: CnnvizError }[] = [];
  /** Records for --json, by index. */
  readonly #records: ReturnType<Words<R>['record']>[] = [];
  /** Lines of inputs that finished before others in front of them. */
  readonly #waiting = new Map<number, () => void>();
  #next = 0;
  readonly #warned = new Set<string>();
  /** How many inputs each cause went wrong in. */
  readonly #causes = new Map<string, number>();
  /** What --show is to show. */
  readonly #pictures: string[] = [];
  /** All inputs of all shards, until the list of this run is known. */
  readonly #total: number;

  constructor(total: number, flags: BatchFlags, terminal: Terminal, words: Words<R>) {
    this.#total = total;
    this.#flags = flags;
    this.#terminal = terminal;
    this.#words = words;
  }

  begin(inputs: readonly Input[], keepsManifest: boolean): void {
    this.#inputs = inputs;
    this.#canResume = keepsManifest;
    this.#bar = this.#terminal.progress(inputs.length);
    if (inputs.length < this.#total) {
      this.#terminal.note(
        `shard ${this.#flags.shard}: ${groupDigits(inputs.length)} of ${groupDigits(this.#total)} inputs`,
      );
    }
  }

  async outcome(outcome: BatchOutcome): Promise<void> {
    const { index, input, status, error } = outcome;
    const result = outcome.result as R | null;
    if (status === 'done') this.#written++;
    else if (status === 'skipped') this.#skipped++;
    else this.#failures.push({ index, path: input.path, error: error! });
    this.#waiting.set(index, () => this.#tell(result, error));
    for (let say = this.#waiting.get(this.#next); say; say = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next++);
      say();
    }
    const { json, jsonl } = this.#flags;
    if (!json && !jsonl) return;
    const record = this.#words.record({ path: input.path, result, error, status });
    if (json) this.#records[index] = record;
    else await this.#send(recordLine(this.#words.head, record));
  }

  /** One result in words, in the order of the inputs. */
  #tell(result: R | null, error: CnnvizError | null): void {
    const terminal = this.#terminal;
    if (error !== null) {
      if (!this.#isBatch()) terminal.fail(error);
    } else if (result !== null) {
      for (const warning of this.#words.warnings(result)) {
        if (!this.#warned.has(warning)) terminal.note(`note: ${warning}`);
        this.#warned.add(warning);
      }
      const faults = this.#words.faults(result);
      for (const { cause } of faults) this.#causes.set(cause, (this.#causes.get(cause) ?? 0) + 1);
      if (!this.#isBatch()) {
        const place = this.#inputs.length > 1 ? `${result.input.path}: ` : '';
        for (const fault of faults) terminal.note(`note: ${place}${faultWords(fault)}`);
        for (const line of this.#words.describe(result)) terminal.print(line);
      } else if (!(terminal.isWatched && this.#inputs.length > LINES_ON_TERMINAL)) {
        const found = faults.map(({ cause }) => `   ${terminal.style.warn(cause)}`).join('');
        terminal.print(`${this.#words.brief(result)}${found}`);
      }
      if (this.#flags.alt) terminal.print(this.#words.alt(result));
      if (this.#flags.show !== undefined) this.#pictures.push(...result.outputs.map(({ path }) => path));
    }
  }

  #isBatch(): boolean {
    return this.#inputs.length > PARAGRAPHS;
  }

  progress(done: number, failed: number): void {
    this.#bar?.update(done, failed, this.#skipped);
  }

  stopProgress(): void {
    this.#bar?.stop();
  }

  interrupt(tidy: () => void): string | null {
    tidy();
    if (this.#flags.quiet || !this.#isBatch()) return null;
    const again = this.#canResume ? '; again with --resume' : '';
    return `stopped: ${groupDigits(this.#written)} written, ${groupDigits(this.#failures.length)} failed${again}`;
  }

  async end(): Promise<number> {
    const terminal = this.#terminal;
    if (this.#flags.json) {
      await this.#send(batchDocument(this.#words.head, this.#records.filter(Boolean)));
    }
    await showPictures(this.#pictures, this.#flags.show, terminal);
    const failures = this.#failures.sort((a, b) => a.index - b.index);
    const tally: BatchTally = {
      written: this.#written,
      failures,
      skipped: this.#skipped,
      left: this.#inputs.length - this.#written - this.#skipped - failures.length,
      seconds: (performance.now() - this.#start) / 1000,
      canResume: this.#canResume,
    };
    if (this.#inputs.length > 1 || tally.skipped > 0 || this.#flags.shard !== undefined) {
      const [summary, ...hints] = describeBatch(tally);
      terminal.note(summary);
      if (this.#isBatch()) for (const line of failureLines(failures)) terminal.warn(line);
      if (this.#isBatch()) {
        for (const [cause, count] of this.#causes) {
          const of = `${groupDigits(count)} of ${groupDigits(this.#inputs.length)} inputs`;
          terminal.note(`note: ${cause}, in ${of}`);
        }
      }
      for (const hint of hints) terminal.note(hint);
    }
    if (this.#inputs.length === 0) return EXIT.done;
    return exitCodeOfMany(failures, tally.written + tally.skipped);
  }

  #send(text: string): Promise<void> {
    return this.#terminal.send(new TextEncoder().encode(`${text}\n`));
  }
}

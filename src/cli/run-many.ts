import type { BatchOutcome } from '../batch/batch-order.js';
import { runBatch } from '../batch/run-batch.js';
import type { Shard } from '../batch/shard.js';
import type { Task, TaskMaterials, TaskResult, TaskResults } from '../batch/work.js';
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
import { EXIT, exitCodeOf, exitCodeOfMany } from './exit.js';
import type { ValuesOf } from './flags.js';
import type { Answer, Frame } from './frame.js';
import type { batchFlags } from './input-flags.js';
import { orderTaker } from './order.js';
import { whenInterrupted } from './signals.js';
import type { Terminal } from './terminal.js';

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

/** The inputs in the order that their results are gathered in; as they are where each has files of its own. */
export async function gathered(inputs: readonly Input[], { parts }: OutputJob): Promise<readonly Input[]> {
  return parts === undefined ? inputs : (await import('../batch/parts/plan-parts.js')).inParts(inputs, parts);
}

/**
 * Runs a task on its inputs and tells of it: paragraphs or lines in the order of the inputs, --jsonl as they finish,
 * failures, a summary. What is left to be said is the answer.
 */
export async function answerMany<K extends Task['kind']>(
  order: Order<K>,
  flags: ValuesOf<typeof batchFlags>,
  frame: Frame,
  words: Words<TaskResults[K]>,
): Promise<Answer> {
  const taker = orderTaker();
  if (taker !== null) {
    taker({ ...order, flags, typed: frame.typed });
    return {};
  }
  const { timeout, shard, resume, skipExisting } = flags;
  const { terminal, jobs } = frame;
  const report = new BatchReport<TaskResults[K]>(order.inputs.length, shard, frame, words);
  try {
    await runBatch(
      {
        ...order,
        jobs,
        timeoutMs: timeoutOf(flags),
        isolate: timeout !== null,
        shard,
        resume,
        skipExisting,
        send: terminal.send,
      },
      {
        begin: (own, keepsManifest) => report.begin(own, keepsManifest),
        outcome: (outcome) => report.outcome(outcome),
        progress: (done, failed) => report.progress(done, failed),
        note: (text) => terminal.note(`note: ${text}`),
        times: (times) => frame.layerTimes?.addAll(times),
        whenStopped: (tidy) => whenInterrupted(tidy && (() => report.interrupt(tidy))),
      },
    );
  } finally {
    report.stopProgress();
  }
  return report.end();
}

/** Time for one input, in milliseconds; null: any. */
export function timeoutOf({ timeout }: Pick<ValuesOf<typeof batchFlags>, 'timeout'>): number | null {
  return timeout === 0 ? null : Math.min((timeout ?? TIMEOUT_S) * 1000, 2 ** 31 - 1);
}

/** What each input would become, without computing or writing anything: -n, and `plan`. */
export async function answerPlans<P extends object>(
  inputs: readonly Input[],
  planOf: (input: Input) => Promise<P>,
  describe: (plan: P) => readonly string[],
  { terminal, json, dryRun }: Frame,
): Promise<Answer> {
  const plans: P[] = [];
  let code: number = EXIT.done;
  for (const input of inputs) {
    try {
      const plan = await planOf(input);
      plans.push(plan);
      if (!json) for (const line of describe(plan)) terminal.print(line);
    } catch (error) {
      if (!(error instanceof CnnvizError)) throw error;
      terminal.fail(error);
      code = Math.max(code, inputs.length === 1 ? exitCodeOf(error) : EXIT.failed);
    }
  }
  return { document: () => (dryRun ? { dryRun, plans } : { plans }), ok: code };
}

/** What is said of a batch while it runs and when it has ended. */
class BatchReport<R extends TaskResult> {
  readonly #frame: Frame;
  readonly #terminal: Terminal;
  readonly #shard: Shard | null;
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

  constructor(total: number, shard: Shard | null, frame: Frame, words: Words<R>) {
    this.#total = total;
    this.#shard = shard;
    this.#frame = frame;
    this.#terminal = frame.terminal;
    this.#words = words;
  }

  begin(inputs: readonly Input[], keepsManifest: boolean): void {
    this.#inputs = inputs;
    this.#canResume = keepsManifest;
    this.#bar = this.#terminal.progress(inputs.length);
    if (this.#shard !== null && inputs.length < this.#total) {
      const { index, count } = this.#shard;
      this.#terminal.note(
        `shard ${index}/${count}: ${groupDigits(inputs.length)} of ${groupDigits(this.#total)} inputs`,
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
    const { json, jsonl } = this.#frame;
    if (!json && !jsonl) return;
    const record = this.#words.record({ path: input.path, key: input.member?.key, result, error, status });
    if (json) this.#records[index] = record;
    else await this.#terminal.send(new TextEncoder().encode(`${recordLine(this.#words.head, record)}\n`));
  }

  /** One result, in the order of the inputs: what went unexpectedly, and in words where no document tells of it. */
  #tell(result: R | null, error: CnnvizError | null): void {
    const terminal = this.#terminal;
    if (error !== null && !this.#isBatch()) terminal.fail(error);
    if (result === null) return;
    for (const warning of this.#words.warnings(result)) {
      if (!this.#warned.has(warning)) terminal.note(`note: ${warning}`);
      this.#warned.add(warning);
    }
    const faults = this.#words.faults(result);
    for (const { cause } of faults) this.#causes.set(cause, (this.#causes.get(cause) ?? 0) + 1);
    if (!this.#isBatch()) {
      const place = this.#inputs.length > 1 ? `${result.input.path}: ` : '';
      for (const fault of faults) terminal.note(`note: ${place}${faultWords(fault)}`);
    }
    const { json, jsonl, alt, show } = this.#frame;
    if (show !== null) this.#pictures.push(...result.outputs.map(({ path }) => path));
    if (json || jsonl) return;
    for (const line of this.#linesOf(result, faults)) terminal.print(line);
    if (alt) terminal.print(this.#words.alt(result));
  }

  #linesOf(result: R, faults: readonly ValueFault[]): string[] {
    if (!this.#isBatch()) return this.#words.describe(result);
    if (this.#terminal.isWatched && this.#inputs.length > LINES_ON_TERMINAL) return [];
    const found = faults.map(({ cause }) => `   ${this.#terminal.style.warn(cause)}`).join('');
    return [`${this.#words.brief(result)}${found}`];
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
    if (this.#frame.quiet || !this.#isBatch()) return null;
    const again = this.#canResume ? '; again with --resume' : '';
    return `stopped: ${groupDigits(this.#written)} written, ${groupDigits(this.#failures.length)} failed${again}`;
  }

  end(): Answer {
    const terminal = this.#terminal;
    const failures = this.#failures.sort((a, b) => a.index - b.index);
    const tally: BatchTally = {
      written: this.#written,
      failures,
      skipped: this.#skipped,
      left: this.#inputs.length - this.#written - this.#skipped - failures.length,
      seconds: (performance.now() - this.#start) / 1000,
      canResume: this.#canResume,
    };
    if (this.#inputs.length > 1 || tally.skipped > 0 || this.#shard !== null) {
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
    return {
      document: () => batchDocument(this.#words.head, this.#records.filter(Boolean)),
      written: this.#pictures,
      ok: this.#inputs.length === 0 ? EXIT.done : exitCodeOfMany(failures, tally.written + tally.skipped),
    };
  }
}

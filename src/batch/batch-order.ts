import type { CnnvizError } from '../core/errors.js';
import type { Input } from '../io/inputs.js';
import type { ProductsOf } from '../run/place.js';
import type { Journal } from './ledger.js';
import type { Shard } from './shard.js';
import type { BatchPool } from './shared-pool.js';
import type { Task, TaskMaterials, TaskResult, WorkDone } from './work.js';
import type { PoolEvents } from './worker-pool.js';

/** What a batch is asked to do. */
export interface BatchOptions {
  readonly task: Task;
  /** What the task needs, if it is to run in this process. */
  readonly materials: TaskMaterials[Task['kind']];
  /** All inputs, of all shards. */
  readonly inputs: readonly Input[];
  /** How many of them were named one by one: less than all when a folder, a glob or a list was given. */
  readonly named: number;
  /** What is made of each input; null: only the run can tell. */
  readonly products: ProductsOf | null;
  /** Images worked on at once, and threads within one image. */
  readonly jobs: number;
  /** Time for one input; null: no limit. */
  readonly timeoutMs: number | null;
  /** Use a process of its own even for a single input. */
  readonly isolate: boolean;
  readonly shard: Shard | null;
  readonly resume: boolean;
  /** Leave inputs alone whose outputs all exist, whatever is in them. */
  readonly skipExisting: boolean;
  readonly send: (bytes: Uint8Array) => Promise<void>;
  /** It is one job of a larger batch, whose names have been checked and whose manifest is kept elsewhere; absent: it is whole. */
  readonly within?: LargerBatch;
}

/** Where a job of a larger batch keeps its record, and who works for it. */
interface LargerBatch {
  readonly journal: Journal;
  readonly openPool: (events: PoolEvents<TaskResult>) => BatchPool;
}

/** What became of one input. */
export interface BatchOutcome {
  /** Its place in the list of this run. */
  readonly index: number;
  readonly input: Input;
  /** skipped: done before */
  readonly status: 'done' | 'failed' | 'skipped';
  readonly result: TaskResult | null;
  readonly error: CnnvizError | null;
}

/** What a batch tells of as it goes. */
export interface BatchEvents {
  /** The list of this run is known. */
  begin(inputs: readonly Input[], keepsManifest: boolean): void;
  /** Called as inputs finish; the batch waits for it before it begins more. */
  outcome(outcome: BatchOutcome): Promise<void>;
  /** How much is done, in inputs; a share of an input counts. */
  progress(done: number, failed: number): void;
  note(text: string): void;
  /** What layers took in another process, where this one's are timed. */
  times(times: NonNullable<WorkDone['times']>): void;
  /** To be called by whoever is interrupted; null: nothing is to be tidied any more. */
  whenStopped(tidy: (() => void) | null): void;
}

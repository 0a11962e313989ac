import { CnnvizError } from '../core/errors.js';
import type { Input } from '../io/inputs.js';
import { type ProductsOf, rootOf } from '../run/place.js';
import type { Journal } from './ledger.js';
import { type Shard, shardOf } from './shard.js';
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
  /** As `commandHash` says of the task: it is the same for all jobs. */
  readonly command: string;
  /** Indexes of inputs that are worked on when all others are done, with nothing beside them. */
  readonly alone: ReadonlySet<number>;
  /** Not asked where results are gathered in parts: each part has processes of its own. */
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

/** Up to this many inputs that were named one by one are no batch. */
const MOST_NAMED = 20;

/**
 * Whether a batch keeps a manifest: unless it is asked for, a folder gets one when many inputs go into it, or a folder of
 * them. Parts are only those that a manifest names.
 * @throws CnnvizError 'usage' when there is no folder for one that is asked for
 */
export function keepsManifest({ task, inputs, named, resume, shard }: BatchOptions): boolean {
  const { output } = task.job;
  const isAsked = resume || shard !== null || output.parts !== undefined;
  if (isAsked && rootOf(output) === null) {
    const flag = resume ? '--resume' : shard !== null ? '--shard' : '--format';
    throw new CnnvizError('usage', `${flag} needs a folder for its manifest`, { fix: 'add -o FOLDER' });
  }
  const isMany = inputs.length > Math.max(1, Math.min(named, MOST_NAMED));
  return isAsked || (output.target.kind === 'folder' && output.products.length > 0 && isMany);
}

/** What this run works on. */
export async function inputsOfShard({ inputs, shard, task }: BatchOptions): Promise<readonly Input[]> {
  if (shard === null) return inputs;
  if (task.job.output.parts === undefined) return shardOf(inputs, shard);
  return (await import('./parts/plan-parts.js')).shardOfParts(inputs, shard);
}

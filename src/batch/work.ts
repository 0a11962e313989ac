import { CnnvizError, type ErrorCode, type ErrorScope } from '../core/errors.js';
import type { Job, NetworkJob, OutputJob } from '../core/job.js';
import type { ProfileTimes } from '../core/profile.js';
import type { NetworkRunResult, PreprocessResult, RunResult } from '../core/result.js';
import type { Breathe } from '../engine/execute.js';
import type { Homes } from '../engine/home.js';
import type { Input } from '../io/inputs.js';
import type { KernelSubject } from '../run/kernels.js';
import { Claims, type Product, type RunRecord } from '../run/place.js';
import { type PreprocessFileJob, preprocessFile } from '../run/preprocess-file.js';
import { kernelWork, type NetworkWork, networkWork, openNetworkWork, runInput } from '../run/run.js';

/** What is done to every input. Plain JSON: the same task runs in this process and in others. */
export type Task =
  | { readonly kind: 'conv'; readonly job: Job }
  | { readonly kind: 'run'; readonly job: NetworkJob }
  | { readonly kind: 'preprocess'; readonly job: PreprocessFileJob };

export interface TaskResults {
  readonly conv: RunResult;
  readonly run: NetworkRunResult;
  readonly preprocess: PreprocessResult;
}

export type TaskResult = TaskResults[Task['kind']];

/** Something that is worked on: an input, or several that are worked on together; errors call it by its path. */
export type Item = Pick<Input, 'path'>;

/** What a task needs besides its inputs, for a caller that has read it already. */
export interface TaskMaterials {
  readonly conv: KernelSubject;
  readonly run: NetworkWork;
  readonly preprocess: null;
}

/** An error on its way between processes. */
export interface SentError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly fix: string | null;
  readonly scope?: ErrorScope;
}

/** Whether an input's outputs may be written; skip: they are there already, and that is enough. */
export type Permission = 'go' | 'skip' | SentError;

/** What an input became, with what a manifest keeps of it. */
export interface WorkDone<R = TaskResult> {
  readonly result: R | null;
  /** Its outputs were there already: nothing was done. */
  readonly isSkipped: boolean;
  readonly error: SentError | null;
  /** Of the input as it was read; null when it was not. */
  readonly sha256: string | null;
  readonly outputs: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
  /** What layers took in a worker process since the input before; null: nothing was timed there. */
  readonly times?: ProfileTimes | null;
}

/** How one input ended, before its error has been put into words. */
interface Ended<R = TaskResult> extends Omit<WorkDone<R>, 'error'> {
  /** Whatever was thrown; null when nothing was. */
  readonly error: unknown;
}

/**
 * Takes one input from its file to its written outputs, and notes what it read and wrote; it never throws.
 * `again`: the outputs are this run's own: an attempt that died may have left some.
 */
export type WorkOn<I extends Item = Input, R = TaskResult> = (
  input: I,
  breathe: Breathe,
  again: boolean,
) => Promise<Ended<R>>;

/** What a task finds around it, whichever process it runs in. */
interface TaskOptions {
  /** Threads that may work within one input; no result depends on it. */
  readonly threads: number;
  /** Who has room for sessions, where several threads run one network. */
  readonly homes: Homes | null;
  /** There is one input alone. */
  readonly once?: boolean;
  /** Hash what is written, for a manifest. */
  readonly keepHashes: boolean;
  readonly send: (bytes: Uint8Array) => Promise<void>;
  /** Asked once the names of an input's outputs are known, if that is not before the run. */
  readonly mayWrite: (input: Input, products: readonly Product[]) => Promise<Permission> | Permission;
}

/**
 * Reads what the task needs besides its inputs, once, unless `loaded` has it.
 * @throws CnnvizError that names the file or flag at fault
 */
export async function openTask(
  task: Task,
  options: TaskOptions,
  loaded: TaskMaterials[Task['kind']] = null,
): Promise<WorkOn> {
  const run = await runnerOf(task, options, loaded);
  return async (input, breathe, again) => {
    let read: string | null = null;
    const outputs: WorkDone['outputs'][number][] = [];
    const record: RunRecord = {
      keepsHashes: options.keepHashes,
      read(hash) {
        read = hash;
      },
      wrote(path, bytes, sha256) {
        outputs.push({ path, bytes, sha256 });
      },
    };
    try {
      const result = await run(input, { breathe, record }, again);
      return { result, isSkipped: false, error: null, sha256: read, outputs };
    } catch (error) {
      const isSkipped = error instanceof SkippedInput;
      return { result: null, isSkipped, error: isSkipped ? null : error, sha256: read, outputs };
    }
  };
}

interface Attempt {
  readonly breathe: Breathe;
  readonly record: RunRecord;
}

type RunTask = (input: Input, attempt: Attempt, again: boolean) => Promise<TaskResult>;

async function runnerOf(
  task: Task,
  { threads, homes, once = false, send, mayWrite }: TaskOptions,
  loaded: TaskMaterials[Task['kind']],
): Promise<RunTask> {
  switch (task.kind) {
    case 'conv': {
      const { openKernels } = await import('../run/kernels.js');
      const subject = (loaded as KernelSubject | null) ?? (await openKernels(task.job));
      return (input, attempt, again) => {
        const { output } = withClobber(task.job, again);
        const context = { claims: new Claims(output), threads, send, ...attempt };
        return runInput(kernelWork(subject), input, output, context);
      };
    }
    case 'run': {
      const opened = (loaded as NetworkWork | null) ?? (await openNetworkWork(task.job));
      return (input, attempt, again) => {
        const { output } = withClobber(task.job, again);
        const work = networkWork(opened, task.job, async (products) => {
          const answer = await mayWrite(input, products);
          if (answer === 'skip') throw new SkippedInput();
          if (answer !== 'go') throw receivedError(answer);
        });
        return runInput(work, input, output, { claims: new Claims(output), threads, homes, once, send, ...attempt });
      };
    }
    case 'preprocess':
      return (input, { record }, again) => {
        const job = withClobber(task.job, again);
        return preprocessFile(job, input, { claims: new Claims(job.output), send, record });
      };
  }
}

/** Thrown to end an input whose outputs are there already. */
class SkippedInput extends Error {}

function withClobber<J extends { readonly output: OutputJob }>(job: J, again: boolean): J {
  return again ? { ...job, output: { ...job.output, clobber: true } } : job;
}

/** An error that is not ours is a fault of the program; the input that met it is named. */
export function sentError(error: unknown, place: string): SentError {
  if (error instanceof CnnvizError) {
    const { code, message, fix = null, scope } = error;
    return { code, message, fix, scope };
  }
  const what = error instanceof Error ? error.message : String(error);
  return {
    code: 'crash',
    message: `${place}: internal error: ${what}`,
    fix: 'this is a fault of cnnviz: run it on this input alone to see where, and please report it',
  };
}

export function receivedError({ code, message, fix, scope = 'input' }: SentError): CnnvizError {
  return new CnnvizError(code, message, fix === null ? { scope } : { fix, scope });
}

/** The work of an input that nothing came of. */
export function failedWork(error: SentError): WorkDone<never> {
  return { result: null, isSkipped: false, error, sha256: null, outputs: [] };
}

/** Lets the process answer messages and signals. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What became of one input: a result or the error that stopped it. */
export type Outcome<R, I extends Item = Input> =
  | { readonly input: I; readonly result: R; readonly error: null }
  | { readonly input: I; readonly result: null; readonly error: CnnvizError };

export interface OutcomeEvents<R, I extends Item = Input> {
  /** Called in the order of the inputs, whatever finished first; a result is not kept any longer. */
  readonly outcome: (outcome: Outcome<R, I>) => void;
  /** How much is done, in inputs; a share of an input counts. */
  readonly progress: (done: number, failed: number) => void;
}

/**
 * Works on every input in this process, `jobs` of them in flight. A bad input costs only itself; an output that cannot be
 * written ends the batch, for the next would fail alike. A fault of the command, and an error that is not a CnnvizError
 * (a fault of the program), are thrown.
 */
export async function runAll<R, I extends Item = Input>(
  inputs: readonly I[],
  run: (input: I, breathe: Breathe) => Promise<R>,
  jobs: number,
  events: OutcomeEvents<R, I>,
): Promise<void> {
  /** Those that finished before one in front of them. */
  const waiting = new Map<number, Outcome<R, I>>();
  const shares = new Float64Array(inputs.length);
  let next = 0;
  let reported = 0;
  let failed = 0;
  let stopped = false;
  const tell = () =>
    events.progress(
      shares.reduce((sum, share) => sum + share, 0),
      failed,
    );

  const runOne = async (index: number): Promise<Outcome<R, I>> => {
    const input = inputs[index];
    const breathe = (done: number): Promise<void> => {
      shares[index] = done;
      tell();
      return pause();
    };
    try {
      return { input, result: await run(input, breathe), error: null };
    } catch (error) {
      if (!(error instanceof CnnvizError) || error.scope === 'command') throw error;
      if (error.code === 'output') stopped = true;
      failed++;
      return { input, result: null, error };
    }
  };

  const lane = async (): Promise<void> => {
    while (next < inputs.length && !stopped) {
      const index = next++;
      waiting.set(index, await runOne(index));
      shares[index] = 1;
      tell();
      for (let ready = waiting.get(reported); ready !== undefined; ready = waiting.get(reported)) {
        waiting.delete(reported++);
        events.outcome(ready);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, inputs.length) }, lane));
}

import type { Job, NetworkJob, OutputJob } from '../core/job.js';
import type { NetworkRunResult } from '../core/network-result.js';
import type { PreprocessResult, RunResult } from '../core/result.js';
import type { Breathe } from '../engine/execute.js';
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

/** What a task finds around it, whichever process it runs in. */
interface Surroundings {
  /** Threads that one large convolution may use; no result depends on it. */
  readonly threads: number;
  readonly send: (bytes: Uint8Array) => Promise<void>;
  /** Asked once the names of an input's outputs are known, if that is not before the run. Throws to stop the input,
   * SkippedInput to leave it as it is. */
  readonly mayWrite: (input: Input, products: readonly Product[]) => Promise<void>;
}

/** What one input brings along. */
interface Turn {
  readonly breathe: Breathe;
  readonly record: RunRecord;
  /** The outputs are this run's own: an attempt that died may have left some. */
  readonly again: boolean;
}

/** Thrown to end an input whose outputs are there already. */
export class SkippedInput extends Error {}

export type RunTask = (input: Input, turn: Turn) => Promise<TaskResult>;

/** What a task needs besides its inputs, for a caller that has read it already. */
export interface TaskMaterials {
  readonly conv: KernelSubject;
  readonly run: NetworkWork;
  readonly preprocess: null;
}

/**
 * Reads what the task needs besides its inputs, once, unless `loaded` has it.
 * @throws CnnvizError that names the file or flag at fault
 */
export async function openTask(
  task: Task,
  { threads, send, mayWrite }: Surroundings,
  loaded: TaskMaterials[Task['kind']] = null,
): Promise<RunTask> {
  switch (task.kind) {
    case 'conv': {
      const { openKernels } = await import('../run/kernels.js');
      const subject = (loaded as KernelSubject | null) ?? (await openKernels(task.job));
      return (input, { again, ...turn }) => {
        const { output } = withClobber(task.job, again);
        const context = { claims: new Claims(output), threads, send, ...turn };
        return runInput(kernelWork(subject), input, output, context);
      };
    }
    case 'run': {
      const opened = (loaded as NetworkWork | null) ?? (await openNetworkWork(task.job));
      return (input, { again, ...turn }) => {
        const { output } = withClobber(task.job, again);
        const work = networkWork(opened, task.job, (products) => mayWrite(input, products));
        return runInput(work, input, output, { claims: new Claims(output), threads, send, ...turn });
      };
    }
    case 'preprocess':
      return (input, { again, record }) => {
        const job = withClobber(task.job, again);
        return preprocessFile(job, input, { claims: new Claims(job.output), send, record });
      };
  }
}

function withClobber<J extends { readonly output: OutputJob }>(job: J, again: boolean): J {
  return again ? { ...job, output: { ...job.output, clobber: true } } : job;
}

import type { Bound, Runnable } from '../analysis/kept-run.js';
import type { Preparation, PreparedInput } from '../analysis/prepare/prepared-input.js';
import type { DecodeJob } from '../core/job.js';
import type { InputFacts } from '../core/result.js';
import type { PlanOptions } from '../engine/choose.js';

/**
 * What is run: the kernels of `conv` (kernels.ts) or a network (network.ts). Either is a Model once its input is known, and
 * says itself how an input is prepared for it and which options make it again.
 */
export interface Subject<B extends Bound = Bound> extends Runnable<B> {
  /** What files are named after and tables say: "alexnet", the file's name, "pipe", "conv". */
  readonly name: string;
  /** What reading its files had to say. */
  readonly notes: readonly string[];
  readonly options: PlanOptions;
  readonly decode: DecodeJob;
  readonly prepare: Preparation;
  /** The options that decide its values, behind the command's name: files without their folders, `own` behind the image. */
  args(source: Pick<Source, 'facts' | 'info' | 'preset'>, own: readonly string[]): string[];
}

/** One input, read and ready for the first layer. */
export interface Source extends Omit<PreparedInput, 'facts'> {
  readonly facts: InputFacts;
  /** Of the bytes that were read; '' when arrays were named for all inputs. */
  readonly sha256: string;
}

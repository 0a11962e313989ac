import type { Bound, Fed, Runnable } from '../analysis/kept-run.js';
import type { Image } from '../core/image.js';
import type { DecodeJob, ImagePreset } from '../core/job.js';
import type { PreprocessPlan } from '../core/preprocess-geometry.js';
import type { InputFacts } from '../core/result.js';
import type { PlanOptions } from '../engine/choose.js';
import type { NpyArray } from '../models/npy.js';

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

/** How an input becomes what the first layer reads. */
interface Preparation {
  /** A gray file is handed over as one channel, not as three equal ones. */
  readonly keepsGray: boolean;
  /**
   * Refuses a height and a width as soon as a header tells them, before memory is taken for the numbers; null: any will do.
   */
  readonly checkSize: ((size: readonly number[]) => void) | null;
  /** @throws CnnvizError 'shape' or 'usage' when it does not suit the subject */
  image(image: Image, stored: Pick<InputFacts, 'colour' | 'depth'>): PreparedInput;
  array(array: NpyArray): PreparedInput;
}

/** An input as it is fed. */
export interface PreparedInput extends Fed {
  readonly facts: Omit<InputFacts, 'path'>;
  /** An image, or an array of one: what comes out drops the N that was added. */
  readonly dropsBatch: boolean;
  /** How an image was prepared; null for arrays. */
  readonly preset: ImagePreset | null;
  /** The same in words. */
  readonly preprocess: string;
  /** The image as it was read, and where the pixels that are fed lie in it; null for arrays. */
  readonly picture: { readonly image: Image; readonly plan: PreprocessPlan } | null;
  /** What is fed as a picture, to be drawn; null when it has no rows and columns. */
  readonly drawn: () => Image | null;
  readonly warnings: readonly string[];
}

/** One input, read and ready for the first layer. */
export interface Source extends Omit<PreparedInput, 'facts'> {
  readonly facts: InputFacts;
  /** Of the bytes that were read; '' when arrays were named for all inputs. */
  readonly sha256: string;
}

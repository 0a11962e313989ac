import { type Bound, planRun, shapeOf } from '../analysis/kept-run.js';
import { CnnvizError } from '../core/errors.js';
import type { Input } from '../io/inputs.js';
import type { Choice, Choose } from '../run/runs.js';
import { readSource } from '../run/source.js';
import type { Subject } from '../run/subject.js';

/** Inputs that are tried: in a folder of files that are none, others say so. */
const TRIED = 4;

/** Multiply-accumulates of a subject's run on the first input that can be read; 0 where none of the first few can. */
export async function firstMacs<B extends Bound, C extends Choice>(
  subject: Subject<B>,
  inputs: readonly Input[],
  choose: Choose<B, C>,
): Promise<number> {
  for (const input of inputs.slice(0, TRIED)) {
    try {
      const shape = shapeOf(subject, await readSource(input, subject));
      return planRun(shape, choose(shape).keep, subject.options).plan?.macs ?? 0;
    } catch (error) {
      if (!(error instanceof CnnvizError)) throw error;
    }
  }
  return 0;
}

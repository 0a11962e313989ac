import { atPlace } from '../core/errors.js';
import type { Job } from '../core/job.js';
import type { InputFacts, PlannedRun } from '../core/result.js';
import { readHeader } from '../io/decode.js';
import { readBytes } from '../io/files.js';
import type { Input } from '../io/inputs.js';
import { bindKernels } from './bind.js';
import { planBanks } from './compute.js';
import type { Materials } from './materials.js';
import { planFacts } from './measure.js';
import { placeOf, productsOf } from './place.js';
import { isArray, readSource } from './source.js';

/** Plans a run from the input's header alone: nothing is decoded, computed or written. */
export async function dryRun(job: Job, materials: Materials, input: Input): Promise<PlannedRun> {
  try {
    const { facts, shape } = await headerOf(input, job);
    const banks = bindKernels(job.layer, materials, shape, null);
    const plans = planBanks(job.layer, banks, shape);
    const mapNames = banks.flatMap(({ maps }) => maps.map(({ name }) => name));
    return {
      input: facts,
      banks: plans.map((plan, b) => ({
        ...planFacts(plan),
        labels: banks[b].maps.map(({ name }) => name),
        out: [plan.outShape[3], plan.outShape[2]],
      })),
      outputs: productsOf(job, mapNames, facts.items).map((product) => placeOf(job, input, product)),
    };
  } catch (error) {
    throw atPlace(input.path === '-' ? 'standard input' : input.path, error);
  }
}

async function headerOf(input: Input, job: Job): Promise<{ facts: InputFacts; shape: readonly number[] }> {
  const bytes = await readBytes(input.path);
  if (isArray(input, bytes)) {
    const { facts, x } = await readSource(input, job);
    return { facts, shape: x.shape };
  }
  const { width, height, colour, depth } = await readHeader(bytes, job.decode);
  const channels = job.preprocess.gray ? 1 : 3;
  return {
    facts: { path: input.path, width, height, channels, items: 1, colour, depth },
    shape: [channels, height, width],
  };
}

import { atPlace } from '../core/errors.js';
import type { Job, LayerJob } from '../core/job.js';
import type { ChoiceFacts, InputFacts, PlannedRun } from '../core/result.js';
import { sizeOf, tensor } from '../core/tensor.js';
import { mayRoundWhole, orderedStep, weighAlgorithms } from '../engine/choose.js';
import type { Plan } from '../engine/plan.js';
import type { ConvStep } from '../engine/steps.js';
import { readHeader } from '../io/decode.js';
import { readBytes } from '../io/files.js';
import type { Input } from '../io/inputs.js';
import { type Bank, bindKernels } from './bind.js';
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
    const mapNames = banks.flatMap(({ maps }) => maps.map(({ name }) => name));
    return {
      input: facts,
      banks: bankPlans(job.layer, banks, shape),
      outputs: productsOf(job, mapNames, facts.items).map((product) => placeOf(job.output, input, product)),
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

/** Plans a layer for an input [C, H, W] that does not exist; `weights`: kernels, or a shape [M, C/groups, kH, kW]. */
export function planShapes(
  layer: LayerJob,
  weights: Materials | readonly number[],
  shape: readonly number[],
): PlannedRun {
  const banks = 'kernels' in weights ? bindKernels(layer, weights, shape, null) : [emptyBank(weights)];
  const [channels, height, width] = shape;
  return {
    input: { path: 'input', width, height, channels, items: 1, colour: `[${shape.join(', ')}]`, depth: 32 },
    banks: bankPlans(layer, banks, shape),
    outputs: [],
  };
}

/** Weights of which nothing is known but their shape. */
function emptyBank(shape: readonly number[]): Bank {
  const weight = tensor(new Float32Array(sizeOf(shape)), shape);
  return {
    kind: 'conv',
    weight,
    maps: [{ name: 'weight', label: 'weight', positive: null, weight, patch: null, kernel: 0 }],
  };
}

function bankPlans(layer: LayerJob, banks: readonly Bank[], shape: readonly number[]): PlannedRun['banks'] {
  return planBanks(layer, banks, shape).map((plan, b) => ({
    ...planFacts(plan),
    choice: choiceFacts(plan.steps[0] as ConvStep, layer.exact),
    labels: banks[b].maps.map(({ name }) => name),
    out: sizeOfMaps(plan),
  }));
}

/** Width and height of a plan's maps. */
function sizeOfMaps({ shaped, kept }: Plan): [number, number] {
  const [oH, oW] = shaped.infos.get(kept[0])!.shape.slice(-2);
  return [oW, oH];
}

/** Which algorithm a step takes, what it needs, and what the planner thought of every other. */
function choiceFacts(step: ConvStep, exact: boolean): ChoiceFacts {
  const { computed, weight, bands } = step;
  const { packed = 0, ...parts } = bands?.bytes ?? {};
  return {
    candidates: weighAlgorithms(computed, weight, exact).map(({ algorithm, rejected, estimateMs }) => ({
      name: algorithm.name,
      source: algorithm.source,
      rejected,
      estimateMs,
      tolerance: algorithm.tolerance,
    })),
    ...(mayRoundWhole(step, weight.load()) ? { wholeNumbers: orderedStep(step).algorithm.name } : {}),
    bands: bands?.count ?? 1,
    bandRows: bands?.shape.oH ?? computed.oH,
    packedBytes: packed * computed.groups,
    workspaceBytes: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0),
  };
}

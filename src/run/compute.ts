import { CnnvizError } from '../core/errors.js';
import { plural } from '../core/geometry.js';
import type { LayerJob } from '../core/job.js';
import { percentileOf, sortedFinite } from '../core/math.js';
import type { Tensor } from '../core/tensor.js';
import { algorithmTaken } from '../engine/choose.js';
import { type Breathe, execute } from '../engine/execute.js';
import type { EngineInput } from '../engine/input.js';
import { type Plan, planModel } from '../engine/plan.js';
import type { ConvStep } from '../engine/steps.js';
import { imageShape } from '../layers/inputs.js';
import { type Bank, bankModel, convolutionOnly } from './bind.js';
import type { Materials } from './materials.js';
import { threadTeam } from './threads.js';

/** A bank's output with the plan that made it. */
export interface Computed {
  readonly bank: Bank;
  readonly plan: Plan;
  /** The bias of each map, resolved to numbers. */
  readonly bias: Float32Array | null;
  /** What the convolution was computed by. */
  readonly algorithm: string;
  /** [N, M, oH, oW] */
  readonly y: Tensor;
}

/** The plan of every bank; a bias still to be found changes no shape. */
export function planBanks(job: LayerJob, banks: readonly Bank[], x: readonly number[]): Plan[] {
  return banks.map((bank) => planModel(bankModel(job, bank, null), imageShape(x), job));
}

/** Runs every bank on x: bias, convolution, activation, pooling. */
export async function computeBanks(
  job: LayerJob,
  materials: Materials,
  banks: readonly Bank[],
  x: EngineInput,
  { breathe, threads }: { readonly breathe: Breathe; readonly threads: number },
): Promise<Computed[]> {
  const count = banks.reduce((sum, { maps }) => sum + maps.length, 0);
  if (materials.biasFile && materials.biasFile.length !== count && materials.biasFile.length !== 1) {
    throw new CnnvizError(
      'shape',
      `--bias: expected ${plural(count, 'number')}, one per map, got ${materials.biasFile.length}`,
    );
  }
  const computed: Computed[] = [];
  const team = threadTeam(threads);
  const inShape = imageShape(x.shape);
  let firstMap = 0;
  for (const [index, plan] of planBanks(job, banks, x.shape).entries()) {
    const bank = banks[index];
    const share: Breathe = (done) => breathe((index + done) / banks.length);
    const bias = await resolveBias(job, materials, bank, firstMap, async () =>
      execute(planModel(convolutionOnly(job, bank), inShape, job), x, share, { team }),
    );
    const biased = bias ? planModel(bankModel(job, bank, bias), inShape, job) : plan;
    const algorithm = algorithmTaken(biased.steps[0] as ConvStep, x, 0).name;
    computed.push({ bank, plan: biased, bias, algorithm, y: await execute(biased, x, share, { team }) });
    firstMap += bank.maps.length;
  }
  return computed;
}

/**
 * The bias as numbers, one per map of the bank. A percentile or a share is found on the unbiased maps, then given to
 * the layer like any number: the result has the bits of a run with that number. Maps of all items share one bias.
 */
export async function resolveBias(
  job: LayerJob,
  materials: Materials,
  bank: Bank,
  firstMap: number,
  unbiased: () => Promise<Tensor>,
): Promise<Float32Array | null> {
  const M = bank.maps.length;
  const { bias } = job;
  if (bias === null) return null;
  switch (bias.kind) {
    case 'number':
      return new Float32Array(M).fill(bias.value);
    case 'file': {
      const file = materials.biasFile!;
      return file.length === 1 ? new Float32Array(M).fill(file[0]) : file.slice(firstMap, firstMap + M);
    }
    case 'percentile':
    case 'fire': {
      const y = await unbiased();
      const find = bias.kind === 'fire' ? firingBias : percentileBias;
      return Float32Array.from({ length: M }, (_, m) => find(valuesOfMap(y, m), bias.percent));
    }
  }
}

/** The values of map m over all items of y [N, M, oH, oW]. */
function valuesOfMap(y: Tensor, m: number): Float32Array {
  const [N, M, oH, oW] = y.shape;
  if (N === 1) return y.data.subarray(m * oH * oW, (m + 1) * oH * oW);
  const values = new Float32Array(N * oH * oW);
  for (let n = 0; n < N; n++) {
    const start = (n * M + m) * oH * oW;
    values.set(y.data.subarray(start, start + oH * oW), n * oH * oW);
  }
  return values;
}

/** The bias that puts zero at the p-th percentile of a map: minus that percentile. */
function percentileBias(values: Float32Array, percent: number): number {
  return Math.fround(-percentileOf(someFinite(values), percent));
}

/** The bias at which as many values as possible, but at most `percent` of all, lie above zero. */
function firingBias(values: Float32Array, percent: number): number {
  const sorted = someFinite(values);
  const allowed = Math.floor((percent / 100) * sorted.length);
  if (allowed >= sorted.length) return nextAbove(-sorted[0]);
  return -sorted[sorted.length - 1 - allowed];
}

/** The next float32 above: the least step that lets the smallest value fire too. */
function nextAbove(value: number): number {
  const ulp = Math.max(Math.abs(value) * 2 ** -23, 2 ** -149);
  return Math.fround(value + ulp);
}

function someFinite(values: Float32Array): Float32Array {
  const sorted = sortedFinite([values]);
  if (sorted.length === 0) {
    throw new CnnvizError('shape', 'a bias cannot be found from a map without finite values', {
      fix: 'give the bias as a number',
    });
  }
  return sorted;
}

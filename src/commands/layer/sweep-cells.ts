import { CnnvizError } from '../../core/errors.js';
import { extent, type Pair, plural } from '../../core/geometry.js';
import { activationText, biasText, type LayerJob, pairName, poolText } from '../../core/job.js';
import type { PictureNote } from '../../core/note.js';
import type { Scale } from '../../core/result.js';
import {
  SWEPT,
  type SweepCell,
  type SweepJob,
  type SweepMap,
  type SweepParameters,
  type SweptName,
} from '../../core/sweep.js';
import { sizeOf, type Tensor } from '../../core/tensor.js';
import { formatNumber } from '../../core/text.js';
import { VERSION } from '../../core/version.js';
import { algorithmTaken } from '../../engine/choose.js';
import { type Breathe, execute } from '../../engine/execute.js';
import type { EngineInput } from '../../engine/input.js';
import { planModel } from '../../engine/plan.js';
import { timesOfProcess } from '../../engine/step-times.js';
import type { ConvStep } from '../../engine/steps.js';
import { baseName } from '../../io/paths.js';
import { imageShape } from '../../layers/inputs.js';
import { type Bank, bankModel, bindKernels, convolutionOnly, followingModel } from '../../run/banks.js';
import type { LoadedKernels } from '../../run/kernel-files.js';
import { findBias } from '../../run/kernels.js';
import { type FeatureMap, measureBank } from '../../run/measure.js';
import { layerArgs, pictureArgs, pixelArgs } from '../../run/recipe.js';
import { threadTeam } from '../../run/threads.js';

/** All maps of a sweep are kept until the common scale of their picture is known: a gigabyte of them at most. */
const MOST_VALUES = 250e6;

/** One combination, and what is known of it before anything is computed. */
interface PlannedCell {
  readonly layer: LayerJob;
  readonly bank: Bank;
  readonly parameters: SweepParameters;
  readonly values: number;
  readonly refusal: CnnvizError | null;
}

/** A cell with the map that is drawn; null when its sizes do not fit. */
export interface ComputedCell {
  readonly cell: Omit<SweepCell, 'label'>;
  readonly map: FeatureMap | null;
}

/** A convolution with its bias: what cells with one kernel, stride and bias share. */
interface Convolved {
  readonly key: string;
  readonly y: Tensor;
  readonly bias: Float32Array | null;
  readonly algorithm: string;
}

/**
 * Every combination of a sweep on one input, in order. Each map has the bits that `conv` gives for these parameters: a
 * convolution with its bias is computed once, what follows it is applied to a copy for each activation and pool.
 * (A bias is not added afterwards: the engine adds it inside its sums, before they are rounded.)
 * @throws CnnvizError when no cell fits, or all maps together are too many values
 */
export async function computeSweep(
  job: SweepJob,
  materials: LoadedKernels,
  x: EngineInput,
  { breathe, threads }: { readonly breathe: Breathe; readonly threads: number },
): Promise<ComputedCell[]> {
  const planned = planCells(job, materials, x);
  const fitting = planned.filter(({ refusal }) => refusal === null);
  if (fitting.length === 0) throw planned[0].refusal;
  const total = fitting.reduce((sum, { values }) => sum + values, 0);
  if (total > MOST_VALUES) {
    throw new CnnvizError(
      'usage',
      `the maps of ${plural(fitting.length, 'cell')} hold ${Math.round(total / 1e6)} million values together, more than ${MOST_VALUES / 1e6}`,
      { fix: 'sweep fewer values, larger strides, or a smaller image' },
    );
  }
  const doors = { team: threadTeam(threads), times: timesOfProcess() };
  const shape = imageShape(x.shape);
  const computed: ComputedCell[] = [];
  let last = null as Convolved | null;
  for (const [index, { layer, bank, parameters, refusal }] of planned.entries()) {
    if (refusal) {
      computed.push({ cell: { parameters, map: null, refusal: refusal.message }, map: null });
      continue;
    }
    const share: Breathe = (done) => breathe((index + done) / planned.length);
    const { kernel, stride, bias: wanted } = parameters;
    const key = JSON.stringify([kernel, stride, wanted]);
    if (last?.key !== key) {
      const alone = () => execute(planModel(convolutionOnly(layer, bank), shape, layer), x, share, doors);
      const bias = layer.bias && (await findBias(layer.bias, materials.biasFile, bank, alone));
      const plan = planModel(bankModel({ ...layer, activation: null, pool: null }, bank, bias), shape, layer);
      const algorithm = algorithmTaken(plan.steps[0] as ConvStep, x, 0).name;
      last = { key, bias, algorithm, y: await execute(plan, x, share, doors) };
    }
    const { y, bias, algorithm } = last;
    const following = followingModel(layer);
    const out = following ? await execute(planModel(following, imageShape(y.shape), layer), y, share, doors) : y;
    const plan = planModel(bankModel(layer, bank, bias), shape, layer);
    const { result, maps } = measureBank({ bank, steps: plan.steps, bias, algorithm, y: out });
    const { geometry } = plan.steps[0] as ConvStep;
    const facts = maps[0].result;
    const map: SweepMap = {
      width: facts.width,
      height: facts.height,
      macs: result.macs,
      algorithm: result.algorithm,
      kernel: facts.kernel,
      bias: facts.bias,
      overlap: overlapOf(geometry, layer.stride),
      unread: result.unread,
      values: facts.values,
      peak: facts.peak,
      patch: facts.patch,
    };
    computed.push({ cell: { parameters, map, refusal: null }, map: maps[0] });
  }
  return computed;
}

function overlapOf({ kH, kW, dH, dW }: ConvStep['geometry'], [sH, sW]: Pair): Pair {
  return [extent(kH, dH) - sH, extent(kW, dW) - sW];
}

/** All combinations; the last of kernel, stride, bias, activation, pool changes fastest. */
function planCells(job: SweepJob, materials: LoadedKernels, x: EngineInput): PlannedCell[] {
  const cells: PlannedCell[] = [];
  for (const [k, material] of materials.kernels.entries()) {
    if (material.maps.length !== 1) {
      throw new CnnvizError(
        'usage',
        `${material.name}: a sweep takes single kernels, this file holds ${material.maps.length}`,
        {
          fix: '`cnnviz conv … --sheet` shows the maps of all of them',
        },
      );
    }
    const base = { ...job.base.layer, kernels: [job.base.layer.kernels[k]] };
    const [bank] = bindKernels(base, { kernels: [material] }, x.shape, x);
    for (const stride of job.strides) {
      for (const bias of job.biases) {
        for (const activation of job.activations) {
          for (const pool of job.pools) {
            const layer = { ...base, stride, bias, activation, pool };
            cells.push({ layer, bank, parameters: sweepParameters(material.name, layer), ...planned(layer, bank, x) });
          }
        }
      }
    }
  }
  return cells;
}

/** How many values a cell would have, or why it cannot be. */
function planned(layer: LayerJob, bank: Bank, x: EngineInput): Pick<PlannedCell, 'values' | 'refusal'> {
  try {
    const { shaped, model } = planModel(bankModel(layer, bank, null), imageShape(x.shape), layer);
    return { values: sizeOf(shaped.infos.get(model.outputs[0])!.shape), refusal: null };
  } catch (error) {
    if (!(error instanceof CnnvizError)) throw error;
    return { values: 0, refusal: error };
  }
}

/** What a cell is made with, as a person would type it. */
function sweepParameters(kernel: string, { stride, bias, activation, pool }: LayerJob): SweepParameters {
  return {
    kernel,
    stride: pairName(stride),
    bias: bias === null ? '0' : bias.kind === 'number' ? formatNumber(bias.value) : biasText(bias),
    activation: activation === null ? 'none' : activationText(activation),
    pool: pool?.kind ?? 'none',
    'pool size': pool === null ? '' : pairName(pool.kernelSize),
    'pool stride': pool === null ? '' : pairName(pool.stride),
  };
}

/** What varies among the cells: each name with its values, in the order they first appear. */
export function sweptAxes(cells: readonly SweepParameters[]): { name: SweptName; values: string[] }[] {
  return SWEPT.map((name) => ({ name, values: [...new Set(cells.map((cell) => cell[name]).filter(Boolean))] })).filter(
    ({ name, values }) => values.length > 1 || (values.length === 1 && cells.some((cell) => cell[name] === '')),
  );
}

/** "stride 4 · bias −500": what tells a cell from the others; a single cell is told by its kernel. */
export function cellLabel(cell: SweepParameters, axes: readonly { readonly name: SweptName }[]): string {
  const names = axes.length === 0 ? (['kernel'] as const) : axes.map(({ name }) => name);
  return names
    .filter((name) => cell[name] !== '')
    .map((name) =>
      name === 'kernel' || (name === 'activation' && cell[name] !== 'none') ? cell[name] : `${name} ${cell[name]}`,
    )
    .map((words) => words.replace('activation none', 'no activation').replace('pool none', 'no pool'))
    .join(' · ');
}

/** What the picture of a sweep carries: its scale, and the command that makes it again. */
export function sweepNote(
  job: SweepJob,
  input: { readonly path: string; readonly sha256: string },
  scale: Scale,
): PictureNote {
  const { path, sha256 } = input;
  const { base, strides, biases, activations, pools } = job;
  const args = ['sweep', baseName(path), ...layerArgs(base.layer)];
  const list = (flag: string, texts: readonly string[], neutral: string) => {
    if (texts.length > 1 || texts[0] !== neutral) args.push(flag, texts.join(','));
  };
  list('--stride', strides.map(pairName), '1');
  list(
    '--bias',
    biases.map((bias) => (bias === null ? '0' : biasText(bias, baseName))),
    '0',
  );
  list(
    '--activation',
    activations.map((one) => (one === null ? 'none' : activationText(one))),
    'none',
  );
  list(
    '--pool',
    pools.map((pool) => (pool === null ? 'none' : poolText(pool, pairName))),
    'none',
  );
  args.push(...pixelArgs(base), ...pictureArgs(base.picture, true));
  return {
    cnnviz: VERSION,
    picture: 'sweep',
    lo: scale.lo,
    hi: scale.hi,
    input: { name: baseName(path), sha256 },
    args,
  };
}

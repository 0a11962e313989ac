import { atPlace, CnnvizError } from '../core/errors.js';
import { conv2dGeometry, plural } from '../core/geometry.js';
import type { LayerJob, PatchRect, PoolJob } from '../core/job.js';
import { type Tensor, tensor } from '../core/tensor.js';
import type { Value } from '../core/values.js';
import type { EngineInput } from '../engine/input.js';
import type { Conv2dLayer, NccLayer } from '../layers/conv.js';
import { constantOf, type Model, type SequentialLayer, sequential, tensorConstant } from '../layers/model.js';
import { defaultSigma, type PoolLayer } from '../layers/pool.js';
import { checkPatch, expandKernel, flipKernel, mergeWeights, patchKernel } from '../models/kernel-weights.js';
import type { LoadedKernel, LoadedKernels } from './kernel-files.js';
import { firstItem } from './source.js';

/** One kernel of a bank: one feature map. */
interface BankMap {
  readonly name: string;
  readonly label: string;
  readonly positive: string | null;
  /** [C/groups, kH, kW]; of a gradient magnitude both kernels, [2, C, kH, kW] */
  readonly weight: Tensor;
  /** Where the kernel was cut from, when it is a patch. */
  readonly patch: { readonly rect: PatchRect; readonly ownImage: boolean } | null;
  /** Which of the job's kernels it came from. */
  readonly kernel: number;
}

/** Kernels of one size, convolved together; a gradient magnitude's two kernels make one map. */
export interface Bank {
  readonly kind: 'conv' | 'ncc' | 'gradient';
  /** [M, C/groups, kH, kW] */
  readonly weight: Tensor;
  readonly maps: readonly BankMap[];
  /** How many maps the banks before it have. */
  readonly firstMap: number;
}

/**
 * The job's kernels as banks of weights for an input of `shape` ([C, H, W] or [N, C, H, W]), in the order they were
 * given. `x` is the input a patch is cut from; without it (a dry run) such a patch is zeros of the right shape.
 */
export function bindKernels(
  job: LayerJob,
  { kernels }: Pick<LoadedKernels, 'kernels'>,
  shape: readonly number[],
  x: EngineInput | Value | null,
): Bank[] {
  const channels = shape.at(-3)!;
  if (channels % job.groups !== 0) {
    throw new CnnvizError('shape', `groups ${job.groups} does not divide the input's ${plural(channels, 'channel')}`);
  }
  const banks: Bank[] = [];
  kernels.forEach((loaded, kernel) => {
    const bank = { ...bindKernel(job, loaded, kernel, shape, x), firstMap: mapCount(banks) };
    const last = banks.at(-1);
    if (last && last.kind === bank.kind && bank.kind !== 'gradient' && sameKernelShape(last.weight, bank.weight)) {
      banks[banks.length - 1] = {
        ...last,
        weight: mergeWeights([last.weight, bank.weight]),
        maps: [...last.maps, ...bank.maps],
      };
    } else {
      banks.push(bank);
    }
  });
  return banks;
}

function bindKernel(
  job: LayerJob,
  loaded: LoadedKernel,
  kernel: number,
  shape: readonly number[],
  x: EngineInput | Value | null,
): Omit<Bank, 'firstMap'> {
  const { source, name, label, gradient } = loaded;
  const channels = shape.at(-3)!;
  const perGroup = Math.floor(channels / job.groups);
  if (gradient) return gradientBank(job, loaded, kernel, gradient, channels);
  const isPatch = source.kind === 'patch';
  let given = loaded.weight;
  if (isPatch) {
    const { rect, mode } = source;
    const from = loaded.patchFrom ?? (x && firstItem(x));
    try {
      checkPatch(rect, from?.shape ?? shape);
      given = from
        ? patchKernel(...patchOf(from, rect, perGroup), mode)
        : tensor(new Float32Array(channels * rect.height * rect.width), [channels, rect.height, rect.width]);
    } catch (error) {
      throw atPlace(source.image ?? '--patch', error);
    }
  }
  if (perGroup === 1 && job.groups === 1 && given!.shape.length > 2 && given!.shape.at(-3) === 3) {
    throw new CnnvizError('shape', `${label}: the kernel reads red, green and blue, the input is one channel`, {
      fix: '--rgb reads a one-channel file as three equal channels',
    });
  }
  const expanded = expandKernel(given!, channels, job.groups, label);
  const weight = job.flip ? flipKernel(expanded) : expanded;
  const [, C, kH, kW] = weight.shape;
  const size = C * kH * kW;
  const maps = loaded.maps.map((mapName, m) => ({
    name: mapName,
    label: loaded.maps.length === 1 ? label : mapName,
    positive: loaded.positive,
    weight: tensor(weight.data.subarray(m * size, (m + 1) * size), [C, kH, kW]),
    patch: isPatch ? { rect: source.rect, ownImage: source.image === null } : null,
    kernel,
  }));
  if (maps.length !== weight.shape[0]) {
    throw new CnnvizError('shape', `${name}: expected ${plural(maps.length, 'kernel')}, got ${weight.shape[0]}`);
  }
  return { kind: isPatch && source.mode === 'ncc' ? 'ncc' : 'conv', weight, maps };
}

/** What a patch is cut from, and where in it: of one channel the piece is the same for all channels that are read. */
function patchOf(from: Tensor, rect: PatchRect, channels: number): [Tensor, PatchRect] {
  if (from.shape[0] !== 1 || channels === 1) return [from, rect];
  const piece = patchKernel(from, rect, 'raw');
  const all = mergeWeights(Array.from({ length: channels }, () => piece));
  return [all, { ...rect, x: 0, y: 0 }];
}

/** Both derivatives as one weight; turned by 180° both change their sign and the magnitude does not. */
function gradientBank(
  job: LayerJob,
  { name, label, positive }: LoadedKernel,
  kernel: number,
  derivatives: readonly Tensor[],
  channels: number,
): Omit<Bank, 'firstMap'> {
  if (job.groups > 1) {
    throw new CnnvizError(
      'usage',
      `${label}: a gradient magnitude reads all channels together, not --groups ${job.groups}`,
      {
        fix: 'leave --groups out',
      },
    );
  }
  const expanded = mergeWeights(derivatives.map((weight) => expandKernel(weight, channels, 1, label)));
  const weight = job.flip ? flipKernel(expanded) : expanded;
  return { kind: 'gradient', weight, maps: [{ name, label, positive, weight, patch: null, kernel }] };
}

function sameKernelShape(a: Tensor, b: Tensor): boolean {
  return a.shape.slice(1).every((side, axis) => side === b.shape[axis + 1]);
}

/** The bank that map `channel` of all is in, and its number there. */
export function bankOf(banks: readonly Bank[], channel: number): [bank: Bank, map: number] {
  const bank = banks.find(({ firstMap, maps }) => channel < firstMap + maps.length);
  if (bank?.kind === 'gradient') throw isMagnitude(bank.maps[0].label);
  if (bank) return [bank, channel - bank.firstMap];
  const count = mapCount(banks);
  throw new CnnvizError('usage', `--channel ${channel}: the layer has ${plural(count, 'kernel')}`, {
    fix: `a number from 0 to ${count - 1}`,
  });
}

/** How many maps banks make. */
export function mapCount(banks: readonly Bank[]): number {
  return banks.reduce((sum, { maps }) => sum + maps.length, 0);
}

/** Two sums and a root are behind each of its values: what is shown here follows one sum. */
function isMagnitude(label: string): CnnvizError {
  return new CnnvizError(
    'usage',
    `${label} is a gradient magnitude, √(${label}-x² + ${label}-y²): no single kernel to follow`,
    {
      fix: `look at one of its kernels: -k ${label}-x, or -k ${label}-y`,
      scope: 'command',
    },
  );
}

/** The bank as a model: conv, then what follows it. `bias` [M] or null; `suffix`: what tells its names from other banks'. */
export function bankModel(job: LayerJob, bank: Bank, bias: Float32Array | null, suffix = ''): Model {
  const layers = [...convLayers(job, bank, bias), ...followingLayers(job)];
  if (suffix === '') return sequential(layers);
  return sequential(
    layers.map(({ name, parameters = [], ...layer }) => ({
      ...layer,
      name: name + suffix,
      parameters: parameters.map((one) => one && ([one[0].replace('.', `${suffix}.`), one[1]] as const)),
    })),
  );
}

/** What a bias is found from: the convolution, or the gradient's magnitude, alone. */
export function convolutionOnly(job: LayerJob, bank: Bank): Model {
  return sequential(convLayers(job, bank, null));
}

/** What follows the convolution, with the convolution's output as its input; null when nothing does. */
export function followingModel(job: LayerJob): Model | null {
  const layers = followingLayers(job);
  return layers.length === 0 ? null : sequential(layers);
}

/** The convolution; of a gradient both, their magnitude and then the bias, which the roots are not taken of. */
export function convLayers(job: LayerJob, bank: Bank, bias: Float32Array | null): SequentialLayer[] {
  if (bank.kind !== 'gradient') return [convLayer(job, bank, bank.kind, bias)];
  const maps = constantOf({ dtype: 'int64', shape: [1], data: Float64Array.of(1) });
  const magnitude: SequentialLayer = {
    name: 'magnitude',
    layer: { kind: 'reduce', name: 'l2', keepDims: true, noopWithEmptyAxes: false },
    parameters: [['magnitude.axes', maps]],
  };
  const both = [convLayer(job, bank, 'conv', null), magnitude];
  if (bias === null) return both;
  const number = constantOf({ dtype: 'float32', shape: [1], data: bias });
  return [...both, { name: 'bias', layer: { kind: 'add' }, parameters: [['bias.bias', number]] }];
}

function convLayer(job: LayerJob, bank: Bank, kind: 'conv' | 'ncc', bias: Float32Array | null): SequentialLayer {
  const { stride, padding, paddingMode, dilation, groups } = job;
  const layer: Conv2dLayer | NccLayer = {
    kind,
    stride,
    padding,
    paddingMode,
    dilation,
    groups,
  };
  const numbers = bias && constantOf({ dtype: 'float32', shape: [bias.length], data: bias });
  return {
    name: 'conv',
    layer,
    parameters: [['conv.weight', tensorConstant(bank.weight)], numbers && ['conv.bias', numbers]],
  };
}

/** How many layers follow the convolution and its bias. */
export function followingCount(job: LayerJob): number {
  return followingLayers(job).length;
}

function followingLayers(job: LayerJob): SequentialLayer[] {
  const layers: SequentialLayer[] = [];
  if (job.activation) {
    const { name, parameter } = job.activation;
    layers.push({ name, layer: { kind: 'activation', name, parameters: parameter === null ? [] : [parameter] } });
  }
  if (job.pool) layers.push({ name: `${job.pool.kind}_pool`, layer: poolLayer(job.pool) });
  return layers;
}

function poolLayer({ kind, kernelSize, stride, pads, sigma }: PoolJob): PoolLayer {
  const fields = { kernelSize, stride, pads, ceilMode: false };
  switch (kind) {
    case 'max':
      return { kind: 'max_pool', ...fields, dilation: [1, 1] };
    case 'avg':
      return { kind: 'avg_pool', ...fields, countIncludePad: true, divisorOverride: null };
    case 'gauss':
      return { kind: 'gauss_pool', ...fields, sigma: sigma ?? defaultSigma(kernelSize), countIncludePad: true };
  }
}

/**
 * Whether the kernels fit into an image of height H and width W, as its header says: before it is decoded. What depends
 * on its channels is found when the kernels are bound.
 * @throws CnnvizError as the plan of the layer does
 */
export function checkFits(job: LayerJob, { kernels }: LoadedKernels, [H, W]: readonly number[]): void {
  for (const { weight, gradient, source } of kernels) {
    const kernel = weight ?? gradient?.[0] ?? null;
    if (kernel === null || source.kind === 'patch') continue;
    const [kH, kW] = kernel.shape.slice(-2);
    try {
      conv2dGeometry([1, 1, H, W], [1, 1, kH, kW], { ...job, groups: 1 });
    } catch (error) {
      throw atPlace('conv', error);
    }
  }
}

import type { Bound } from '../analysis/kept-run.js';
import { preparedArray } from '../analysis/prepare/prepared-input.js';
import { preprocessImage, presetWords } from '../analysis/prepare/preset.js';
import { CnnvizError } from '../core/errors.js';
import { plural } from '../core/geometry.js';
import { type Image, maxSample } from '../core/image.js';
import type { BiasSource, GeometryJob, ImagePreset, Job, LayerJob } from '../core/job.js';
import { planPreprocess } from '../core/preprocess-geometry.js';
import { percentileOf, sortedFinite, toFloat32, type Value } from '../core/values.js';
import { imageToTensor } from '../engine/preprocess.js';
import { inferShapes } from '../layers/infer.js';
import { npyToTensor } from '../models/npy.js';
import { type Bank, bankModel, bankOf, bindKernels, checkFits, convLayers, mapCount } from './banks.js';
import { type LoadedKernels, loadKernels, toImageShape } from './kernel-files.js';
import { commandArgs } from './recipe.js';
import type { Subject } from './subject.js';

/** The kernels of `conv` as a subject. */
export interface KernelSubject extends Subject<BoundKernels> {
  readonly job: Job;
  readonly loaded: LoadedKernels;
  /** The names of all maps, in their order. */
  readonly mapNames: readonly string[];
}

/** Kernels for one input: a Model with a branch for each bank, all of which read the input. */
export interface BoundKernels extends Bound {
  readonly banks: readonly Bank[];
  /** What each bank ends in. */
  readonly branches: readonly string[];
  /** Of each bank, one number a map; null: no bias, or not known yet. */
  readonly biases: readonly Float32Array[] | null;
  readonly findBias: FindBias | null;
  readonly settle: ((compute: Compute) => Promise<BoundKernels>) | null;
}

type Compute = Parameters<NonNullable<Bound['settle']>>[0];

/** Reads the kernels of a job. @throws CnnvizError that names the file or flag at fault */
export async function openKernels(job: Job): Promise<KernelSubject> {
  const loaded = await loadKernels(job);
  const { layer } = job;
  return {
    name: 'conv',
    notes: [],
    job,
    loaded,
    mapNames: loaded.kernels.flatMap(({ maps }) => maps),
    options: { exact: layer.exact, algorithm: layer.algorithm },
    decode: job.decode,
    prepare: pixelPreparation(job, (size) => checkFits(layer, loaded, size)),
    fed: new Map(),
    open: ['input'],
    bind({ shape }, x) {
      const banks = bindKernels(layer, loaded, shape, x);
      return boundBanks(layer, banks, biasFinder(layer, loaded.biasFile, banks));
    },
    retell: (error) => error,
    args: ({ facts }, own) => [...commandArgs(job, facts.path).slice(1), ...own],
  };
}

/** Banks as the branches of one Model; `biases`: one number a map, once they are found. */
export function boundBanks(
  layer: LayerJob,
  banks: readonly Bank[],
  findBias: FindBias | null = null,
  biases: readonly Float32Array[] | null = null,
): BoundKernels {
  // a magnitude's bias is a layer of its own: it has its place before its number is found
  const unfound = (bank: Bank) => (findBias && bank.kind === 'gradient' ? new Float32Array(bank.maps.length) : null);
  const models = banks.map((bank, b) =>
    bankModel(layer, bank, biases?.[b] ?? unfound(bank), b === 0 ? '' : `.${b + 1}`),
  );
  const settle = async (compute: Compute): Promise<BoundKernels> => {
    const found: Float32Array[] = [];
    for (const [b, bank] of banks.entries()) {
      found.push(
        await findBias!(bank, () => compute(models[b].nodes[convLayers(layer, bank, null).length - 1].name, b)),
      );
    }
    return boundBanks(layer, banks, null, found);
  };
  return {
    model: {
      inputs: models[0].inputs,
      constants: new Map(models.flatMap(({ constants }) => [...constants])),
      nodes: models.flatMap(({ nodes }) => nodes),
      outputs: models.flatMap(({ outputs }) => outputs),
    },
    notes: [],
    banks,
    branches: models.flatMap(({ outputs }) => outputs),
    biases,
    findBias,
    settle: findBias && settle,
  };
}

/** One map of some kernels, to be looked at: its bank alone. */
export interface BoundMap extends Bound {
  /** How a person would call its kernel. */
  readonly label: string;
  /** Its number in its bank. */
  readonly channel: number;
}

/**
 * The bank that makes one of all maps, as a subject of its own. The other kernels must fit too.
 * @throws CnnvizError 'usage' when bound to an input, for a map that is none, or a gradient magnitude's
 */
export function subjectOfMap(subject: KernelSubject, map: number): Subject<BoundMap> {
  const { job, ...shared } = subject;
  return {
    ...shared,
    bind(input, x) {
      const { banks, model, findBias } = subject.bind(input, x);
      const [bank, channel] = bankOf(banks, map);
      if (banks.length > 1) inferShapes(model, new Map([['input', { ...input, value: null }]]));
      return oneMap(boundBanks(job.layer, [bank], findBias), bank.maps[channel].label, channel);
    },
  };
}

function oneMap({ settle, ...bound }: BoundKernels, label: string, channel: number): BoundMap {
  const settled = settle && (async (compute: Compute) => oneMap(await settle(compute), label, channel));
  return { ...bound, label, channel, settle: settled };
}

/** The bias of a bank's maps, one number each, perhaps from its maps without one. */
type FindBias = (bank: Bank, unbiased: () => Promise<Maps>) => Promise<Float32Array>;

/** [N, M, oH, oW] */
type Maps = Pick<Value, 'shape' | 'data'>;

/** @param biasFile numbers that the job reads from a file: one for all maps, or one a map of all banks */
function biasFinder({ bias }: LayerJob, biasFile: Float32Array | null, banks: readonly Bank[]): FindBias | null {
  if (bias === null) return null;
  const count = mapCount(banks);
  return async (bank, unbiased) => {
    if (biasFile && biasFile.length !== count && biasFile.length !== 1) {
      throw new CnnvizError(
        'shape',
        `--bias: expected ${plural(count, 'number')}, one per map, got ${biasFile.length}`,
      );
    }
    return findBias(bias, biasFile, bank, unbiased);
  };
}

/**
 * The bias as numbers, one per map of the bank. A percentile or a share is found on the unbiased maps, then given to
 * the layer like any number: the result has the bits of a run with that number. Maps of all items share one bias.
 */
export async function findBias(
  bias: BiasSource,
  biasFile: Float32Array | null,
  { maps, firstMap }: Bank,
  unbiased: () => Promise<Maps>,
): Promise<Float32Array> {
  const M = maps.length;
  switch (bias.kind) {
    case 'number':
      return new Float32Array(M).fill(bias.value);
    case 'file': {
      const file = biasFile!;
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

/** The values of map m over all items. */
function valuesOfMap({ shape: [N, M, oH, oW], data }: Maps, m: number): Float32Array {
  const numbers = toFloat32(data);
  if (N === 1) return numbers.subarray(m * oH * oW, (m + 1) * oH * oW);
  const values = new Float32Array(N * oH * oW);
  for (let n = 0; n < N; n++) {
    const start = (n * M + m) * oH * oW;
    values.set(numbers.subarray(start, start + oH * oW), n * oH * oW);
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

/** An image's pixels, perhaps of another size, and arrays, as numbers in the range asked for. */
function pixelPreparation(
  { preprocess: job, geometry = AS_IT_IS, decode }: Job,
  checkSize: (size: readonly number[]) => void,
): Subject['prepare'] {
  const preset: ImagePreset = { geometry, preprocess: job };
  return {
    checkSize: ([height, width]) => checkSize(sizeRead(width, height, geometry)),
    keepsGray: !decode.rgb,
    image(stored, { colour, depth }) {
      const { image, input: x, plan } = preprocessImage(stored, preset);
      const { width, height } = image;
      const [channels] = x.shape;
      const resized = geometry === AS_IT_IS ? {} : { original: plan.original };
      let drawn: Image | null = null;
      return {
        facts: { width, height, channels, items: 1, colour, depth, ...resized },
        info: { dtype: 'float32', shape: [1, ...x.shape] },
        x,
        dropsBatch: true,
        preset,
        preprocess: geometry === AS_IT_IS ? 'pixels as they are' : presetWords(preset, image),
        picture: { image: stored, plan },
        drawn() {
          drawn ??= job.gray && image.channels === 3 ? grayImage(image) : image;
          return drawn;
        },
        warnings: [],
      };
    },
    array(array) {
      const prepared = preparedArray(toImageShape(npyToTensor(array)), array.dtype, job);
      const moot = [
        ...(job.pixels === 'unit' ? [] : ['--pixels']),
        ...(geometry.resize === null ? [] : ['--resize']),
        ...(geometry.crop === null ? [] : ['--crop']),
      ];
      if (moot.length === 0) return prepared;
      const verb = moot.length === 1 ? 'does' : 'do';
      const said = `an array is taken as it is: ${moot.join(' and ')} ${verb} not apply`;
      return { ...prepared, warnings: [...prepared.warnings, said] };
    },
  };
}

const AS_IT_IS: GeometryJob = { resize: null, crop: null };

/** [height, width] of an image as the layer reads it. */
export function sizeRead(width: number, height: number, geometry: GeometryJob = AS_IT_IS): [number, number] {
  const { crop } = planPreprocess(width, height, geometry);
  return [crop.height, crop.width];
}

/** The grey picture a --gray run sees, rounded to whole greys for drawing. */
function grayImage(image: Image): Image {
  const max = maxSample(image.depth);
  const { data } = imageToTensor(image, { pixels: 'unit', gray: true, normalize: null });
  const samples = image.depth === 8 ? new Uint8Array(data.length) : new Uint16Array(data.length);
  for (let i = 0; i < data.length; i++) samples[i] = Math.round(data[i] * max);
  return { ...image, channels: 1, data: samples };
}

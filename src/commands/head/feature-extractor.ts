import { planRun, shapeOf } from '../../analysis/kept-run.js';
import { laidOut } from '../../analysis/prepare/channels-last.js';
import {
  checkDeclaredShape,
  declaredType,
  type OpenedNetwork,
  presetOfJob,
  type SourceJob,
} from '../../analysis/prepare/network-input.js';
import { presetWords } from '../../analysis/prepare/preset.js';
import { atPlace, CnnvizError } from '../../core/errors.js';
import type { FeatureOrigin, Reduce } from '../../core/head.js';
import type { ImagePreset, NetworkRequest } from '../../core/job.js';
import { sizeOf } from '../../core/tensor.js';
import { inputName, shellWord } from '../../core/text.js';
import type { ValueInfo } from '../../core/values.js';
import { existingFile } from '../../io/files.js';
import { sha256 } from '../../io/hash.js';
import type { Input } from '../../io/inputs.js';
import { baseName } from '../../io/paths.js';
import { readInput } from '../../io/remote/read-input.js';
import { builtinName } from '../../models/networks/index.js';
import { type CutNetwork, cutNetwork, reducedSize } from '../../run/head/cut-network.js';
import { looksLikePipe } from '../../run/head/open-head.js';
import { filesOf, networkSubject, openNetwork } from '../../run/network.js';
import { sourceOf } from '../../run/source.js';
import type { Source } from '../../run/subject.js';

/** What turns images into rows of numbers. Plain JSON. */
export interface FeatureJob extends SourceJob {
  readonly request: NetworkRequest;
  /** Null: what enters the last layer with weights. */
  readonly layer: string | null;
  readonly reduce: Reduce;
  readonly exact: boolean;
}

/** A network cut behind a layer, ready for images: what it is, and how many numbers an image gives. */
export interface FeatureExtractor {
  readonly job: FeatureJob;
  readonly opened: OpenedNetwork;
  readonly threads: number;
  readonly cut: CutNetwork;
  readonly origin: FeatureOrigin;
  /** D: numbers an image gives. */
  readonly features: number;
  /** The layer's output for one image, N included. */
  readonly shape: readonly number[];
  /** How images are prepared, in words. */
  readonly preprocess: string;
  /** Type and shape of an image that it is cut for. */
  readonly info: ValueInfo;
  /** Multiply-accumulates of one image. */
  readonly macs: number;
  /** The bytes of an input; those of standard input are kept, for they come but once. */
  readonly read: ReadInput;
  /** Images computed at once; no result depends on it. */
  readonly batch: number;
}

type ReadInput = (input: Input) => Promise<Uint8Array>;

const MOST_AT_ONCE = 16;
const GROUPS_A_THREAD = 4;
/** A batch's largest values take up to this many bytes. */
const BATCH_BYTES = 64e6;

/**
 * Opens the network and cuts it. Where its preparation fixes no size, the first image that can be read decides.
 * @throws CnnvizError when the network cannot be used, or no image can be read
 */
export async function openExtractor(
  job: FeatureJob,
  inputs: readonly Input[],
  threads: number,
): Promise<FeatureExtractor> {
  const opened = laidOut(await openNetwork(job.request), job.preset);
  if (opened.head) {
    throw new CnnvizError(
      'usage',
      `${job.request.network}: a head has learned already: it has no features to learn from`,
      {
        fix: `take the network it was trained on: --features ${shellWord(opened.head.features)}`,
      },
    );
  }
  if (opened.open.length !== 1) {
    throw new CnnvizError('unsupported', `${opened.name}: reads ${opened.open.length} inputs, expected 1`, {
      fix: 'take a network that reads one image',
    });
  }
  const read = inputReader();
  const preset = presetOfJob(job, opened);
  const fixed = fixedInput(preset, opened);
  const info = fixed ?? (await firstSource(job, opened, inputs, read)).info!;
  const cut = cutNetwork(opened, info, job.layer);
  const shape = cutShape(cut, info);
  const [, , height, width] = info.shape;
  const { network, weights } = await filesOf(job.request);
  const origin: FeatureOrigin = {
    network: looksLikePipe(network) ? network : await storedName(network),
    weights: weights === null ? null : baseName(weights),
    init: job.request.init,
    weightsSha256: cut.hashWeights(),
    layersSha256: cut.layersSha256,
    layer: cut.layer,
    reduce: shape.length > 2 ? job.reduce : 'flatten',
    preset,
    background: job.decode.background,
    exact: job.exact,
  };
  return {
    job,
    opened: cut.opened,
    threads,
    cut,
    read,
    origin,
    features: reducedSize(shape, origin.reduce),
    shape,
    preprocess: fixed ? presetWords(preset, { width, height }) : 'each image at its own size',
    info,
    macs: macsOf(cut, info, job),
    batch: fixed ? batchFor(cut, info, shape, Math.min(MOST_AT_ONCE, groupsOf(inputs.length, threads))) : 1,
  };
}

/** Type and shape of every image, when a preparation fixes it. @throws CnnvizError 'shape' when the network declares another */
function fixedInput(preset: ImagePreset, opened: OpenedNetwork): ValueInfo | null {
  const { resize, crop } = preset.geometry;
  const side = crop ?? (typeof resize === 'number' ? null : resize);
  if (!side) return null;
  const shape = [1, preset.preprocess.gray ? 1 : 3, ...side];
  checkDeclaredShape(shape, opened, preset, { width: side[1], height: side[0] });
  return { dtype: declaredType(opened), shape };
}

/** A head names its network as a built-in or as a file beside it. */
async function storedName(network: string): Promise<string> {
  const own = (await existingFile(network)) ? null : builtinName(network);
  return own ?? baseName(network);
}

function inputReader(): ReadInput {
  let standardInput: Promise<Uint8Array> | null = null;
  return (input) => {
    if (input.path !== '-') return readInput(input);
    standardInput ??= readInput(input);
    return standardInput;
  };
}

/** The first image that can be used. @throws CnnvizError of the first that cannot, when none can */
async function firstSource(
  job: FeatureJob,
  opened: OpenedNetwork,
  inputs: readonly Input[],
  read: ReadInput,
): Promise<Source> {
  let failure: unknown = null;
  for (const input of inputs) {
    try {
      const bytes = await read(input);
      return await featureSource(input, bytes, sha256(bytes), job, opened);
    } catch (error) {
      if (!(error instanceof CnnvizError)) throw error;
      failure ??= atPlace(inputName(input.path), error);
    }
  }
  throw inputs.length === 1 ? failure : atPlace(`none of the ${inputs.length} images can be used`, failure);
}

/** One image, or an array of one. */
export async function featureSource(
  input: Input,
  bytes: Uint8Array,
  hash: string,
  job: FeatureJob,
  opened: OpenedNetwork,
): Promise<Source> {
  const source = await sourceOf(input, bytes, hash, networkSubject(opened, job));
  const { shape, dtype } = source.info!;
  if (shape.length === 4 && shape[0] === 1) return source;
  if (shape.length === 3) return { ...source, info: { dtype, shape: [1, ...shape] } };
  throw new CnnvizError('shape', `expected one image [C, H, W], got an array [${shape.join(', ')}]`, {
    fix: 'write each image to a file of its own',
  });
}

/** The shape of the cut layer's output. @throws CnnvizError 'shape' when an item of it is no row of numbers */
function cutShape({ opened, layer }: CutNetwork, info: ValueInfo): readonly number[] {
  const { shaped } = shapeOf(opened, { info, x: null });
  const { shape } = shaped.infos.get(shaped.model.outputs[0])!;
  if (shape.length >= 2 && shape[0] === info.shape[0] && sizeOf(shape) > 0) return shape;
  throw new CnnvizError('shape', `${layer} gives [${shape.join(', ')}]: expected numbers for each image, [N, …]`, {
    fix: 'choose another layer with --layer; `cnnviz summary NET` lists them',
  });
}

/** Images of a group, so that each thread has some groups of them. */
function groupsOf(images: number, threads: number): number {
  return threads === 1 ? images : Math.ceil(images / (GROUPS_A_THREAD * threads));
}

function macsOf({ opened }: CutNetwork, info: ValueInfo, { exact }: FeatureJob): number {
  const shape = shapeOf(opened, { info, x: null });
  return planRun(shape, shape.shaped.model.outputs, { exact, algorithm: null }).plan?.macs ?? 0;
}

/** As many images at once as a model takes and memory allows: some exports fix N at 1. */
function batchFor(cut: CutNetwork, info: ValueInfo, shape: readonly number[], most: number): number {
  const { shaped } = shapeOf(cut.opened, { info, x: null });
  const largest = [...shaped.infos.values()].reduce((most, one) => Math.max(most, sizeOf(one.shape)), 0);
  const batch = Math.max(1, Math.min(most, Math.floor(BATCH_BYTES / (4 * largest))));
  try {
    const several = cutShape(cut, { ...info, shape: [batch, ...info.shape.slice(1)] });
    return several.slice(1).join() === shape.slice(1).join() ? batch : 1;
  } catch (error) {
    if (error instanceof CnnvizError) return 1;
    throw error;
  }
}

/**
 * A layer's values [N, C, ...] as a row of numbers for each item: [N, D]. A map becomes its mean (summed in float64) or its
 * largest value; values [N, K] stay as they are.
 */
export function reduceMaps(values: Float32Array, shape: readonly number[], reduce: Reduce): Float32Array {
  const places = sizeOf(shape.slice(2));
  if (reduce === 'flatten' || places === 1) return values;
  const out = new Float32Array(values.length / places);
  for (let map = 0; map < out.length; map++) {
    const start = map * places;
    if (reduce === 'mean') {
      let sum = 0;
      for (let i = start; i < start + places; i++) sum += values[i];
      out[map] = sum / places;
    } else {
      let most = values[start];
      // a NaN is larger than anything, so that it is not lost
      for (let i = start; i < start + places; i++) if (!(values[i] <= most)) most = values[i];
      out[map] = most;
    }
  }
  return out;
}

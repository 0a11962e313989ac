import { reducedSize, reduceMaps } from '../analysis/reduce-maps.js';
import { atPlace, CnnvizError } from '../core/errors.js';
import type { FeatureOrigin, Reduce } from '../core/head.js';
import type { NetworkRequest } from '../core/network-job.js';
import { sizeOf } from '../core/tensor.js';
import { newNumbers, toFloat32, type Value, type ValueInfo } from '../core/values.js';
import type { Breathe } from '../engine/execute.js';
import { numbersOf } from '../engine/input.js';
import { readBytes } from '../io/files.js';
import { sha256 } from '../io/hash.js';
import type { Input } from '../io/inputs.js';
import { baseName } from '../io/paths.js';
import { type CutNetwork, cutNetwork } from './cut-network.js';
import type { FeatureCache } from './feature-cache.js';
import { type OpenedNetwork, openNetwork, splitWeights } from './network.js';
import { NetworkSessions, shapeNetwork } from './network-session.js';
import { type NetworkSource, networkSourceOf, presetOfJob, type SourceJob } from './network-source.js';

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
  readonly cut: CutNetwork;
  readonly origin: FeatureOrigin;
  /** D: numbers an image gives. */
  readonly features: number;
  /** The layer's output for one image, N included. */
  readonly shape: readonly number[];
  /** How images are prepared, in words. */
  readonly preprocess: string;
  readonly sessions: NetworkSessions;
  /** Images computed at once; no result depends on it. */
  readonly batch: number;
}

/** An image that could not be used, and why. */
export interface FailedImage {
  readonly index: number;
  readonly path: string;
  readonly error: CnnvizError;
}

/** Rows of numbers, one for each image that could be read. */
export interface ImageFeatures {
  /** [n, D] */
  readonly x: Float32Array;
  /** Of each row: which of the inputs it is, and the SHA-256 of its file. */
  readonly rows: readonly { readonly index: number; readonly hash: string }[];
  readonly failed: readonly FailedImage[];
  /** Images that were computed, and those taken from the cache; copies of one image count once. */
  readonly computed: number;
  readonly cached: number;
}

const MOST_AT_ONCE = 16;
/** A batch's largest values take up to this many bytes. */
const BATCH_BYTES = 64e6;

/**
 * Opens the network and cuts it. The first image that can be read decides what is not fixed: its size.
 * @throws CnnvizError when the network cannot be used, or no image can be read
 */
export async function openExtractor(
  job: FeatureJob,
  inputs: readonly Input[],
  threads: number,
): Promise<FeatureExtractor> {
  const opened = await openNetwork(job.request);
  if (opened.open.length !== 1) {
    throw new CnnvizError('unsupported', `${opened.name}: reads ${opened.open.length} inputs, expected 1`, {
      fix: 'take a network that reads one image',
    });
  }
  const first = await firstSource(job, opened, inputs);
  const info = first.info!;
  const cut = cutNetwork(opened, info, job.layer);
  const shape = cutShape(cut, info);
  const preset = presetOfJob(job, opened);
  const isOneSize = preset.geometry.crop !== null || typeof preset.geometry.resize === 'object';
  const { network, weights } = await splitWeights(job.request);
  const origin: FeatureOrigin = {
    network: looksLikePipe(network) ? network : baseName(network),
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
    cut,
    origin,
    features: reducedSize(shape, origin.reduce),
    shape,
    preprocess: isOneSize ? first.preprocess : 'each image at its own size',
    sessions: new NetworkSessions(cut.opened, { layers: ['output'], exact: job.exact, threads, firstOnly: false }),
    batch: isOneSize ? batchFor(cut, info, shape, Math.min(MOST_AT_ONCE, inputs.length)) : 1,
  };
}

function looksLikePipe(network: string): boolean {
  return network.includes('|') || /[\s=]/.test(network.trim());
}

async function firstSource(job: FeatureJob, opened: OpenedNetwork, inputs: readonly Input[]): Promise<NetworkSource> {
  let failure: unknown = null;
  for (const input of inputs) {
    try {
      return await readOne(input, job, opened);
    } catch (error) {
      if (!(error instanceof CnnvizError)) throw error;
      failure ??= error;
    }
  }
  throw failure;
}

async function readOne(input: Input, job: FeatureJob, opened: OpenedNetwork): Promise<NetworkSource> {
  try {
    const bytes = await readBytes(input.path);
    return await sourceOf(input, bytes, sha256(bytes), job, opened);
  } catch (error) {
    throw atPlace(input.path, error);
  }
}

/** One image, or an array of one. */
async function sourceOf(
  input: Input,
  bytes: Uint8Array,
  hash: string,
  job: FeatureJob,
  opened: OpenedNetwork,
): Promise<NetworkSource> {
  const source = await networkSourceOf(input, bytes, hash, job, opened);
  const { shape } = source.info!;
  if (shape.length === 4 && shape[0] === 1) return source;
  throw new CnnvizError('shape', `expected one image [C, H, W], got an array [${shape.join(', ')}]`, {
    fix: 'write each image to a file of its own',
  });
}

/** The shape of the cut layer's output. @throws CnnvizError 'shape' when an item of it is no row of numbers */
function cutShape({ opened, layer }: CutNetwork, info: ValueInfo): readonly number[] {
  const { shaped } = shapeNetwork(opened, info);
  const { shape } = shaped.infos.get(shaped.model.outputs[0])!;
  if (shape.length >= 2 && shape[0] === info.shape[0] && sizeOf(shape) > 0) return shape;
  throw new CnnvizError('shape', `${layer} gives [${shape.join(', ')}]: expected numbers for each image, [N, …]`, {
    fix: 'choose another layer with --layer; `cnnviz summary NET` lists them',
  });
}

/** As many images at once as a model takes and memory allows: some exports fix N at 1. */
function batchFor(cut: CutNetwork, info: ValueInfo, shape: readonly number[], most: number): number {
  const { shaped } = shapeNetwork(cut.opened, info);
  const largest = Math.max(...[...shaped.infos.values()].map((one) => sizeOf(one.shape)));
  const batch = Math.max(1, Math.min(most, Math.floor(BATCH_BYTES / (4 * largest))));
  try {
    const several = cutShape(cut, { ...info, shape: [batch, ...info.shape.slice(1)] });
    return several.slice(1).join() === shape.slice(1).join() ? batch : 1;
  } catch (error) {
    if (error instanceof CnnvizError) return 1;
    throw error;
  }
}

/** An image on its way: decoded, or known already, or a failure. */
type Arrival =
  | { readonly index: number; readonly hash: string; readonly source: NetworkSource | null }
  | { readonly index: number; readonly error: CnnvizError };

export interface FeatureEvents {
  /** Images done, those that failed among them. */
  readonly progress: (done: number, failed: number) => void;
}

/**
 * The features of every image, each file's content computed once. Images are read while those before them are computed.
 * One that cannot be used is a failure and costs only itself.
 */
export async function computeFeatures(
  extractor: FeatureExtractor,
  inputs: readonly Input[],
  cache: FeatureCache | null,
  { progress }: FeatureEvents,
): Promise<ImageFeatures> {
  const { features: D, batch } = extractor;
  const x = new Float32Array(inputs.length * D);
  const rows: { index: number; hash: string }[] = [];
  const failed: FailedImage[] = [];
  /** Where a content's features are, or why there are none. */
  const known = new Map<string, number | CnnvizError>();
  let [computed, cached] = [0, 0];

  const breathe: Breathe = () => new Promise((resolve) => setImmediate(resolve));
  const fail = (index: number, error: CnnvizError) =>
    failed.push({ index, path: inputs[index].path, error: atPlace(inputs[index].path, error) as CnnvizError });
  const keep = (index: number, hash: string, numbers: Float32Array) => {
    const problem = notFinite(numbers);
    known.set(hash, problem ?? rows.length);
    if (problem) return void fail(index, problem);
    x.set(numbers, rows.length * D);
    rows.push({ index, hash });
  };
  const read = async (index: number): Promise<Arrival> => {
    const input = inputs[index];
    try {
      const bytes = await readBytes(input.path);
      const hash = sha256(bytes);
      const isKnown = known.has(hash) || (cache !== null && cache.get(hash) !== null);
      return { index, hash, source: isKnown ? null : await sourceOf(input, bytes, hash, extractor.job, extractor.opened) };
    } catch (error) {
      if (error instanceof CnnvizError) return { index, error };
      throw error;
    }
  };
  const readChunk = (from: number) =>
    Promise.all(Array.from({ length: Math.min(batch, inputs.length - from) }, (_, i) => read(from + i)));

  let ahead = readChunk(0);
  for (let from = 0; from < inputs.length; from += batch) {
    const arrivals = await ahead;
    ahead = readChunk(from + batch);
    // a fault is thrown where it is awaited, if that is ever reached
    ahead.catch(() => undefined);
    const fresh = new Map<string, NetworkSource>();
    for (const one of arrivals) {
      if ('source' in one && one.source && !known.has(one.hash)) fresh.set(one.hash, one.source);
    }
    const numbers = await computeBatch(extractor, fresh, breathe);
    for (const one of arrivals) {
      if ('error' in one) fail(one.index, one.error);
      else {
        const place = known.get(one.hash);
        const found = numbers.get(one.hash);
        if (typeof place === 'number') keep(one.index, one.hash, x.slice(place * D, (place + 1) * D));
        else if (place instanceof CnnvizError) fail(one.index, place);
        else if (found instanceof CnnvizError) {
          known.set(one.hash, found);
          fail(one.index, found);
        } else {
          if (found) computed++;
          else cached++;
          keep(one.index, one.hash, found ?? cache!.get(one.hash)!);
        }
      }
    }
    progress(Math.min(from + batch, inputs.length), failed.length);
  }
  return { x: x.subarray(0, rows.length * D), rows, failed, computed, cached };
}

/** @returns why a row cannot be learned from, or null */
function notFinite(numbers: Float32Array): CnnvizError | null {
  let bad = 0;
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) bad++;
  if (bad === 0) return null;
  return new CnnvizError('unsupported', `${bad} of ${numbers.length} features are NaN or infinite`, {
    fix: 'the input or the weights hold such values: `cnnviz run … --layers all --json` tells the first layer with them',
  });
}

/** Features of some images by their hash; of one whose size does not fit, the error. */
async function computeBatch(
  extractor: FeatureExtractor,
  sources: ReadonlyMap<string, NetworkSource>,
  breathe: Breathe,
): Promise<ReadonlyMap<string, Float32Array | CnnvizError>> {
  const found = new Map<string, Float32Array | CnnvizError>();
  const stacks = new Map<string, [string, NetworkSource][]>();
  for (const entry of sources) {
    const { dtype, shape } = entry[1].info!;
    const key = `${dtype} ${shape.join()}`;
    stacks.set(key, [...(stacks.get(key) ?? []), entry]);
  }
  for (const stack of stacks.values()) {
    try {
      const rows = await computeStack(
        extractor,
        stack.map(([, source]) => source),
        breathe,
      );
      stack.forEach(([hash], i) => void found.set(hash, rows[i]));
    } catch (error) {
      if (!(error instanceof CnnvizError)) throw error;
      for (const [hash] of stack) found.set(hash, error);
    }
  }
  return found;
}

/** Images of one size through the network, all at once; what is missing to a full batch is filled with zeros. */
async function computeStack(
  { sessions, batch, origin, features }: FeatureExtractor,
  stack: readonly NetworkSource[],
  breathe: Breathe,
): Promise<Float32Array[]> {
  const { dtype, shape } = stack[0].info!;
  const size = sizeOf(shape);
  const data = newNumbers(dtype, batch * size);
  stack.forEach(({ x }, i) => void data.set('bytes' in x! ? numbersOf(x) : x!.data, i * size));
  const fed: Value = { dtype, shape: [batch, ...shape.slice(1)], data };
  const session = sessions.for(fed);
  const values = await session.run(fed, breathe);
  const [{ value }] = session.chosen;
  const output = values.get(value)!;
  const reduced = reduceMaps(toFloat32(output.data), output.shape, origin.reduce);
  if (reduced.length !== batch * features) {
    throw new CnnvizError('shape', `gives ${reduced.length / batch} features, the first image gave ${features}`, {
      fix: 'bring all images to one size: --resize 224,224; or reduce each map to a number: --reduce mean',
    });
  }
  return stack.map((_, i) => reduced.slice(i * features, (i + 1) * features));
}

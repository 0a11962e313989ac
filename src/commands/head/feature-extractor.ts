import { type Bound, shapeOf } from '../../analysis/kept-run.js';
import { float32Bytes } from '../../core/bytes.js';
import { atPlace, CnnvizError } from '../../core/errors.js';
import type { FeatureOrigin, Reduce } from '../../core/head.js';
import type { ImagePreset, NetworkRequest } from '../../core/job.js';
import { sizeOf } from '../../core/tensor.js';
import { inputName } from '../../core/text.js';
import type { ValueInfo } from '../../core/values.js';
import { existingFile, readBytes } from '../../io/files.js';
import { sha256, sha256OfParts } from '../../io/hash.js';
import type { Input } from '../../io/inputs.js';
import { baseName } from '../../io/paths.js';
import { layerFamily } from '../../layers/index.js';
import { type Model, type ModelNode, neededFor } from '../../layers/model.js';
import { builtinName } from '../../models/networks/index.js';
import { chooseLayers } from '../../run/layer-choice.js';
import { filesOf, networkSubject, type OpenedNetwork, openNetwork } from '../../run/network.js';
import { checkDeclaredShape, declaredType, presetOfJob, type SourceJob } from '../../run/network-input.js';
import { presetWords } from '../../run/preset.js';
import { type LayerChoice, layersNamed } from '../../run/run.js';
import { Runs } from '../../run/runs.js';
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
  readonly runs: Runs<Bound, LayerChoice>;
  /** The bytes of an input; those of standard input are kept, for they come but once. */
  readonly read: ReadInput;
  /** Images computed at once; no result depends on it. */
  readonly batch: number;
}

type ReadInput = (input: Input) => Promise<Uint8Array>;

const MOST_AT_ONCE = 16;
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
  const opened = await openNetwork(job.request);
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
    runs: new Runs(networkSubject(cut.opened, job), layersNamed(['output'])),
    batch: fixed ? batchFor(cut, info, shape, Math.min(MOST_AT_ONCE, inputs.length)) : 1,
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

/** A text that is layers, not the name of a network. */
export function looksLikePipe(network: string): boolean {
  return network.includes('|') || /[\s=]/.test(network.trim());
}

function inputReader(): ReadInput {
  let standardInput: Promise<Uint8Array> | null = null;
  return ({ path }) => {
    if (path !== '-') return readBytes(path);
    standardInput ??= readBytes(path);
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

/** A network up to one of its layers: nothing behind that is computed, its weights stay as they are. */
interface CutNetwork {
  /** The network with that layer's value for its only output. */
  readonly opened: OpenedNetwork;
  readonly layer: string;
  readonly notes: readonly string[];
  /** Layers and settings the value depends on. */
  readonly layersSha256: string;
  /** Hashes every weight the value depends on, read anew: name, shape, float32 numbers; one in memory at a time. */
  hashWeights(): string;
}

/**
 * Cuts a network behind a layer: the one named, or the one whose output enters the last layer with weights, which is
 * where a classifier begins.
 * @param info type and shape of an input, N included
 * @throws CnnvizError 'usage' when no layer is called that, or several are
 */
export function cutNetwork(opened: OpenedNetwork, info: ValueInfo, layer: string | null): CutNetwork {
  const { shaped, bound } = shapeOf(opened, { info, x: null });
  const { model } = shaped;
  const value = layer === null ? beforeClassifier(model) : oneValue(chooseLayers(shaped, [layer], '--layer'), layer);
  const nodes = neededFor(model, [value]);
  return {
    opened: {
      ...opened,
      bind(input, x) {
        const bound = opened.bind(input, x);
        return { ...bound, model: { ...bound.model, outputs: [value] } };
      },
    },
    layer: nodes.find(({ outputs }) => outputs[0] === value)?.name ?? value,
    notes: bound.notes,
    layersSha256: sha256(new TextEncoder().encode(JSON.stringify(nodes))),
    hashWeights: () => sha256OfParts(weightBytes(model, nodes)),
  };
}

function oneValue(chosen: readonly { readonly name: string; readonly value: string }[], layer: string): string {
  if (chosen.length === 1) return chosen[0].value;
  const names = chosen.map(({ name }) => name);
  throw new CnnvizError('usage', `--layer ${layer}: expected one layer, got ${names.length}`, {
    fix: `one of ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`,
  });
}

/** What enters the last layer with weights; a network with one such layer at most is taken whole. */
function beforeClassifier(model: Model): string {
  const [output] = model.outputs;
  const weighted = neededFor(model, [output]).filter((node) => isWeighted(model, node));
  const value = weighted.at(-1)?.inputs[0];
  return weighted.length < 2 || value == null ? output : value;
}

/** Whether a layer multiplies with weights of its own, learned from data. */
function isWeighted({ constants }: Model, { layer, inputs }: ModelNode): boolean {
  return layerFamily(layer).macs !== undefined && inputs.slice(1).some((name) => name !== null && constants.has(name));
}

function* weightBytes({ constants }: Model, nodes: readonly ModelNode[]): Generator<Uint8Array> {
  const text = new TextEncoder();
  const seen = new Set<string>();
  for (const name of nodes.flatMap(({ inputs }) => inputs)) {
    const constant = name === null ? undefined : constants.get(name);
    if (name === null || constant === undefined || seen.has(name)) continue;
    seen.add(name);
    const numbers = new Float32Array(sizeOf(constant.shape));
    constant.loadInto(numbers);
    yield text.encode(`${name} [${constant.shape.join(', ')}]\n`);
    yield float32Bytes(numbers);
  }
}

/** How many numbers one item of a layer gives. shape: [N, K] or [N, C, ...] */
function reducedSize(shape: readonly number[], reduce: Reduce): number {
  return reduce === 'flatten' ? sizeOf(shape.slice(1)) : shape[1];
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

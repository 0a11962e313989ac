import { CnnvizError } from '../../core/errors.js';
import type { FeatureOrigin, Head } from '../../core/head.js';
import type { NetworkRequest, PresetChoice } from '../../core/job.js';
import { headProbabilities } from '../../engine/training/predict-head.js';
import { existingFile, refuseLeaving } from '../../io/files.js';
import type { Input } from '../../io/inputs.js';
import { folderOf, joinPath, leavesFolder } from '../../io/paths.js';
import { openFile } from '../../io/random-access.js';
import { readHead } from '../../models/head-file.js';
import { builtinName } from '../../models/networks/index.js';
import { getFix, publishedAs } from '../../models/networks/published.js';
import { refusalOf } from '../../run/file-kind.js';
import { weightsCalled } from '../../run/found-weights.js';
import { arraysOf } from '../../run/network.js';
import { type FeatureExtractor, type FeatureJob, looksLikePipe, openExtractor } from './feature-extractor.js';
import { computeFeatures } from './image-features.js';

/** Which head, and where its network is. Plain JSON. */
export interface HeadJob {
  readonly head: string;
  readonly network: HeadNetwork;
  readonly maxPixels: number;
  readonly threads: number;
}

/** Features of this many batches are held at once. */
const BATCHES = 8;

/** What a head says of one image. */
type HeadAnswer =
  | { readonly index: number; readonly probabilities: Float64Array; readonly error: null }
  | { readonly index: number; readonly probabilities: null; readonly error: CnnvizError };

/** A head with its network, ready for images. */
interface ReadyHead {
  readonly head: Head;
  readonly extractor: FeatureExtractor;
}

/** Opens a head and its network. */
export async function openWithNetwork(job: HeadJob, inputs: readonly Input[]): Promise<ReadyHead> {
  const head = await openHead(job.head);
  const features = await featureJobOf(job.head, head, job.network, job.maxPixels);
  const extractor = await openExtractor(features, inputs, job.threads);
  checkSameFeatures(job.head, head, extractor);
  return { head, extractor };
}

/** Answers for all images in their order, some batches at a time; `warn` is told each thing that went wrong once. */
export async function* answers(
  { head, extractor }: ReadyHead,
  inputs: readonly Input[],
  warn: (text: string) => void,
): AsyncGenerator<HeadAnswer> {
  const told = new Set<string>();
  const K = head.classes.length;
  const step = extractor.batch * BATCHES;
  for (let from = 0; from < inputs.length; from += step) {
    const part = inputs.slice(from, from + step);
    const found = await computeFeatures(extractor, part, null, { progress: () => undefined });
    const { x, rows, failed } = found;
    for (const text of found.warnings) if (!told.has(text)) warn(text);
    for (const text of found.warnings) told.add(text);
    const probabilities = headProbabilities(head.parameters, x);
    const said: HeadAnswer[] = [
      ...rows.map(({ index }, row) => ({
        index: from + index,
        probabilities: probabilities.slice(row * K, (row + 1) * K),
        error: null,
      })),
      ...failed.map(({ index, error }) => ({ index: from + index, probabilities: null, error })),
    ];
    yield* said.sort((a, b) => a.index - b.index);
  }
}

/** What is said of a head's network when it is used: null: as the head says. */
interface HeadNetwork {
  readonly network: string | null;
  readonly weights: string | null;
}

/** Reads a head. @throws CnnvizError with its name in front */
export async function openHead(path: string): Promise<Head> {
  const source = await openFile(path);
  try {
    return readHead(source);
  } catch (error) {
    throw refusalOf(path, error);
  } finally {
    source.close();
  }
}

/**
 * How a head's features are computed again. Files are looked for where the command runs, then beside the head.
 * @throws CnnvizError 'usage' when the network or its weights are not there
 */
async function featureJobOf(
  path: string,
  { origin }: Head,
  given: HeadNetwork,
  maxPixels: number,
): Promise<FeatureJob> {
  return {
    request: await requestOf(path, origin, given),
    decode: { background: origin.background, maxPixels },
    preset: choiceOf(origin),
    layer: origin.layer,
    reduce: origin.reduce,
    exact: origin.exact,
  };
}

async function requestOf(path: string, origin: FeatureOrigin, given: HeadNetwork): Promise<NetworkRequest> {
  const network = given.network ?? (await networkOf(path, origin));
  const bringsWeights = network.includes('@') && !network.includes('|');
  const isMadeUp = origin.init !== null && given.weights === null && !bringsWeights;
  let { weights } = given;
  if (weights === null && !bringsWeights && origin.weights !== null) {
    weights = (await find(path, origin.weights, '--weights')) ?? (await weightsCalled(origin.weights)).path;
    if (weights === null) {
      const published = publishedAs(origin.weights);
      throw new CnnvizError('usage', `${path}: its features come from ${origin.weights}, which is not here`, {
        fix: published ? getFix(published) : `say where it is: --weights path/to/${origin.weights}`,
      });
    }
  }
  // its layers are compared with those it was trained on: what the text leaves out was settled then
  return { network, weights, init: isMadeUp ? origin.init : null, asPrinted: true, inputs: [] };
}

async function networkOf(path: string, { network }: FeatureOrigin): Promise<string> {
  if (builtinName(network) !== null) return network;
  const found = looksLikePipe(network) ? network : await find(path, network, '--features');
  if (found !== null) {
    await checkArrays(path, found);
    return found;
  }
  throw new CnnvizError('usage', `${path}: its features come from the network ${network}, which is not here`, {
    fix: `say where it is: --features path/to/${network}`,
  });
}

/** A head may come from a stranger: a name in it, or a link it comes with, leads nowhere else. */
async function find(head: string, name: string, flag: string): Promise<string | null> {
  refuseOutside(flag, name, head);
  for (const folder of ['', folderOf(head)]) {
    const place = joinPath(folder, name);
    if (!(await existingFile(place))) continue;
    refuseLeaving(folder, place);
    return place;
  }
  return null;
}

/** The arrays of a head's network lie beside it. @throws CnnvizError 'usage' */
async function checkArrays(head: string, network: string): Promise<void> {
  const { folder, files } = await arraysOf(network);
  for (const file of files) {
    refuseOutside('--features', file, head);
    refuseLeaving(folder, joinPath(folder, file));
  }
}

function refuseOutside(flag: string, name: string, head: string): void {
  if (!leavesFolder(name)) return;
  throw new CnnvizError('usage', `${head}: names the file ${name}, which lies outside its folder`, {
    fix: `if that is meant, say it yourself: ${flag} FILE`,
  });
}

/** The preparation a head was trained with, as changes to none at all. */
function choiceOf({ preset: { geometry, preprocess } }: FeatureOrigin): PresetChoice {
  return { name: 'none', ...geometry, ...preprocess };
}

/** @throws CnnvizError 'usage' when the network at hand is not the one the head was trained on */
function checkSameFeatures(path: string, { origin, parameters }: Head, extractor: FeatureExtractor): void {
  const { origin: found, features } = extractor;
  const trainedOn = origin.weights ?? (origin.init === null ? origin.network : `--init seed:${origin.init}`);
  const refuse = (what: string, fix: string): never => {
    throw new CnnvizError('usage', `${path}: ${what}`, { fix });
  };
  if (found.layersSha256 !== origin.layersSha256) {
    refuse(
      `trained on the layers of ${origin.network} up to ${origin.layer}; ${found.network} has other ones`,
      'name the network it was trained on: --features NET',
    );
  }
  if (found.weightsSha256 !== origin.weightsSha256) {
    refuse(
      `trained on weights ${origin.weightsSha256.slice(0, 16)}… (${trainedOn}); those given are ${found.weightsSha256.slice(0, 16)}…`,
      origin.weights === null
        ? `leave --features and --weights out: it was trained on ${trainedOn}`
        : `give the checkpoint it was trained with: --weights ${origin.weights}`,
    );
  }
  if (features !== parameters.mean.length) {
    refuse(
      `reads ${parameters.mean.length} features, the images give ${features}`,
      'give images of the size it was trained on',
    );
  }
}

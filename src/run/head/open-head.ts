import { CnnvizError } from '../../core/errors.js';
import type { FeatureOrigin, Head } from '../../core/head.js';
import type { NetworkRequest } from '../../core/job.js';
import { existingFile, refuseLeaving } from '../../io/files.js';
import { folderOf, joinPath, leavesFolder } from '../../io/paths.js';
import { openFile } from '../../io/random-access.js';
import { builtinName } from '../../models/networks/index.js';
import { getFix, publishedAs, publishedFor } from '../../models/networks/published.js';
import { isHeadFile, refusalOf } from '../file-kind.js';
import { fetchedWeights, weightsCalled } from '../found-weights.js';

/** What is said of a head's network when it is used: null: as the head says. */
export interface HeadNetwork {
  readonly network: string | null;
  readonly weights: string | null;
}

/** How somebody says which network a head's features come from: by flags, or behind the head's name. */
export interface Ways {
  network(network: string): string;
  weights(file: string): string;
  /** What to do so that nothing is said. */
  readonly none: string;
}

/** The flags of `head predict`. */
export const HEAD_FLAGS: Ways = {
  network: (network) => `--features ${network}`,
  weights: (file) => `--weights ${file}`,
  none: 'leave --features and --weights out',
};

/** HEAD@FEATURES, where a head stands for a network. */
export function behindHead(path: string): Ways {
  const behind = (what: string) => `${path}@${what}`;
  return { network: behind, weights: behind, none: `name the head alone, ${path}` };
}

/** The array files that a network names, and the folder they are looked for in. */
export type ArraysOf = (network: string) => Promise<{ readonly folder: string; readonly files: readonly string[] }>;

/** Reads a head. @throws CnnvizError with its name in front */
export async function openHead(path: string): Promise<Head> {
  const { readHead } = await import('../../models/head-file.js');
  const source = await openFile(path);
  try {
    return readHead(source);
  } catch (error) {
    throw refusalOf(path, error);
  } finally {
    source.close();
  }
}

/** A text that is layers, not the name of a network. */
export function looksLikePipe(network: string): boolean {
  return network.includes('|') || /[\s=]/.test(network.trim());
}

/**
 * The network a head's features come from, with its weights. Files are looked for where the command runs, then beside the
 * head, then among what was fetched. `wants`: for shapes no weights are looked for.
 * @throws CnnvizError 'usage' when the network or its weights are not there
 */
export async function featureRequest(
  path: string,
  origin: FeatureOrigin,
  given: HeadNetwork,
  ways: Ways,
  arraysOf: ArraysOf,
  wants: 'numbers' | 'shapes' = 'numbers',
): Promise<NetworkRequest> {
  const network = given.network ?? (await networkOf(path, origin, ways, arraysOf));
  const bringsWeights = network.includes('@') && !network.includes('|');
  const isMadeUp = origin.init !== null && given.weights === null && !bringsWeights;
  let { weights } = given;
  if (weights === null && !bringsWeights && origin.weights !== null && wants === 'numbers') {
    weights = (await find(path, origin.weights, ways.weights)) ?? (await fetched(origin.weights, given.network));
    if (weights === null) {
      const published = publishedAs(origin.weights);
      throw new CnnvizError('usage', `${path}: its features come from ${origin.weights}, which is not here`, {
        fix: published ? getFix(published) : `say where it is: ${ways.weights(`path/to/${origin.weights}`)}`,
      });
    }
  }
  // its layers are compared with those it was trained on: what the text leaves out was settled then
  return { network, weights, init: isMadeUp ? origin.init : null, asPrinted: true, inputs: [] };
}

/** Fetched weights of this name, else those of the built-in network that was said; their hash is compared later. */
async function fetched(name: string, network: string | null): Promise<string | null> {
  const { path } = await weightsCalled(name);
  const own = path === null && network !== null ? builtinName(network) : null;
  const published = own === null ? null : publishedFor(own);
  return published === null ? path : (await fetchedWeights(published)).path;
}

async function networkOf(path: string, { network }: FeatureOrigin, ways: Ways, arraysOf: ArraysOf): Promise<string> {
  if (builtinName(network) !== null) return network;
  const found = looksLikePipe(network) ? network : await find(path, network, ways.network);
  if (found !== null && isHeadFile(found)) {
    throw new CnnvizError('format', `${path}: its features come from ${network}, which is a head itself`, {
      fix: 'the file is damaged: train the head again',
    });
  }
  if (found !== null) {
    await checkArrays(path, found, ways, arraysOf);
    return found;
  }
  throw new CnnvizError('usage', `${path}: its features come from the network ${network}, which is not here`, {
    fix: `say where it is: ${ways.network(`path/to/${network}`)}`,
  });
}

/** A head may come from a stranger: a name in it, or a link it comes with, leads nowhere else. */
async function find(head: string, name: string, way: Ways['network']): Promise<string | null> {
  refuseOutside(way, name, head);
  for (const folder of ['', folderOf(head)]) {
    const place = joinPath(folder, name);
    if (!(await existingFile(place))) continue;
    refuseLeaving(folder, place);
    return place;
  }
  return null;
}

/** The arrays of a head's network lie beside it. @throws CnnvizError 'usage' */
async function checkArrays(head: string, network: string, ways: Ways, arraysOf: ArraysOf): Promise<void> {
  const { folder, files } = await arraysOf(network);
  for (const file of files) {
    refuseOutside(ways.network, file, head);
    refuseLeaving(folder, joinPath(folder, file));
  }
}

function refuseOutside(way: Ways['network'], name: string, head: string): void {
  if (!leavesFolder(name)) return;
  throw new CnnvizError('usage', `${head}: names the file ${name}, which lies outside its folder`, {
    fix: `if that is meant, say it yourself: ${way('FILE')}`,
  });
}

/** Why a network is not the one a head was trained on. */
export function otherLayers(path: string, { network, layer }: FeatureOrigin, found: string, ways: Ways): CnnvizError {
  return new CnnvizError(
    'usage',
    `${path}: trained on the layers of ${network} up to ${layer}; ${found} has other ones`,
    {
      fix: `name the network it was trained on: ${ways.network('NET')}`,
      scope: 'command',
    },
  );
}

/** What is known of the network at hand. */
interface FoundFeatures {
  /** What errors call it. */
  readonly network: string;
  readonly layersSha256: string;
  /** Asked only when the layers are the same; null: the weights are not looked at. */
  readonly weightsSha256: () => string | null;
  /** D: numbers an image gives. */
  readonly features: number;
}

/** @throws CnnvizError 'usage' when the network at hand is not the one the head was trained on */
export function checkSameFeatures(path: string, { origin, parameters }: Head, found: FoundFeatures, ways: Ways): void {
  const trainedOn = origin.weights ?? (origin.init === null ? origin.network : `--init seed:${origin.init}`);
  const refuse = (what: string, fix: string): never => {
    throw new CnnvizError('usage', `${path}: ${what}`, { fix, scope: 'command' });
  };
  if (found.layersSha256 !== origin.layersSha256) throw otherLayers(path, origin, found.network, ways);
  const weights = found.weightsSha256();
  if (weights !== null && weights !== origin.weightsSha256) {
    refuse(
      `trained on weights ${origin.weightsSha256.slice(0, 16)}… (${trainedOn}); those given are ${weights.slice(0, 16)}…`,
      origin.weights === null
        ? `${ways.none}: it was trained on ${trainedOn}`
        : `give the checkpoint it was trained with: ${ways.weights(origin.weights)}`,
    );
  }
  if (found.features !== parameters.mean.length) {
    refuse(
      `reads ${parameters.mean.length} features, the images give ${found.features}`,
      'give images of the size it was trained on',
    );
  }
}

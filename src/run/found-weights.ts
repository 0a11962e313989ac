import type { NetworkRequest } from '../core/job.js';
import { existingFile } from '../io/files.js';
import { sha256OfFile } from '../io/hash.js';
import { joinPath } from '../io/paths.js';
import { shippedFile } from '../io/shipped-files.js';
import { cachedFile, hubFolder } from '../io/weight-cache.js';
import { builtinName, isBuiltin } from '../models/networks/index.js';
import { type PublishedWeights, publishedAs, publishedFor, shippedFor } from '../models/networks/published.js';
import { kindOfFile, orNull } from './file-kind.js';

/** Weights that nobody named as a file that is here. */
export interface FoundWeights {
  /** Null: there are none. */
  readonly path: string | null;
  /** Which file it is, or why one is not taken; null: nothing is to be said. */
  readonly note: string | null;
}

const NOTHING: FoundWeights = { path: null, note: null };

/**
 * The published weights of a network, where they have been fetched already: by `cnnviz get`, which checked their hash
 * before they got their name, or by PyTorch, and then the hash is checked here.
 */
export async function fetchedWeights(published: PublishedWeights): Promise<FoundWeights> {
  const { file } = published;
  const own = cachedFile(file);
  if (own !== null) return { path: own, note: `weights: ${file}, as cnnviz get fetched it` };
  const hub = joinPath(hubFolder(), file);
  if (!(await existingFile(hub))) return NOTHING;
  return (await hasHash(hub, published))
    ? { path: hub, note: `weights: ${file}, as PyTorch fetched it (SHA-256 checked)` }
    : { path: null, note: `${hub}: not taken, its SHA-256 is another than it should be` };
}

/** Whether a file is what torchvision published. */
export async function hasHash(path: string, { sha256 }: Pick<PublishedWeights, 'sha256'>): Promise<boolean> {
  return (await sha256OfFile(path)).startsWith(sha256);
}

/** Weights that were fetched, by the name of their file alone; a path is none. */
export async function weightsCalled(name: string): Promise<FoundWeights> {
  const published = publishedAs(name);
  if (published !== null) return fetchedWeights(published);
  const path = cachedFile(name);
  return path === null ? NOTHING : { path, note: `weights: ${name}, as cnnviz get fetched it` };
}

/**
 * The file of a network's weights: the one that was said, looked for here and then by its bare name among what was
 * fetched; of a built-in network without any, what ships or was fetched for it. Nothing is fetched here.
 */
export async function findWeights({ network, weights, init }: NetworkRequest): Promise<FoundWeights> {
  if (weights !== null) {
    if (await existingFile(weights)) return { path: weights, note: null };
    const found = await weightsCalled(weights);
    return { ...found, path: found.path ?? weights };
  }
  const own = init === null ? await ownName(network) : null;
  const shipped = own === null ? null : shippedFor(own);
  if (shipped !== null) return { path: shippedFile(shipped.file), note: null };
  const published = own === null ? null : publishedFor(own);
  return published === null ? NOTHING : fetchedWeights(published);
}

/** Whether a name is that of a built-in network whose weights ship. */
export async function hasShippedWeights(network: string): Promise<boolean> {
  const own = await ownName(network);
  return own !== null && shippedFor(own) !== null;
}

/** Whether a network has numbers of its own, where made-up ones are asked for: --init is for one that has none. */
export async function bringsNumbers(network: string): Promise<boolean> {
  const isNamed = network.includes('@') || network.toLowerCase().endsWith('.onnx');
  const kind = isNamed || isBuiltin(network) ? null : orNull(() => kindOfFile(network))?.kind;
  return isNamed || kind === 'head' || kind === 'model' || (await hasShippedWeights(network));
}

/** The built-in network that a name means here; null for a file or a pipe. */
async function ownName(network: string): Promise<string | null> {
  if (isBuiltin(network)) return network;
  return (await existingFile(network)) ? null : builtinName(network);
}

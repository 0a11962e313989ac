import { laidOut } from '../analysis/prepare/channels-last.js';
import { networkPreparation, type OpenedNetwork, type SourceJob } from '../analysis/prepare/network-input.js';
import { presetOf } from '../analysis/prepare/preset.js';
import { atPlace, CnnvizError, ofCommand } from '../core/errors.js';
import type { NetworkJob, NetworkRequest } from '../core/job.js';
import { nearestName, sameName } from '../core/names.js';
import { shellWord } from '../core/text.js';
import type { Value } from '../core/values.js';
import { isOwnFile } from '../io/descriptors.js';
import { existingFile, readBytes } from '../io/files.js';
import { baseName, extensionOf, folderOf, joinPath, stem } from '../io/paths.js';
import { openFile } from '../io/random-access.js';
import { sniffFormat } from '../io/sniff.js';
import {
  BUILTIN_NETWORKS,
  BUILTIN_WORDS,
  bindNetwork,
  builtinName,
  builtinNetwork,
  checkPrintedModel,
  isBuiltin,
  LAYER_WORDS,
  looksLikePrintedModel,
  type NetworkSpec,
  parsePipe,
  parsePrintedModel,
  type WeightsFrom,
} from '../models/networks/index.js';
import { trainedFacts } from '../models/networks/trained.js';
import { npyToValue, readNpy } from '../models/npy.js';
import type { WeightFile } from '../models/weights/weight-file.js';
import { type FileKind, headIn, kindOfFile, named, refusalOf } from './file-kind.js';
import { findWeights } from './found-weights.js';
import { bound, inNetworkWords, noInput, openModelFile, openWeights } from './model-file.js';
import { networkArgs } from './recipe.js';
import { asNamed, bringsWeights, noNetwork, recognizedIn } from './recognized.js';
import type { Subject } from './subject.js';

/** A network with a job: how its images are prepared, and whether its sums must be exact. */
export function networkSubject<N extends OpenedNetwork>(
  found: N,
  job: SourceJob & Pick<NetworkJob, 'request' | 'exact'>,
): N & Subject {
  const opened = laidOut(found, job.preset);
  const { head } = opened;
  const { background = null } = head ?? {};
  return {
    ...opened,
    options: { exact: job.exact || head?.exact === true, algorithm: null },
    decode: background === null || job.decode.background !== null ? job.decode : { ...job.decode, background },
    prepare: networkPreparation(opened, job),
    args: (source, own) => networkArgs(job, source, own),
  };
}

/**
 * Finds what NET or NET@WEIGHTS means: a built-in network, a file (a model, .yaml, .json, the text of print(model)), or a
 * pipe; and reads its weights as far as their list. `pipeFolder`: where the arrays that a pipe names lie; '' is the
 * current folder. `wants`: for shapes no weights are looked for that nobody named.
 * @throws CnnvizError 'usage' for names nothing has, 'format' or 'unsupported' for files that cannot be read
 */
export async function openNetwork(
  request: NetworkRequest,
  pipeFolder = '',
  wants: 'numbers' | 'shapes' = 'numbers',
): Promise<OpenedNetwork> {
  try {
    return await open(request, pipeFolder, wants);
  } catch (error) {
    throw ofCommand(error);
  }
}

async function open(request: NetworkRequest, pipeFolder: string, wants: 'numbers' | 'shapes'): Promise<OpenedNetwork> {
  const head = headIn(request.network);
  if (head === null) return openGraph(request, pipeFolder, wants);
  const { openHeadNetwork } = await import('./head/head-network.js');
  return openHeadNetwork(head, request, wants, { open: openGraph, arraysOf });
}

async function openGraph(
  request: NetworkRequest,
  pipeFolder: string,
  wants: 'numbers' | 'shapes',
): Promise<OpenedNetwork> {
  const { network, weights } = await splitWeights(request);
  const fed = new Map<string, Value>();
  for (const { name, path } of request.inputs) fed.set(name, await readArray(path));
  const kind = isBuiltin(network) ? null : kindOfNetwork(network);
  if (kind?.kind === 'model' || (kind === null && /\.onnx$/i.test(network) && (await existingFile(network)))) {
    if (weights !== null || request.init !== null) throw bringsWeights(network, kind?.what ?? 'an ONNX model');
    return openModelFile(network, await openFile(network), fed);
  }
  if (kind?.kind === 'checkpoint') {
    if (weights !== null || request.init !== null) throw bringsWeights(network, 'a checkpoint');
    const file = await readWeightFile(network);
    const found = recognizedIn(network, file);
    return openSpec(found.spec, { kind: 'file', fileName: network, file: found.file }, fed, '');
  }
  if (kind && kind.kind !== 'network') throw noNetwork(network, kind);
  const spec = await readSpec(network, request.asPrinted ?? false);
  const folder = await folderOfArrays(network, pipeFolder);
  const found = weights === null && wants === 'shapes' ? null : await findWeights({ ...request, network, weights });
  const own = asNamed(spec, await weightsFrom(found?.path ?? null, request.init));
  const opened = await openSpec(own.spec, own.weights, fed, folder);
  return found?.note ? { ...opened, notes: [found.note, ...opened.notes] } : opened;
}

/** The array files that a network names, as far as its layers say them, and the folder they are looked for in. */
export async function arraysOf(
  network: string,
): Promise<{ readonly folder: string; readonly files: readonly string[] }> {
  const kind = isBuiltin(network) ? null : kindOfNetwork(network)?.kind;
  if (kind === 'model' || kind === 'checkpoint') return { folder: '', files: [] };
  const { files } = await readSpec(network, true);
  return { folder: await folderOfArrays(network, ''), files };
}

/** A network file's arrays lie beside it; what comes out of a pipe has no folder. */
async function folderOfArrays(network: string, pipeFolder: string): Promise<string> {
  return !isOwnFile(network) && (await existingFile(network)) ? folderOf(network) : pipeFolder;
}

/** What a file is that is named as the network; null when there is none, or nothing is known of it. */
function kindOfNetwork(network: string): FileKind | null {
  return named(network, () => kindOfFile(network));
}

/** The network and the file its weights are read from: the one that was said, or one that was fetched. */
export async function filesOf(request: NetworkRequest): Promise<{ network: string; weights: string | null }> {
  const head = headIn(request.network);
  // it holds the hash of the weights its features come from
  if (head !== null) return { network: head.path, weights: request.weights };
  const { network, weights } = await splitWeights(request);
  const { path } = await findWeights({ ...request, network, weights });
  return { network, weights: path };
}

/** NET@WEIGHTS, unless the whole text is a file or a pipe. */
async function splitWeights({
  network,
  weights,
}: NetworkRequest): Promise<{ network: string; weights: string | null }> {
  const at = network.lastIndexOf('@');
  if (at <= 0 || network.includes('|') || (await existingFile(network))) return { network, weights };
  const [name, file] = [network.slice(0, at), network.slice(at + 1)];
  if (file === '') throw new CnnvizError('usage', `${network}: expected a file of weights after @`);
  if (weights !== null) {
    throw new CnnvizError('usage', `weights are given twice: @${file} and --weights ${weights}`, {
      fix: 'keep one of them',
    });
  }
  return { network: name, weights: file };
}

/** A network that its own graph file does not hold: its layers, before weights. */
async function readSpec(network: string, asPrinted: boolean): Promise<NetworkSpec> {
  if (isBuiltin(network)) return builtinNetwork(network);
  if (network.includes('|')) return parsePipe(network);
  if (await existingFile(network)) return readSpecFile(network, asPrinted);
  if (builtinName(network) !== null) return builtinNetwork(network);
  const [word] = network.trim().split(/[\s=]/);
  if (sameName(word, LAYER_WORDS) !== null) return parsePipe(network);
  if (/\.(ya?ml|json|txt|onnx|keras|h5|tflite|pt2|zip|pth?|safetensors|npz)$/i.test(network)) await readBytes(network);
  const names = BUILTIN_NETWORKS.map(({ name }) => name);
  const own = sameName(network, names);
  if (own !== null) return builtinNetwork(own);
  const near =
    nearestName(
      network,
      names.filter((name) => !isOtherSize(network, name)),
    ) ?? nearestName(word, LAYER_WORDS);
  throw new CnnvizError('usage', `unknown network "${network}"`, {
    fix: `${near ? `did you mean ${near}? ` : ''}${BUILTIN_WORDS}; or a file (.onnx, .keras, .h5, .tflite, .pt2, .yaml, .json, the text of print(model)), or a pipe "conv edge3x3 | relu"`,
  });
}

/** resnet50 is no slip of resnet18: letters the same, digits not. */
export function isOtherSize(said: string, name: string): boolean {
  const [letters, digits] = [/[^a-z]/gi, /\D/g].map((left) =>
    [said, name].map((text) => text.replace(left, '').toLowerCase()),
  );
  return letters[0] === letters[1] && digits[0] !== '' && digits[0] !== digits[1];
}

async function readSpecFile(path: string, asPrinted: boolean): Promise<NetworkSpec> {
  // by its name a checkpoint, by its bytes nothing that is known: its reader says what it found
  if (/\.(pth?|safetensors|npz|npy|bin|ckpt)$/i.test(path)) await readWeightFile(path);
  const bytes = await readBytes(path);
  let text: string;
  try {
    text = new TextDecoder(isUtf16(bytes) ? 'utf-16le' : 'utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CnnvizError('format', `${path}: not a text: a network file is YAML, JSON or the text of print(model)`, {
      fix: 'docs/formats.md lists the files of models that are read, and what converts others',
      cause,
    });
  }
  const isData = ['.yaml', '.yml', '.json'].includes(extensionOf(path));
  const spec =
    !isData && looksLikePrintedModel(text)
      ? named(path, () => printedNetwork(text, asPrinted))
      : (await import('../models/networks/network-file.js')).parseNetworkFile(text, baseName(path));
  return { ...spec, files: spec.files, name: spec.name || stem(path) };
}

/** What PowerShell's > writes begins so. */
function isUtf16(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xfe;
}

/** @throws CnnvizError 'unsupported' for a text that cannot be the whole network, unless it is to be taken so */
function printedNetwork(text: string, asPrinted: boolean): NetworkSpec {
  const spec = parsePrintedModel(text);
  if (asPrinted) return { ...spec, isPrinted: false };
  checkPrintedModel(spec);
  return spec;
}

async function weightsFrom(path: string | null, seed: number | null): Promise<WeightsFrom> {
  if (path !== null && seed !== null) {
    throw new CnnvizError('usage', '--weights and --init exclude each other', { fix: 'keep one of them' });
  }
  if (path !== null) return { kind: 'file', fileName: path, file: await readWeightFile(path) };
  return seed === null ? { kind: 'none' } : { kind: 'init', seed };
}

/** An image is told by its first bytes. */
const IMAGE_BYTES = 64;

/** A checkpoint's list. @throws CnnvizError with the file's name in front */
const readWeightFile = (path: string): Promise<WeightFile> =>
  openWeights(path, (source) => {
    const format = sniffFormat(source.read(0, Math.min(IMAGE_BYTES, source.size)));
    if (format === null || format === 'npy') return;
    throw new CnnvizError('usage', `an image (${format.toUpperCase()}), where weights are expected`, {
      fix: `the image comes last: cnnviz run NET --weights WEIGHTS ${shellWord(path)}; without weights: cnnviz run NET --init seed:1 ${shellWord(path)}`,
    });
  });

async function openSpec(
  spec: NetworkSpec,
  weights: WeightsFrom,
  fed: ReadonlyMap<string, Value>,
  folder: string,
): Promise<OpenedNetwork> {
  const files = new Map<string, Value>();
  for (const path of spec.files) files.set(path, await readArray(joinPath(folder, path)));
  for (const name of fed.keys()) if (name !== 'input') throw noInput(spec.name, name, ['input']);
  const open = ['input'].filter((name) => !fed.has(name));
  const trained =
    weights.kind === 'file' ? named(weights.fileName, () => trainedFacts(weights.file, spec.input)) : null;
  return {
    name: spec.name,
    input: spec.input,
    channels: spec.input?.[0] ?? channelsRead(spec),
    declared: null,
    preset: trained?.preset ?? presetOf(spec),
    ...(trained?.classes && { classes: trained.classes }),
    fed,
    open,
    notes: [...spec.notes, ...notesOn(weights, spec)],
    learnt: learntBy(spec),
    bind: (input) => bound(bindNetwork(spec, input, weights, files)),
    retell: inNetworkWords,
  };
}

function learntBy({ layers }: NetworkSpec): Set<string> {
  const parameters = layers.flatMap((layer) => layer.parameters);
  return new Set(parameters.flatMap((one) => (one?.source.kind === 'checkpoint' ? [one.name] : [])));
}

function notesOn(weights: WeightsFrom, { layers }: NetworkSpec): readonly string[] {
  if (weights.kind === 'file') return weights.file.notes;
  const isMadeUp =
    weights.kind === 'init' &&
    layers.some(({ parameters }) => parameters.some((one) => one?.source.kind === 'checkpoint'));
  return isMadeUp ? [`made-up weights (seed ${weights.seed}): what it sees means nothing`] : [];
}

/** The channels that the first layer says it reads; null when it says nothing. */
function channelsRead({ layers: [first] }: NetworkSpec): number | null {
  const shape = first?.parameters[0]?.shape;
  return shape?.kind === 'conv' ? shape.inChannels : null;
}

async function readArray(path: string): Promise<Value> {
  try {
    return npyToValue(readNpy(await readBytes(path)));
  } catch (error) {
    throw atPlace(path, error);
  }
}

/** Class names from a file, one a line. @throws CnnvizError 'usage' when it is no text */
export async function readLabels(path: string): Promise<string[]> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readBytes(path));
    return text.replace(/\r?\n$/, '').split(/\r?\n/);
  } catch (error) {
    if (error instanceof CnnvizError) throw refusalOf(path, error);
    throw new CnnvizError('usage', `${path}: class names are not UTF-8`, { cause: error });
  }
}

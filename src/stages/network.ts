import type { ByteSource } from '../core/bytes.js';
import { atPlace, CnnvizError, ofCommand } from '../core/errors.js';
import type { Model } from '../core/model.js';
import { sameName } from '../core/names.js';
import { nearestName } from '../core/nearest.js';
import type { NetworkRequest } from '../core/network-job.js';
import type { ImagePreset } from '../core/preprocess-job.js';
import type { Value, ValueInfo } from '../core/values.js';
import { existingFile, readBytes } from '../io/files.js';
import { baseName, extensionOf, folderOf, joinPath, stem } from '../io/paths.js';
import { fileBeside, openFile } from '../io/random-access.js';
import {
  BUILTIN_NETWORKS,
  bindNetwork,
  builtinNetwork,
  LAYER_WORDS,
  looksLikePrintedModel,
  type NetworkSpec,
  parsePipe,
  parsePrintedModel,
  type WeightsFrom,
} from '../models/networks/index.js';
import { npyToValue, readNpy } from '../models/npy.js';
import { importOnnx, onnxNotes } from '../models/onnx/import.js';
import { readOnnx } from '../models/onnx/proto.js';
import { readWeights } from '../models/weights/index.js';
import { presetOf } from './presets.js';
import { refusalOf } from './refusal.js';

/** A network as it was said, with its weights at hand; bound to an input it is a Model. */
export interface OpenedNetwork {
  /** What files are named after and tables say: "alexnet", the file's name, "pipe". */
  readonly name: string;
  /** The size of one input [C, H, W] it is made for; null: any, or more than one input. */
  readonly input: readonly number[] | null;
  /** The channels it reads; null: any, or more than one input. */
  readonly channels: number | null;
  /** How its images are prepared; null: nothing is said. */
  readonly preset: ImagePreset | null;
  /** Named arrays that were given. */
  readonly fed: ReadonlyMap<string, Value>;
  /** The names of its inputs that no array feeds. */
  readonly open: readonly string[];
  readonly notes: readonly string[];
  /** The graph for an input of this type and shape, N included. @throws CnnvizError when weights do not fit */
  bind(input: ValueInfo): { readonly model: Model; readonly notes: readonly string[] };
}

/**
 * Finds what NET or NET@WEIGHTS means: a built-in network, a file (.onnx, .yaml, .json, the text of print(model)), or a
 * pipe; and reads its weights as far as their list. `pipeFolder`: where the arrays that a pipe names lie; '' is the
 * current folder.
 * @throws CnnvizError 'usage' for names nothing has, 'format' or 'unsupported' for files that cannot be read
 */
export async function openNetwork(request: NetworkRequest, pipeFolder = ''): Promise<OpenedNetwork> {
  try {
    return await open(request, pipeFolder);
  } catch (error) {
    throw ofCommand(error);
  }
}

async function open(request: NetworkRequest, pipeFolder: string): Promise<OpenedNetwork> {
  const { network, weights } = await splitWeights(request);
  const fed = new Map<string, Value>();
  for (const { name, path } of request.inputs) fed.set(name, await readArray(path));
  const lower = network.toLowerCase();
  if (lower.endsWith('.onnx') && (await existingFile(network))) {
    if (weights !== null || request.init !== null) {
      throw new CnnvizError('usage', `${network}: an ONNX model brings its own weights`, {
        fix: 'leave --weights and --init out',
      });
    }
    return openOnnx(network, await openFile(network), fed);
  }
  const spec = await readSpec(network);
  // a network file's arrays lie beside it
  const folder = (await existingFile(network)) ? folderOf(network) : pipeFolder;
  return openSpec(spec, await weightsFrom(weights, request.init), fed, folder);
}

/** NET@WEIGHTS, unless the whole text is a file or a pipe. */
export async function splitWeights({
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
async function readSpec(network: string): Promise<NetworkSpec> {
  if (BUILTIN_NETWORKS.some(({ name }) => name === network)) return builtinNetwork(network);
  if (network.includes('|')) return parsePipe(network);
  if (await existingFile(network)) return readSpecFile(network);
  const [word] = network.trim().split(/[\s=]/);
  if (sameName(word, LAYER_WORDS) !== null) return parsePipe(network);
  if (/\.(ya?ml|json|txt|onnx|pth?|safetensors|npz)$/i.test(network)) await readBytes(network);
  const names = BUILTIN_NETWORKS.map(({ name }) => name);
  const own = sameName(network, names);
  if (own !== null) return builtinNetwork(own);
  const near = nearestName(network, names) ?? nearestName(word, LAYER_WORDS);
  throw new CnnvizError('usage', `unknown network "${network}"`, {
    fix: `${near ? `did you mean ${near}? ` : ''}built in: ${names.join(', ')}; or a file (.onnx, .yaml, .json, the text of print(model)), or a pipe "conv edge3x3 | relu"`,
  });
}

async function readSpecFile(path: string): Promise<NetworkSpec> {
  if (/\.(pth?|safetensors|npz|npy|bin|ckpt)$/i.test(path)) {
    throw new CnnvizError('usage', `${path}: a checkpoint holds numbers but no layers`, {
      fix: `name the network before it: alexnet@${baseName(path)}, a network file, or the text of print(model)`,
    });
  }
  const bytes = await readBytes(path);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CnnvizError('format', `${path}: not a text: a network file is YAML, JSON or the text of print(model)`, {
      fix: 'an ONNX model ends in .onnx',
      cause,
    });
  }
  const isData = ['.yaml', '.yml', '.json'].includes(extensionOf(path));
  const spec =
    !isData && looksLikePrintedModel(text)
      ? named(path, () => parsePrintedModel(text))
      : (await import('../models/networks/network-file.js')).parseNetworkFile(text, baseName(path));
  return { ...spec, files: spec.files, name: spec.name || stem(path) };
}

/** A network that cannot be read is a refusal of the command, not of one image. */
function named<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw refusalOf(path, error);
  }
}

async function weightsFrom(path: string | null, seed: number | null): Promise<WeightsFrom> {
  if (path !== null && seed !== null) {
    throw new CnnvizError('usage', '--weights and --init exclude each other', { fix: 'keep one of them' });
  }
  if (path !== null) {
    const source = await openFile(path);
    const file = named(path, () => readWeights(source, { name: stem(path), beside: fileBeside(path) }));
    return { kind: 'file', fileName: path, file };
  }
  return seed === null ? { kind: 'none' } : { kind: 'init', seed };
}

async function openSpec(
  spec: NetworkSpec,
  weights: WeightsFrom,
  fed: ReadonlyMap<string, Value>,
  folder: string,
): Promise<OpenedNetwork> {
  const files = new Map<string, Value>();
  for (const path of spec.files) files.set(path, await readArray(joinPath(folder, path)));
  const open = ['input'].filter((name) => !fed.has(name));
  return {
    name: spec.name,
    input: spec.input,
    channels: spec.input?.[0] ?? channelsRead(spec),
    preset: presetOf(spec),
    fed,
    open,
    notes: [...spec.notes, ...notesOn(weights, spec)],
    bind: (input) => bindNetwork(spec, input, weights, files),
  };
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

function openOnnx(path: string, source: ByteSource, fed: ReadonlyMap<string, Value>): OpenedNetwork {
  const onnx = named(path, () => readOnnx(source, fileBeside(path)));
  const model = named(path, () => importOnnx(onnx));
  for (const name of fed.keys()) {
    if (model.inputs.some((input) => input.name === name)) continue;
    const names = model.inputs.map((input) => input.name);
    const near = nearestName(name, names);
    throw new CnnvizError('usage', `${path}: no input is called "${name}"`, {
      fix: near ? `did you mean ${near}?` : `inputs: ${names.join(', ')}`,
    });
  }
  const open = model.inputs.filter(({ name }) => !fed.has(name));
  const [first] = open;
  const sides = open.length === 1 ? (first.shape?.slice(-3) ?? []) : [];
  const input = sides.length === 3 && sides.every((side) => side !== null) ? (sides as number[]) : null;
  return {
    name: stem(path),
    input,
    channels: sides.length === 3 ? sides[0] : null,
    preset: null,
    fed,
    open: open.map(({ name }) => name),
    notes: onnxNotes(onnx),
    bind: () => ({ model, notes: [] }),
  };
}

async function readArray(path: string): Promise<Value> {
  try {
    return npyToValue(readNpy(await readBytes(path)));
  } catch (error) {
    throw atPlace(path, error);
  }
}

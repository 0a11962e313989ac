import type {
  Job,
  KernelSource,
  LayerJob,
  NetworkJob,
  NetworkRequest,
  PictureJob,
  PreprocessJob,
} from '../core/job.js';
import {
  activationText,
  biasText,
  kernelText,
  normalizeText,
  paddingText,
  pairText,
  poolText,
  scaleText,
} from '../core/job-text.js';
import type { LayerResult } from '../core/network-result.js';
import type { MapNote, PictureNote } from '../core/note.js';
import type { Clipped, MapResult, Scale } from '../core/result.js';
import { VERSION } from '../core/version.js';
import { baseName } from '../io/paths.js';
import type { NetworkSource } from './network-source.js';
import { presetArgs } from './preset.js';

interface InputName {
  readonly path: string;
  readonly sha256: string;
}

export function mapNote(job: Job, input: InputName, map: MapResult, source: number): MapNote {
  const { scale, clipped } = map.picture!;
  // grouped kernels belong together: one alone would not divide by the groups
  const kernels = job.layer.groups > 1 ? job.layer.kernels : [job.layer.kernels[source]];
  return {
    cnnviz: VERSION,
    map: map.name,
    lo: scale.lo,
    hi: scale.hi,
    clipped,
    colormap: job.picture.colormap,
    input: inputName(input),
    kernel: { name: map.kernel.name, shape: map.kernel.shape, sha256: map.kernel.sha256 },
    bias: map.bias,
    args: commandArgs({ ...job, layer: { ...job.layer, kernels } }, input.path),
  };
}

export function pictureNote(
  job: Job,
  input: InputName,
  picture: 'sheet' | 'strip',
  scale: { lo: number; hi: number },
): PictureNote {
  const args = [...commandArgs(job, input.path), `--${picture}`];
  return { cnnviz: VERSION, picture, lo: scale.lo, hi: scale.hi, input: inputName(input), args };
}

function inputName({ path, sha256 }: InputName): { name: string; sha256: string } {
  return { name: baseName(path), sha256 };
}

/** The options that change pixels, in one fixed order, defaults left out; files without their folders. */
export function commandArgs(job: Job, inputPath: string): string[] {
  return ['conv', baseName(inputPath), ...layerArgs(job.layer), ...pixelArgs(job), ...pictureArgs(job.picture)];
}

/** A layer's options, in one fixed order. */
export function layerArgs(layer: LayerJob): string[] {
  const { stride, padding, paddingMode, dilation, groups, flip, bias, activation, pool, exact, algorithm } = layer;
  const args = layer.kernels.flatMap(kernelArgs);
  const patch = layer.kernels.find((kernel) => kernel.kind === 'patch');
  if (patch && patch.mode !== 'zero-mean') args.push('--patch-mode', patch.mode);
  if (!isPair(stride, 1)) args.push('--stride', pairText(stride));
  if (padding !== 0) args.push('--padding', paddingText(padding));
  if (paddingMode !== 'zeros') args.push('--padding-mode', paddingMode);
  if (!isPair(dilation, 1)) args.push('--dilation', pairText(dilation));
  if (groups !== 1) args.push('--groups', String(groups));
  if (flip) args.push('--flip');
  if (bias !== null) args.push('--bias', biasText(bias, baseName));
  if (activation) args.push('--activation', activationText(activation));
  if (pool) args.push('--pool', poolText(pool));
  if (exact) args.push('--exact');
  if (algorithm !== null) args.push('--algorithm', algorithm);
  return args;
}

function kernelArgs(kernel: KernelSource): string[] {
  return [kernel.kind === 'patch' ? '--patch' : '--kernel', kernelText(kernel, baseName)];
}

export function pixelArgs({ preprocess, decode }: { preprocess: PreprocessJob; decode: Job['decode'] }): string[] {
  const args: string[] = [];
  if (preprocess.gray) args.push('--gray');
  if (preprocess.pixels !== 'unit') args.push('--pixels', preprocess.pixels);
  if (preprocess.normalize) args.push('--normalize', normalizeText(preprocess.normalize));
  if (decode.background !== null) args.push('--background', decode.background);
  return args;
}

export function pictureArgs({ scale, depth, colormap }: PictureJob): string[] {
  const args: string[] = [];
  if (scale.kind !== 'minmax') args.push('--scale', scaleText(scale));
  if (depth !== 8) args.push('--depth', String(depth));
  if (colormap !== 'gray') args.push('--colormap', colormap);
  return args;
}

function isPair([a, b]: readonly [number, number], value: number): boolean {
  return a === value && b === value;
}

/** What a single map of a network's layer carries: its values can be read back. */
export function layerMapNote(
  job: NetworkJob,
  source: NetworkSource,
  layer: Pick<LayerResult, 'name' | 'kind' | 'shape'>,
  map: string,
  { lo, hi }: Scale,
  clipped: Clipped,
): MapNote {
  return {
    cnnviz: VERSION,
    map: map === '' ? layer.name : `${layer.name} ${map}`,
    lo,
    hi,
    clipped,
    colormap: job.picture.colormap,
    input: { name: baseName(source.facts.path), sha256: source.sha256 },
    layer: { name: layer.name, kind: layer.kind, shape: layer.shape },
    args: ['run', ...networkArgs(job, source, ['--layers', layer.name]), '--maps', ...pictureArgs(job.picture)],
  };
}

/** What a labelled sheet of a layer carries. */
export function layerSheetNote(job: NetworkJob, source: NetworkSource, layer: LayerResult, scale: Scale): PictureNote {
  return {
    cnnviz: VERSION,
    picture: 'sheet',
    lo: scale.lo,
    hi: scale.hi,
    input: { name: baseName(source.facts.path), sha256: source.sha256 },
    args: ['run', ...networkArgs(job, source, ['--layers', layer.name]), ...pictureArgs(job.picture)],
  };
}

/**
 * The options that change values, in one fixed order, behind the command's name; files without their folders. `own`: what
 * the command adds behind the image.
 */
export function networkArgs(
  { request, preset: chosen, exact, decode }: NetworkJob,
  { facts, info, preset }: Pick<NetworkSource, 'facts' | 'info' | 'preset'>,
  own: readonly string[],
): string[] {
  // a network whose inputs are all fed by --input reads no image
  const args = [...requestArgs(request), ...(info === null ? [] : [baseName(facts.path)]), ...own];
  if (chosen && preset) args.push(...presetArgs(preset));
  if (decode.background !== null) args.push('--background', decode.background);
  if (exact) args.push('--exact');
  return args;
}

/** The network and where its numbers come from; files without their folders. */
export function requestArgs({ network, weights, init, asPrinted, inputs }: NetworkRequest): string[] {
  const args = [withoutFolders(network)];
  if (weights !== null) args.push('--weights', baseName(weights));
  if (init !== null) args.push('--init', `seed:${init}`);
  if (asPrinted) args.push('--as-printed');
  for (const { name, path } of inputs) args.push('--input', `${name}=${baseName(path)}`);
  return args;
}

/** photos/net.onnx → net.onnx; alexnet@weights/a.pth → alexnet@a.pth; a pipe stays. */
export function withoutFolders(network: string): string {
  if (network.includes('|')) return network;
  return network.split('@').map(baseName).join('@');
}

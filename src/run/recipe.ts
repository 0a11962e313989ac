import { geometryArgs, presetArgs } from '../analysis/prepare/preset.js';
import {
  activationText,
  biasText,
  type DecodeJob,
  fitText,
  type Job,
  type KernelSource,
  kernelText,
  type LayerJob,
  type NetworkJob,
  type NetworkRequest,
  normalizeText,
  type OutputJob,
  type PictureJob,
  type PoolJob,
  type PreprocessJob,
  type PresetChoice,
  paddingText,
  pairName,
  pairText,
  poolText,
  scaleText,
} from '../core/job.js';
import type { MapNote, PictureNote } from '../core/note.js';
import { PRESETS } from '../core/preset.js';
import type { Clipped, LayerResult, MapResult, Scale } from '../core/result.js';
import { VERSION } from '../core/version.js';
import { sha256 } from '../io/hash.js';
import { baseName, safeName, stem } from '../io/paths.js';
import type { Source } from './subject.js';

/** What the picture of one map of `conv` carries: its values can be read back. `kernel`: which of the job's made it. */
export function kernelMapNote(
  job: Job,
  source: InputName,
  map: Pick<MapResult, 'name' | 'kernel' | 'bias'>,
  kernel: number,
  scale: Scale,
  clipped: Clipped,
): MapNote {
  // grouped kernels belong together: one alone would not divide by the groups
  const kernels = job.layer.groups > 1 ? job.layer.kernels : [job.layer.kernels[kernel]];
  const { name, shape, sha256 } = map.kernel;
  const about = { kernel: { name, shape, sha256 }, bias: map.bias };
  const args = commandArgs({ ...job, layer: { ...job.layer, kernels } }, source.facts.path);
  return { ...mapFields(map.name, source, scale, clipped, job.picture), ...about, args };
}

/** What the picture of one map of a network's layer carries. */
export function layerMapNote(
  job: NetworkJob,
  source: InputName & Pick<Source, 'info' | 'preset'>,
  layer: Pick<LayerResult, 'name' | 'kind' | 'shape'>,
  map: string,
  scale: Scale,
  clipped: Clipped,
): MapNote {
  const { name, kind, shape } = layer;
  const fields = mapFields(map === '' ? name : `${name} ${map}`, source, scale, clipped, job.picture);
  return { ...fields, layer: { name, kind, shape }, args: layerArgsOf(job, source, name, ['--maps']) };
}

type MapFields = Omit<MapNote, 'kernel' | 'bias' | 'layer' | 'args'>;

function mapFields(
  map: string,
  { facts, sha256 }: InputName,
  { lo, hi }: Scale,
  clipped: Clipped,
  { colormap }: PictureJob,
): MapFields {
  return { cnnviz: VERSION, map, lo, hi, clipped, colormap, input: { name: baseName(facts.path), sha256 } };
}

/** What was read, of which a recipe says the name. */
type InputName = Pick<Source, 'facts' | 'sha256'>;

/** What a labelled picture of several maps carries; `args`: the command that makes it again. */
export function pictureNote(
  picture: 'sheet' | 'strip',
  { facts, sha256 }: InputName,
  { lo, hi }: Scale,
  args: readonly string[],
): PictureNote {
  return { cnnviz: VERSION, picture, lo, hi, input: { name: baseName(facts.path), sha256 }, args };
}

/** The command that draws a layer of a network again; `own`: how. */
export function layerArgsOf(
  job: NetworkJob,
  source: Pick<Source, 'facts' | 'info' | 'preset'>,
  layer: string,
  own: readonly string[] = [],
): string[] {
  return ['run', ...networkArgs(job, source, ['--layers', layer]), ...own, ...pictureArgs(job.picture, isFigure(job))];
}

/** The options that change pixels, in one fixed order, defaults left out; files without their folders. */
export function commandArgs(job: Job, inputPath: string): string[] {
  return [
    'conv',
    baseName(inputPath),
    ...layerArgs(job.layer),
    ...pixelArgs(job),
    ...pictureArgs(job.picture, isFigure(job)),
  ];
}

function isFigure({ output: { products } }: Pick<Job, 'output'>): boolean {
  return products.some((kind) => kind === 'sheet' || kind === 'strip');
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

export function pixelArgs({ preprocess, decode, geometry }: Pick<Job, 'preprocess' | 'decode' | 'geometry'>): string[] {
  const args: string[] = [];
  if (preprocess.gray) args.push('--gray');
  if (preprocess.pixels !== 'unit') args.push('--pixels', preprocess.pixels);
  if (preprocess.normalize) args.push('--normalize', normalizeText(preprocess.normalize));
  if (decode.rgb) args.push('--rgb');
  if (geometry) args.push(...geometryArgs(geometry));
  return [...args, ...decodeArgs(decode)];
}

/** How files are decoded, but for the largest there may be. */
export function decodeArgs({ background, page, range }: DecodeJob): string[] {
  return [
    ...(background === null ? [] : ['--background', background]),
    ...(page === undefined ? [] : ['--page', String(page)]),
    ...(range === undefined ? [] : ['--range', range === 'auto' ? range : range.join()]),
  ];
}

/** @param isFigure where a figure without --colormap tells signs by colours */
export function pictureArgs({ scale, depth, colormap, signs, each }: PictureJob, isFigure: boolean): string[] {
  const args: string[] = [];
  if (scale.kind !== 'auto') args.push('--scale', scaleText(scale));
  if (depth !== 8) args.push('--depth', String(depth));
  if (colormap !== 'gray' || (isFigure && signs !== true)) args.push('--colormap', colormap);
  if (each) args.push('--each');
  return args;
}

function isPair([a, b]: readonly [number, number], value: number): boolean {
  return a === value && b === value;
}

/**
 * The options that change values, in one fixed order, behind the command's name; files without their folders. `own`: what
 * the command adds behind the image.
 */
export function networkArgs(
  { request, preset: chosen, exact, decode }: Pick<NetworkJob, 'request' | 'preset' | 'exact' | 'decode'>,
  { facts, info, preset }: Pick<Source, 'facts' | 'info' | 'preset'>,
  own: readonly string[],
): string[] {
  // a network whose inputs are all fed by --input reads no image
  const args = [...requestArgs(request), ...(info === null ? [] : [baseName(facts.path)]), ...own];
  if (chosen && preset) args.push(...presetArgs(preset));
  args.push(...decodeArgs(decode));
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

type Names = NonNullable<OutputJob['names']>;

/** A name's part of settings is no longer than this. */
const MOST_LETTERS = 80;

/** The names of results of `conv` where no place is named: kernels, and every setting that is not as it is without a flag. */
export function namesOfConv({ layer, preprocess, decode, picture, output: { products } }: Job): Names {
  const settings = [
    ...layerSettings(layer),
    ...pixelSettings(preprocess),
    ...(decode.background === null ? [] : [`on-${decode.background.slice(1)}`]),
    ...(products.includes('npy') ? [] : pictureSettings(picture)),
  ];
  const kernels = layer.kernels.map(kernelName).join('+');
  return { one: namePart(settings), all: namePart([namePart([kernels]), ...settings]) };
}

/** The same for `run`: a layer's name stands in front. */
export function namesOfRun({ preset, exact, decode, picture, output: { products } }: NetworkJob): Names {
  const settings = [
    ...(preset === null ? [] : presetSettings(preset)),
    ...(decode.background === null ? [] : [`on-${decode.background.slice(1)}`]),
    ...(exact ? ['exact'] : []),
    ...(products.includes('npy') ? [] : pictureSettings(picture)),
  ];
  return { one: namePart(settings), all: namePart(settings) };
}

/** Settings as a part of a file's name; of a long one the end is a hash of all, so that two settings never share a name. */
function namePart(settings: readonly string[]): string {
  const text = settings.filter(Boolean).map(safeName).join('.');
  const letters = [...text];
  if (letters.length <= MOST_LETTERS) return text;
  const hash = sha256(new TextEncoder().encode(text)).slice(0, 8);
  return `${letters.slice(0, MOST_LETTERS - 9).join('')}-${hash}`;
}

function kernelName(kernel: KernelSource): string {
  switch (kernel.kind) {
    case 'builtin':
      return kernel.name;
    case 'inline':
      return 'kernel';
    case 'file':
      return stem(kernel.path);
    case 'patch': {
      const { x, y, width, height } = kernel.rect;
      return `patch-${x}-${y}-${width}x${height}`;
    }
  }
}

function layerSettings(layer: LayerJob): string[] {
  const { stride, padding, paddingMode, dilation, groups, flip, bias, activation, pool, exact, algorithm } = layer;
  const patch = layer.kernels.find((kernel) => kernel.kind === 'patch');
  return [
    patch && patch.mode !== 'zero-mean' ? patch.mode : '',
    isPair(stride, 1) ? '' : `s${pairName(stride)}`,
    padding === 0 ? '' : typeof padding === 'string' ? padding : `p${paddingText(padding).replaceAll(',', 'x')}`,
    paddingMode === 'zeros' ? '' : paddingMode,
    isPair(dilation, 1) ? '' : `d${pairName(dilation)}`,
    groups === 1 ? '' : `g${groups}`,
    flip ? 'flip' : '',
    bias === null ? '' : biasName(bias),
    activation === null ? '' : activationText(activation).replace(':', ''),
    pool === null ? '' : poolName(pool),
    exact ? 'exact' : '',
    algorithm ?? '',
  ];
}

function biasName(bias: NonNullable<LayerJob['bias']>): string {
  if (bias.kind === 'fire') return `fire${bias.percent}`;
  return bias.kind === 'file' ? `bias-${stem(bias.path)}` : `b${biasText(bias)}`;
}

/** max2, max3s2, gauss5s2-1.5 */
function poolName({ kind, kernelSize, stride, sigma }: PoolJob): string {
  const [size, step] = [pairName(kernelSize), pairName(stride)];
  return `${kind}${size}${step === size ? '' : `s${step}`}${sigma === null ? '' : `-${pairName(sigma)}`}`;
}

function pixelSettings({
  gray,
  pixels,
  normalize,
}: Partial<Pick<PresetChoice, 'gray' | 'pixels' | 'normalize'>>): string[] {
  return [gray ? 'gray' : '', !pixels || pixels === 'unit' ? '' : pixels, normalize ? normalizeName(normalize) : ''];
}

function normalizeName(normalize: NonNullable<PreprocessJob['normalize']>): string {
  const text = normalizeText(normalize);
  const isUsual = text === normalizeText(PRESETS.imagenet.preprocess.normalize!);
  return isUsual ? 'imagenet' : `n${text.replaceAll(',', 'x').replace('/', '-')}`;
}

function presetSettings({ name, resize, crop, channels, layout, fit, ...pixels }: PresetChoice): string[] {
  return [
    name === null ? '' : `preset-${name}`,
    resize === null ? '' : `r${typeof resize === 'number' ? resize : pairName(resize)}`,
    crop === null ? '' : `c${pairName(crop)}`,
    fit ? fitText(fit).replaceAll(':', '-').replace('#', '') : '',
    ...pixelSettings(pixels),
    channels ?? '',
    layout ?? '',
  ];
}

function pictureSettings({ scale, depth, colormap }: PictureJob): string[] {
  const limits = scale.kind === 'fixed' ? `from${scale.lo}to${scale.hi}` : scaleText(scale).replace(',', '-');
  return [scale.kind === 'auto' ? '' : limits, depth === 8 ? '' : `${depth}bit`, colormap === 'gray' ? '' : colormap];
}

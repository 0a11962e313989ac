import type { Clipped, Scale } from '../core/facts.js';
import type { NetworkJob, NetworkRequest } from '../core/network-job.js';
import type { LayerResult } from '../core/network-result.js';
import type { MapNote, PictureNote } from '../core/note.js';
import { VERSION } from '../core/version.js';
import { baseName } from '../io/paths.js';
import type { NetworkSource } from './network-source.js';
import { presetArgs } from './presets.js';
import { pictureArgs } from './recipe.js';

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
  { facts, preset }: Pick<NetworkSource, 'facts' | 'preset'>,
  own: readonly string[],
): string[] {
  const args = [...requestArgs(request), baseName(facts.path), ...own];
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
function withoutFolders(network: string): string {
  if (network.includes('|')) return network;
  return network.split('@').map(baseName).join('@');
}

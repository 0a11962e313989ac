import { measureValues } from '../../analysis/values.js';
import { altOfFilters } from '../../cli/alt.js';
import { refuseSwapped } from '../../cli/argument-order.js';
import { networkRequest, type WeightFlags } from '../../cli/network-flags.js';
import { parseShape } from '../../cli/parse.js';
import type { PictureFlags } from '../../cli/picture-flags.js';
import { showPictures } from '../../cli/show/show.js';
import { openTerminal } from '../../cli/terminal.js';
import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import type { ColormapName, NetworkRequest } from '../../core/job.js';
import type { DrawingNote } from '../../core/note.js';
import type { ValueFacts } from '../../core/result.js';
import { sizeOf } from '../../core/tensor.js';
import { formatNumber } from '../../core/text.js';
import { toFloat32 } from '../../core/values.js';
import { VERSION } from '../../core/version.js';
import { encodePng } from '../../io/encode.js';
import { writeAtomic } from '../../io/files.js';
import { joinPath, safeName } from '../../io/paths.js';
import { checkDeclaredSize, declaredType } from '../../run/declared-input.js';
import { chooseLayers } from '../../run/layer-choice.js';
import { openNetwork } from '../../run/network.js';
import { shapeNetwork } from '../../run/network-session.js';
import { requestArgs } from '../../run/recipe.js';
import { filtersSheet } from './filters-figure.js';

interface FiltersFlags extends WeightFlags, PictureFlags {
  readonly layers: readonly string[];
  readonly kernels?: string;
  readonly colormap: ColormapName;
  readonly out?: string;
  readonly size?: string;
  readonly clobber: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `cnnviz filters`: a sheet of kernels for each convolution. */
export async function runFilters(network: string, flags: FiltersFlags): Promise<void> {
  refuseSwapped('filters', network, []);
  const { layers, out, json, quiet, clobber, colormap } = flags;
  const range = flags.kernels === undefined ? null : parseRange(flags.kernels);
  const size = flags.size === undefined ? null : parseShape('--size', flags.size, ['C', 'H', 'W']);
  const terminal = await openTerminal({ quiet, reserveStdout: json || out === '-' });
  const request = networkRequest(network, flags);
  const found = await networkFilters(request, layers, size);
  if (json) {
    const document = found.map(({ layer, shape, kernels, network: of }) => ({
      layer,
      shape,
      kernels,
      alt: altOfFilters({ network: of, layer, shape, kernels }),
    }));
    await terminal.send(
      new TextEncoder().encode(`${JSON.stringify({ cnnviz: VERSION, network, filters: document }, null, 2)}\n`),
    );
    if (out === undefined) return;
  }
  const isFile = out !== undefined && (out === '-' || /\.png$/i.test(out));
  if (isFile && found.length > 1) {
    throw new CnnvizError('usage', `${out}: one file cannot hold the kernels of ${found.length} layers`, {
      fix: 'name a folder',
    });
  }
  const written: string[] = [];
  for (const filters of found) {
    const args = ['filters', ...requestArgs(request), '--layers', filters.layer];
    if (size) args.push('--size', size.join(','));
    const bytes = await drawFilters(filters, range, colormap, args);
    if (out === '-') {
      await terminal.send(bytes);
      continue;
    }
    const file = `${safeName(filters.network)}.${safeName(filters.layer)}.filters.png`;
    const path = isFile ? out : joinPath(out ?? '', file);
    await writeAtomic(path, bytes, { clobber });
    written.push(path);
    const [M, C, kH, kW] = filters.shape;
    const lo = Math.min(...filters.kernels.map(({ min }) => min));
    const hi = Math.max(...filters.kernels.map(({ max }) => max));
    terminal.print(
      `wrote ${terminal.style.strong(path)}  ${plural(M, 'kernel')} ${kW}×${kH}×${C}, ${formatNumber(lo)} … ${formatNumber(hi)}`,
    );
    if (flags.alt) terminal.print(altOfFilters(filters));
  }
  await showPictures(written, flags.show, terminal);
}

/** a-b, or one number */
function parseRange(text: string): readonly [number, number] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  if (!match)
    throw new CnnvizError('usage', `--kernels: expected a-b, got "${text}"`, {
      fix: 'such as --kernels 0-3, counted from 0',
    });
  return [Number(match[1]), Number(match[2] ?? match[1])];
}

/** The kernels of one convolution of a network. */
interface NetworkFilters {
  readonly network: string;
  readonly layer: string;
  /** [M, C/groups, kH, kW] */
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** Facts of each kernel. */
  readonly kernels: readonly ValueFacts[];
}

/**
 * The kernels of the convolutions that names and globs mean; of the first when none are given.
 * @throws CnnvizError 'usage' when nothing matches or a layer has no kernels
 */
async function networkFilters(
  request: NetworkRequest,
  patterns: readonly string[],
  size: readonly number[] | null,
): Promise<NetworkFilters[]> {
  const opened = await openNetwork(request);
  checkDeclaredSize(size, opened);
  const side = size ?? opened.input ?? [3, 224, 224];
  const input = opened.open.length === 0 ? null : { dtype: declaredType(opened), shape: [1, ...side] };
  const { shaped } = shapeNetwork(opened, input);
  const convs = shaped.model.nodes.filter(({ layer }) => layer.kind === 'conv');
  if (convs.length === 0) throw new CnnvizError('usage', `${opened.name} has no convolutions`);
  const wanted =
    patterns.length === 0
      ? convs.slice(0, 1)
      : chooseLayers(shaped, patterns).flatMap(({ node }) => (node?.layer.kind === 'conv' ? [node] : []));
  if (wanted.length === 0) {
    throw new CnnvizError('usage', `--layers ${patterns.join(',')}: no convolution among them`, {
      fix: `convolutions: ${convs
        .slice(0, 8)
        .map(({ name }) => name)
        .join(', ')}`,
    });
  }
  return wanted.map(({ name, inputs }) => {
    const weight = shaped.known(inputs[1]!);
    if (!weight) throw new CnnvizError('unsupported', `${name}: its kernels are computed from the input`);
    const data = toFloat32(weight.data);
    const per = sizeOf(weight.shape.slice(1));
    const kernels = Array.from({ length: weight.shape[0] }, (_, m) =>
      measureValues(data.subarray(m * per, (m + 1) * per)),
    );
    return { network: opened.name, layer: name, shape: weight.shape, data, kernels };
  });
}

/** The kernels as a labelled sheet, with the command that makes it. */
async function drawFilters(
  { network, layer, shape, data }: NetworkFilters,
  range: readonly [number, number] | null,
  colormap: ColormapName,
  args: readonly string[],
): Promise<Uint8Array> {
  const { image, scale } = filtersSheet({ title: `${network} ${layer}`, shape, data, range, colormap });
  const note: DrawingNote = { cnnviz: VERSION, picture: 'filters', lo: scale.lo, hi: scale.hi, args };
  return encodePng(image, JSON.stringify(note));
}

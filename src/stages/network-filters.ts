import { measureValues } from '../analysis/values.js';
import { CnnvizError } from '../core/errors.js';
import type { ValueFacts } from '../core/facts.js';
import type { ColormapName } from '../core/job.js';
import type { NetworkRequest } from '../core/network-job.js';
import type { DrawingNote } from '../core/note.js';
import { sizeOf } from '../core/tensor.js';
import { toFloat32 } from '../core/values.js';
import { VERSION } from '../core/version.js';
import { filtersSheet } from '../figures/filters.js';
import { encodePng } from '../io/encode.js';
import { checkDeclaredSize, declaredType } from './declared-input.js';
import { chooseLayers } from './layer-choice.js';
import { openNetwork } from './network.js';
import { shapeNetwork } from './network-session.js';

/** The kernels of one convolution of a network. */
export interface NetworkFilters {
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
export async function networkFilters(
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
export async function drawFilters(
  { network, layer, shape, data }: NetworkFilters,
  range: readonly [number, number] | null,
  colormap: ColormapName,
  args: readonly string[],
): Promise<Uint8Array> {
  const { image, scale } = filtersSheet({ title: `${network} ${layer}`, shape, data, range, colormap });
  const note: DrawingNote = { cnnviz: VERSION, picture: 'filters', lo: scale.lo, hi: scale.hi, args };
  return encodePng(image, JSON.stringify(note));
}

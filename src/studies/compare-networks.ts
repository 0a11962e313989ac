import { channelsOf } from '../analysis/layer-facts.js';
import { alignLayers, type ComparedLayer, type LayerPair } from '../compare/align-layers.js';
import type { ValuePlace } from '../core/check-result.js';
import type { NetworkJob, NetworkRequest } from '../core/network-job.js';
import { sizeOf } from '../core/tensor.js';
import { toFloat32, type ValueInfo } from '../core/values.js';
import type { Breathe } from '../engine/execute.js';
import type { Input } from '../io/inputs.js';
import { type OpenedNetwork, openNetwork } from '../stages/network.js';
import { NetworkSessions } from '../stages/network-session.js';
import { type NetworkSource, readNetworkSource } from '../stages/network-source.js';
import { placeAt } from './place-in-layer.js';

export interface LayerComparison {
  readonly a: string;
  readonly b: string;
  readonly kind: string;
  readonly shape: readonly number[];
  readonly same: boolean;
  readonly largest: number;
  readonly relative: number;
  readonly mean: number;
  readonly differing: number;
  readonly at: ValuePlace;
  readonly values: readonly [number, number];
}

/** Two networks on one input, layer by layer. */
export interface NetworkComparison {
  readonly a: string;
  readonly b: string;
  readonly input: NetworkSource['facts'];
  readonly preprocess: string;
  /** A layer is the same when its largest difference is at most this share of its largest value. */
  readonly tolerance: number;
  readonly layers: readonly LayerComparison[];
  /** The first layer that is not the same; null when all are. */
  readonly first: LayerComparison | null;
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
  /** The best class of each, by index; null when they do not end in classes. */
  readonly top: readonly [number, number] | null;
  readonly notes: readonly string[];
}

/** Layers that compute nothing: their values are those of the layer before. */
const SILENT = ['dropout', 'identity', 'flatten', 'reshape', 'squeeze', 'unsqueeze', 'shape'];

/**
 * Runs two networks on one input and finds the first layer where they part. The first network says how the image is
 * prepared, unless the job does.
 * @throws CnnvizError when a network cannot be read or does not take the input
 */
export async function compareNetworks(
  job: NetworkJob,
  other: NetworkRequest,
  input: Input,
  tolerance: number,
  threads: number,
  breathe: Breathe,
): Promise<NetworkComparison> {
  const [a, b] = [await openNetwork(job.request), await openNetwork(other)];
  const source = await readNetworkSource(input, job, { ...a, preset: a.preset ?? b.preset });
  const one = await runAllLayers(a, source, job, threads, breathe);
  const two = await runAllLayers(b, source, job, threads, breathe);
  const { pairs, onlyA, onlyB } = alignLayers(one.layers, two.layers);
  const layers = pairs.map((pair) => comparisonOf(pair, tolerance));
  return {
    a: job.request.network,
    b: other.network,
    input: source.facts,
    preprocess: source.preprocess,
    tolerance,
    layers,
    first: layers.find(({ same }) => !same) ?? null,
    onlyA: onlyA.map(({ name }) => name),
    onlyB: onlyB.map(({ name }) => name),
    top: one.best === null || two.best === null ? null : [one.best, two.best],
    notes: [...a.notes, ...one.notes, ...b.notes, ...two.notes],
  };
}

async function runAllLayers(
  opened: OpenedNetwork,
  source: NetworkSource,
  { exact }: NetworkJob,
  threads: number,
  breathe: Breathe,
) {
  const sessions = new NetworkSessions(opened, { layers: ['all'], exact, threads, firstOnly: false });
  const session = sessions.for(source.info);
  const values = await session.run(source.x, breathe);
  const layers = session.chosen.flatMap(({ name, value, node }): ComparedLayer[] => {
    if (!node || SILENT.includes(node.layer.kind)) return [];
    const { shape, data } = values.get(value)!;
    const kind = node.layer.kind === 'activation' ? node.layer.name : node.layer.kind;
    return [{ name, kind, shape, values: toFloat32(data) }];
  });
  const [output] = session.plan.model.outputs;
  return { layers, best: bestClass(values.get(output)!), notes: session.notes };
}

function bestClass(output: ValueInfo & { readonly data: ArrayLike<number> }): number | null {
  const { channels } = channelsOf(output.shape);
  if (channels < 2 || sizeOf(output.shape) !== channels) return null;
  let best = 0;
  for (let i = 1; i < channels; i++) if (output.data[i] > output.data[best]) best = i;
  return best;
}

function comparisonOf({ a, b, difference }: LayerPair, tolerance: number): LayerComparison {
  const { largest, relative, mean, differing, at } = difference;
  return {
    a: a.name,
    b: b.name,
    kind: a.kind,
    shape: a.shape,
    same: relative <= tolerance,
    largest,
    relative,
    mean,
    differing,
    at: placeAt(at, a.shape),
    values: [difference.a, difference.b],
  };
}

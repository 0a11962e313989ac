import { toFloat32, type Value, type ValueFault } from '../../core/values.js';
import { ACTIVATIONS } from '../../layers/activation.js';
import { keepsNumbers } from '../../layers/index.js';
import type { ShapedModel } from '../../layers/infer.js';
import type { ModelNode } from '../../layers/model.js';
import { softmaxDim } from '../../layers/softmax.js';
import { channelsOf } from '../layer-facts.js';
import { magnitudeOf } from '../value-watch.js';
import type { BatchNorm } from './batch-norms.js';
import { ChannelMoments } from './moments.js';
import type { LayerSeen, Seen } from './patient.js';

/** What is kept of every run, for all that is looked at. */
export interface Watched {
  readonly norms: readonly BatchNorm[];
  /** Activations, and convolutions and linear layers. */
  readonly layers: readonly ModelNode[];
  readonly softmaxes: readonly ModelNode[];
  readonly outputs: readonly string[];
  /** The values that a run is to keep. */
  readonly keep: readonly string[];
}

/** Of a network that is computed in part, what can be. */
export function watchedOf({ model, infos, refused }: ShapedModel, norms: readonly BatchNorm[]): Watched {
  const isFloat = ({ outputs }: ModelNode) => infos.get(outputs[0])!.dtype === 'float32';
  const layers = model.nodes.filter((node) => node.layer.kind === 'activation' && isFloat(node));
  const softmaxes = model.nodes.filter(({ layer }) => layer.kind === 'softmax' || layer.kind === 'log_softmax');
  const outputs = model.outputs.filter((name) => !refused.has(name));
  const keep = new Set<string>(outputs);
  for (const { node } of norms) keep.add(node.inputs[0]!);
  for (const { outputs } of layers) keep.add(outputs[0]);
  for (const { inputs } of softmaxes) keep.add(inputs[0]!);
  return { norms, layers, softmaxes, outputs, keep: [...keep] };
}

/** Collects what the runs on many images show. */
export class Examination {
  readonly #watched: Watched;
  readonly #arriving: ReadonlyMap<string, ChannelMoments>;
  readonly #layers = new Map<string, Tally>();
  readonly #given = new Map<string, boolean>();
  #images = 0;
  #largest = 0;
  #faults: readonly ValueFault[] = [];

  constructor(watched: Watched) {
    this.#watched = watched;
    this.#arriving = new Map(watched.norms.map(({ node, mean }) => [node.name, new ChannelMoments(mean)]));
  }

  /** One finished run, on so many images. */
  add(read: (name: string) => Value, faults: readonly ValueFault[], images: number): void {
    const { norms, layers, softmaxes, outputs } = this.#watched;
    this.#images += images;
    if (this.#faults.length === 0) this.#faults = faults;
    for (const { node } of norms) {
      const { data, shape } = read(node.inputs[0]!);
      this.#arriving.get(node.name)!.add(data, shape);
    }
    for (const node of layers) {
      const { data, shape } = read(node.outputs[0]);
      const tally = this.#layers.get(node.name) ?? new Tally(node, channelsOf(shape).channels);
      this.#layers.set(node.name, tally);
      tally.add(toFloat32(data), channelsOf(shape).size);
    }
    for (const node of softmaxes) {
      const before = this.#given.get(node.name) ?? true;
      this.#given.set(node.name, before && isSoftmax(read(node.inputs[0]!), node));
    }
    for (const name of outputs) this.#largest = Math.max(this.#largest, magnitudeOf(read(name).data));
  }

  get arriving(): Seen['arriving'] {
    return new Map([...this.#arriving].map(([name, sums]) => [name, sums.moments]));
  }

  /** All of it, but for what preparations showed. */
  get seen(): Omit<Seen, 'fit' | 'interleaved'> {
    return {
      images: this.#images,
      faults: this.#faults,
      layers: [...this.#layers.values()].map((tally) => tally.seen),
      arriving: this.arriving,
      given: new Set([...this.#given].flatMap(([name, isGiven]) => (isGiven ? [name] : []))),
      largest: this.#largest,
    };
  }
}

/** Limits and saturation of one layer's channels, over all runs. */
class Tally {
  readonly #node: ModelNode;
  readonly #lo: Float64Array;
  readonly #hi: Float64Array;
  readonly #limits: readonly [number, number] | null;
  #places = 0;
  #outside = 0;
  #count = 0;

  constructor(node: ModelNode, channels: number) {
    this.#node = node;
    this.#lo = new Float64Array(channels).fill(Number.POSITIVE_INFINITY);
    this.#hi = new Float64Array(channels).fill(Number.NEGATIVE_INFINITY);
    this.#limits = limitsOf(node);
  }

  /** @param places of a channel's map */
  add(values: Float32Array, places: number): void {
    const channels = this.#lo.length;
    this.#places = Math.max(this.#places, places);
    const [bottom, top] = this.#limits ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let i = 0, channel = 0; i < values.length; channel = (channel + 1) % channels) {
      let [lo, hi] = [this.#lo[channel], this.#hi[channel]];
      for (const end = Math.min(values.length, i + places); i < end; i++) {
        const value = values[i];
        // a NaN stays: such a channel is not dead
        if (value < lo || Number.isNaN(value)) lo = value;
        if (value > hi || Number.isNaN(value)) hi = value;
        if (value <= bottom || value >= top) this.#outside++;
      }
      this.#lo[channel] = lo;
      this.#hi[channel] = hi;
    }
    this.#count += values.length;
  }

  get seen(): LayerSeen {
    return {
      node: this.#node,
      channels: this.#lo.length,
      places: this.#places,
      lo: this.#lo,
      hi: this.#hi,
      saturated: this.#limits && this.#count > 0 ? this.#outside / this.#count : null,
    };
  }
}

function limitsOf({ layer }: ModelNode): readonly [number, number] | null {
  if (layer.kind !== 'activation') return null;
  return ACTIVATIONS[layer.name].limits ?? null;
}

/** Rows whose sum is this near to 1. */
const SUM = 1e-4;

/** Whether what a softmax reads is one already: no number below zero, every row with the sum 1. */
function isSoftmax({ data, shape }: Value, { layer }: ModelNode): boolean {
  if (layer.kind !== 'softmax' && layer.kind !== 'log_softmax') return false;
  const axis = softmaxDim(layer.dim, shape.length);
  const count = shape[axis] ?? 1;
  if (count < 2) return false;
  const inner = shape.slice(axis + 1).reduce((product, side) => product * side, 1);
  for (let row = 0; row < data.length / count; row++) {
    const start = Math.floor(row / inner) * count * inner + (row % inner);
    let sum = 0;
    for (let i = start, c = 0; c < count; i += inner, c++) {
      if (!(data[i] >= 0)) return false;
      sum += data[i];
    }
    if (Math.abs(sum - 1) > SUM) return false;
  }
  return data.length > 0;
}

/** The node that made a value, behind those that hand numbers on as they are. */
export function makerOf({ model }: ShapedModel, value: string): ModelNode | null {
  for (let name: string | null = value; name !== null; ) {
    const wanted: string = name;
    const node = model.nodes.find(({ outputs }) => outputs.includes(wanted));
    if (!node) return null;
    const passes = keepsNumbers(node.layer) || node.layer.kind === 'transpose';
    if (!passes) return node;
    name = node.inputs[0];
  }
  return null;
}

import type { LayerFacts } from '../core/result.js';
import { sumsOfMap } from '../engine/map-loops.js';
import { ACTIVATIONS } from '../layers/activation.js';
import { type Layer, layerFamily } from '../layers/index.js';
import type { Model } from '../layers/model.js';
import { measureValues } from './values.js';

/** Channels correlate by at least this much to count as the same. */
const SAME = 0.99;
/** Larger maps are compared at about this many places, evenly spread. */
const PLACES = 4096;
/** With more channels than this, pairs are not looked for: they would take minutes. */
const MOST_CHANNELS = 4096;

/**
 * Facts of a layer's values. shape [N, C, ...], [C, H, W] for rank 3, or [N, K]; channels of all items together.
 * @param fires whether zero means silence here, see firingValues
 */
export function layerFacts(values: Float32Array, shape: readonly number[], layer: Layer, fires: boolean): LayerFacts {
  const { items, channels, size } = channelsOf(shape);
  const facts = measureValues(values, sumsOfMap);
  const deadChannels = fires ? silentChannels(values, items, channels, size) : null;
  const limits = layer.kind === 'activation' ? ACTIVATIONS[layer.name].limits : undefined;
  return {
    ...facts,
    channels,
    dead: deadChannels?.length ?? null,
    deadChannels,
    saturated: limits ? shareOutside(values, limits) : null,
    duplicates:
      size > 1 && channels > 1 && channels <= MOST_CHANNELS ? nearDuplicates(values, items, channels, size) : null,
  };
}

/** How an array falls into items, channels and places: rank 3 is one item. */
export function channelsOf(shape: readonly number[]): { items: number; channels: number; size: number } {
  const full = shape.length === 3 || shape.length < 2 ? [1, ...shape] : shape;
  const [items = 1, channels = 1, ...rest] = full;
  return { items, channels, size: rest.reduce((product, side) => product * side, 1) };
}

function silentChannels(values: Float32Array, items: number, channels: number, size: number): number[] {
  const silent: number[] = [];
  for (let c = 0; c < channels; c++) if (isSilent(values, items, channels, size, c)) silent.push(c);
  return silent;
}

/** A NaN is no silence. */
function isSilent(values: Float32Array, items: number, channels: number, size: number, c: number): boolean {
  for (let n = 0; n < items; n++) {
    const start = (n * channels + c) * size;
    for (let i = start; i < start + size; i++) if (values[i] !== 0) return false;
  }
  return true;
}

function shareOutside(values: Float32Array, [lo, hi]: readonly [number, number]): number {
  let count = 0;
  for (const value of values) if (value <= lo || value >= hi) count++;
  return values.length === 0 ? 0 : count / values.length;
}

/** Pairs of channels whose values correlate; constant channels have no direction and are left out. */
function nearDuplicates(values: Float32Array, items: number, channels: number, size: number): [number, number][] {
  const step = Math.max(1, Math.ceil((items * size) / PLACES));
  const places = Math.ceil((items * size) / step);
  const units: (Float32Array | null)[] = [];
  for (let c = 0; c < channels; c++) {
    const sample = new Float32Array(places);
    for (let p = 0; p < places; p++) {
      const at = p * step;
      sample[p] = values[(Math.floor(at / size) * channels + c) * size + (at % size)];
    }
    units.push(unitOf(sample));
  }
  const pairs: [number, number][] = [];
  for (let a = 0; a < channels; a++) {
    const one = units[a];
    if (!one) continue;
    for (let b = a + 1; b < channels; b++) {
      const other = units[b];
      if (other && dot(one, other) > SAME) pairs.push([a, b]);
    }
  }
  return pairs;
}

/** The values minus their mean, of length one; null when they are all the same or not finite. */
function unitOf(values: Float32Array): Float32Array | null {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) * (value - mean);
  const length = Math.sqrt(squares);
  if (!(length > 1e-12 * values.length) || !Number.isFinite(length)) return null;
  return values.map((value) => (value - mean) / length);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The values of a network whose zeros mean that nothing fires: those of a ReLU, as they are or pooled. */
export function firingValues({ nodes, constants }: Model): ReadonlySet<string> {
  const firing = new Set<string>();
  // a ReLU6 of an exporter
  const isClippedAtZero = (layer: Layer, [, lo = null]: readonly (string | null)[]) =>
    layer.kind === 'clip' && lo !== null && constants.get(lo)?.load().data[0] === 0;
  for (const { layer, inputs, outputs } of nodes) {
    const silences = layer.kind === 'activation' ? ACTIVATIONS[layer.name].silences : isClippedAtZero(layer, inputs);
    const passes = layerFamily(layer).keepsSilence && inputs.every((name) => name === null || firing.has(name));
    if (silences || passes) firing.add(outputs[0]);
  }
  return firing;
}

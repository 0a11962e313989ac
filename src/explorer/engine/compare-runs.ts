import { compareArrays } from '../../analysis/array-difference.js';
import { toFloat32, type Value } from '../../core/values.js';
import type { PackedNetwork } from '../page-data.js';
import type { Compared } from '../protocol.js';
import type { NetworkRun } from './network-run.js';

type Row = Compared['rows'][number];

/** A layer is the same up to this share of its largest value, as for `compare`. */
const TOLERANCE = 1e-4;

/** The values of the layers that two networks have in common, held against each other, in the order of the first. */
export function compareRuns(
  [a, one]: readonly [PackedNetwork, NetworkRun],
  [b, other]: readonly [PackedNetwork, NetworkRun],
): Compared {
  const ofB = new Map(b.layers.map((layer) => [layer.name, layer]));
  const own = new Set(a.layers.map(({ name }) => name));
  const rows = a.layers.map(({ name, value }): Row => {
    const counterpart = ofB.get(name);
    if (!counterpart) return lonely(name);
    return rowOf(name, one.read(value), other.read(counterpart.value));
  });
  const onlyB = b.layers.filter(({ name }) => !own.has(name)).map(({ name }) => lonely(name));
  const all = [...rows, ...onlyB];
  return { rows: all, first: all.find(({ same, worst }) => !same && worst !== null)?.layer ?? null };
}

function lonely(layer: string): Row {
  return { layer, worst: null, share: null, same: false };
}

function rowOf(layer: string, one: Value, other: Value): Row {
  if (one.shape.join() !== other.shape.join()) return lonely(layer);
  const { largest, relative } = compareArrays(toFloat32(one.data), toFloat32(other.data));
  return { layer, worst: largest, share: relative, same: relative <= TOLERANCE };
}

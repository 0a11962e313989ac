import { type Axis, extent } from '../core/geometry.js';
import { type AxisReads, type MapReads, type ReadsCall, SAME_PLACE } from '../layers/family.js';
import { layerFamily } from '../layers/index.js';
import { readsCall, type ShapedModel } from '../layers/infer.js';
import { type ModelNode, neededFor } from '../layers/model.js';

/**
 * Where the values of a map lie along one axis of what the network reads: value i in the middle of its receptive field, at
 * first + i·step; 0 is the middle of the first pixel.
 */
export interface AxisPlaces {
  readonly first: number;
  readonly step: number;
}

/** [rows, columns] */
export type MapPlaces = readonly [AxisPlaces, AxisPlaces];

/** 'all': every value sees the whole axis, so that it has no place there. Null: not followed, or no regular grid. */
type Places = AxisPlaces | 'all' | null;

const INPUT_PLACES: readonly [Places, Places] = [
  { first: 0, step: 1 },
  { first: 0, step: 1 },
];

/**
 * Where the values of a layer's maps lie in the network's image: each at the middle of its receptive field. A gate that sees
 * the whole map (squeeze and excitation) moves nothing; where branches of one step meet whose fields have other middles, a
 * value lies between them. Null where the values have no regular grid, or a layer on the way is not followed.
 * Source: Araujo, Norris, Sim 2019, "Computing Receptive Fields of Convolutional Neural Networks"
 */
export function placesOfMap(shaped: ShapedModel, value: string): MapPlaces | null {
  const { model, infos } = shaped;
  const places = new Map<string, readonly [Places, Places]>();
  for (const { name } of model.inputs) if (infos.get(name)!.shape.length >= 3) places.set(name, INPUT_PLACES);
  for (const node of neededFor(model, [value])) {
    const from = node.inputs.flatMap((name) => {
      const one = name === null ? undefined : places.get(name);
      return one ? [one] : [];
    });
    if (from.length === 0) continue;
    const call = readsCall(shaped, node);
    const reads = readsOf(node, call);
    const along = (axis: 0 | 1): Places => {
      const [size, out] = [call.inputs[0]?.slice(-2)[axis] ?? 1, call.output.slice(-2)[axis]];
      return reads && placesBehind(meet(from.map((one) => one[axis])), reads[axis], size, out);
    };
    for (const name of node.outputs) places.set(name, [along(0), along(1)]);
  }
  const [rows, columns] = places.get(value) ?? [null, null];
  return isGrid(rows) && isGrid(columns) ? [rows, columns] : null;
}

function isGrid(places: Places): places is AxisPlaces {
  return places !== null && places !== 'all';
}

/** A new shape with the same two last sides leaves every number at its place of the map. */
function readsOf({ layer }: ModelNode, call: ReadsCall): MapReads | null {
  const reads = layerFamily(layer).reads(layer, call);
  if (reads || layer.kind !== 'reshape') return reads;
  const [before, after] = [call.inputs[0]!, call.output].map((shape) => shape.slice(-2).join());
  return call.inputs[0]!.length >= 3 && call.output.length >= 3 && before === after ? SAME_PLACE : null;
}

function meet(all: readonly Places[]): Places {
  if (all.includes(null)) return null;
  const grids = all.filter(isGrid);
  if (grids.length === 0) return 'all';
  const [{ step }] = grids;
  if (grids.some((one) => one.step !== step)) return null;
  const firsts = grids.map(({ first }) => first);
  return { first: (Math.min(...firsts) + Math.max(...firsts)) / 2, step };
}

function placesBehind(places: Places, read: AxisReads, size: number, out: number): Places {
  if (read.by === 'all') return 'all';
  if (!isGrid(places) || read.by === 'place') return places;
  if (read.by === 'window') return behindWindow(places, read.axis);
  if (read.by === 'list') {
    const { grid } = read;
    return grid && { first: places.first + grid.first * places.step, step: places.step * grid.step };
  }
  const side = size / out;
  if (!Number.isInteger(side)) return null;
  return behindWindow(places, { kernel: side, stride: side, dilation: 1, padBefore: 0 });
}

/** The middle of a window lies half its extent behind its first position, less the padding. */
function behindWindow(
  { first, step }: AxisPlaces,
  { kernel, dilation, stride, padBefore }: Pick<Axis, 'kernel' | 'dilation' | 'stride' | 'padBefore'>,
): AxisPlaces {
  return { first: first + ((extent(kernel, dilation) - 1) / 2 - padBefore) * step, step: step * stride };
}

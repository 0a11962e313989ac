import { type Axis, convAxis, extent } from '../../core/geometry.js';
import { forwardOf, layerFamily } from '../../layers/index.js';
import { readsCall, type ShapedModel } from '../../layers/infer.js';
import { mayRoundWhole } from '../choose.js';
import type { ConvStep, OperatorStep, PoolStep, Step } from '../steps.js';

/** From first to before `end`, along one axis; empty when end ≤ first. */
export interface Run {
  readonly first: number;
  readonly end: number;
}

/** How a step's output follows from its inputs along one axis of the map. */
export interface RegionAxis {
  /** Null: each output place reads the same place. */
  readonly windows: Axis | null;
  /** Places of the output. */
  readonly size: number;
  /** Where a recomputed part may begin: a multiple of this. `size`: only the whole map. */
  readonly tile: number;
}

/** A step that can compute a part of its output with the bits of the whole: [rows, columns]. */
export type RegionAxes = readonly [RegionAxis, RegionAxis];

/**
 * Convolutions whose outputs do not depend on where in the map they are computed, and the side of the tiles they come in.
 * Any other computes its whole map.
 */
const TILES: Readonly<Record<string, number>> = {
  direct: 1,
  depthwise: 1,
  pointwise: 1,
  gemm: 1,
  reference: 1,
  winograd4x3: 4,
  winograd2x5: 2,
};

/** Null: the step is no layer of maps that could be computed in part. `isMap`: values that depend on the image. */
export function regionAxes(step: Step, shaped: ShapedModel, isMap: (name: string) => boolean): RegionAxes | null {
  if (step.kind === 'conv') return convAxes(step);
  if (step.kind === 'pool') return poolAxes(step);
  return operatorAxes(step, shaped, isMap);
}

function convAxes(step: ConvStep): RegionAxes | null {
  const { layer, geometry: g, algorithm } = step;
  if (layer.kind !== 'conv' || g.N !== 1 || g.paddingMode !== 'zeros') return null;
  // a whole image would take another algorithm than one with a patch that is not
  if (!algorithm.ordered && mayRoundWhole(step, step.weight.load())) return null;
  const [rows, columns] = [convAxis(g, 0), convAxis(g, 1)].map((windows) => ({
    windows,
    size: windows.out,
    tile: TILES[algorithm.name] ?? windows.out,
  }));
  return [rows, columns];
}

/**
 * Means at a border divide by what lies inside, and where a part's border is another, so is the mean: only means that
 * never leave the map are computed in part.
 */
function poolAxes({ layer, axes, inShape }: PoolStep): RegionAxes | null {
  const staysInside = axes.every(
    (axis) => axis.padBefore === 0 && (axis.out - 1) * axis.stride + extent(axis.kernel, axis.dilation) <= axis.size,
  );
  if (inShape[0] !== 1 || (layer.kind !== 'max_pool' && !staysInside)) return null;
  const [rows, columns] = axes.map((windows) => ({ windows, size: windows.out, tile: 1 }));
  return [rows, columns];
}

function operatorAxes(step: OperatorStep, shaped: ShapedModel, isMap: (name: string) => boolean): RegionAxes | null {
  const [{ shape, dtype }] = step.infos;
  const { layer, inputs, outputs } = step;
  const forward = forwardOf(layer);
  if (!forward || outputs.length > 1) return null;
  if (shape.length !== 4 || shape[0] !== 1 || dtype !== 'float32') return null;
  const reads = layerFamily(layer).reads(layer, readsCall(shaped, step));
  if (!reads?.every(({ by }) => by === 'place')) return null;
  const fits = inputs.every((name, i) => {
    if (name === null) return true;
    const own = shaped.infos.get(name)!.shape;
    // what is no map must be the same at every place
    if (!isMap(name)) return forward.perChannel?.includes(i) || own.slice(-2).every((side) => side === 1);
    return own.length === 4 && own[2] === shape[2] && own[3] === shape[3];
  });
  if (!fits) return null;
  const [rows, columns] = shape.slice(2).map((size) => ({ windows: null, size, tile: 1 }));
  return [rows, columns];
}

/**
 * The outputs that any of the inputs `changed` can change: those that read one, and all others in their tiles, which round
 * together.
 */
export function reached({ windows, size, tile }: RegionAxis, changed: Run): Run {
  if (windows === null || changed.end <= changed.first) return changed;
  const { kernel, dilation, stride, padBefore } = windows;
  // a tile as one window: it reads from the first input of its first output to the last of its last
  const step = stride * tile;
  const span = extent(kernel, dilation) + (tile - 1) * stride;
  const first = Math.ceil((changed.first + padBefore - span + 1) / step);
  const end = Math.floor((changed.end - 1 + padBefore) / step) + 1;
  return { first: Math.max(0, first) * tile, end: Math.min(size, end * tile) };
}

/** From the first to the last of both. */
export function joined(a: Run, b: Run): Run {
  if (a.end <= a.first) return b;
  if (b.end <= b.first) return a;
  return { first: Math.min(a.first, b.first), end: Math.max(a.end, b.end) };
}

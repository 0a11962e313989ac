import type { Axis } from '../../core/geometry.js';
import type { PoolLayer } from '../../layers/pool.js';
import { poolGeometry } from '../pooling.js';
import { aligned, type EngineMemory } from '../wasm/memory.js';
import { cutRuns, type Portions } from './portions.js';
import { type Room, take } from './room.js';

/** What `poolPortions` needs of a room. */
export function poolBytes([rows, columns]: readonly [Axis, Axis]): number {
  return aligned(rows.out * 8) + aligned(columns.out * 8);
}

/**
 * A max or average pool of whole planes where they lie, without bands and borders: the bits are those of the pool in bands.
 * x [planes, H, W] at `from` → y at `to`. Null: there is no routine for it.
 */
export function poolPortions(
  { heap, routines }: EngineMemory,
  given: Readonly<Room>,
  layer: PoolLayer,
  axes: readonly [Axis, Axis],
  planes: number,
  from: number,
  to: number,
): Portions | null {
  if (layer.kind === 'gauss_pool' || axes.some(({ dilation }) => dilation > 1)) return null;
  const { H, W, oH, oW, kH, kW, sH, sW, pads } = poolGeometry([...axes], planes);
  const ofPlanes = (visit: (first: number, end: number) => void): Portions => ({
    ...cutRuns(planes, H * W, visit),
    whole: () => visit(0, planes),
  });
  const at = (first: number) => [from + first * H * W * 4, to + first * oH * oW * 4];
  if (layer.kind === 'max_pool') {
    return ofPlanes((first, end) => {
      const [x, y] = at(first);
      routines.maxWindows(x, end - first, H, W, y, oH, oW, kH, kW, sH, sW, pads[0], pads[1]);
    });
  }
  const { countIncludePad, divisorOverride } = layer;
  const counts = axes.map((axis, a) =>
    divisorOverride === null ? cellCounts(axis, countIncludePad) : fixed(axis, a === 0 ? divisorOverride : 1),
  );
  const room = { ...given };
  const [down, across] = counts.map((own) => take(room, own.byteLength));
  if (down === -1 || across === -1) return null;
  heap.f64.set(counts[0], down / 8);
  heap.f64.set(counts[1], across / 8);
  return ofPlanes((first, end) => {
    const [x, y] = at(first);
    routines.meanWindows(x, end - first, H, W, y, oH, oW, kH, kW, sH, sW, pads[0], pads[1], down, across);
  });
}

/** How many cells of each window along an axis are counted: those of the input, or of input and padding. */
function cellCounts({ size, kernel, stride, padBefore, padAfter, out }: Axis, withPadding: boolean): Float64Array {
  const [least, end] = withPadding ? [-padBefore, size + padAfter] : [0, size];
  return Float64Array.from({ length: out }, (_, i) => {
    const start = i * stride - padBefore;
    return Math.min(start + kernel, end) - Math.max(start, least);
  });
}

function fixed({ out }: Axis, value: number): Float64Array {
  return new Float64Array(out).fill(value);
}

import type { Numbers } from '../../core/values.js';

/** y, row-major over `sides`, = x[start + Σ index·step]: transposes, slices and repeats are all this. */
export function copyStrided(
  x: Numbers,
  start: number,
  sides: readonly number[],
  steps: readonly number[],
  y: Numbers,
): void {
  if (y.length === 0) return;
  const last = sides.length - 1;
  const [count, step] = last < 0 ? [1, 0] : [sides[last], steps[last]];
  const at = new Array<number>(Math.max(last, 0)).fill(0);
  for (let o = 0, from = start; o < y.length; o += count) {
    for (let i = 0; i < count; i++) y[o + i] = x[from + i * step];
    for (let axis = last - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++at[axis] < sides[axis]) break;
      from -= sides[axis] * steps[axis];
      at[axis] = 0;
    }
  }
}

/**
 * y, row-major over the lengths of `maps`, = x at the places the maps give for each axis; `fill` where one gives −1.
 * x is row-major of shape `shape`.
 */
export function copyMapped(
  x: Numbers,
  shape: readonly number[],
  maps: readonly Int32Array[],
  fill: number,
  y: Numbers,
): void {
  copyMappedAxis(x, shape, maps, fill, y, { axis: 0, from: 0, o: 0 });
}

interface Place {
  readonly axis: number;
  /** Elements of x before this place, in units of the axis's slices. */
  readonly from: number;
  /** The same in y. */
  readonly o: number;
}

function copyMappedAxis(
  x: Numbers,
  shape: readonly number[],
  maps: readonly Int32Array[],
  fill: number,
  y: Numbers,
  { axis, from, o }: Place,
): void {
  if (shape.length === 0) {
    y[0] = x[0];
    return;
  }
  const map = maps[axis];
  const [sourceStart, start] = [from * shape[axis], o * map.length];
  if (axis === shape.length - 1) {
    for (let i = 0; i < map.length; i++) y[start + i] = map[i] < 0 ? fill : x[sourceStart + map[i]];
    return;
  }
  const inner = maps.slice(axis + 1).reduce((product, { length }) => product * length, 1);
  for (let i = 0; i < map.length; i++) {
    if (map[i] < 0) y.fill(fill, (start + i) * inner, (start + i + 1) * inner);
    else copyMappedAxis(x, shape, maps, fill, y, { axis: axis + 1, from: sourceStart + map[i], o: start + i });
  }
}

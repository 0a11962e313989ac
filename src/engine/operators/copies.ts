import { sizeOf } from '../../core/tensor.js';
import type { Copy } from '../../layers/row-work.js';
import type { EngineMemory } from '../wasm/memory.js';
import { cutRuns, NOTHING, oneGo, type Portions } from './portions.js';

/** One axis of a copy: its side, and its steps in bytes. */
interface Axis {
  readonly side: number;
  readonly from: number;
  readonly to: number;
}

const NONE: Axis = { side: 1, from: 0, to: 0 };

/** As many places along the first axis that has so many are shared; below, along the longest. */
const FEW = 8;
/** Numbers in a line of the cache: neighbours that are read for different portions are read that often. */
const LINE = 16;

/** Numbers of 32 bits copied; `from` and `to`: where input and output begin. They do not overlap. */
export function copyPortions(memory: EngineMemory, copy: Copy, from: number, to: number): Portions {
  const { sides, fromSteps, toSteps } = copy;
  if (sides.includes(0)) return NOTHING;
  const longest = sides.indexOf(Math.max(...sides));
  if (longest === -1) return oneGo(() => copyNumbers(memory, copy, from, to));
  const first = sides.findIndex((side) => side >= FEW);
  const axis = first === -1 ? longest : first;
  const some = (low: number, high: number): void => {
    const part = {
      ...copy,
      sides: sides.map((side, a) => (a === axis ? high - low : side)),
      from: copy.from + low * fromSteps[axis],
      to: copy.to + low * toSteps[axis],
    };
    copyNumbers(memory, part, from, to);
  };
  const portions = cutRuns(sides[axis], sizeOf(sides) / sides[axis], some, fromSteps[axis] === 1 ? LINE : 1);
  return { ...portions, whole: () => copyNumbers(memory, copy, from, to) };
}

function copyNumbers({ routines }: EngineMemory, copy: Copy, from: number, to: number): void {
  const axes = mergedAxes(copy);
  if (axes === null) return;
  const [x, y] = [from + copy.from * 4, to + copy.to * 4];
  const run = takeAxis(axes, (axis) => axis.from === 4 && axis.to === 4);
  if (run) {
    const [row, outer] = [takeLongest(axes), takeLongest(axes)];
    eachPlace(axes, x, y, (p, q) =>
      routines.copyRuns(p, outer.from, row.from, q, outer.to, row.to, outer.side, row.side, run.side * 4),
    );
    return;
  }
  const each = takeAxis(axes, (axis) => axis.to === 4) ?? NONE;
  const down = each === NONE ? null : takeAxis(axes, (axis) => axis.from === 4);
  if (down) {
    eachPlace(axes, x, y, (p, q) => routines.transposePlane(p, each.from, q, down.to, down.side, each.side));
    return;
  }
  const row = takeLongest(axes);
  if (each === NONE) {
    const outer = takeLongest(axes);
    eachPlace(axes, x, y, (p, q) =>
      routines.copyRuns(p, outer.from, row.from, q, outer.to, row.to, outer.side, row.side, 4),
    );
  } else eachPlace(axes, x, y, (p, q) => routines.copySteps(p, row.from, each.from, q, row.to, row.side, each.side));
}

/** The axes of a copy, those that are run through alike as one; null: there is nothing to copy. */
function mergedAxes({ sides, fromSteps, toSteps }: Copy): Axis[] | null {
  const axes: Axis[] = [];
  for (let axis = sides.length - 1; axis >= 0; axis--) {
    const [side, from, to] = [sides[axis], fromSteps[axis] * 4, toSteps[axis] * 4];
    if (side === 0) return null;
    if (side === 1) continue;
    const inner = axes[axes.length - 1];
    const joins = inner !== undefined && from === inner.from * inner.side && to === inner.to * inner.side;
    if (joins) axes[axes.length - 1] = { ...inner, side: inner.side * side };
    else axes.push({ side, from, to });
  }
  return axes;
}

/** Takes out the first axis that fits. */
function takeAxis(axes: Axis[], fits: (axis: Axis) => boolean): Axis | undefined {
  const at = axes.findIndex(fits);
  return at === -1 ? undefined : axes.splice(at, 1)[0];
}

/** Takes out the longest axis, the inner of equals. */
function takeLongest(axes: Axis[]): Axis {
  const longest = axes.reduce((most, { side }) => Math.max(most, side), 0);
  return takeAxis(axes, ({ side }) => side === longest) ?? NONE;
}

/** Calls `visit` for every place of the axes that are left. */
function eachPlace(axes: readonly Axis[], from: number, to: number, visit: (from: number, to: number) => void): void {
  const [last, ...rest] = [...axes].reverse();
  if (last === undefined) visit(from, to);
  else {
    const inner = rest.reverse();
    for (let i = 0; i < last.side; i++) eachPlace(inner, from + i * last.from, to + i * last.to, visit);
  }
}

/**
 * y, row-major over the lengths of `maps`, at `to` = x at `from` at the places the maps give; `fill` where an outer map
 * gives −1 (the last gives none). table: room for a number of 32 bits for each place of the last axis.
 */
export function mappedPortions(
  { heap, routines }: EngineMemory,
  { maps, fill }: { readonly maps: readonly Int32Array[]; readonly fill: number },
  shape: readonly number[],
  from: number,
  to: number,
  table: number,
): Portions {
  const last = maps[maps.length - 1];
  for (const [i, place] of last.entries()) heap.i32[table / 4 + i] = place * 4;
  const sizes = maps.map((_, axis) => maps.slice(axis + 1).reduce((product, { length }) => product * length, 1));
  /** Places low … high−1 of an axis and all of those within, to `y`. */
  const rows = (axis: number, row: number, y: number, low: number, high: number): void => {
    if (axis === maps.length - 1) {
      routines.gatherTaps(from + row * shape[axis] * 4, table, last.length, y);
      return;
    }
    for (let i = low; i < high; i++, y += sizes[axis] * 4) {
      const place = maps[axis][i];
      if (place >= 0) rows(axis + 1, row * shape[axis] + place, y, 0, maps[axis + 1].length);
      else heap.f32.fill(fill, y / 4, y / 4 + sizes[axis]);
    }
  };
  const outer = maps.length < 2 ? 1 : maps[0].length;
  // images and channels together: a map of one place is run through with the next axis
  if (maps.length < 3 || maps[0].some((place) => place < 0)) {
    return cutRuns(outer, sizes[0], (low, high) => rows(0, 0, to + low * sizes[0] * 4, low, high));
  }
  const [images, channels] = maps;
  return cutRuns(images.length * channels.length, sizes[1], (low, high) => {
    for (let i = low; i < high; i++) {
      const [n, c] = [Math.floor(i / channels.length), i % channels.length];
      rows(1, images[n], to + i * sizes[1] * 4, c, c + 1);
    }
  });
}

/** y [columns, rows] = x [rows, columns]: by a routine where both lie in the engine's memory. */
export function turn(memory: EngineMemory, x: Float32Array, rows: number, columns: number, y: Float32Array): void {
  const [from, to] = [memory.addressOf(x), memory.addressOf(y)];
  if (from !== -1 && to !== -1) memory.routines.transposePlane(from, columns * 4, to, rows * 4, columns, rows);
  else {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) y[j * rows + i] = x[i * columns + j];
    }
  }
}

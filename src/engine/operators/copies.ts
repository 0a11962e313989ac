import type { Copy } from '../../layers/row-work.js';
import type { EngineMemory } from '../wasm/memory.js';

/** One axis of a copy: its side, and its steps in bytes. */
interface Axis {
  readonly side: number;
  readonly from: number;
  readonly to: number;
}

const NONE: Axis = { side: 1, from: 0, to: 0 };

/** Copies numbers of 32 bits; `from` and `to`: where input and output begin. They do not overlap. */
export function copyNumbers({ routines }: EngineMemory, copy: Copy, from: number, to: number): void {
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
export function copyMapped(
  { heap, routines }: EngineMemory,
  { maps, fill }: { readonly maps: readonly Int32Array[]; readonly fill: number },
  shape: readonly number[],
  from: number,
  to: number,
  table: number,
): void {
  const last = maps[maps.length - 1];
  for (const [i, place] of last.entries()) heap.i32[table / 4 + i] = place * 4;
  let y = to;
  const rows = (axis: number, row: number): void => {
    if (axis === maps.length - 1) {
      routines.gatherTaps(from + row * shape[axis] * 4, table, last.length, y);
      y += last.length * 4;
      return;
    }
    const inner = maps.slice(axis + 1).reduce((product, { length }) => product * length, 1);
    for (const place of maps[axis]) {
      if (place >= 0) rows(axis + 1, row * shape[axis] + place);
      else {
        heap.f32.fill(fill, y / 4, y / 4 + inner);
        y += inner * 4;
      }
    }
  };
  rows(0, 0);
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

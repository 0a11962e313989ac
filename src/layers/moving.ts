import { rowMajor, sizeOf } from '../core/tensor.js';
import type { Numbers, Value } from '../core/values.js';
import type { Backward, BackwardCall, Forward } from './family.js';
import type { RowWork } from './row-work.js';

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

/** What `copyStrided` does, told of. */
export function strided(from: number, sides: readonly number[], fromSteps: readonly number[]): RowWork {
  const copy = { input: 0, output: 0, sides, from, fromSteps, to: 0, toSteps: rowMajor(sides) };
  return { work: 'copies', copies: [copy], fill: null };
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

/**
 * For layers that only move numbers (transpose, pad, slice, concat …): their own forward is run on the places of the
 * numbers, counted from 1, and so tells where each output came from; 0 is what comes from nowhere.
 * @param moved the inputs whose numbers are moved; the others decide where to, and are read as they are
 */
export function movedBackward<L>(
  forward: Forward<L>,
  moved: (inputs: BackwardCall['inputs']) => readonly number[] = firstInput,
  reaches: Backward<L>['reaches'] = [0],
  /** The layer and its inputs as they must be for what comes from nowhere to be 0. */
  plain: { readonly layer?: (layer: L) => L; readonly ignores?: number } = {},
): Backward<L> {
  return {
    reaches,
    run(layer, { inputs, outputs, x, dy, dx }) {
      const movers = moved(inputs);
      const first = new Map<number, number>();
      let next = 1;
      const places = inputs.map((input, i): Value | null => {
        if (input === null || i === plain.ignores) return null;
        if (!movers.includes(i)) return x(i);
        first.set(i, next);
        const data = Float64Array.from({ length: sizeOf(input.shape) }, () => next++);
        return { dtype: 'float64', shape: input.shape, data };
      });
      const made = outputs.map(
        ({ shape }): Value => ({ dtype: 'float64', shape, data: new Float64Array(sizeOf(shape)) }),
      );
      forward.run(plain.layer?.(layer) ?? layer, places, made);
      for (const [output, { data }] of made.entries()) {
        const gradient = dy[output];
        if (gradient) scatter(gradient, data, first, dx, next);
      }
    },
  };
}

function scatter(
  dy: Float64Array,
  from: Value['data'],
  first: ReadonlyMap<number, number>,
  dx: readonly (Float64Array | null)[],
  end: number,
): void {
  for (const [input, start] of first) {
    const own = dx[input];
    if (!own) continue;
    const last = Math.min(end, start + own.length);
    for (let o = 0; o < from.length; o++) if (from[o] >= start && from[o] < last) own[from[o] - start] += dy[o];
  }
}

/** Of most layers only the first input is moved. */
export const firstInput = (): readonly number[] => [0];

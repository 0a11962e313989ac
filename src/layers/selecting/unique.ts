import { sizeOf } from '../../core/tensor.js';
import type { Value } from '../../core/values.js';
import { type Families, type Forward, kindWords, type ShapeRule, WHOLE_NUMBERS } from '../family.js';
import { required, wrapDim } from '../inputs.js';
import { knownNow } from './chosen.js';

/**
 * Each number of x once, or each slice along an axis: those, then as int64 where each stands first, which one each of x
 * is, and how often it occurs. `sorted`: rising, else in the order they come in.
 */
export interface UniqueLayer {
  readonly kind: 'unique';
  readonly axis: number | null;
  readonly sorted: boolean;
}

interface Found {
  /** For each one that differs, the first slice that is it. */
  readonly firsts: readonly number[];
  /** For each slice, which of those it is. */
  readonly whichOf: readonly number[];
  readonly counts: readonly number[];
}

/** Where slice i along an axis lies: its numbers' places, in order. */
function placesOf(shape: readonly number[], axis: number): (i: number) => number[] {
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  return (i) =>
    Array.from({ length: outer * inner }, (_, o) => (Math.floor(o / inner) * shape[axis] + i) * inner + (o % inner));
}

function findUnique({ axis, sorted }: UniqueLayer, { shape, data }: Value): Found {
  const sides = axis === null ? [data.length] : shape;
  const at = axis === null ? 0 : wrapDim(axis, shape.length);
  const places = placesOf(sides, at);
  const slices = Array.from({ length: sides[at] }, (_, i) => places(i).map((place) => data[place] + 0));
  const numbers = new Map<string, number>();
  const [firsts, counts]: [number[], number[]] = [[], []];
  const whichOf = slices.map((slice, i) => {
    const key = slice.join();
    const known = numbers.get(key) ?? firsts.length;
    if (known === firsts.length) {
      numbers.set(key, known);
      firsts.push(i);
      counts.push(0);
    }
    counts[known]++;
    return known;
  });
  if (!sorted) return { firsts, whichOf, counts };
  const order = firsts.map((_, i) => i).sort((a, b) => compared(slices[firsts[a]], slices[firsts[b]]));
  const rank = new Map(order.map((one, i) => [one, i]));
  return {
    firsts: order.map((i) => firsts[i]),
    whichOf: whichOf.map((i) => rank.get(i)!),
    counts: order.map((i) => counts[i]),
  };
}

/** By the first numbers that differ. */
function compared(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at === -1 ? 0 : a[at] - b[at];
}

const uniqueShape: ShapeRule<UniqueLayer> = (layer, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  const { firsts, whichOf } = findUnique(layer, knownNow(inputs, 0, 'x'));
  const at = layer.axis === null ? null : wrapDim(layer.axis, shape.length);
  const counts = { dtype: 'int64', shape: [firsts.length] } as const;
  const kept = at === null ? [firsts.length] : shape.map((side, a) => (a === at ? firsts.length : side));
  return [{ dtype, shape: kept }, counts, { dtype: 'int64', shape: [whichOf.length] }, counts];
};

const uniqueForward: Forward<UniqueLayer> = {
  run(layer, [x], [y, indices, inverse, counts]) {
    const found = findUnique(layer, x!);
    const at = layer.axis === null ? 0 : wrapDim(layer.axis, x!.shape.length);
    const from = placesOf(layer.axis === null ? [x!.data.length] : x!.shape, at);
    const to = placesOf(y.shape, at);
    for (const [i, first] of found.firsts.entries()) {
      const target = to(i);
      for (const [o, place] of from(first).entries()) y.data[target[o]] = x!.data[place];
    }
    indices?.data.set(found.firsts);
    inverse?.data.set(found.whichOf);
    counts?.data.set(found.counts);
  },
};

export const UNIQUE: Families<UniqueLayer> = {
  unique: {
    shape: uniqueShape,
    forward: uniqueForward,
    backward: WHOLE_NUMBERS,
    reads: () => null,
    explain: null,
    words: kindWords,
    learnt: [],
  },
};

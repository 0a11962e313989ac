import { type ArrayDifference, compareArrays } from './arrays.js';

/** A layer of one of two networks, with its values. */
export interface ComparedLayer {
  readonly name: string;
  readonly kind: string;
  /** N included. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Two layers that stand for each other, and how far they are apart. */
export interface LayerPair {
  readonly a: ComparedLayer;
  readonly b: ComparedLayer;
  readonly difference: ArrayDifference;
}

export interface Alignment {
  readonly pairs: readonly LayerPair[];
  /** Layers without a counterpart. */
  readonly onlyA: readonly ComparedLayer[];
  readonly onlyB: readonly ComparedLayer[];
}

/**
 * Pairs the layers of two networks in order, so that as many as can be agree: sizes must be equal; equal values count
 * most (an export may fold a batch norm into the convolution before it: then that convolution is the batch norm's
 * counterpart), equal kinds second. Source: Needleman, Wunsch 1970
 */
export function alignLayers(as: readonly ComparedLayer[], bs: readonly ComparedLayer[]): Alignment {
  const columns = bs.length + 1;
  const best = new Float64Array((as.length + 1) * columns);
  const differences = new Map<number, ArrayDifference>();
  for (let i = as.length - 1; i >= 0; i--) {
    for (let j = bs.length - 1; j >= 0; j--) {
      const cell = i * columns + j;
      best[cell] = Math.max(best[cell + columns], best[cell + 1]);
      if (!sameSize(as[i], bs[j])) continue;
      const difference = compareArrays(as[i].values, bs[j].values);
      differences.set(cell, difference);
      const paired = best[cell + columns + 1] + likeness(as[i], bs[j], difference);
      if (paired >= best[cell]) best[cell] = paired;
    }
  }
  return trace(as, bs, best, differences);
}

function trace(
  as: readonly ComparedLayer[],
  bs: readonly ComparedLayer[],
  best: Float64Array,
  differences: ReadonlyMap<number, ArrayDifference>,
): Alignment {
  const columns = bs.length + 1;
  const pairs: LayerPair[] = [];
  const onlyA: ComparedLayer[] = [];
  const onlyB: ComparedLayer[] = [];
  let [i, j] = [0, 0];
  while (i < as.length && j < bs.length) {
    const cell = i * columns + j;
    const difference = differences.get(cell);
    if (difference && best[cell] === best[cell + columns + 1] + likeness(as[i], bs[j], difference)) {
      pairs.push({ a: as[i++], b: bs[j++], difference });
    } else if (best[cell] === best[cell + columns]) onlyA.push(as[i++]);
    else onlyB.push(bs[j++]);
  }
  return { pairs, onlyA: [...onlyA, ...as.slice(i)], onlyB: [...onlyB, ...bs.slice(j)] };
}

/** Equal shapes but for sides of 1: [N, K] and [N, K, 1, 1] are one. */
function sameSize(a: ComparedLayer, b: ComparedLayer): boolean {
  const sides = ({ shape }: ComparedLayer) => shape.filter((side) => side !== 1).join();
  return a.values.length === b.values.length && sides(a) === sides(b);
}

function likeness(a: ComparedLayer, b: ComparedLayer, { relative }: ArrayDifference): number {
  const values = relative <= 1e-4 ? 4 : relative <= 0.05 ? 2 : relative <= 0.5 ? 0.5 : 0.1;
  return values + (a.kind === b.kind ? 1 : 0);
}

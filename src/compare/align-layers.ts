import { type ArrayDifference, compareArrays } from './arrays.js';

/** A layer of one of two networks, with its values. */
export interface ComparedLayer {
  readonly name: string;
  readonly kind: string;
  /**
   * What stands beside it: a convolution whose only reader is a batch norm, that batch norm, or nothing of the sort. An
   * export may fold the two into one convolution, which is then the batch norm's counterpart.
   */
  readonly role: 'normed-conv' | 'norm-of-conv' | 'plain';
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
 * Pairs the layers of two networks in order. Sizes must be equal; equal values count most, equal kinds nearly as much,
 * so that a layer that went wrong is still held against its counterpart. Source: Needleman, Wunsch 1970
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
  const values = relative <= 1e-4 ? 4 : relative <= 0.05 ? 1 : relative <= 0.5 ? 0.2 : 0.1;
  return values + (standFor(a, b) ? 3 : 0) + (a.name === b.name ? 0.5 : 0);
}

/** One kind at one place; a batch norm and the convolution it was folded into are. */
function standFor(a: ComparedLayer, b: ComparedLayer): boolean {
  if (a.role === b.role) return a.kind === b.kind;
  const isFolded = (norm: ComparedLayer, conv: ComparedLayer) =>
    norm.role === 'norm-of-conv' && conv.role === 'plain' && conv.kind === 'conv';
  return isFolded(a, b) || isFolded(b, a);
}

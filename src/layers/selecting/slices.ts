import { CnnvizError } from '../../core/errors.js';
import { rowMajor, sizeOf } from '../../core/tensor.js';
import type { Numbers } from '../../core/values.js';
import { type Families, type Forward, type KnownInput, kindWords, type ShapeRule } from '../family.js';
import { checkedShape, required } from '../inputs.js';
import { checkIndices, indexWithin } from './indices.js';
import { COMBINED, type ScatterReduction } from './scatter-reduction.js';

/**
 * Slices of x that rows of indices name: the last axis of indices [..., k] holds the first k indices into x, behind
 * `batchDims` axes that both have.
 */
interface GatherNdLayer {
  readonly kind: 'gather_nd';
  readonly batchDims: number;
}

/** x with slices put to, or combined with, what rows of indices name. Inputs: x, indices [..., k], updates. */
interface ScatterNdLayer {
  readonly kind: 'scatter_nd';
  readonly reduction: ScatterReduction;
}

/** How many indices name a slice. @throws CnnvizError 'shape' when they are more than x has axes, or lie outside */
function checkedDepth(inputs: readonly (KnownInput | null)[], batchDims: number): number {
  const { shape } = required(inputs, 0, 'x');
  const indices = required(inputs, 1, 'indices');
  const depth = indices.shape.at(-1) ?? 0;
  const isBatched = batchDims >= 0 && batchDims < Math.min(shape.length, indices.shape.length);
  const sameBatch = shape.slice(0, batchDims).join() === indices.shape.slice(0, batchDims).join();
  if (shape.length === 0 || !isBatched || !sameBatch || depth < 1 || depth > shape.length - batchDims) {
    throw new CnnvizError(
      'shape',
      `indices [${indices.shape.join(', ')}] into [${shape.join(', ')}] behind ${batchDims} batch axes: \
expected rows of 1 … ${shape.length - batchDims} indices`,
    );
  }
  checkIndices(indices, (i) => shape[batchDims + (i % depth)]);
  return depth;
}

const gatherShape: ShapeRule<GatherNdLayer> = ({ batchDims }, inputs) => {
  const depth = checkedDepth(inputs, batchDims);
  const { dtype, shape } = required(inputs, 0, 'x');
  const { shape: rows } = required(inputs, 1, 'indices');
  return [{ dtype, shape: checkedShape([...rows.slice(0, -1), ...shape.slice(batchDims + depth)]) }];
};

const scatterShape: ShapeRule<ScatterNdLayer> = (_, inputs) => {
  const depth = checkedDepth(inputs, 0);
  const { dtype, shape } = required(inputs, 0, 'x');
  const [{ shape: rows }, updates] = [required(inputs, 1, 'indices'), required(inputs, 2, 'updates')];
  const expected = [...rows.slice(0, -1), ...shape.slice(depth)];
  if (updates.shape.join() !== expected.join() || updates.dtype !== dtype) {
    throw new CnnvizError(
      'shape',
      `updates: expected ${dtype} [${expected.join(', ')}], got ${updates.dtype} [${updates.shape.join(', ')}]`,
    );
  }
  return [{ dtype, shape }];
};

/** Where in an array with these sides the slice begins that `depth` indices from `from` on name, behind `before` axes. */
function sliceStart(indices: Numbers, from: number, depth: number, shape: readonly number[], before: number): number {
  const steps = rowMajor(shape);
  let start = 0;
  for (let i = 0; i < depth; i++) start += indexWithin(indices[from + i], shape[before + i]) * steps[before + i];
  return start;
}

const gatherForward: Forward<GatherNdLayer> = {
  run({ batchDims }, [x, indices], [y]) {
    const { shape, data } = x!;
    const depth = indices!.shape.at(-1)!;
    const run = sizeOf(shape.slice(batchDims + depth));
    const rows = sizeOf(indices!.shape.slice(0, -1));
    const perBatch = sizeOf(indices!.shape.slice(batchDims, -1));
    const batchSize = sizeOf(shape.slice(batchDims));
    for (let row = 0; row < rows; row++) {
      const batch = Math.floor(row / perBatch) * batchSize;
      const from = batch + sliceStart(indices!.data, row * depth, depth, shape, batchDims);
      y.data.set(data.subarray(from, from + run), row * run);
    }
  },
};

const scatterForward: Forward<ScatterNdLayer> = {
  run({ reduction }, [x, indices, updates], [y]) {
    const { shape, data } = x!;
    const depth = indices!.shape.at(-1)!;
    const run = sizeOf(shape.slice(depth));
    const combine = COMBINED[reduction];
    y.data.set(data.subarray(0, sizeOf(shape)));
    const rows = sizeOf(indices!.shape.slice(0, -1));
    for (let row = 0; row < rows; row++) {
      const to = sliceStart(indices!.data, row * depth, depth, shape, 0);
      for (let i = 0; i < run; i++) y.data[to + i] = combine(y.data[to + i], updates!.data[row * run + i]);
    }
  },
};

export type SlicesFamily = GatherNdLayer | ScatterNdLayer;

export const SLICES: Families<SlicesFamily> = {
  gather_nd: {
    shape: gatherShape,
    forward: gatherForward,
    backward: 'gradients of slices taken by rows of indices are not computed here',
    reads: () => null,
    explain: null,
    words: kindWords,
    learnt: [],
  },
  scatter_nd: {
    shape: scatterShape,
    forward: scatterForward,
    backward: 'gradients of slices put in by rows of indices are not computed here',
    reads: () => null,
    explain: null,
    words: kindWords,
    learnt: [],
  },
};

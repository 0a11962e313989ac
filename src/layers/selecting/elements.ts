import { CnnvizError } from '../../core/errors.js';
import { rowMajor, sizeOf } from '../../core/tensor.js';
import type { Value } from '../../core/values.js';
import { type Families, type Forward, type KnownInput, kindWords, type ShapeRule } from '../family.js';
import { required, wrapDim } from '../inputs.js';
import { checkIndices, indexWithin } from './indices.js';
import { COMBINED, type ScatterReduction } from './scatter-reduction.js';

/** y[i, j …] = x[i, …, indices[i, j …], …] with the index at `axis`. Inputs: x, indices of x's rank; y is like indices. */
interface GatherElementsLayer {
  readonly kind: 'gather_elements';
  readonly axis: number;
}

/** x with updates[i, j …] put to, or combined with, x[i, …, indices[i, j …], …]. Inputs: x, indices, updates. */
interface ScatterElementsLayer {
  readonly kind: 'scatter_elements';
  readonly axis: number;
  readonly reduction: ScatterReduction;
}

/** The axis, once indices are known to fit x: of its rank, and elsewhere no longer than it. */
function checkedAxis(axis: number, inputs: readonly (KnownInput | null)[]): number {
  const { shape } = required(inputs, 0, 'x');
  const indices = required(inputs, 1, 'indices');
  const at = wrapDim(axis, shape.length);
  const fits = indices.shape.length === shape.length && indices.shape.every((side, a) => a === at || side <= shape[a]);
  if (shape.length === 0 || !fits) {
    throw new CnnvizError(
      'shape',
      `indices [${indices.shape.join(', ')}] along axis ${axis} of [${shape.join(', ')}]: expected its rank, and elsewhere no longer sides`,
    );
  }
  checkIndices(indices, () => shape[at]);
  return at;
}

const gatherShape: ShapeRule<GatherElementsLayer> = ({ axis }, inputs) => {
  checkedAxis(axis, inputs);
  return [{ dtype: required(inputs, 0, 'x').dtype, shape: required(inputs, 1, 'indices').shape }];
};

const scatterShape: ShapeRule<ScatterElementsLayer> = ({ axis }, inputs) => {
  checkedAxis(axis, inputs);
  const { dtype, shape } = required(inputs, 0, 'x');
  const [indices, updates] = [required(inputs, 1, 'indices'), required(inputs, 2, 'updates')];
  if (updates.shape.join() !== indices.shape.join() || updates.dtype !== dtype) {
    throw new CnnvizError(
      'shape',
      `updates: expected ${dtype} [${indices.shape.join(', ')}] as the indices, got ${updates.dtype} [${updates.shape.join(', ')}]`,
    );
  }
  return [{ dtype, shape }];
};

/** Calls `visit(o, at)` for every index, number o, and where in an array of shape `shape` it points. */
function eachPlace(
  axis: number,
  shape: readonly number[],
  indices: Value,
  visit: (o: number, at: number) => void,
): void {
  const steps = rowMajor(shape);
  const sides = indices.shape;
  const position = new Array<number>(sides.length).fill(0);
  for (let o = 0; o < indices.data.length; o++) {
    let at = indexWithin(indices.data[o], shape[axis]) * steps[axis];
    for (let a = 0; a < sides.length; a++) if (a !== axis) at += position[a] * steps[a];
    visit(o, at);
    for (let a = sides.length - 1; a >= 0 && ++position[a] === sides[a]; a--) position[a] = 0;
  }
}

const gatherForward: Forward<GatherElementsLayer> = {
  run({ axis }, [x, indices], [y]) {
    eachPlace(wrapDim(axis, x!.shape.length), x!.shape, indices!, (o, at) => {
      y.data[o] = x!.data[at];
    });
  },
};

const scatterForward: Forward<ScatterElementsLayer> = {
  run({ axis, reduction }, [x, indices, updates], [y]) {
    const combine = COMBINED[reduction];
    y.data.set(x!.data.subarray(0, sizeOf(x!.shape)));
    eachPlace(wrapDim(axis, x!.shape.length), x!.shape, indices!, (o, at) => {
      y.data[at] = combine(y.data[at], updates!.data[o]);
    });
  },
};

export type ElementsFamily = GatherElementsLayer | ScatterElementsLayer;

export const ELEMENTS: Families<ElementsFamily> = {
  gather_elements: {
    shape: gatherShape,
    forward: gatherForward,
    backward: 'gradients of numbers taken one by one are not computed here',
    reads: () => null,
    explain: null,
    words: kindWords,
    learnt: [],
  },
  scatter_elements: {
    shape: scatterShape,
    forward: scatterForward,
    backward: 'gradients of numbers put in one by one are not computed here',
    reads: () => null,
    explain: null,
    words: kindWords,
    learnt: [],
  },
};

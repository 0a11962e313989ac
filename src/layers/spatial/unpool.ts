import { CnnvizError } from '../../core/errors.js';
import { rowMajor, sizeOf } from '../../core/tensor.js';
import type { Numbers } from '../../core/values.js';
import { type Backward, type Families, type Forward, kindWords, type ShapeRule } from '../family.js';
import { checkedShape, knownIntegers, required } from '../inputs.js';

/**
 * What a max pool chose, put back to where it was; 0 elsewhere. Inputs: x, the places that the pool gave, and the shape of
 * the output or null. Places count in the shape that follows from the windows; a larger output is 0 behind that.
 * Source: onnx.ai, operator MaxUnpool
 */
export interface MaxUnpoolLayer {
  readonly kind: 'max_unpool';
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  /** [first axis … last axis before, first … last after] */
  readonly padding: readonly number[];
}

/** The shape that places count in. */
function pooledShape({ kernelSize, stride, padding }: MaxUnpoolLayer, x: readonly number[]): number[] {
  const rank = kernelSize.length;
  if (x.length !== rank + 2) {
    throw new CnnvizError('shape', `max_unpool over ${rank} axes: expected [N, C, ...], got [${x.join(', ')}]`);
  }
  const sides = x.slice(2).map((side, a) => (side - 1) * stride[a] - padding[a] - padding[rank + a] + kernelSize[a]);
  return checkedShape([...x.slice(0, 2), ...sides]);
}

const maxUnpoolShape: ShapeRule<MaxUnpoolLayer> = (layer, inputs) => {
  const [x, places] = [required(inputs, 0, 'x'), required(inputs, 1, 'indices')];
  const own = pooledShape(layer, x.shape);
  const shape = checkedShape(knownIntegers(inputs, 2, 'output_shape') ?? own);
  if (places.shape.join() !== x.shape.join()) {
    throw new CnnvizError('shape', `indices: expected [${x.shape.join(', ')}], got [${places.shape.join(', ')}]`);
  }
  if (shape.length !== own.length || own.some((side, a) => side > shape[a])) {
    throw new CnnvizError('shape', `output_shape [${shape.join(', ')}]: expected at least [${own.join(', ')}]`);
  }
  return [{ dtype: x.dtype, shape }];
};

/** Where each number of x goes to in the output. @throws CnnvizError 'shape' for a place outside */
function targetsOf(layer: MaxUnpoolLayer, x: readonly number[], places: Numbers, y: readonly number[]): Float64Array {
  const own = pooledShape(layer, x);
  const [size, from, to] = [sizeOf(own), rowMajor(own), rowMajor(y)];
  return Float64Array.from(places, (place) => {
    if (!(place >= 0 && place < size)) {
      throw new CnnvizError('shape', `index ${place} lies outside [${own.join(', ')}]`);
    }
    return own.reduce((sum, side, a) => sum + (Math.floor(place / from[a]) % side) * to[a], 0);
  });
}

const maxUnpoolForward: Forward<MaxUnpoolLayer> = {
  run(layer, [x, places], [y]) {
    y.data.fill(0);
    for (const [i, to] of targetsOf(layer, x!.shape, places!.data, y.shape).entries()) y.data[to] = x!.data[i];
  },
};

/** What two numbers are put to counts for the last, which is the one that stays. */
const maxUnpoolBackward: Backward<MaxUnpoolLayer> = {
  run(layer, { inputs, outputs, x, dy, dx }) {
    const last = new Map<number, number>();
    const targets = targetsOf(layer, inputs[0]!.shape, x(1).data, outputs[0].shape);
    for (const [i, to] of targets.entries()) last.set(to, i);
    for (const [to, i] of last) dx[0]![i] += dy[0]![to];
  },
};

export const MAX_UNPOOL: Families<MaxUnpoolLayer> = {
  max_unpool: {
    shape: maxUnpoolShape,
    forward: maxUnpoolForward,
    backward: maxUnpoolBackward,
    reads: () => null,
    explain: null,
    words: kindWords,
    learnt: [],
    keepsSilence: true,
  },
};

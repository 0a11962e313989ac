import { rowMajor, sizeOf } from '../../core/tensor.js';
import { type Numbers, withNumbers } from '../../core/values.js';
import type { Constant } from '../../layers/model.js';
import { copyStrided } from '../../layers/moving.js';

/** The same numbers in another order, made when they are asked for: `shape` is the new one. */
function reordered(
  constant: Constant,
  shape: readonly number[],
  order: (from: Numbers, to: Float32Array) => void,
): Constant {
  const loadInto = (target: Float32Array): void => {
    if (constant.dtype !== 'float32') order(constant.load().data, target);
    else {
      withNumbers(sizeOf(constant.shape), (numbers) => {
        constant.loadInto(numbers);
        order(numbers, target);
      });
    }
  };
  return {
    dtype: 'float32',
    shape,
    load() {
      const data = new Float32Array(sizeOf(shape));
      loadInto(data);
      return { dtype: 'float32', shape, data };
    },
    loadInto,
  };
}

/** The same numbers under another shape. */
export function shapedAs(constant: Constant, shape: readonly number[]): Constant {
  return { ...constant, shape, load: () => ({ ...constant.load(), shape }), loadInto: (to) => constant.loadInto(to) };
}

/** Each number by itself, in float64. */
export function eachOf(constant: Constant, of: (value: number) => number): Constant {
  return reordered(constant, constant.shape, (from, to) => {
    for (let i = 0; i < to.length; i++) to[i] = of(from[i]);
  });
}

/** Axis i of the result is axis perm[i]. Neighbouring axes that stay together move as one. */
export function permuted(constant: Constant, perm: readonly number[]): Constant {
  const shape = perm.map((axis) => constant.shape[axis]);
  const steps = rowMajor(constant.shape);
  return reordered(constant, shape, (from, to) => {
    const sides: number[] = [];
    const jumps: number[] = [];
    for (const axis of perm) {
      const [side, step] = [constant.shape[axis], steps[axis]];
      const isNext = jumps.length > 0 && jumps[jumps.length - 1] === step * side;
      if (isNext) {
        sides[sides.length - 1] *= side;
        jumps[jumps.length - 1] = step;
      } else {
        sides.push(side);
        jumps.push(step);
      }
    }
    copyStrided(from, 0, sides, jumps, to);
  });
}

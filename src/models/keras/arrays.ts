import type { Constant } from '../../layers/model.js';

/** The same numbers in another order, made when they are asked for: `shape` is the new one. */
function reordered(
  constant: Constant,
  shape: readonly number[],
  order: (from: ArrayLike<number>, to: Float32Array) => void,
): Constant {
  const loadInto = (target: Float32Array): void => order(constant.load().data, target);
  return {
    dtype: 'float32',
    shape,
    load() {
      const data = new Float32Array(shape.reduce((size, side) => size * side, 1));
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
  const steps = constant.shape.map((_, axis) => constant.shape.slice(axis + 1).reduce((size, side) => size * side, 1));
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
    copyAxes(from, to, sides, jumps);
  });
}

/** to, row-major with these sides, from places that lie `jumps` apart. */
function copyAxes(from: ArrayLike<number>, to: Float32Array, sides: readonly number[], jumps: readonly number[]): void {
  const [inner, jump] = [sides[sides.length - 1] ?? 1, jumps[jumps.length - 1] ?? 1];
  const outer = sides.slice(0, -1);
  const at = new Array<number>(outer.length).fill(0);
  let start = 0;
  for (let o = 0; o < to.length; o += inner) {
    for (let i = 0, f = start; i < inner; i++, f += jump) to[o + i] = from[f];
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      start += jumps[axis];
      if (++at[axis] < outer[axis]) break;
      start -= jumps[axis] * outer[axis];
      at[axis] = 0;
    }
  }
}

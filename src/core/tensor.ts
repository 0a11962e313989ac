import type { GenericArray, NdArray, TypedArray } from 'ndarray';
import ndarray from 'ndarray';
import { CnnvizError } from './errors.js';

/** What travels between modules: a float32 ndarray, row-major, offset 0, no gaps. */
export type Tensor = NdArray<Float32Array>;

/** Any array a caller may hand in: other number types and views are converted by `toTensor`. */
export type TensorLike = NdArray<number[] | TypedArray | GenericArray<number>>;

/** The number of elements of a shape; 1 for the empty shape of a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** Wraps `data` without copying it. `data.length` must be the product of `shape`. */
export function tensor(data: Float32Array, shape: readonly number[]): Tensor {
  if (data.length !== sizeOf(shape)) {
    throw new CnnvizError('shape', `${data.length} numbers do not fill the shape [${shape.join(', ')}]`);
  }
  return ndarray(data, [...shape]);
}

/** Row-major strides of a shape: the last index moves fastest. */
export function rowMajor(shape: readonly number[]): number[] {
  const stride = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    stride[axis] = step;
    step *= shape[axis];
  }
  return stride;
}

/** True when the elements lie one after another, last index fastest, from offset 0. */
export function isContiguous(x: TensorLike): boolean {
  const expected = rowMajor(x.shape);
  return x.offset === 0 && x.shape.every((side, axis) => side === 1 || x.stride[axis] === expected[axis]);
}

/**
 * `x` as a float32 tensor: itself when it is one already, else a copy (views are gathered, other number types rounded).
 * @throws CnnvizError 'usage' when `x` is not an ndarray.
 */
export function toTensor(x: TensorLike, name = 'array'): Tensor {
  const given = x as Partial<TensorLike> | null | undefined;
  if (!given || !Array.isArray(given.shape) || given.data === undefined) {
    throw new CnnvizError('usage', `${name}: expected an ndarray, got ${given === null ? 'null' : typeof x}`, {
      fix: "wrap the numbers: ndarray(new Float32Array([…]), [rows, columns]), from the package 'ndarray'",
    });
  }
  const size = sizeOf(x.shape);
  if (x.data instanceof Float32Array && isContiguous(x)) {
    return x.data.length === size ? (x as Tensor) : tensor(x.data.subarray(0, size), x.shape);
  }
  return tensor(gather(x, size), x.shape);
}

/** The elements of any strided view, in row-major order. */
function gather(x: TensorLike, size: number): Float32Array {
  const out = new Float32Array(size);
  const { shape, stride, data } = x;
  const read = 'get' in data ? (index: number) => data.get(index) : (index: number) => data[index];
  const at = new Array<number>(shape.length).fill(0);
  let index = x.offset;
  for (let i = 0; i < size; i++) {
    out[i] = read(index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index += stride[axis];
      if (++at[axis] < shape[axis]) break;
      index -= at[axis] * stride[axis];
      at[axis] = 0;
    }
  }
  return out;
}

/**
 * The first numbers of an array that results are to be written to, as many as its shape has.
 * @throws CnnvizError 'usage' or 'shape' when results of this shape cannot be written there as they are
 */
export function numbersToFill(out: Tensor, shape: readonly number[], name = 'out'): Float32Array {
  const data: unknown = (out as Partial<Tensor> | null)?.data;
  if (!(data instanceof Float32Array) || !Array.isArray(out.shape) || !isContiguous(out)) {
    throw new CnnvizError('usage', `${name}: expected a contiguous ndarray over a Float32Array`, {
      fix: `ndarray(new Float32Array(${sizeOf(shape)}), [${shape.join(', ')}])`,
    });
  }
  if (String(out.shape) !== String(shape) || data.length < sizeOf(shape)) {
    throw new CnnvizError('shape', `${name}: expected [${shape.join(', ')}], got [${out.shape.join(', ')}]`);
  }
  return data.subarray(0, sizeOf(shape));
}

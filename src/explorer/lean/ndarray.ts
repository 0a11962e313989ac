import type { NdArray } from 'ndarray';

/**
 * In the worker's bundle this stands for the package ndarray, which makes code from texts: a page's policy forbids that.
 * Arrays there are only handed on: numbers, their shape and how they lie.
 */
export function ndarray(
  data: Float32Array,
  shape: number[],
): Pick<NdArray, 'data' | 'shape' | 'stride' | 'offset' | 'size' | 'dimension'> {
  const stride = new Array<number>(shape.length);
  let size = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    stride[axis] = size;
    size *= shape[axis];
  }
  return { data, shape, stride, offset: 0, size, dimension: shape.length };
}

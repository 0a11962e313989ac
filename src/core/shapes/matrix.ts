import { CnnvizError } from '../errors.js';
import type { GemmLayer, MatMulLayer } from '../graph-layers.js';
import { broadcastShapes } from './general.js';
import { checkedShape } from './known.js';
import { type KnownInput, required, type ShapeRule } from './rule.js';

export const matmulShape: ShapeRule<MatMulLayer> = (_, inputs) => {
  const [a, b] = [required(inputs, 0, 'a'), required(inputs, 1, 'b')];
  sameType(a, b);
  const { batch, rows, columns } = matmulSides(a.shape, b.shape);
  const shape = [...batch, ...(a.shape.length === 1 ? [] : [rows]), ...(b.shape.length === 1 ? [] : [columns])];
  return [{ dtype: a.dtype, shape: checkedShape(shape) }];
};

/**
 * The sides of a matrix product by numpy's rule: vectors become a row on the left, a column on the right, and what
 * stands before the last two axes is broadcast. @throws CnnvizError 'shape'
 */
export function matmulSides(
  a: readonly number[],
  b: readonly number[],
): { batch: number[]; rows: number; inner: number; columns: number } {
  if (a.length === 0 || b.length === 0) throw new CnnvizError('shape', 'a matrix product of a scalar');
  const [rows, inner] = a.length === 1 ? [1, a[0]] : a.slice(-2);
  const [depth, columns] = b.length === 1 ? [b[0], 1] : b.slice(-2);
  if (inner !== depth) {
    throw new CnnvizError('shape', `[${a.join(', ')}] times [${b.join(', ')}]: ${inner} columns meet ${depth} rows`);
  }
  return { batch: broadcastShapes(a.slice(0, -2), b.slice(0, -2)), rows, inner, columns };
}

export const gemmShape: ShapeRule<GemmLayer> = ({ transA, transB }, inputs) => {
  const [a, b] = [required(inputs, 0, 'A'), required(inputs, 1, 'B')];
  sameType(a, b);
  if (a.shape.length !== 2 || b.shape.length !== 2) {
    throw new CnnvizError('shape', `gemm: expected two matrices, got [${a.shape.join(', ')}], [${b.shape.join(', ')}]`);
  }
  const [rows, inner] = transA ? [a.shape[1], a.shape[0]] : a.shape;
  const [depth, columns] = transB ? [b.shape[1], b.shape[0]] : b.shape;
  if (inner !== depth) throw new CnnvizError('shape', `gemm: ${inner} columns of A meet ${depth} rows of B`);
  const c = inputs[2];
  if (c) {
    sameType(a, c);
    const [height, width, ...more] = broadcastShapes([rows, columns], c.shape);
    if (height !== rows || width !== columns || more.length > 0) {
      throw new CnnvizError('shape', `C: expected what fits [${rows}, ${columns}], got [${c.shape.join(', ')}]`);
    }
  }
  return [{ dtype: a.dtype, shape: checkedShape([rows, columns]) }];
};

function sameType(a: KnownInput, b: KnownInput): void {
  if (a.dtype !== b.dtype) throw new CnnvizError('shape', `a product of ${a.dtype} and ${b.dtype}: expected one type`);
}

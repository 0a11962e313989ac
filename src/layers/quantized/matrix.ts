import { CnnvizError } from '../../core/errors.js';
import { sizeOf } from '../../core/tensor.js';
import type { Numbers, Value } from '../../core/values.js';
import {
  type Families,
  type Forward,
  type KnownInput,
  kindWords,
  type LayerFamily,
  type ShapeRule,
  WHOLE_MAP,
} from '../family.js';
import { required } from '../inputs.js';
import { matmulShapeOf, productsOf } from '../matrix.js';
import { checkBytes, checkCount, checkZeroPoint, requantizeOf, requantizeRun } from './requantize.js';
import { numberAt } from './scales.js';
import { BLOCK, multiplyWhole } from './whole-sums.js';

/**
 * A matrix product of whole numbers, as numpy.matmul, to int32: Σ (a − a_zero) · (b − b_zero).
 * Inputs: a, b, a_zero (one, or one for each row) or null, b_zero (one, or one for each column) or null.
 * Source: ONNX MatMulInteger
 */
interface MatMulIntegerLayer {
  readonly kind: 'matmul_integer';
}

/**
 * The same, its sums scaled to whole numbers of 8 bits. Inputs: a, a_scale, a_zero, b, b_scale (one, or one for each
 * column), b_zero, y_scale, y_zero. Source: ONNX QLinearMatMul
 */
interface QLinearMatMulLayer {
  readonly kind: 'qlinear_matmul';
}

export type WholeMatrixFamily = MatMulIntegerLayer | QLinearMatMulLayer;

function checkedProduct(
  a: KnownInput,
  b: KnownInput,
  aZero: KnownInput | null | undefined,
  bZero: KnownInput | null | undefined,
): number[] {
  checkBytes(a, 'a');
  checkBytes(b, 'b');
  checkZeroPoint(aZero, a, 'a_zero_point', a.shape.length === 2 ? a.shape[0] : 1);
  checkZeroPoint(bZero, b, 'b_zero_point', b.shape.length > 1 ? b.shape[b.shape.length - 1] : 1);
  return matmulShapeOf(a.shape, b.shape);
}

const matmulIntegerShape: ShapeRule<MatMulIntegerLayer> = (_, inputs) => {
  const shape = checkedProduct(required(inputs, 0, 'a'), required(inputs, 1, 'b'), inputs[2], inputs[3]);
  return [{ dtype: 'int32', shape }];
};

const qlinearMatmulShape: ShapeRule<QLinearMatMulLayer> = (_, inputs) => {
  const [a, b] = [required(inputs, 0, 'a'), required(inputs, 3, 'b')];
  const shape = checkedProduct(a, b, inputs[2], inputs[5]);
  checkCount(required(inputs, 1, 'a_scale'), 'a_scale', 1);
  checkCount(required(inputs, 4, 'b_scale'), 'b_scale', b.shape.length > 1 ? b.shape[b.shape.length - 1] : 1);
  checkCount(required(inputs, 6, 'y_scale'), 'y_scale', 1);
  const zero = required(inputs, 7, 'y_zero_point');
  checkBytes(zero, 'y_zero_point');
  checkCount(zero, 'y_zero_point', 1);
  const wrong = [1, 4, 6].find((i) => inputs[i]!.dtype !== 'float32');
  if (wrong !== undefined) throw new CnnvizError('shape', `scale of ${inputs[wrong]!.dtype}: expected float32`);
  return [{ dtype: zero.dtype, shape }];
};

interface WholeProduct {
  readonly a: Value;
  readonly b: Value;
  readonly aZero: Value | null | undefined;
  readonly bZero: Value | null | undefined;
}

/**
 * Calls `give` with the sums of up to BLOCK columns of a product, turned round: sums[j · rows + i] of row i and column
 * first + j. `start`: where the product begins in the output.
 */
function multiplyAll(
  { a, b, aZero, bZero }: WholeProduct,
  give: (sums: Int32Array, start: number, rows: number, columns: number, first: number, count: number) => void,
): void {
  const { rows, inner, columns, starts } = productsOf(a.shape, b.shape);
  const left = new Int16Array(rows * inner);
  const right = new Int16Array(BLOCK * inner);
  const sums = new Int32Array(rows * BLOCK);
  for (const [p, [aStart, bStart]] of starts.entries()) {
    for (let i = 0; i < rows; i++) {
      const zero = numberAt(aZero, i, 0);
      for (let k = 0; k < inner; k++) left[i * inner + k] = a.data[aStart + i * inner + k] - zero;
    }
    for (let first = 0; first < columns; first += BLOCK) {
      const count = Math.min(BLOCK, columns - first);
      gatherColumns(b.data, bStart + first, columns, inner, count, bZero, first, right);
      multiplyWhole(right, 0, count, left, rows, inner, sums, 0, rows);
      give(sums, p * rows * columns, rows, columns, first, count);
    }
  }
}

/** to[j·inner + k] = b[k, first + j] − its zero point */
function gatherColumns(
  b: Numbers,
  start: number,
  columns: number,
  inner: number,
  count: number,
  bZero: Value | null | undefined,
  first: number,
  to: Int16Array,
): void {
  for (let j = 0; j < count; j++) {
    const zero = numberAt(bZero, first + j, 0);
    for (let k = 0; k < inner; k++) to[j * inner + k] = b[start + k * columns + j] - zero;
  }
}

const matmulIntegerForward: Forward<MatMulIntegerLayer> = {
  run(_, [a, b, aZero, bZero], [y]) {
    multiplyAll({ a: a!, b: b!, aZero, bZero }, (sums, start, rows, columns, first, count) => {
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < count; j++) y.data[start + i * columns + first + j] = sums[j * rows + i];
      }
    });
  },
};

const qlinearMatmulForward: Forward<QLinearMatMulLayer> = {
  run(_, [a, aScale, aZero, b, bScale, bZero, yScale, yZero], [y]) {
    const to = requantizeOf(aScale!, bScale!, yScale!, yZero!.data[0], y.dtype);
    multiplyAll({ a: a!, b: b!, aZero, bZero }, (sums, start, rows, columns, first, count) => {
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < count; j++) {
          requantizeRun(sums, j * rows + i, 1, first + j, to, y.data, start + i * columns + first + j);
        }
      }
    });
  },
};

/** What both have. */
const WHOLE = {
  backward: 'it gives whole numbers, which do not change a little',
  reads: () => WHOLE_MAP,
  explain: null,
  words: kindWords,
  macs: (_, [a], output) => sizeOf(output) * (a.at(-1) ?? 1),
  growth: 'grows',
} satisfies Omit<LayerFamily<WholeMatrixFamily>, 'shape' | 'forward'>;

export const WHOLE_MATRIX: Families<WholeMatrixFamily> = {
  matmul_integer: { ...WHOLE, shape: matmulIntegerShape, forward: matmulIntegerForward, learnt: [1] },
  qlinear_matmul: { ...WHOLE, shape: qlinearMatmulShape, forward: qlinearMatmulForward, learnt: [3] },
};

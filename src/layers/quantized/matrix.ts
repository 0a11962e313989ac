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
import type { WholeSizes, WholeWork } from '../row-work.js';
import { checkBytes, checkCount, checkZeroPoint, requantizeOf, requantizeRun } from './requantize.js';
import { numberAt } from './scales.js';
import { BLOCK, multiplyWhole } from './whole-sums.js';
import { reach, worthwhile } from './whole-work.js';

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

/** Takes the sums of up to BLOCK columns of a product at a time. */
function multiplyAll({ a, b, aZero, bZero }: WholeProduct, take: Take): void {
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
      take(sums, p * rows * columns, rows, first, count, 1, rows);
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

/** Takes sums of rows first … and of `count` columns from `from` on: that of row m and column from + j is sums[m·step + j·next]. */
type Take = (
  sums: Int32Array,
  start: number,
  rows: number,
  from: number,
  count: number,
  step: number,
  next: number,
) => void;

function takeInteger(y: Value, columns: number): Take {
  return (sums, start, rows, from, count, step, next) => {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < count; j++) y.data[start + i * columns + from + j] = sums[i * step + j * next];
    }
  };
}

function takeScaled(
  [, aScale, , , bScale, , yScale, yZero]: readonly (Value | null)[],
  y: Value,
  columns: number,
): Take {
  const to = requantizeOf(aScale!, bScale!, yScale!, yZero!.data[0], y.dtype);
  return (sums, start, rows, from, count, step, next) => {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < count; j++) {
        requantizeRun(sums, i * step + j * next, 1, from + j, to, y.data, start + i * columns + from + j);
      }
    }
  };
}

/** What is multiplied: a, b and their zero points. */
function multiplied({ kind }: WholeMatrixFamily, inputs: readonly (Value | null)[]): WholeProduct {
  const [a, b, aZero, bZero] = (kind === 'qlinear_matmul' ? [0, 3, 2, 5] : [0, 1, 2, 3]).map((i) => inputs[i]);
  return { a: a!, b: b!, aZero, bZero };
}

/** The right matrix is the area, its columns are the places. */
function matrixSizes(a: readonly number[], b: readonly number[]): WholeSizes | null {
  const { rows, inner, columns } = productsOf(a, b);
  return worthwhile({ rows, inner, places: columns, area: inner * columns });
}

function matrixWork({ a, b, aZero, bZero }: WholeProduct, take: Take): WholeWork | null {
  const sizes = matrixSizes(a.shape, b.shape);
  if (!sizes) return null;
  const { rows, inner, columns, starts } = productsOf(a.shape, b.shape);
  const rowZero = (i: number): number => numberAt(aZero, Math.floor(i / inner) % rows, 0);
  return {
    ...sizes,
    products: starts.length,
    most: reach(a.data, rowZero) * reach(b.data, (i) => numberAt(bZero, i % columns, 0)),
    taps: Int32Array.from({ length: inner }, (_, k) => k * columns),
    starts: Int32Array.from({ length: columns }, (_, j) => j),
    rowsOf: (product) => starts[product][0],
    fillRows(product, first, end, to, at) {
      for (let m = 0, i = at; m < rows; m++) {
        const zero = numberAt(aZero, m, 0);
        for (let k = first; k < end; k++) to[i++] = a.data[starts[product][0] + m * inner + k] - zero;
      }
    },
    fillArea(product, to, at) {
      for (let k = 0, i = starts[product][1]; k < inner; k++) {
        for (let j = 0; j < columns; j++, i++) to[at + k * columns + j] = b.data[i] - numberAt(bZero, j, 0);
      }
    },
    take: (product, sums, from, count) => take(sums, product * rows * columns, rows, from, count, count, 1),
  };
}

function forwardBy<L extends WholeMatrixFamily>(
  takeOf: (inputs: readonly (Value | null)[], y: Value, columns: number) => Take,
): Forward<L> {
  return {
    run(layer, inputs, [y]) {
      const product = multiplied(layer, inputs);
      multiplyAll(product, takeOf(inputs, y, productsOf(product.a.shape, product.b.shape).columns));
    },
    whole: {
      sizes: (layer, shapes) => matrixSizes(shapes[0]!, shapes[layer.kind === 'qlinear_matmul' ? 3 : 1]!),
      work(layer, inputs, [y]) {
        const product = multiplied(layer, inputs);
        return matrixWork(product, takeOf(inputs, y, productsOf(product.a.shape, product.b.shape).columns));
      },
    },
  };
}

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
  matmul_integer: {
    ...WHOLE,
    shape: matmulIntegerShape,
    forward: forwardBy((_, y, columns) => takeInteger(y, columns)),
    learnt: [1],
  },
  qlinear_matmul: { ...WHOLE, shape: qlinearMatmulShape, forward: forwardBy(takeScaled), learnt: [3] },
};

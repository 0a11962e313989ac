import { CnnvizError } from '../core/errors.js';
import { type Matrix, type MatrixPlace, multiplyInOrder } from '../core/order.js';
import { rowMajor, sizeOf } from '../core/tensor.js';
import { isFloat, type Numbers } from '../core/values.js';
import { broadcastShapes, combinePairs, eachElement, eachRow, planBroadcast } from './broadcast.js';
import {
  type Backward,
  type Families,
  type Forward,
  type KnownInput,
  kindWords,
  type ShapeRule,
  WHOLE_MAP,
} from './family.js';
import { checkBias, checkedShape, required } from './inputs.js';
import type { MatrixProducts } from './row-work.js';

/** y = x·weightᵀ + bias. Inputs: x [..., K], weight [M, K], bias [M]. */
export interface LinearLayer {
  readonly kind: 'linear';
}

/** Matrix product as numpy.matmul. Inputs: a, b. */
interface MatMulLayer {
  readonly kind: 'matmul';
}

/** alpha·A·B + beta·C. Inputs: A [n, k], B [k, m] (or transposed), C broadcast to [n, m] or null. */
interface GemmLayer {
  readonly kind: 'gemm';
  readonly alpha: number;
  readonly beta: number;
  readonly transA: boolean;
  readonly transB: boolean;
}

const linearShape: ShapeRule<LinearLayer> = (_, inputs) => {
  const x = required(inputs, 0, 'x');
  const { shape } = required(inputs, 1, 'weight');
  if (shape.length !== 2) throw new CnnvizError('shape', `weight: expected [M, K], got [${shape.join(', ')}]`);
  const [M, K] = shape;
  if (x.shape.length === 0 || x.shape.at(-1) !== K) {
    throw new CnnvizError('shape', `a linear layer of ${K} inputs reads [..., ${K}], got [${x.shape.join(', ')}]`, {
      fix: x.shape.length > 2 ? 'flatten the maps before it' : 'weight is [outputs, inputs]',
    });
  }
  checkBias(inputs[2], M);
  return [{ dtype: 'float32', shape: [...x.shape.slice(0, -1), M] }];
};

const matmulShape: ShapeRule<MatMulLayer> = (_, inputs) => {
  const [a, b] = [required(inputs, 0, 'a'), required(inputs, 1, 'b')];
  sameType(a, b);
  return [{ dtype: a.dtype, shape: matmulShapeOf(a.shape, b.shape) }];
};

/** The shape of a matrix product. @throws CnnvizError 'shape' when the matrices do not fit together */
export function matmulShapeOf(a: readonly number[], b: readonly number[]): number[] {
  const { batch, rows, columns } = matmulSides(a, b);
  return checkedShape([...batch, ...(a.length === 1 ? [] : [rows]), ...(b.length === 1 ? [] : [columns])]);
}

/**
 * The sides of a matrix product by numpy's rule: vectors become a row on the left, a column on the right, and what
 * stands before the last two axes is broadcast. @throws CnnvizError 'shape'
 */
function matmulSides(
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

const gemmShape: ShapeRule<GemmLayer> = ({ transA, transB }, inputs) => {
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

/** total [rows, columns] = a·b, in float64, row by row of b, so that all three are read in the order they lie in. */
function multiply(a: Matrix, b: Matrix, rows: number, inner: number, columns: number, total: Float64Array): void {
  total.fill(0);
  for (let i = 0; i < rows; i++) {
    const o = i * columns;
    for (let k = 0; k < inner; k++) {
      const factor = a.data[a.start + i * a.rowStep + k * a.columnStep];
      const from = b.start + k * b.rowStep;
      if (b.columnStep === 1) for (let j = 0; j < columns; j++) total[o + j] += factor * b.data[from + j];
      else for (let j = 0; j < columns; j++) total[o + j] += factor * b.data[from + j * b.columnStep];
    }
  }
}

/**
 * The products of a matmul. A right matrix that stands behind several left ones in a row is multiplied with all of them
 * as one.
 */
export function productsOf(a: readonly number[], b: readonly number[]): MatrixProducts {
  const { batch, rows, inner, columns } = matmulSides(a, b);
  // steps of whole matrices: batch axes are broadcast as numbers are
  const plan = planBroadcast(batch, [a.slice(0, -2), b.slice(0, -2)]);
  const count = plan.sides[plan.sides.length - 1];
  const [aStep, bStep] = plan.steps.map((steps) => steps[steps.length - 1]);
  const together = bStep === 0 && aStep === 1 ? count : 1;
  const starts: [left: number, right: number][] = [];
  eachRow(plan, (_, [p, q]) => {
    for (let i = count - together; i >= 0; i -= together) {
      starts.push([(p + i * aStep) * rows * inner, (q + i * bStep) * inner * columns]);
    }
  });
  return {
    rows: rows * together,
    inner,
    columns,
    left: { rowStep: inner, columnStep: 1 },
    right: { rowStep: columns, columnStep: 1 },
    starts: starts.reverse(),
  };
}

/** Float32 in the one order of summation, other types in float64. */
const matmulForward: Forward<MatMulLayer> = {
  products: (_, [a, b]) => productsOf(a!, b!),
  rowWork: (_, [a, b]) => ({ work: 'matrix', products: productsOf(a!.shape, b!.shape) }),
  run(_, [a, b], [y]) {
    const { rows, inner, columns, left, right, starts } = productsOf(a!.shape, b!.shape);
    const total = y.data instanceof Float32Array ? null : new Float64Array(rows * columns);
    for (const [n, [aStart, bStart]] of starts.entries()) {
      const [p, q] = [
        { data: a!.data, start: aStart, ...left },
        { data: b!.data, start: bStart, ...right },
      ];
      const o = n * rows * columns;
      if (y.data instanceof Float32Array) multiplyInOrder(p, q, [rows, inner, columns], y.data, o);
      else {
        multiply(p, q, rows, inner, columns, total!);
        y.data.set(total!, o);
      }
    }
  },
};

function gemmProduct({ transA, transB }: GemmLayer, a: readonly number[], b: readonly number[]): MatrixProducts {
  const [rows, inner] = transA ? [a[1], a[0]] : a;
  const columns = b[transB ? 0 : 1];
  return { rows, inner, columns, left: placeOf(a, transA), right: placeOf(b, transB), starts: [[0, 0]] };
}

/** The product of float32 is rounded before it is scaled and added to; of other types nothing is rounded before the end. */
const gemmForward: Forward<GemmLayer> = {
  products: (layer, [a, b]) => gemmProduct(layer, a!, b!),
  rowWork(layer, [a, b, c]) {
    if (layer.alpha !== 1 || (c && layer.beta !== 1)) return null;
    return { work: 'matrix', products: gemmProduct(layer, a!.shape, b!.shape) };
  },
  run({ alpha, beta, transA, transB }, [a, b, c], [y]) {
    const [rows, columns] = y.shape;
    const inner = a!.shape[transA ? 0 : 1];
    const [left, right] = [matrixOf(a!, transA), matrixOf(b!, transB)];
    const total = { data: new Float64Array(rows * columns), shape: y.shape };
    if (y.data instanceof Float32Array) {
      multiplyInOrder(left, right, [rows, inner, columns], y.data, 0);
      total.data.set(y.data);
    } else multiply(left, right, rows, inner, columns, total.data);
    for (let i = 0; i < total.data.length; i++) total.data[i] *= alpha;
    if (c) {
      combinePairs(
        (sum, p, pStep, added, q, qStep, out, o, count) => {
          for (let i = count - 1; i >= 0; i--) out[o + i] = sum[p + i * pStep] + beta * added[q + i * qStep];
        },
        total,
        c,
        total,
      );
    }
    if (isFloat(y.dtype)) y.data.set(total.data);
    else for (let i = 0; i < total.data.length; i++) y.data[i] = Math.trunc(total.data[i]);
  },
};

function matrixOf({ data, shape }: { data: Numbers; shape: readonly number[] }, transposed: boolean): Matrix {
  return { data, ...placeOf(shape, transposed) };
}

/** y = x·weightᵀ + bias: dx = dy·weight, row by row of the weight, so that it is read in the order it lies in. */
const linearBackward: Backward<LinearLayer> = {
  run(_, { x, dy, dx }) {
    const { data: weight, shape } = x(1);
    const [M, K] = shape;
    const rows = dy[0]!.length / M;
    for (let m = 0; m < M; m++) {
      for (let n = 0; n < rows; n++) {
        const gradient = dy[0]![n * M + m];
        if (gradient === 0) continue;
        addRow(dx[0]!, n * K, gradient, weight, m * K, K);
      }
    }
  },
};

/** target[at + k] += factor·row[from + k] */
function addRow(target: Float64Array, at: number, factor: number, row: Numbers, from: number, count: number): void {
  for (let k = 0; k < count; k++) target[at + k] += factor * row[from + k];
}

/** a += scale·dy·bᵀ and b += scale·aᵀ·dy for y [rows, columns] = a [rows, inner]·b [inner, columns]. */
function unmultiply(
  y: { readonly dy: Float64Array; readonly start: number; readonly scale: number },
  a: MatrixPlace & { readonly data: () => Numbers; readonly dx: Float64Array | null },
  b: MatrixPlace & { readonly data: () => Numbers; readonly dx: Float64Array | null },
  [rows, inner, columns]: readonly [number, number, number],
): void {
  const right = a.dx ? b.data() : null;
  const left = b.dx ? a.data() : null;
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const atA = a.start + i * a.rowStep + k * a.columnStep;
      const rowOfB = b.start + k * b.rowStep;
      let sum = 0;
      for (let j = 0; j < columns; j++) {
        const gradient = y.scale * y.dy[y.start + i * columns + j];
        const atB = rowOfB + j * b.columnStep;
        if (right) sum += gradient * right[atB];
        if (left) b.dx![atB] += gradient * left[atA];
      }
      if (a.dx) a.dx[atA] += sum;
    }
  }
}

/** Batch axes are broadcast as in the product; gradients of what was repeated add up. */
const matmulBackward: Backward<MatMulLayer> = {
  needs: 'inputs',
  reaches: 'all',
  run(_, { inputs, x, dy, dx }) {
    const [a, b] = [inputs[0]!.shape, inputs[1]!.shape];
    const { batch, rows, inner, columns } = matmulSides(a, b);
    const plan = planBroadcast(batch, [a.slice(0, -2), b.slice(0, -2)]);
    const count = plan.sides[plan.sides.length - 1];
    const [aStep, bStep] = plan.steps.map((steps) => steps[steps.length - 1]);
    eachRow(plan, (o, [p, q]) => {
      for (let i = 0; i < count; i++) {
        const left = { start: (p + i * aStep) * rows * inner, rowStep: inner, columnStep: 1 };
        const right = { start: (q + i * bStep) * inner * columns, rowStep: columns, columnStep: 1 };
        unmultiply(
          { dy: dy[0]!, start: (o + i) * rows * columns, scale: 1 },
          { ...left, data: () => x(0).data, dx: dx[0] },
          { ...right, data: () => x(1).data, dx: dx[1] },
          [rows, inner, columns],
        );
      }
    });
  },
};

const gemmBackward: Backward<GemmLayer> = {
  needs: 'inputs',
  reaches: 'all',
  run({ alpha, beta, transA, transB }, { inputs, outputs, x, dy, dx }) {
    const [rows, columns] = outputs[0].shape;
    const a = inputs[0]!.shape;
    const inner = a[transA ? 0 : 1];
    if (dx[0] || dx[1]) {
      unmultiply(
        { dy: dy[0]!, start: 0, scale: alpha },
        { ...placeOf(a, transA), data: () => x(0).data, dx: dx[0] },
        { ...placeOf(inputs[1]!.shape, transB), data: () => x(1).data, dx: dx[1] },
        [rows, inner, columns],
      );
    }
    const added = dx[2];
    if (!added) return;
    eachElement(planBroadcast(outputs[0].shape, [inputs[2]!.shape]), (o, [p]) => {
      added[p] += beta * dy[0]![o];
    });
  },
};

function placeOf(shape: readonly number[], transposed: boolean): MatrixPlace {
  const [rowStep, columnStep] = rowMajor(shape);
  return transposed ? { start: 0, rowStep: columnStep, columnStep: rowStep } : { start: 0, rowStep, columnStep };
}

export type MatrixFamily = LinearLayer | MatMulLayer | GemmLayer;

export const MATRIX: Families<MatrixFamily> = {
  /** Computed by the planner as a convolution of one pixel. */
  linear: {
    shape: linearShape,
    forward: 'conv',
    backward: linearBackward,
    reads: () => WHOLE_MAP,
    explain: 'planned',
    words: (_, [, weight]) => `linear ${weight?.[1] ?? '?'} → ${weight?.[0] ?? '?'}`,
    macs: (_, [, weight], output) => sizeOf(output) * weight[1],
    growth: 'grows',
  },
  matmul: {
    shape: matmulShape,
    forward: matmulForward,
    backward: matmulBackward,
    reads: () => WHOLE_MAP,
    explain: null,
    words: kindWords,
    macs: (_, [a], output) => sizeOf(output) * (a.at(-1) ?? 1),
    growth: 'grows',
  },
  gemm: {
    shape: gemmShape,
    forward: gemmForward,
    backward: gemmBackward,
    reads: () => WHOLE_MAP,
    explain: null,
    words: kindWords,
    macs: ({ transA }, [a], output) => sizeOf(output) * a[transA ? 0 : 1],
    growth: 'grows',
  },
};

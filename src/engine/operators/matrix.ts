import type { GemmLayer, MatMulLayer } from '../../core/graph-layers.js';
import { matmulSides } from '../../core/shapes/matrix.js';
import { rowMajor } from '../../core/tensor.js';
import { isFloat, type Numbers } from '../../core/values.js';
import { combinePairs, eachRow, planBroadcast } from './broadcast.js';
import type { Operator } from './operator.js';

/** A matrix within an array: element (i, j) lies at start + i·rowStep + j·columnStep. */
interface Matrix {
  readonly data: Numbers;
  readonly start: number;
  readonly rowStep: number;
  readonly columnStep: number;
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

export const matmulOperator: Operator<MatMulLayer> = {
  run(_, [a, b], [y]) {
    const { batch, rows, inner, columns } = matmulSides(a!.shape, b!.shape);
    // strides of whole matrices: batch axes are broadcast as numbers are
    const plan = planBroadcast(batch, [a!.shape.slice(0, -2), b!.shape.slice(0, -2)]);
    const count = plan.sides[plan.sides.length - 1];
    const [aStep, bStep] = plan.steps.map((steps) => steps[steps.length - 1]);
    const total = new Float64Array(rows * columns);
    eachRow(plan, (o, [p, q]) => {
      for (let i = 0; i < count; i++) {
        const left = { data: a!.data, start: (p + i * aStep) * rows * inner, rowStep: inner, columnStep: 1 };
        const right = { data: b!.data, start: (q + i * bStep) * inner * columns, rowStep: columns, columnStep: 1 };
        multiply(left, right, rows, inner, columns, total);
        y.data.set(total, (o + i) * rows * columns);
      }
    });
  },
};

export const gemmOperator: Operator<GemmLayer> = {
  run({ alpha, beta, transA, transB }, [a, b, c], [y]) {
    const [rows, columns] = y.shape;
    const inner = a!.shape[transA ? 0 : 1];
    const [left, right] = [matrixOf(a!, transA), matrixOf(b!, transB)];
    const total = { data: new Float64Array(rows * columns), shape: y.shape };
    multiply(left, right, rows, inner, columns, total.data);
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
  const [rowStep, columnStep] = rowMajor(shape);
  if (transposed) return { data, start: 0, rowStep: columnStep, columnStep: rowStep };
  return { data, start: 0, rowStep, columnStep };
}

import type { GemmLayer, MatMulLayer } from '../../core/graph-layers.js';
import type { LinearLayer } from '../../core/layers.js';
import { matmulSides } from '../../core/shapes/matrix.js';
import { rowMajor } from '../../core/tensor.js';
import type { Numbers } from '../../core/values.js';
import { eachRow, planBroadcast } from '../operators/broadcast.js';
import type { Backward } from './backward.js';
import { eachElement } from './elements.js';

/** y = x·weightᵀ + bias: dx = dy·weight, row by row of the weight, so that it is read in the order it lies in. */
export const linearBackward: Backward<LinearLayer> = {
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

/** A matrix within an array: element (i, j) lies at start + i·rowStep + j·columnStep. */
interface Matrix {
  readonly start: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** a += scale·dy·bᵀ and b += scale·aᵀ·dy for y [rows, columns] = a [rows, inner]·b [inner, columns]. */
function unmultiply(
  y: { readonly dy: Float64Array; readonly start: number; readonly scale: number },
  a: Matrix & { readonly data: () => Numbers; readonly dx: Float64Array | null },
  b: Matrix & { readonly data: () => Numbers; readonly dx: Float64Array | null },
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
export const matmulBackward: Backward<MatMulLayer> = {
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

export const gemmBackward: Backward<GemmLayer> = {
  needs: 'inputs',
  reaches: 'all',
  run({ alpha, beta, transA, transB }, { inputs, outputs, x, dy, dx }) {
    const [rows, columns] = outputs[0].shape;
    const a = inputs[0]!.shape;
    const inner = a[transA ? 0 : 1];
    if (dx[0] || dx[1]) {
      unmultiply(
        { dy: dy[0]!, start: 0, scale: alpha },
        { ...matrixOf(a, transA), data: () => x(0).data, dx: dx[0] },
        { ...matrixOf(inputs[1]!.shape, transB), data: () => x(1).data, dx: dx[1] },
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

function matrixOf(shape: readonly number[], transposed: boolean): Matrix {
  const [rowStep, columnStep] = rowMajor(shape);
  return transposed ? { start: 0, rowStep: columnStep, columnStep: rowStep } : { start: 0, rowStep, columnStep };
}

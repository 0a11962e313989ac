import { type Numbers, newNumbers, withNumbers } from '../../../core/values.js';
import type { Constant } from '../../../layers/model.js';
import type { Facts, NodeBuilder, Translator } from '../builder.js';

const gemm: Translator = (node) => {
  const [a, b, c] = [node.input(0), node.input(1), node.optional(2)];
  const [alpha, beta] = [node.float('alpha', 1), node.float('beta', 1)];
  const [transA, transB] = [node.int('transA', 0) !== 0, node.int('transB', 0) !== 0];
  const facts: Facts = { dtype: node.facts(a).dtype, rank: 2 };
  const isPlain = alpha === 1 && (beta === 1 || c === null) && !transA;
  const bias = c === null ? null : node.facts(c).rank;
  const weight = isPlain && isFloat32(node, a, b) && (bias === null || bias === 1) && isVectorOf(node, c, b, transB);
  const weightName = weight ? linearWeight(node, b, transB) : null;
  if (weightName !== null) node.emit({ kind: 'linear' }, [a, weightName, c], facts);
  else node.emit({ kind: 'gemm', alpha, beta, transA, transB }, [a, b, c], facts);
};

const matmul: Translator = (node) => {
  const [a, b] = [node.input(0), node.input(1)];
  const facts = node.facts(a);
  const constant = node.constant(b);
  const isWeight = constant?.shape.length === 2 && isFloat32(node, a, b) && (facts.rank ?? 2) >= 1;
  if (isWeight) node.emit({ kind: 'linear' }, [a, linearWeight(node, b, false)!, null], facts);
  else node.emit({ kind: 'matmul' }, [a, b], { dtype: facts.dtype, rank: null });
};

/** linear computes in float32. */
function isFloat32(node: NodeBuilder, a: string, b: string): boolean {
  return [a, b].every((name) => [null, 'float32'].includes(node.facts(name).dtype));
}

/** Whether C, when it is there, is known to have one number for each output: a single one would be repeated by gemm only. */
function isVectorOf(node: NodeBuilder, c: string | null, b: string, transB: boolean): boolean {
  const [bias, weight] = [node.constant(c), node.constant(b)];
  return c === null || (bias !== null && weight !== null && bias.shape[0] === weight.shape[transB ? 0 : 1]);
}

/** The weight as a linear layer reads it, [M, K]; null when it is neither a constant nor laid out so. */
function linearWeight(node: NodeBuilder, b: string, transB: boolean): string | null {
  const constant = node.constant(b);
  if (constant) return transB ? b : node.addConstant('weight', transposed(constant));
  return null;
}

/** [K, M] → [M, K], when it is read. */
function transposed(constant: Constant): Constant {
  const [K, M] = constant.shape;
  const { dtype } = constant;
  const shape = [M, K];
  const loadInto = (target: Float32Array): void =>
    withNumbers(K * M, (numbers) => {
      constant.loadInto(numbers);
      transposeInto(numbers, K, M, target);
    });
  return {
    dtype,
    shape,
    load() {
      const data = newNumbers(dtype, K * M);
      if (data instanceof Float32Array) loadInto(data);
      else transposeInto(constant.load().data, K, M, data);
      return { dtype, shape, data };
    },
    loadInto,
  };
}

/** Rows taken together, so that what is written are whole cache lines. */
const TOGETHER = 16;

function transposeInto(from: Numbers, rows: number, columns: number, to: Numbers): void {
  for (let first = 0; first < rows; first += TOGETHER) {
    const end = Math.min(rows, first + TOGETHER);
    for (let j = 0; j < columns; j++) {
      for (let i = first; i < end; i++) to[j * rows + i] = from[i * columns + j];
    }
  }
}

export const MATRIX: Readonly<Record<string, Translator>> = { Gemm: gemm, MatMul: matmul };

import { type AtenNode, float, int, ints, type Writer } from '../aten-node.js';

/** x [..., K]   weight [M, K]   bias [M] or null */
const linear: Writer = (node) => {
  const [x, weight, bias] = [node.tensor('input'), node.tensor('weight'), node.optionalTensor('bias')];
  if (node.rank(weight) !== 2) throw node.refuse(`a weight of ${node.rank(weight)} axes`);
  if (node.rank(x) === 2) {
    node.emit('Gemm', [x, weight, bias], { transB: int(1) });
    return;
  }
  const turned = node.add('Transpose', [weight], { perm: ints([1, 0]) });
  if (bias === null) node.emit('MatMul', [x, turned]);
  else node.emit('Add', [node.add('MatMul', [x, turned]), bias]);
};

const addmm: Writer = (node) => {
  const attributes = { alpha: float(node.float('alpha', 1)), beta: float(node.float('beta', 1)) };
  node.emit('Gemm', [node.tensor('mat1'), node.tensor('mat2'), node.tensor('self')], attributes);
};

function product(other: string): Writer {
  return (node) => node.emit('MatMul', [node.tensor('self'), node.tensor(other)]);
}

/** softmax(q kᵀ / √E) v, as it is defined. Source: torch.nn.functional.scaled_dot_product_attention */
const attention: Writer = (node) => {
  const [query, key, value] = [node.tensor('query'), node.tensor('key'), node.tensor('value')];
  if (node.has('attn_mask') || node.bool('is_causal', false)) throw node.refuse('an attention with a mask');
  if (node.float('dropout_p', 0) !== 0) throw node.refuse('an attention with dropout');
  if (node.bool('enable_gqa', false)) throw node.refuse('an attention of grouped queries');
  const width = node.meta(query).sides.at(-1);
  if (typeof width !== 'number') throw node.refuse('an attention of a width that is not fixed');
  const rank = node.rank(key);
  if (rank < 2) throw node.refuse(`a key of ${rank} axes`);
  const scale = node.scalar(node.float('scale', 1 / Math.sqrt(width)), node.made.stored ?? 'float32');
  const turned = node.add('Transpose', [key], { perm: ints(swapped(rank, rank - 2, rank - 1)) });
  const scores = node.add('MatMul', [node.add('Mul', [query, scale]), turned]);
  node.emit('MatMul', [node.add('Softmax', [scores], { axis: int(-1) }), value]);
};

/** 0 … rank − 1 with two of them exchanged. */
export function swapped(rank: number, a: number, b: number): number[] {
  return Array.from({ length: rank }, (_, axis) => (axis === a ? b : axis === b ? a : axis));
}

/** The axes of a matrix exchanged; fewer than two stay. */
export const turn = (node: AtenNode): void => {
  const x = node.tensor('self');
  if (node.rank(x) < 2) node.emit('Identity', [x]);
  else node.emit('Transpose', [x], { perm: ints([1, 0]) });
};

export const MATRICES: Readonly<Record<string, Writer>> = {
  'linear.default': linear,
  'addmm.default': addmm,
  'mm.default': product('mat2'),
  'bmm.default': product('mat2'),
  'matmul.default': product('other'),
  't.default': turn,
  'numpy_T.default': turn,
  'scaled_dot_product_attention.default': attention,
};

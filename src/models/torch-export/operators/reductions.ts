import { type AtenNode, int, type Writer } from '../aten-node.js';

/** The axes of `dim`, a number or a list; null: all. */
function axesOf(node: AtenNode, rank: number): readonly number[] | null {
  const dims = node.ints('dim');
  return dims === null || dims.length === 0 ? null : dims.map((dim) => node.axis(dim, rank));
}

function reduce(operator: string): Writer {
  return (node) => {
    node.ignore('dtype');
    const x = node.tensor('self');
    const axes = axesOf(node, node.rank(x));
    const value = node.cast(x, node.meta(x).stored, node.made.stored);
    const keepdims = int(node.bool('keepdim', false) ? 1 : 0);
    node.emit(operator, [value, axes && node.integers(axes)], { keepdims });
  };
}

/** The extreme number along an axis and where it is. */
function extreme(operator: 'Max' | 'Min'): Writer {
  return (node) => {
    const x = node.tensor('self');
    const axis = node.axis(node.int('dim'), node.rank(x));
    const keepdims = int(node.bool('keepdim', false) ? 1 : 0);
    node.emit(`Reduce${operator}`, [x, node.integers([axis])], { keepdims });
    if (node.isRead(1)) node.emit(`Arg${operator}`, [x], { axis: int(axis), keepdims }, [1]);
  };
}

function argOf(operator: 'ArgMax' | 'ArgMin'): Writer {
  return (node) => {
    const x = node.tensor('self');
    const keeps = node.bool('keepdim', false);
    if (!node.has('dim')) {
      if (keeps) throw node.refuse('the place among all numbers, with axes kept');
      node.emit(operator, [node.add('Reshape', [x, node.integers([-1])])], { axis: int(0), keepdims: int(0) });
      return;
    }
    const axis = node.axis(node.int('dim'), node.rank(x));
    node.emit(operator, [x], { axis: int(axis), keepdims: int(keeps ? 1 : 0) });
  };
}

/** Without order any order will do: this is the sorted one. */
const topK: Writer = (node) => {
  node.ignore('sorted');
  const x = node.tensor('self');
  const axis = node.axis(node.int('dim', -1), node.rank(x));
  const attributes = { axis: int(axis), largest: int(node.bool('largest', true) ? 1 : 0) };
  node.emit('TopK', [x, node.sizes([node.size('k')])], attributes, [0, 1]);
};

export const REDUCTIONS: Readonly<Record<string, Writer>> = {
  'mean.default': reduce('ReduceMean'),
  'mean.dim': reduce('ReduceMean'),
  'sum.default': reduce('ReduceSum'),
  'sum.dim_IntList': reduce('ReduceSum'),
  'amax.default': reduce('ReduceMax'),
  'amin.default': reduce('ReduceMin'),
  'max.default': reduce('ReduceMax'),
  'min.default': reduce('ReduceMin'),
  'max.dim': extreme('Max'),
  'min.dim': extreme('Min'),
  'argmax.default': argOf('ArgMax'),
  'argmin.default': argOf('ArgMin'),
  'topk.default': topK,
};

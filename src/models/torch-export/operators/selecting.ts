import { type AtenNode, int, type Writer } from '../aten-node.js';

/** Beyond all sizes: "to the end". */
const END = 2 ** 53;

/** One place along an axis, which goes. */
const select: Writer = (node) => {
  const x = node.tensor('self');
  const axis = node.axis(node.int('dim'), node.rank(x));
  node.emit('Gather', [x, node.asValue(node.size('index'))], { axis: int(axis) });
};

const slice: Writer = (node) => {
  const x = node.tensor('self');
  const axis = node.axis(node.int('dim', 0), node.rank(x));
  const [start, end, step] = [node.size('start', 0), node.size('end', END), node.int('step', 1)];
  if (step < 1) throw node.refuse(`a step of ${step}`);
  const isAll = start === 0 && typeof end === 'number' && end >= END && step === 1;
  if (isAll) {
    node.emit('Identity', [x]);
    return;
  }
  const last = typeof end === 'number' ? Math.min(end, Number.MAX_SAFE_INTEGER) : end;
  const inputs = [x, node.sizes([start]), node.sizes([last]), node.integers([axis]), node.integers([step])];
  node.emit('Slice', inputs);
};

const narrow: Writer = (node) => {
  const x = node.tensor('self');
  const axis = node.axis(node.int('dim'), node.rank(x));
  const [start, length] = [node.size('start'), node.size('length')];
  if (typeof start === 'number' && start < 0) throw node.refuse(`a start of ${start}`);
  const end = node.compute('Add', start, length);
  node.emit('Slice', [x, node.sizes([start]), node.sizes([end]), node.integers([axis])]);
};

/** The sizes of the parts are those that the program declares of them. */
function split(...named: readonly string[]): Writer {
  return (node) => {
    node.ignore(...named);
    const x = node.tensor('self');
    const axis = node.axis(node.int('dim', 0), node.rank(x));
    const parts = Array.from({ length: node.outputCount }, (_, i) => i);
    const sizes = parts.map((part) => sideOf(node, part, axis));
    node.emit('Split', [x, node.integers(sizes)], { axis: int(axis) }, parts);
  };
}

function sideOf(node: AtenNode, part: number, axis: number): number {
  const side = node.madeBy(part).sides[axis];
  if (typeof side === 'number') return side;
  throw node.refuse('parts of a size that is not fixed');
}

const unbind: Writer = (node) => {
  const x = node.tensor('self');
  const axis = int(node.axis(node.int('dim', 0), node.rank(x)));
  for (let part = 0; part < node.outputCount; part++) {
    node.emit('Gather', [x, node.scalar(part, 'int64')], { axis }, [part]);
  }
};

const indexSelect: Writer = (node) => {
  const x = node.tensor('self');
  const index = node.tensor('index');
  if (node.rank(index) !== 1) throw node.refuse(`an index of ${node.rank(index)} axes`);
  node.emit('Gather', [x, index], { axis: int(node.axis(node.int('dim'), node.rank(x))) });
};

/** Turned round along axes. */
const flip: Writer = (node) => {
  const x = node.tensor('self');
  const axes = (node.ints('dims') ?? []).map((dim) => node.axis(dim, node.rank(x)));
  const all = (value: number) => node.integers(axes.map(() => value));
  node.emit('Slice', [x, all(-1), all(Number.MIN_SAFE_INTEGER), node.integers(axes), all(-1)]);
};

export const SELECTING: Readonly<Record<string, Writer>> = {
  'select.int': select,
  'slice.Tensor': slice,
  'narrow.default': narrow,
  'split.Tensor': split('split_size'),
  'split.sizes': split('split_size'),
  'split_with_sizes.default': split('split_sizes'),
  'chunk.default': split('chunks'),
  'unbind.int': unbind,
  'index_select.default': indexSelect,
  'flip.default': flip,
};

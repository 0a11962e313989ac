import { type AtenNode, int, type Writer } from '../aten-node.js';

/** A side of an array, as a whole number. */
const side: Writer = (node) => {
  const x = node.tensor('self');
  const axis = node.axis(node.int('dim'), node.rank(x));
  const found = node.add('Shape', [x], { start: int(axis), end: int(axis + 1) });
  node.emit('Squeeze', [found, node.integers([0])]);
};

const operands = (node: AtenNode): [string, string] => [node.asValue(node.size('a')), node.asValue(node.size('b'))];

function arithmetic(operator: string): Writer {
  return (node) => node.emit(operator, operands(node));
}

/** Python rounds down, ONNX towards 0: what is left over is taken off first. */
const floorDiv: Writer = (node) => {
  const [a, b] = operands(node);
  const left = node.add('Mod', [a, b]);
  node.emit('Div', [node.add('Sub', [a, left]), b]);
};

/** Arithmetic of sizes. What compares them belongs to assertions, which make nothing. */
export const SIZES: Readonly<Record<string, Writer>> = {
  'sym_size.int': side,
  '_operator.add': arithmetic('Add'),
  '_operator.sub': arithmetic('Sub'),
  '_operator.mul': arithmetic('Mul'),
  '_operator.mod': arithmetic('Mod'),
  '_operator.floordiv': floorDiv,
};

import type { StoredType } from '../../weights/weight-file.js';
import { type AtenNode, int, type Writer } from '../aten-node.js';
import { elementTypeOf, isFloating } from '../scalar-types.js';

/** An operand in the type of the result: a tensor, or a number. */
function operand(node: AtenNode, name: string, stored: StoredType): string {
  if (node.holdsTensor(name)) {
    const value = node.tensor(name);
    return node.cast(value, node.meta(value).stored, stored);
  }
  const number = node.float(name);
  if (!isFloating(stored) && !Number.isInteger(number)) throw node.refuse(`${name} is ${number}, among whole numbers`);
  return node.scalar(number, stored);
}

function typeOf(node: AtenNode): StoredType {
  const { stored } = node.made;
  if (stored === null || stored === 'bool') throw node.refuse('arithmetic of truths');
  return stored;
}

function binary(operator: string, second = 'other'): Writer {
  return (node) => {
    const stored = typeOf(node);
    node.emit(operator, [operand(node, 'self', stored), operand(node, second, stored)]);
  };
}

/** a ± alpha · b; reversed: b − alpha · a */
function sum(operator: 'Add' | 'Sub', reversed = false): Writer {
  return (node) => {
    const stored = typeOf(node);
    const alpha = node.float('alpha', 1);
    const [a, b] = reversed ? ['other', 'self'] : ['self', 'other'];
    const second = operand(node, b, stored);
    const scaled = alpha === 1 ? second : node.add('Mul', [second, node.scalar(alpha, stored)]);
    node.emit(operator, [operand(node, a, stored), scaled]);
  };
}

const div: Writer = (node) => {
  // whole numbers are divided as fractions: the result says so
  if (!isFloating(node.made.stored)) throw node.refuse('a division of whole numbers');
  binary('Div')(node);
};

const cast: Writer = (node) => {
  node.ignore('dtype', 'layout', 'device', 'pin_memory', 'non_blocking', 'copy', 'memory_format', 'other');
  const x = node.tensor('self');
  const [from, to] = [node.meta(x).stored, node.made.stored];
  if (from === to || to === null) node.emit('Identity', [x]);
  else node.emit('Cast', [x], { to: int(elementTypeOf(to)) });
};

const pass: Writer = (node) => {
  node.ignore('memory_format');
  node.emit('Identity', [node.tensor('self')]);
};

/** An array of one number, of the shape that is declared. */
function filled(numberOf: (node: AtenNode) => number): Writer {
  return (node) => {
    node.ignore('self', 'dtype', 'layout', 'device', 'pin_memory', 'memory_format', 'requires_grad');
    const value = numberOf(node);
    const { stored, sides } = node.made;
    const one = node.scalar(value, stored ?? 'float32');
    const asked = node.sizesOf('size');
    if (asked !== null) node.emit('Expand', [one, node.sizes(asked)]);
    else if (sides.every((side) => side !== null)) node.emit('Expand', [one, node.integers(sides)]);
    else throw node.refuse('an array of a size that is not fixed');
  };
}

export const ARITHMETIC: Readonly<Record<string, Writer>> = {
  'add.Tensor': sum('Add'),
  'add.Scalar': sum('Add'),
  'sub.Tensor': sum('Sub'),
  'sub.Scalar': sum('Sub'),
  'rsub.Tensor': sum('Sub', true),
  'rsub.Scalar': sum('Sub', true),
  'mul.Tensor': binary('Mul'),
  'mul.Scalar': binary('Mul'),
  'div.Tensor': div,
  'div.Scalar': div,
  'pow.Tensor_Scalar': binary('Pow', 'exponent'),
  'pow.Tensor_Tensor': binary('Pow', 'exponent'),
  'pow.Scalar': binary('Pow', 'exponent'),
  'minimum.default': binary('Min'),
  'maximum.default': binary('Max'),
  'min.other': binary('Min'),
  'max.other': binary('Max'),
  'to.dtype': cast,
  'to.device': cast,
  'to.dtype_layout': cast,
  '_to_copy.default': cast,
  'type_as.default': cast,
  'contiguous.default': pass,
  'clone.default': pass,
  'alias.default': pass,
  'detach.default': pass,
  'lift_fresh_copy.default': pass,
  'new_zeros.default': filled(() => 0),
  'new_ones.default': filled(() => 1),
  'new_full.default': filled((node) => node.float('fill_value')),
  'zeros.default': filled(() => 0),
  'ones.default': filled(() => 1),
  'full.default': filled((node) => node.float('fill_value')),
  'zeros_like.default': filled(() => 0),
  'ones_like.default': filled(() => 1),
  'full_like.default': filled((node) => node.float('fill_value')),
};

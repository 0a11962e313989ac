import { type DType, newNumbers } from '../../../core/values.js';
import { type Constant, constantOf } from '../../../layers/model.js';
import type { Facts, NodeBuilder, Translator } from '../builder.js';
import { dtypeOf, storedTypeOf } from '../tensor.js';
import { integersInput } from './arrange.js';

function numbers(dtype: DType, shape: readonly number[], list: readonly number[]): Constant {
  const data = newNumbers(dtype, list.length);
  data.set(list);
  return constantOf({ dtype, shape, data });
}

const constant: Translator = (node) => {
  const tensor = node.tensor('value');
  const [floats, ints] = [node.floats('value_floats'), node.ints('value_ints')];
  if (tensor) node.emitConstant(tensor);
  else if (node.has('value_float')) node.emitConstant(numbers('float32', [], [node.float('value_float', 0)]));
  else if (node.has('value_int')) node.emitConstant(numbers('int64', [], [node.int('value_int', 0)]));
  else if (floats) node.emitConstant(numbers('float32', [floats.length], floats));
  else if (ints) node.emitConstant(numbers('int64', [ints.length], ints));
  else throw node.refuse('a constant of strings or a sparse tensor');
};

const identity: Translator = (node) => {
  const x = node.input(0);
  const given = node.constant(x);
  if (given) node.emitConstant(given);
  else node.emit({ kind: 'identity' }, [x], node.facts(x));
};

const constantOfShape: Translator = (node) => {
  const tensor = node.tensor('value');
  const value = tensor?.load().data[0] ?? 0;
  const dtype = tensor?.dtype ?? 'float32';
  const rank = node.constant(node.input(0))?.shape[0] ?? null;
  node.emit({ kind: 'constant_of_shape', dtype, value }, [node.input(0)], { dtype, rank });
};

const INT64: Facts = { dtype: 'int64', rank: 1 };

const shape: Translator = (node) => {
  const end = node.has('end') ? node.int('end', 0) : null;
  node.emit({ kind: 'shape', start: node.int('start', 0), end }, [node.input(0)], INT64);
};

const gather: Translator = (node) => {
  const [x, indices] = [node.facts(node.input(0)), node.facts(node.input(1))];
  const rank = x.rank === null || indices.rank === null ? null : x.rank - 1 + indices.rank;
  node.emit({ kind: 'gather', axis: node.int('axis', 0) }, [node.input(0), node.input(1)], { ...x, rank });
};

const slice: Translator = (node) => {
  const lists = ['starts', 'ends', 'axes'].map((name, i) => integersInput(node, name, 10, i + 1));
  node.emit({ kind: 'slice' }, [node.input(0), ...lists, node.optional(4)], node.facts(node.input(0)));
};

/** To a type of 16 bits numbers are rounded, though what follows is computed in float32. */
const cast: Translator = (node) => {
  const stored = storedTypeOf(node.int('to', 0));
  const isHalf = stored === 'float16' || stored === 'bfloat16';
  castTo(node, dtypeOf(stored), isHalf ? { rounds: stored } : {});
};

function castTo(node: NodeBuilder, to: DType, more: { readonly rounds?: 'float16' | 'bfloat16' } = {}): void {
  node.emit({ kind: 'cast', to, ...more }, [node.input(0)], { dtype: to, rank: node.facts(node.input(0)).rank });
}

const castLike: Translator = (node) => {
  const { dtype } = node.facts(node.input(1));
  if (dtype === null) throw node.refuse(`the type of "${node.input(1)}" is only known once the model runs`);
  castTo(node, dtype);
};

/** Constants, shapes, and parts of arrays. */
export const VALUES: Readonly<Record<string, Translator>> = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Identity: identity,
  Shape: shape,
  Size: (node) => node.emit({ kind: 'size' }, [node.input(0)], { dtype: 'int64', rank: 0 }),
  Range: (node) =>
    node.emit({ kind: 'range' }, [node.input(0), node.input(1), node.input(2)], {
      dtype: node.facts(node.input(0)).dtype,
      rank: 1,
    }),
  Gather: gather,
  Slice: slice,
  Cast: cast,
  CastLike: castLike,
};

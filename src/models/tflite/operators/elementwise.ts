import type { ActivationName } from '../../../core/job.js';
import type { CompareLayer } from '../../../layers/compare.js';
import type { Layer } from '../../../layers/index.js';
import type { PointwiseName } from '../../../layers/pointwise.js';
import { dtypeOf } from '../constants.js';
import { fusedOf } from '../fused.js';
import type { OperatorBuilder } from '../operator-builder.js';
import { axisOf, checkTypes, type Translator, together } from './layout.js';

const NUMBERS = ['float32', 'int32', 'int64'];

/** One number to one number: the order of axes does not matter. */
export function ofEach(node: OperatorBuilder, layer: Layer, more: readonly (string | null)[] = []): void {
  const laid = node.laid(0);
  node.emit('value', layer, [laid.value, ...more], laid.isFirst);
}

function activation(name: ActivationName, ...parameters: readonly number[]): Translator {
  return (node) => {
    checkTypes(node, ['float32'], [0]);
    ofEach(node, { kind: 'activation', name, parameters });
  };
}

function clip(lo: number, hi: number): Translator {
  return (node) => {
    checkTypes(node, ['float32'], [0]);
    ofEach(node, { kind: 'clip' }, [node.made('min', 'float32', [lo], []), node.made('max', 'float32', [hi], [])]);
  };
}

function pointwise(name: PointwiseName, types: readonly string[] = ['float32']): Translator {
  return (node) => {
    checkTypes(node, types, [0]);
    ofEach(node, { kind: 'pointwise', name, parameters: [] });
  };
}

const leakyRelu: Translator = (node) => {
  checkTypes(node, ['float32'], [0]);
  ofEach(node, { kind: 'activation', name: 'leaky_relu', parameters: [node.options.number(0, 'float32', 0)] });
};

const gelu: Translator = (node) => {
  checkTypes(node, ['float32'], [0]);
  const name = node.options.number(0, 'bool', 0) === 1 ? 'gelu_tanh' : 'gelu';
  ofEach(node, { kind: 'activation', name, parameters: [] });
};

const rsqrt: Translator = (node) => {
  checkTypes(node, ['float32'], [0]);
  const { value, isFirst } = node.laid(0);
  const root = node.add('sqrt', { kind: 'pointwise', name: 'sqrt', parameters: [] }, [value]);
  node.emit('value', { kind: 'pointwise', name: 'reciprocal', parameters: [] }, [root], isFirst);
};

const square: Translator = (node) => {
  checkTypes(node, NUMBERS, [0]);
  const { value, isFirst } = node.laid(0);
  node.emit('value', { kind: 'mul' }, [value, value], isFirst);
};

const cast: Translator = (node) => {
  const to = dtypeOf(node.output().type);
  if (node.input(0).quantization || node.output().quantization) {
    // the whole numbers themselves, whatever they stand for
    checkTypes(node, ['uint8', 'int8', 'int16', 'int32', 'float32'], [0]);
  }
  dtypeOf(node.input(0).type);
  ofEach(node, { kind: 'cast', to });
};

/** Two inputs, the activation that is fused into it in field 0 of its options. */
function pair(kind: 'add' | 'sub' | 'mul' | 'div'): Translator {
  return (node) => {
    checkTypes(node, kind === 'div' ? ['float32'] : NUMBERS, [0, 1]);
    const { values, isFirst } = together(node, [0, 1]);
    node.emit(kind, { kind }, values, isFirst, fusedOf(node.options.number(0, 'int8', 0)));
  };
}

function plainPair(kind: 'max' | 'min' | 'pow', types: readonly string[]): Translator {
  return (node) => {
    checkTypes(node, types, [0, 1]);
    const { values, isFirst } = together(node, [0, 1]);
    node.emit(kind, { kind }, values, isFirst);
  };
}

const addAll: Translator = (node) => {
  const indices = Array.from({ length: node.inputCount }, (_, i) => i);
  checkTypes(node, NUMBERS, indices);
  const { values, isFirst } = together(node, indices);
  node.emit('add', { kind: 'add' }, values, isFirst);
};

const squaredDifference: Translator = (node) => {
  checkTypes(node, NUMBERS, [0, 1]);
  const { values, isFirst } = together(node, [0, 1]);
  const difference = node.add('sub', { kind: 'sub' }, values);
  node.emit('value', { kind: 'mul' }, [difference, difference], isFirst);
};

const floorDiv: Translator = (node) => {
  checkTypes(node, ['float32', 'int32', 'int64'], [0, 1]);
  const { values, isFirst } = together(node, [0, 1]);
  if (node.output().type !== 'float32') {
    // what is left, with the sign of the divisor, goes first: the rest divides without one
    const left = node.add('mod', { kind: 'mod', fmod: false }, values);
    const rest = node.add('sub', { kind: 'sub' }, [values[0], left]);
    node.emit('value', { kind: 'div' }, [rest, values[1]], isFirst);
    return;
  }
  const share = node.add('div', { kind: 'div' }, values);
  node.emit('value', { kind: 'pointwise', name: 'floor', parameters: [] }, [share], isFirst);
};

const floorMod: Translator = (node) => {
  checkTypes(node, ['int32', 'int64'], [0, 1]);
  const { values, isFirst } = together(node, [0, 1]);
  node.emit('value', { kind: 'mod', fmod: false }, values, isFirst);
};

/** The slope of each channel, or of each place. */
const prelu: Translator = (node) => {
  checkTypes(node, ['float32'], [0, 1]);
  const { values, isFirst } = together(node, [0, 1]);
  node.emit('value', { kind: 'prelu' }, values, isFirst);
};

/** Numbers of one kind, compared as they are: whole ones that stand for others only where both do so alike. */
function compare(name: CompareLayer['name'], isTurned = false): Translator {
  return (node) => {
    const [a, b] = [node.input(0), node.input(1)];
    const alike = (one: typeof a) => `${one.quantization?.scales} ${one.quantization?.zeros}`;
    if (alike(a) !== alike(b)) throw node.refuse('it compares whole numbers of different scales');
    const { values, isFirst } = together(node, [0, 1]);
    if (!isTurned) {
      node.emit('value', { kind: 'compare', name }, values, isFirst);
      return;
    }
    const equal = node.add('compare', { kind: 'compare', name }, values);
    node.emit('value', { kind: 'pointwise', name: 'not', parameters: [] }, [equal], isFirst);
  };
}

const select: Translator = (node) => {
  const [condition, a, b] = [node.input(0), node.input(1), node.input(2)];
  if (node.operator.name === 'SELECT' && condition.shape.length !== a.shape.length) {
    throw node.refuse(`a condition [${condition.shape.join(', ')}] for whole rows of [${a.shape.join(', ')}]`);
  }
  const alike = (one: typeof a) => `${one.type} ${one.quantization?.scales} ${one.quantization?.zeros}`;
  if (alike(a) !== alike(b) || alike(a) !== alike(node.output())) {
    throw node.refuse('it chooses between whole numbers of different scales');
  }
  const { values, isFirst } = together(node, [0, 1, 2]);
  node.emit('value', { kind: 'where' }, values, isFirst);
};

const softmax: Translator = (node) => {
  checkTypes(node, ['float32'], [0]);
  const laid = node.laid(0);
  const beta = node.options.number(0, 'float32', 0);
  const scaled = beta === 1 ? laid.value : node.add('beta', { kind: 'mul' }, [laid.value, scalar(node, 'beta', beta)]);
  node.emit('softmax', { kind: 'softmax', dim: axisOf(node, -1, laid.rank, laid.isFirst) }, [scaled], laid.isFirst);
};

const logSoftmax: Translator = (node) => {
  checkTypes(node, ['float32'], [0]);
  const { value, rank, isFirst } = node.laid(0);
  node.emit('softmax', { kind: 'log_softmax', dim: axisOf(node, -1, rank, isFirst) }, [value], isFirst);
};

/** One number that all others meet. */
export function scalar(node: OperatorBuilder, what: string, value: number): string {
  return node.made(what, 'float32', [value], []);
}

export const ELEMENTWISE: Readonly<Record<string, Translator>> = {
  LOGISTIC: activation('sigmoid'),
  TANH: activation('tanh'),
  RELU: activation('relu'),
  RELU6: activation('relu6'),
  RELU_N1_TO_1: clip(-1, 1),
  RELU_0_TO_1: clip(0, 1),
  ELU: activation('elu', 1),
  HARD_SWISH: activation('hardswish'),
  LEAKY_RELU: leakyRelu,
  GELU: gelu,
  PRELU: prelu,
  ABS: pointwise('abs', NUMBERS),
  NEG: pointwise('neg', NUMBERS),
  SIGN: pointwise('sign', NUMBERS),
  FLOOR: pointwise('floor'),
  CEIL: pointwise('ceil'),
  ROUND: pointwise('round'),
  SQRT: pointwise('sqrt'),
  EXP: pointwise('exp'),
  LOG: pointwise('log'),
  SIN: pointwise('sin'),
  COS: pointwise('cos'),
  LOGICAL_NOT: pointwise('not', ['bool']),
  RSQRT: rsqrt,
  SQUARE: square,
  CAST: cast,
  ADD: pair('add'),
  SUB: pair('sub'),
  MUL: pair('mul'),
  DIV: pair('div'),
  MAXIMUM: plainPair('max', NUMBERS),
  MINIMUM: plainPair('min', NUMBERS),
  POW: plainPair('pow', ['float32']),
  ADD_N: addAll,
  SQUARED_DIFFERENCE: squaredDifference,
  FLOOR_DIV: floorDiv,
  FLOOR_MOD: floorMod,
  EQUAL: compare('equal'),
  NOT_EQUAL: compare('equal', true),
  LESS: compare('less'),
  LESS_EQUAL: compare('less_or_equal'),
  GREATER: compare('greater'),
  GREATER_EQUAL: compare('greater_or_equal'),
  LOGICAL_AND: compare('and'),
  LOGICAL_OR: compare('or'),
  SELECT: select,
  SELECT_V2: select,
  SOFTMAX: softmax,
  LOG_SOFTMAX: logSoftmax,
};

import type { ActivationName } from '../../../core/job.js';
import type { Layer } from '../../../layers/index.js';
import { constantOf } from '../../../layers/model.js';
import type { PointwiseName } from '../../../layers/pointwise.js';
import type { NodeBuilder, Translator } from '../builder.js';

/** A layer of one input; its output is like it. */
function unary(layerOf: (node: NodeBuilder) => Layer): Translator {
  return (node) => node.emit(layerOf(node), [node.input(0)], node.facts(node.input(0)));
}

function activation(name: ActivationName, ...parameters: readonly (readonly [string, number])[]): Translator {
  return unary((node) => ({
    kind: 'activation',
    name,
    parameters: parameters.map(([key, otherwise]) => node.float(key, otherwise)),
  }));
}

function pointwise(name: PointwiseName, ...parameters: readonly (readonly [string, number])[]): Translator {
  return unary((node) => ({
    kind: 'pointwise',
    name,
    parameters: parameters.map(([key, otherwise]) => node.float(key, otherwise)),
  }));
}

/** Clip's limits were attributes before opset 11. */
const clip: Translator = (node) => {
  const limit = (name: string) => {
    if (!node.has(name)) return null;
    const data = Float32Array.of(node.float(name, 0));
    return node.addConstant(name, constantOf({ dtype: 'float32', shape: [], data }));
  };
  const limits = node.opset < 11 ? [limit('min'), limit('max')] : [node.optional(1), node.optional(2)];
  node.emit({ kind: 'clip' }, [node.input(0), ...limits], node.facts(node.input(0)));
};

const gelu: Translator = unary((node) => {
  const approximate = node.text('approximate', 'none');
  if (approximate !== 'none' && approximate !== 'tanh') throw node.refuse(`approximate "${approximate}"`);
  return { kind: 'activation', name: approximate === 'tanh' ? 'gelu_tanh' : 'gelu', parameters: [] };
});

const swish: Translator = unary((node) => {
  const alpha = node.float('alpha', 1);
  if (alpha === 1) return { kind: 'activation', name: 'silu', parameters: [] };
  return { kind: 'pointwise', name: 'swish', parameters: [alpha] };
});

/** A question about each number. */
function test(layer: Layer): Translator {
  return (node) => node.emit(layer, [node.input(0)], { dtype: 'bool', rank: node.facts(node.input(0)).rank });
}

/** Before opset 7 a slope of one axis has a number for each channel. */
const prelu: Translator = (node) => {
  const x = node.input(0);
  let slope = node.input(1);
  if (node.opset < 7 && node.facts(slope).rank === 1) {
    slope = node.add('align', { kind: 'align', axis: 1 }, [slope, x]);
  }
  node.emit({ kind: 'prelu' }, [x, slope], node.facts(x));
};

/** Functions of one number. */
export const POINTWISE: Readonly<Record<string, Translator>> = {
  Relu: activation('relu'),
  LeakyRelu: activation('leaky_relu', ['alpha', 0.01]),
  Elu: activation('elu', ['alpha', 1]),
  Sigmoid: activation('sigmoid'),
  Tanh: activation('tanh'),
  Softplus: activation('softplus'),
  HardSwish: activation('hardswish'),
  Gelu: gelu,
  Swish: swish,
  HardSigmoid: pointwise('hard_sigmoid', ['alpha', 0.2], ['beta', 0.5]),
  Selu: pointwise('selu', ['alpha', 1.6732632423543772], ['gamma', 1.0507009873554805]),
  Celu: pointwise('celu', ['alpha', 1]),
  Mish: pointwise('mish'),
  Softsign: pointwise('softsign'),
  ThresholdedRelu: pointwise('thresholded_relu', ['alpha', 1]),
  Abs: pointwise('abs'),
  Neg: pointwise('neg'),
  Sign: pointwise('sign'),
  Floor: pointwise('floor'),
  Ceil: pointwise('ceil'),
  Round: pointwise('round'),
  Reciprocal: pointwise('reciprocal'),
  Sqrt: pointwise('sqrt'),
  Exp: pointwise('exp'),
  Log: pointwise('log'),
  Erf: pointwise('erf'),
  Not: pointwise('not'),
  Sin: pointwise('sin'),
  Cos: pointwise('cos'),
  Tan: pointwise('tan'),
  Asin: pointwise('asin'),
  Acos: pointwise('acos'),
  Atan: pointwise('atan'),
  Sinh: pointwise('sinh'),
  Cosh: pointwise('cosh'),
  Asinh: pointwise('asinh'),
  Acosh: pointwise('acosh'),
  Atanh: pointwise('atanh'),
  Shrink: pointwise('shrink', ['bias', 0], ['lambd', 0.5]),
  BitwiseNot: unary(() => ({ kind: 'bitwise_not' })),
  IsNaN: test({ kind: 'is_nan' }),
  IsInf(node) {
    const [positive, negative] = ['detect_positive', 'detect_negative'].map((name) => node.int(name, 1) !== 0);
    test({ kind: 'is_inf', positive, negative })(node);
  },
  PRelu: prelu,
  Clip: clip,
};

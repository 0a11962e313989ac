import { RANGES } from '../../../layers/quantized/scales.js';
import type { ByteType, Range, Scaled } from '../../../layers/tflite/fixed-point.js';
import type { TableName } from '../../../layers/tflite/tables.js';
import { type Fused, fusedOf, fusedRange } from '../fused.js';
import type { OperatorBuilder } from '../operator-builder.js';
import type { TfliteTensor } from '../schema.js';
import { areAlike, joined } from './arrange.js';
import { kernelOrder, rowsOf, slidingOf, transposedOf } from './convolution.js';
import { ofEach } from './elementwise.js';
import { axisOf, type Translator, together } from './layout.js';
import { reducedAxes, windowsNd, windowsOf } from './pool.js';
import { oneScale } from './quantize.js';
import { resizeOf } from './spatial.js';

/** The scale and zero point of an input, or of output 0 (index −1). @throws CnnvizError 'unsupported' unless there is one of each */
function scaledOf(node: OperatorBuilder, index: number): Scaled {
  const { scales, zeros } = oneScale(node, index);
  if (!(scales[0] > 0)) throw node.refuse(`the scale ${scales[0]}`);
  return { scale: scales[0], zero: zeros[0] };
}

/** The type of an array of 8 bits. @throws CnnvizError 'unsupported' for any other */
function byteType(node: OperatorBuilder, { name, type }: TfliteTensor): ByteType {
  if (type === 'int8' || type === 'uint8') return type;
  throw node.refuse(`"${name}" is ${type}: whole numbers are computed in int8 and uint8`);
}

/** What an output is, and is held between. */
function outputOf(node: OperatorBuilder, fused: Fused = 'none'): { y: Scaled; dtype: ByteType; range: Range } {
  const dtype = byteType(node, node.output());
  const y = scaledOf(node, -1);
  return { y, dtype, range: fusedRange(fused, y.scale, y.zero, RANGES[dtype]!) };
}

/** Scales of weights: one, or one for each output channel, which lies along `axis`; their zero point. */
function weightScales(node: OperatorBuilder, index: number, axis: number) {
  const tensor = node.input(index);
  byteType(node, tensor);
  const { quantization } = tensor;
  if (!quantization?.scales.every((scale) => scale > 0)) throw node.refuse('its weights have no scale');
  const { scales, zeros } = quantization;
  const isEach = scales.length > 1;
  if (
    isEach &&
    (quantization.axis !== axis || scales.length !== tensor.shape[axis] || zeros.some((zero) => zero !== 0))
  ) {
    throw node.refuse('its weights have a scale for each place of another axis than that of the output channels');
  }
  return { weightScales: scales, weightZero: isEach ? 0 : zeros[0] };
}

function biasOf(node: OperatorBuilder, index: number): string | null {
  const tensor = node.optional(index);
  if (!tensor) return null;
  if (tensor.type !== 'int32') throw node.refuse(`a bias of ${tensor.type}`);
  return node.constant(index);
}

function convolution(isDepthwise: boolean): Translator {
  return (node) => {
    byteType(node, node.input(0));
    const layer = {
      kind: 'tflite_conv',
      ...slidingOf(node, isDepthwise),
      x: scaledOf(node, 0),
      ...weightScales(node, 1, isDepthwise ? 3 : 0),
      ...outputOf(node, fusedOf(node.options.number(isDepthwise ? 4 : 3, 'int8', 0))),
    } as const;
    const weight = node.constant(1, { order: kernelOrder(node, isDepthwise) });
    node.emit('conv', layer, [node.first(0), weight, biasOf(node, 2)], true);
  };
}

const transposed: Translator = (node) => {
  byteType(node, node.input(2));
  const output = outputOf(node, fusedOf(node.options.number(3, 'int8', 0)));
  const x = scaledOf(node, 2);
  const layer = {
    kind: 'tflite_conv_transpose',
    ...transposedOf(node),
    x,
    ...weightScales(node, 1, 0),
    ...output,
  } as const;
  const weight = node.constant(1, { order: { shape: node.input(1).shape, perm: [3, 0, 1, 2] } });
  node.emit('conv', layer, [node.first(2), weight, biasOf(node, 3)], true);
};

const fullyConnected: Translator = (node) => {
  byteType(node, node.input(0));
  const output = outputOf(node, fusedOf(node.options.number(0, 'int8', 0)));
  const layer = { kind: 'tflite_linear', x: scaledOf(node, 0), ...weightScales(node, 1, 0), ...output } as const;
  node.emit('linear', layer, [rowsOf(node), node.constant(1), biasOf(node, 2)], false);
};

function pair(kind: 'tflite_add' | 'tflite_sub' | 'tflite_mul' | 'tflite_prelu'): Translator {
  return (node) => {
    byteType(node, node.input(0));
    byteType(node, node.input(1));
    const fused = kind === 'tflite_prelu' ? 'none' : fusedOf(node.options.number(0, 'int8', 0));
    const { values, isFirst } = together(node, [0, 1]);
    const layer = { kind, a: scaledOf(node, 0), b: scaledOf(node, 1), ...outputOf(node, fused) };
    node.emit('value', layer, values, isFirst);
  };
}

/** The larger or smaller of numbers that stand for others in one way. */
function extreme(kind: 'max' | 'min'): Translator {
  return (node) => {
    const y = node.output();
    if (![0, 1].every((index) => areAlike(node.input(index), y)))
      throw node.refuse('its numbers are of different scales');
    const { values, isFirst } = together(node, [0, 1]);
    node.emit('value', { kind }, values, isFirst);
  };
}

function table(name: TableName, fused: Fused = 'none', parameters: readonly number[] = []): Translator {
  return (node) => {
    byteType(node, node.input(0));
    ofEach(node, { kind: 'tflite_table', name, x: scaledOf(node, 0), ...outputOf(node, fused), parameters });
  };
}

const leakyRelu: Translator = (node) => table('leaky_relu', 'none', [node.options.number(0, 'float32', 0)])(node);
const gelu: Translator = (node) => table(node.options.number(0, 'bool', 0) === 1 ? 'gelu_tanh' : 'gelu')(node);

const quantize: Translator = (node) => {
  const x = node.input(0);
  if (x.type === 'int8' || x.type === 'uint8') {
    table('rescale')(node);
    return;
  }
  if (x.type !== 'float32' && !node.build.sources.has(x.index)) throw node.refuse(`its input is ${x.type}`);
  const { y, dtype } = outputOf(node);
  ofEach(node, { kind: 'tflite_quantize', y, dtype });
};

const softmax: Translator = (node) => {
  byteType(node, node.input(0));
  const { value, rank, isFirst } = node.laid(0);
  const { y, dtype } = outputOf(node);
  const beta = node.options.number(0, 'float32', 0);
  const dim = axisOf(node, -1, rank, isFirst);
  node.emit('value', { kind: 'tflite_softmax', dim, beta, x: scaledOf(node, 0), y, dtype }, [value], isFirst);
};

/** Whether an operator's output stands for numbers as its input does. @throws CnnvizError 'unsupported' */
function checkAlike(node: OperatorBuilder): void {
  if (!areAlike(node.input(0), node.output())) throw node.refuse('its output has another scale than its input');
}

const averagePool: Translator = (node) => {
  checkAlike(node);
  const { kernelSize, stride, rule: padding, fused } = windowsOf(node);
  const { range } = outputOf(node, fused);
  node.emit('pool', { kind: 'tflite_avg_pool', kernelSize, stride, padding, range }, [node.first(0)], true);
};

const maxPool: Translator = (node) => {
  checkAlike(node);
  const windows = windowsOf(node);
  const { y, dtype, range } = outputOf(node, windows.fused);
  const layer = { kind: 'max_pool_nd', ...windowsNd(windows) } as const;
  if (windows.fused === 'none') {
    node.emit('pool', layer, [node.first(0)], true);
    return;
  }
  const pooled = node.add('pool', layer, [node.first(0)]);
  node.emit('value', { kind: 'tflite_table', name: 'rescale', x: y, y, range, dtype, parameters: [] }, [pooled], true);
};

function reduce(name: 'mean' | 'sum'): Translator {
  return (node) => {
    byteType(node, node.input(0));
    const { x, axes, keepDims, isFirst } = reducedAxes(node);
    const { y, range } = outputOf(node);
    const layer = { kind: 'tflite_reduce', name, axes, keepDims, x: scaledOf(node, 0), y, range } as const;
    node.emit('value', layer, [x], isFirst && keepDims);
  };
}

/** Of uint8, inputs of another scale are brought to that of the output. */
const concatenation: Translator = (node) => {
  const output = outputOf(node, fusedOf(node.options.number(1, 'int8', 0)));
  if (node.options.number(1, 'int8', 0) !== 0) throw node.refuse('a fused activation');
  const { values, isFirst } = joined(node);
  const parts = values.map((value, i) => {
    const x = node.input(i);
    byteType(node, x);
    if (areAlike(x, node.output())) return value;
    if (x.type !== 'uint8' || output.dtype !== 'uint8') throw node.refuse('its inputs are of different scales');
    const layer = {
      kind: 'tflite_table',
      name: 'rescale_float',
      x: scaledOf(node, i),
      ...output,
      parameters: [],
    } as const;
    return node.add(`part_${i}`, layer, [value]);
  });
  const dim = axisOf(node, node.options.number(0, 'int32', 0), node.output().shape.length, isFirst);
  node.emit('concat', { kind: 'concat', dim }, parts, isFirst);
};

const resizeBilinear: Translator = (node) => {
  checkAlike(node);
  byteType(node, node.input(0));
  const { sizes, alignCorners, halfPixel } = resizeOf(node, 2);
  node.emit('resize', { kind: 'tflite_resize_bilinear', sizes, alignCorners, halfPixel }, [node.first(0)], true);
};

/** Operators that make whole numbers of 8 bits. */
export const WHOLE: Readonly<Record<string, Translator>> = {
  CONV_2D: convolution(false),
  DEPTHWISE_CONV_2D: convolution(true),
  TRANSPOSE_CONV: transposed,
  FULLY_CONNECTED: fullyConnected,
  ADD: pair('tflite_add'),
  SUB: pair('tflite_sub'),
  MUL: pair('tflite_mul'),
  PRELU: pair('tflite_prelu'),
  MAXIMUM: extreme('max'),
  MINIMUM: extreme('min'),
  RELU: table('relu', 'relu'),
  RELU6: table('relu', 'relu6'),
  RELU_N1_TO_1: table('relu', 'relu_n1_to_1'),
  LEAKY_RELU: leakyRelu,
  HARD_SWISH: table('hard_swish'),
  LOGISTIC: table('sigmoid'),
  TANH: table('tanh'),
  ELU: table('elu'),
  GELU: gelu,
  EXP: table('exp'),
  QUANTIZE: quantize,
  SOFTMAX: softmax,
  AVERAGE_POOL_2D: averagePool,
  MAX_POOL_2D: maxPool,
  MEAN: reduce('mean'),
  SUM: reduce('sum'),
  CONCATENATION: concatenation,
  RESIZE_BILINEAR: resizeBilinear,
};

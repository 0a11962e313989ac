import { sizeOf } from '../../../core/tensor.js';
import { type DType, newNumbers, type Value } from '../../../core/values.js';
import { forwardOf, type Layer, layerFamily } from '../../../layers/index.js';
import type { Constant } from '../../../layers/model.js';
import type { DequantizeLayer } from '../../../layers/quantized/linear.js';
import type { Facts, NodeBuilder, Translator } from '../builder.js';
import { dtypeOf, storedTypeOf } from '../tensor.js';
import { slidingAxes, windowAttributes } from './convolution.js';

/** The type an attribute names; null: it names none. @throws CnnvizError 'unsupported' for int4, float8 and the like */
function typeOf(node: NodeBuilder, name: string): DType | null {
  const type = node.int(name, 0);
  return type === 0 ? null : dtypeOf(storedTypeOf(type));
}

function scaleAxis(node: NodeBuilder): { axis: number; blockSize: number } {
  return { axis: node.int('axis', 1), blockSize: node.int('block_size', 0) };
}

const quantize: Translator = (node) => {
  const [x, scale, zeroPoint] = [node.input(0), node.input(1), node.optional(2)];
  if (typeOf(node, 'precision') === 'float64') throw node.refuse('precision float64');
  const to = typeOf(node, 'output_dtype') ?? 'uint8';
  const dtype = zeroPoint === null ? to : node.facts(zeroPoint).dtype;
  node.emit({ kind: 'quantize_linear', to, ...scaleAxis(node) }, [x, scale, zeroPoint], { ...node.facts(x), dtype });
};

/**
 * Weights that a file has as whole numbers, as the float32 numbers they stand for: worked out when they are read.
 * Null when they, their scale or zero point are computed. @throws CnnvizError 'shape' when these do not fit
 */
function dequantized(node: NodeBuilder, layer: DequantizeLayer): Constant | null {
  const names = [node.input(0), node.input(1), node.optional(2)];
  const constants = names.map((name) => node.constant(name));
  if (constants.some((constant, i) => constant === null && names[i] !== null)) return null;
  const known = constants.map((one) => one && { dtype: one.dtype, shape: one.shape, known: () => one.load() });
  const [{ dtype, shape }] = layerFamily<DequantizeLayer>(layer).shape(layer, known);
  const load = (): Value => {
    const value = { dtype, shape, data: newNumbers(dtype, sizeOf(shape)) };
    const values = constants.map((one) => one?.load() ?? null);
    forwardOf<DequantizeLayer>(layer)!.run(layer, values, [value]);
    return value;
  };
  return { dtype, shape, load, loadInto: (target) => target.set(load().data) };
}

const dequantize: Translator = (node) => {
  const [x, scale, zeroPoint] = [node.input(0), node.input(1), node.optional(2)];
  const { dtype } = node.facts(scale);
  const to = typeOf(node, 'output_dtype');
  const facts: Facts = { dtype: to ?? dtype, rank: node.facts(x).rank };
  const layer = { kind: 'dequantize_linear', ...scaleAxis(node) } as const;
  const weight = to === null || to === dtype ? dequantized(node, layer) : null;
  if (weight) {
    node.emitConstant(weight);
    return;
  }
  if (to === null || to === dtype) node.emit(layer, [x, scale, zeroPoint], facts);
  else node.emit({ kind: 'cast', to }, [node.add('dequantize', layer, [x, scale, zeroPoint])], facts);
};

/** Means what it says: the window slides over whole numbers. `weight`: which input that is. */
function convolution(kind: 'qlinear_conv' | 'conv_integer', weight: number): Translator {
  return (node) => {
    const axes = slidingAxes(node, weight);
    if (axes < 1) throw node.refuse('a convolution without an axis to slide along');
    const layer: Layer = { kind, ...windowAttributes(node, axes), groups: node.int('group', 1) };
    const inputs =
      kind === 'qlinear_conv'
        ? [...[0, 1, 2, 3, 4, 5, 6, 7].map((i) => node.input(i)), node.optional(8)]
        : [node.input(0), node.input(1), node.optional(2), node.optional(3)];
    const dtype = kind === 'qlinear_conv' ? node.facts(inputs[7]).dtype : 'int32';
    node.emit(layer, inputs, { dtype, rank: axes + 2 });
  };
}

/** Whole numbers with a scale. Integer sums are exact. */
export const QUANTIZED: Readonly<Record<string, Translator>> = {
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: (node) =>
    node.emit({ kind: 'dynamic_quantize_linear' }, [node.input(0)], { ...node.facts(node.input(0)), dtype: 'uint8' }),
  QLinearConv: convolution('qlinear_conv', 3),
  ConvInteger: convolution('conv_integer', 1),
  QLinearMatMul(node) {
    const inputs = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => node.input(i));
    node.emit({ kind: 'qlinear_matmul' }, inputs, { dtype: node.facts(inputs[7]).dtype, rank: null });
  },
  MatMulInteger(node) {
    const inputs = [node.input(0), node.input(1), node.optional(2), node.optional(3)];
    node.emit({ kind: 'matmul_integer' }, inputs, { dtype: 'int32', rank: null });
  },
};

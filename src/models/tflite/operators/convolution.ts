import type { Pair } from '../../../core/geometry.js';
import { damaged } from '../flatbuffer.js';
import { fusedOf } from '../fused.js';
import type { OperatorBuilder } from '../operator-builder.js';
import type { TfliteTensor } from '../schema.js';
import { channelsOf, checkTypes, paddingOf, positive, storedShape, type Translator } from './layout.js';

/** How a convolution slides; depthwise ones have one option more in front of the last three. */
interface Sliding {
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly padding: 'same' | 'valid';
  readonly groups: number;
}

/** The kernels [M, kH, kW, C], or of a depthwise one [1, kH, kW, M]. @throws CnnvizError 'format' */
function kernelsOf(node: OperatorBuilder, isDepthwise: boolean): TfliteTensor {
  const weight = node.input(1);
  const { shape } = weight;
  if (shape.length === 4 && !shape.includes(0) && (!isDepthwise || shape[0] === 1)) return weight;
  throw damaged(node.operator.at, `${node.operator.name} with kernels [${shape.join(', ')}]`);
}

/** Of a convolution, or a depthwise one. @throws CnnvizError 'format' */
export function slidingOf(node: OperatorBuilder, isDepthwise: boolean): Sliding {
  const shift = isDepthwise ? 1 : 0;
  const perGroup = isDepthwise ? 1 : kernelsOf(node, isDepthwise).shape[3];
  // of open channels the file tells none: one group, or the run refuses what does not fit
  const isOpen = !isDepthwise && (node.input(0).signature?.at(-1) ?? 0) < 0;
  const channels = isOpen ? perGroup : channelsOf(node, node.input(0));
  if (node.input(0).shape.length !== 4 || channels % perGroup !== 0) {
    throw damaged(node.operator.at, `${node.operator.name} of [${node.input(0).shape.join(', ')}]`);
  }
  return {
    padding: paddingOf(node),
    stride: [positive(node, 2, 0, 'stride'), positive(node, 1, 0, 'stride')],
    dilation: [positive(node, 5 + shift, 1, 'dilation'), positive(node, 4 + shift, 1, 'dilation')],
    groups: channels / perGroup,
  };
}

/** Kernels as [M, C/groups, kH, kW]. */
export function kernelOrder(node: OperatorBuilder, isDepthwise: boolean) {
  const { shape } = kernelsOf(node, isDepthwise);
  return { shape, perm: isDepthwise ? [3, 0, 1, 2] : [0, 3, 1, 2] };
}

/** Weights and bias of floating point; whole numbers become those they stand for, which is said. */
export function realWeight(node: OperatorBuilder, index: number, order?: { shape: readonly number[]; perm: number[] }) {
  const tensor = node.input(index);
  const isWhole = tensor.type === 'int8' || tensor.type === 'uint8';
  if (isWhole && !tensor.quantization) throw node.refuse(`its weights of ${tensor.type} have no scale`);
  if (isWhole) node.build.notes.add(HYBRID);
  return node.constant(index, { order, isReal: isWhole });
}

const HYBRID =
  'weights of 8 bits, activations of floating point: computed with the numbers that the weights stand for; TensorFlow Lite rounds the activations to 8 bits as well while it runs, so that its results are a little coarser';

function bias(node: OperatorBuilder, index: number): string | null {
  return node.optional(index) ? node.constant(index) : null;
}

function floatConvolution(isDepthwise: boolean): Translator {
  return (node) => {
    checkTypes(node, ['float32'], [0, ...(node.optional(2) ? [2] : [])]);
    const sliding = slidingOf(node, isDepthwise);
    const weight = realWeight(node, 1, kernelOrder(node, isDepthwise));
    const layer = { kind: 'conv', ...sliding, paddingMode: 'zeros' } as const;
    const fused = fusedOf(node.options.number(isDepthwise ? 4 : 3, 'int8', 0));
    node.emit('conv', layer, [node.first(0), weight, bias(node, 2)], true, fused);
  };
}

/** What a transposed convolution cuts off or adds, for the output the file says. */
export function transposedOf(node: OperatorBuilder) {
  const [weight, x, y] = [node.input(1), node.input(2), node.output()];
  if (weight.shape.length !== 4 || x.shape.length !== 4 || y.shape.length !== 4) {
    throw damaged(node.operator.at, `${node.operator.name} of [${x.shape.join(', ')}]`);
  }
  if (node.isConstant(0) && node.numbers(0, 'output shape').slice(1).join() !== y.shape.slice(1).join()) {
    throw damaged(node.operator.at, `${node.operator.name}: another output shape than [${y.shape.join(', ')}]`);
  }
  const [stored, wanted] = [storedShape(node, x), storedShape(node, y)];
  const stride: Pair = [positive(node, 2, 0, 'stride'), positive(node, 1, 0, 'stride')];
  const isSame = paddingOf(node) === 'same';
  const sides = [0, 1].map((axis) => {
    const whole = (stored[1 + axis] - 1) * stride[axis] + weight.shape[1 + axis];
    const out = wanted[1 + axis];
    const more = Math.max(0, whole - out);
    const before = isSame ? Math.floor(more / 2) : 0;
    return { before, after: more - before, added: Math.max(0, out - whole) };
  });
  return {
    stride,
    padding: [...sides.map(({ before }) => before), ...sides.map(({ after }) => after)],
    outputPadding: sides.map(({ added }) => added),
    outputSize: null,
    dilation: [1, 1],
    groups: 1,
  };
}

const floatTransposed: Translator = (node) => {
  checkTypes(node, ['float32'], [2, ...(node.optional(3) ? [3] : [])]);
  const layer = { kind: 'conv_transpose', ...transposedOf(node) } as const;
  const weight = realWeight(node, 1, { shape: node.input(1).shape, perm: [3, 0, 1, 2] });
  const fused = fusedOf(node.options.number(3, 'int8', 0));
  node.emit('conv_transpose', layer, [node.first(2), weight, bias(node, 3)], true, fused);
};

/** x as rows of the K numbers a fully connected layer reads. */
export function rowsOf(node: OperatorBuilder): string {
  const [x, weight] = [node.input(0), node.input(1)];
  if (weight.shape.length !== 2) {
    throw damaged(node.operator.at, `${node.operator.name} with weights [${weight.shape.join(', ')}]`);
  }
  if (node.options.number(1, 'int8', 0) !== 0) throw node.refuse('its weights are shuffled');
  const keeps = node.options.number(2, 'bool', 0) === 1;
  if (keeps || x.shape.length === 2) return node.last(0);
  const shape = node.made('shape', 'int64', [-1, weight.shape[1]]);
  return node.add('flatten', { kind: 'reshape', allowZero: false }, [node.last(0), shape]);
}

const floatFullyConnected: Translator = (node) => {
  checkTypes(node, ['float32'], [0, ...(node.optional(2) ? [2] : [])]);
  const x = rowsOf(node);
  const fused = fusedOf(node.options.number(0, 'int8', 0));
  if (node.isConstant(1)) {
    node.emit('linear', { kind: 'linear' }, [x, realWeight(node, 1), bias(node, 2)], false, fused);
    return;
  }
  checkTypes(node, ['float32'], [1]);
  const turned = node.add('transpose', { kind: 'transpose', perm: [1, 0] }, [node.last(1)]);
  const product = node.add('product', { kind: 'matmul' }, [x, turned]);
  const added = bias(node, 2);
  if (added === null) node.emit('matmul', { kind: 'identity' }, [product], false, fused);
  else node.emit('add', { kind: 'add' }, [product, added], false, fused);
};

const floatBatchMatmul: Translator = (node) => {
  checkTypes(node, ['float32'], [0, 1]);
  const sides = [0, 1].map((index) => {
    const { length } = node.input(index).shape;
    if (node.options.number(index, 'bool', 0) === 0) return node.last(index);
    const perm = Array.from({ length }, (_, axis) => axis);
    [perm[length - 1], perm[length - 2]] = [length - 2, length - 1];
    return node.add(index === 0 ? 'a' : 'b', { kind: 'transpose', perm }, [node.last(index)]);
  });
  node.emit('matmul', { kind: 'matmul' }, sides, false);
};

export const CONVOLUTION: Readonly<Record<string, Translator>> = {
  CONV_2D: floatConvolution(false),
  DEPTHWISE_CONV_2D: floatConvolution(true),
  TRANSPOSE_CONV: floatTransposed,
  FULLY_CONNECTED: floatFullyConnected,
  BATCH_MATMUL: floatBatchMatmul,
};

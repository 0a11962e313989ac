import type { Padding, Pair } from '../../../core/geometry.js';
import type { Layer } from '../../../layers/index.js';
import type { Constant } from '../../../layers/model.js';
import type { WindowPadding } from '../../../layers/window-nd.js';
import type { Facts, NodeBuilder, Translator } from '../builder.js';

const AUTO_PADS: ReadonlyMap<string, 'same' | 'same_lower' | 'valid'> = new Map([
  ['SAME_UPPER', 'same'],
  ['SAME_LOWER', 'same_lower'],
  ['VALID', 'valid'],
]);

/** Stride, dilation and padding of windows over `rank` axes; what is left out is 1, 1 and 0. */
export function windowAttributes(
  node: NodeBuilder,
  rank: number,
): { stride: readonly number[]; dilation: readonly number[]; padding: WindowPadding } {
  const ones = new Array<number>(rank).fill(1);
  const list = (name: string, otherwise: readonly number[]) => {
    const given = node.ints(name);
    if (!given || given.length === 0) return otherwise;
    if (given.length === otherwise.length) return given;
    throw node.refuse(`${name} [${given.join(', ')}]: expected ${otherwise.length} numbers`);
  };
  const told = node.text('auto_pad', 'NOTSET');
  const rule = AUTO_PADS.get(told);
  if (!rule && told !== 'NOTSET' && told !== '') throw node.refuse(`auto_pad "${told}"`);
  return {
    stride: list('strides', ones),
    dilation: list('dilations', ones),
    padding: rule ?? list('pads', new Array<number>(2 * rank).fill(0)),
  };
}

/** The number of axes the kernel slides along: told, or as many as the weight (an input) or what is read has. */
export function slidingAxes(node: NodeBuilder, weight = 1): number {
  const told = node.ints('kernel_shape');
  if (told && told.length > 0) return told.length;
  const rank = node.facts(node.input(weight)).rank ?? node.facts(node.input(0)).rank ?? 4;
  return rank - 2;
}

const conv: Translator = (node) => {
  const [x, weight, bias] = [node.input(0), node.input(1), node.optional(2)];
  const axes = slidingAxes(node);
  if (axes < 1) throw node.refuse('a convolution without an axis to slide along');
  const window = windowAttributes(node, axes);
  const groups = node.int('group', 1);
  const { dtype } = node.facts(weight);
  const facts: Facts = { dtype: dtype ?? 'float32', rank: axes + 2 };
  checkKernelShape(node, weight);
  const isFloat32 = dtype === null || dtype === 'float32';
  if (axes > 2 || !isFloat32) {
    node.emit({ kind: 'conv_nd', ...window, groups }, [x, weight, bias], facts);
    return;
  }
  const { stride, dilation, padding } = window;
  const fields = { kind: 'conv', paddingMode: 'zeros', groups } as const;
  if (axes === 2) {
    const layer = { ...fields, stride: stride as Pair, dilation: dilation as Pair, padding };
    node.emit(layer, [x, weight, bias], facts);
    return;
  }
  // one axis: a row of pixels
  const rowPadding: Padding = typeof padding === 'string' ? padding : [0, padding[0], 0, padding[1]];
  const layer = { ...fields, stride: [1, stride[0]], dilation: [1, dilation[0]], padding: rowPadding } as const;
  inOneRow(node, [x, weight, bias], facts, layer);
};

/** [M, C, kW] → [M, C, 1, kW] */
function asRow(constant: Constant): Constant {
  const [M, C, kW] = constant.shape;
  const shape = [M, C, 1, kW];
  return { ...constant, shape, load: () => ({ ...constant.load(), shape }), loadInto: (to) => constant.loadInto(to) };
}

/**
 * What a transposed convolution cuts off its output. With output_shape pads do not count: they follow from it.
 * Source: onnx.ai, operator ConvTranspose
 */
function transposedPadding(node: NodeBuilder, padding: WindowPadding, rank: number) {
  const told = node.ints('output_shape');
  const outputSize = told && told.length > 0 ? told : null;
  if (outputSize && outputSize.length !== rank) {
    throw node.refuse(`output_shape [${outputSize.join(', ')}]: expected ${rank} numbers`);
  }
  if (padding === 'same' || padding === 'same_lower') return { padding, outputSize };
  if (outputSize) return { padding: 'fit', outputSize } as const;
  return { padding: padding === 'valid' ? new Array<number>(2 * rank).fill(0) : padding, outputSize };
}

const convTranspose: Translator = (node) => {
  const [x, weight, bias] = [node.input(0), node.input(1), node.optional(2)];
  const axes = slidingAxes(node);
  if (axes < 1) throw node.refuse('a transposed convolution without an axis');
  const { stride, dilation, padding: told } = windowAttributes(node, axes);
  const { padding, outputSize } = transposedPadding(node, told, axes);
  const outputPadding = (node.ints('output_padding') ?? []).slice(0, axes);
  const fields = {
    stride,
    padding,
    outputPadding: outputPadding.length > 0 ? outputPadding : stride.map(() => 0),
    outputSize,
    dilation,
    groups: node.int('group', 1),
  };
  const { dtype } = node.facts(weight);
  const facts: Facts = { dtype: dtype ?? 'float32', rank: axes + 2 };
  checkKernelShape(node, weight);
  if (axes > 2 || (dtype !== null && dtype !== 'float32')) {
    node.emit({ kind: 'conv_transpose_nd', ...fields }, [x, weight, bias], facts);
    return;
  }
  if (axes === 2) {
    node.emit({ kind: 'conv_transpose', ...fields }, [x, weight, bias], facts);
    return;
  }
  // one axis: a row of pixels
  const row = <T>(list: readonly T[], first: T): T[] => [first, ...list];
  inOneRow(node, [x, weight, bias], facts, {
    kind: 'conv_transpose',
    ...fields,
    stride: row(stride, 1),
    padding: typeof padding === 'string' ? padding : [0, padding[0], 0, padding[1]],
    outputPadding: row(fields.outputPadding, 0),
    outputSize: outputSize && row(outputSize, 1),
    dilation: row(dilation, 1),
  });
};

/** A layer of maps over arrays [N, C, W] as rows of pixels, with weights [M, C, kW]. */
function inOneRow(
  node: NodeBuilder,
  [x, weight, bias]: readonly [string, string, string | null],
  facts: Facts,
  layer: Layer,
): void {
  const height = node.addIntegers('axes', [2]);
  const rows = node.add('unsqueeze', { kind: 'unsqueeze' }, [x, height], { ...facts, rank: 4 });
  const constant = node.constant(weight);
  const kernels = constant
    ? node.addConstant('weight', asRow(constant))
    : node.add('unsqueeze_weight', { kind: 'unsqueeze' }, [weight, height]);
  const made = node.add(layer.kind, layer, [rows, kernels, bias], { ...facts, rank: 4 });
  node.emit({ kind: 'squeeze' }, [made, height], facts);
}

function checkKernelShape(node: NodeBuilder, weight: string): void {
  const [told, found] = [node.ints('kernel_shape'), node.constant(weight)?.shape.slice(2)];
  if (told && told.length > 0 && found && told.join() !== found.join()) {
    throw node.refuse(`kernel_shape [${told.join(', ')}], but the weight's kernels are [${found.join(', ')}]`);
  }
}

export const CONVOLUTION: Readonly<Record<string, Translator>> = { Conv: conv, ConvTranspose: convTranspose };

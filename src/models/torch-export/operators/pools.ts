import type { Pair } from '../../../core/geometry.js';
import { type AtenNode, int, ints, type Writer } from '../aten-node.js';
import { perAxis } from './convolutions.js';

/** Arrays [N, C, …] of as many axes as the pool slides along. */
function checkedInput(node: AtenNode, axes: number): string {
  const x = node.tensor('self');
  if (node.rank(x) !== axes + 2) throw node.refuse(`an input of ${node.rank(x)} axes: expected ${axes + 2}`);
  return x;
}

function windowOf(node: AtenNode, axes: number) {
  const kernel = perAxis(node, 'kernel_size', axes, 1);
  const padding = perAxis(node, 'padding', axes, 0);
  const hasStride = (node.ints('stride') ?? []).length > 0;
  return {
    kernel_shape: ints(kernel),
    strides: ints(hasStride ? perAxis(node, 'stride', axes, 1) : kernel),
    pads: ints([...padding, ...padding]),
    ceil_mode: int(node.bool('ceil_mode', false) ? 1 : 0),
  };
}

function maxPool(axes: number): Writer {
  return (node) => {
    const dilations = ints(perAxis(node, 'dilation', axes, 1));
    node.emit('MaxPool', [checkedInput(node, axes)], { ...windowOf(node, axes), dilations });
  };
}

function avgPool(axes: number): Writer {
  return (node) => {
    const attributes = {
      ...windowOf(node, axes),
      count_include_pad: int(node.bool('count_include_pad', true) ? 1 : 0),
    };
    if (node.has('divisor_override')) throw node.refuse('an average pool with a divisor of its own');
    node.emit('AveragePool', [checkedInput(node, axes)], attributes);
  };
}

function adaptive(kind: 'avg' | 'max', axes: number): Writer {
  return (node) => {
    const x = checkedInput(node, axes);
    const outputSize = perAxis(node, 'output_size', axes, 1);
    if (outputSize.some((side) => side < 1)) throw node.refuse(`an output of [${outputSize.join(', ')}]`);
    node.emit(kind === 'avg' ? 'GlobalAveragePool' : 'GlobalMaxPool', [x]);
    if (outputSize.every((side) => side === 1)) return;
    if (axes !== 2)
      throw node.refuse(`an adaptive pool to [${outputSize.join(', ')}]: expected two axes, or one number`);
    // ONNX has it for a single number only
    node.becomes({ kind: `adaptive_${kind}_pool`, outputSize: outputSize as Pair });
  };
}

export const POOLS: Readonly<Record<string, Writer>> = {
  'max_pool1d.default': maxPool(1),
  'max_pool2d.default': maxPool(2),
  'max_pool3d.default': maxPool(3),
  'max_pool1d_with_indices.default': maxPool(1),
  'max_pool2d_with_indices.default': maxPool(2),
  'max_pool3d_with_indices.default': maxPool(3),
  'avg_pool1d.default': avgPool(1),
  'avg_pool2d.default': avgPool(2),
  'avg_pool3d.default': avgPool(3),
  'adaptive_avg_pool1d.default': adaptive('avg', 1),
  'adaptive_avg_pool2d.default': adaptive('avg', 2),
  '_adaptive_avg_pool2d.default': adaptive('avg', 2),
  'adaptive_avg_pool3d.default': adaptive('avg', 3),
  'adaptive_max_pool1d.default': adaptive('max', 1),
  'adaptive_max_pool2d.default': adaptive('max', 2),
};

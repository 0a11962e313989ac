import { type AtenNode, int, ints, type Writer } from '../aten-node.js';

/** A number for each of `rank` axes: a list of one stands for all. */
export function perAxis(node: AtenNode, name: string, rank: number, otherwise: number): readonly number[] {
  const list = node.ints(name) ?? [];
  if (list.length === rank) return list;
  if (list.length <= 1) return new Array<number>(rank).fill(list[0] ?? otherwise);
  throw node.refuse(`${name} [${list.join(', ')}] for ${rank} axes`);
}

/** The axes that the kernels slide along. Arrays without a batch are not read. */
function slidingAxes(node: AtenNode): number {
  const [rank, weight] = [node.rank(node.tensor('input')), node.rank(node.tensor('weight'))];
  if (rank !== weight || rank < 3) throw node.refuse(`an input of ${rank} axes for kernels of ${weight}`);
  return weight - 2;
}

function convolve(node: AtenNode, pads: (axes: number, dilation: readonly number[]) => readonly number[]): void {
  const axes = slidingAxes(node);
  const dilation = perAxis(node, 'dilation', axes, 1);
  node.emit('Conv', [node.tensor('input'), node.tensor('weight'), node.optionalTensor('bias')], {
    strides: ints(perAxis(node, 'stride', axes, 1)),
    pads: ints(pads(axes, dilation)),
    dilations: ints(dilation),
    group: int(node.int('groups', 1)),
  });
}

function plainPads(node: AtenNode, axes: number): readonly number[] {
  const padding = perAxis(node, 'padding', axes, 0);
  return [...padding, ...padding];
}

const conv: Writer = (node) => convolve(node, (axes) => plainPads(node, axes));

/** 'same' adds up to d (k − 1), the odd one behind; it goes with stride 1 alone. */
const convPadded: Writer = (node) => {
  const padding = node.text('padding', 'valid');
  if (padding !== 'same' && padding !== 'valid') throw node.refuse(`padding "${padding}"`);
  convolve(node, (axes, dilation) => {
    if (padding === 'valid') return new Array<number>(2 * axes).fill(0);
    const sides = node.meta(node.tensor('weight')).sides.slice(2);
    const total = dilation.map((step, axis) => step * ((sides[axis] ?? 1) - 1));
    const before = total.map((sum) => Math.floor(sum / 2));
    return [...before, ...total.map((sum, axis) => sum - before[axis])];
  });
};

const transposed: Writer = (node) => {
  const axes = slidingAxes(node);
  node.emit('ConvTranspose', [node.tensor('input'), node.tensor('weight'), node.optionalTensor('bias')], {
    strides: ints(perAxis(node, 'stride', axes, 1)),
    pads: ints(plainPads(node, axes)),
    output_padding: ints(perAxis(node, 'output_padding', axes, 0)),
    dilations: ints(perAxis(node, 'dilation', axes, 1)),
    group: int(node.int('groups', 1)),
  });
};

const either: Writer = (node) => {
  if (node.bool('transposed', false)) {
    transposed(node);
    return;
  }
  node.ignore('output_padding');
  conv(node);
};

export const CONVOLUTIONS: Readonly<Record<string, Writer>> = {
  'conv1d.default': conv,
  'conv2d.default': conv,
  'conv3d.default': conv,
  'conv1d.padding': convPadded,
  'conv2d.padding': convPadded,
  'conv3d.padding': convPadded,
  'conv_transpose1d.default': transposed,
  'conv_transpose2d.input': transposed,
  'conv_transpose3d.input': transposed,
  'convolution.default': either,
};

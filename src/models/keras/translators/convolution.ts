import type { Padding, Pair } from '../../../core/geometry.js';
import type { Constant } from '../../../layers/model.js';
import { activated } from '../activations.js';
import { permuted, shapedAs } from '../arrays.js';
import { asRow, type Maps, mapsOf, outOfRow } from '../axes.js';
import type { LayerCall, Made, Sides, Term, Translator } from '../layer-call.js';
import { slidSides, type Windows, windowsOf } from './windows.js';

/** [..., C, M] → [M, C, ...]: how the engine has kernels. */
function kernelsFirst(constant: Constant): Constant {
  const spatial = constant.shape.length - 2;
  return permuted(constant, [spatial + 1, spatial, ...Array.from({ length: spatial }, (_, i) => i)]);
}

/** [..., C, multiplier] → [C·multiplier, 1, ...]: each channel has its own kernels, one after another. */
function depthwiseFirst(constant: Constant): Constant {
  const { shape } = constant;
  const spatial = shape.length - 2;
  const sides = shape.slice(0, spatial);
  const turned = permuted(constant, [spatial, spatial + 1, ...sides.map((_, i) => i)]);
  return shapedAs(turned, [shape[spatial] * shape[spatial + 1], 1, ...sides]);
}

/** One convolution over maps [N, C, ...]. kernel [M, C/groups, ...] */
function convolve(
  call: LayerCall,
  suffix: string,
  x: Term,
  kernel: { readonly name: string; readonly constant: Constant },
  bias: Term | null,
  windows: Windows,
  groups: number,
): Term {
  const { stride, dilation, padding } = windows;
  const axes = stride.length;
  const rule = padding === 'same' ? 'same' : 0;
  if (axes === 3) {
    const layer = {
      kind: 'conv_nd',
      stride,
      dilation,
      padding: padding === 'same' ? 'same' : 'valid',
      groups,
    } as const;
    return call.add(suffix, layer, [x, call.parameter(kernel.name, kernel.constant), bias]);
  }
  const fields = { kind: 'conv', paddingMode: 'zeros', groups } as const;
  if (axes === 2) {
    const layer = { ...fields, stride: stride as Pair, dilation: dilation as Pair, padding: rule } as const;
    return call.add(suffix, layer, [x, call.parameter(kernel.name, kernel.constant), bias]);
  }
  const { shape } = kernel.constant;
  const row = call.parameter(kernel.name, shapedAs(kernel.constant, [shape[0], shape[1], 1, shape[2]]));
  const before: Padding = [0, (windows.kernel[0] - 1) * dilation[0], 0, 0];
  const layer = {
    ...fields,
    stride: [1, stride[0]],
    dilation: [1, dilation[0]],
    padding: padding === 'causal' ? before : rule,
  } as const;
  return outOfRow(call, call.add(suffix, layer, [asRow(call, x), row, bias]));
}

function finished(call: LayerCall, maps: Maps, term: Term, M: number, sides: Sides): Made {
  return activated(call, maps.made(term, M, sides));
}

/** Conv1D, Conv2D, Conv3D. Source: keras.io/api/layers/convolution_layers */
function conv(axes: 1 | 2 | 3): Translator {
  return (call) => {
    const { fields } = call;
    const windows = windowsOf(call, axes);
    const groups = fields.whole('groups', 1);
    const M = fields.whole('filters');
    const maps = mapsOf(call, axes);
    const { C } = maps;
    const hasBias = fields.flag('use_bias', true);
    const perGroup = C === null ? null : C / groups;
    if (perGroup !== null && !Number.isInteger(perGroup)) throw fields.wrong('groups', `a divisor of ${C} channels`);
    const [kernel, bias] = call.weights([
      ['kernel', [...windows.kernel, perGroup, M]],
      ...(hasBias ? ([['bias', [M]]] as const) : []),
    ]);
    const term = convolve(
      call,
      `conv${axes}d`,
      maps.term,
      { name: 'kernel', constant: kernelsFirst(kernel) },
      bias ? call.parameter('bias', bias) : null,
      windows,
      groups,
    );
    return finished(call, maps, term, M, slidSides(call, maps.sides, windows));
  };
}

/** DepthwiseConv1D and 2D. */
function depthwise(axes: 1 | 2): Translator {
  return (call) => {
    const { fields } = call;
    const windows = windowsOf(call, axes);
    const multiplier = fields.whole('depth_multiplier', 1);
    const maps = mapsOf(call, axes);
    const hasBias = fields.flag('use_bias', true);
    const expected = maps.C === null ? null : maps.C * multiplier;
    const [kernel, bias] = call.weights([
      ['depthwise_kernel', [...windows.kernel, maps.C, multiplier]],
      ...(hasBias ? ([['bias', [expected]]] as const) : []),
    ]);
    // what belongs to layers of a kernel for each map, and is written down all the same
    fields.raw('filters');
    fields.raw('groups');
    const [C] = kernel.shape.slice(axes);
    const term = convolve(
      call,
      `depthwise_conv${axes}d`,
      maps.term,
      { name: 'depthwise_kernel', constant: depthwiseFirst(kernel) },
      bias ? call.parameter('bias', bias) : null,
      windows,
      C,
    );
    return finished(call, maps, term, C * multiplier, slidSides(call, maps.sides, windows));
  };
}

/** SeparableConv1D and 2D: each channel by itself, then all of them at each place. */
function separable(axes: 1 | 2): Translator {
  return (call) => {
    const { fields } = call;
    const windows = windowsOf(call, axes);
    const multiplier = fields.whole('depth_multiplier', 1);
    const M = fields.whole('filters');
    const groups = fields.whole('groups', 1);
    if (groups !== 1) throw call.refuse(`groups ${groups} of a separable convolution`);
    const maps = mapsOf(call, axes);
    const hasBias = fields.flag('use_bias', true);
    const inner = maps.C === null ? null : maps.C * multiplier;
    const ones = windows.kernel.map(() => 1);
    const [kernel, pointwise, bias] = call.weights([
      ['depthwise_kernel', [...windows.kernel, maps.C, multiplier]],
      ['pointwise_kernel', [...ones, inner, M]],
      ...(hasBias ? ([['bias', [M]]] as const) : []),
    ]);
    const [C] = kernel.shape.slice(axes);
    const between = { name: 'depthwise_kernel', constant: depthwiseFirst(kernel) };
    const spread = convolve(call, 'depthwise', maps.term, between, null, windows, C);
    const point: Windows = { kernel: ones, stride: ones, dilation: ones, padding: 'valid' };
    const last = { name: 'pointwise_kernel', constant: kernelsFirst(pointwise) };
    const term = convolve(call, 'pointwise', spread, last, bias ? call.parameter('bias', bias) : null, point, 1);
    return finished(call, maps, term, M, slidSides(call, maps.sides, windows));
  };
}

/** Along one axis: what is cut off the output, and what is added behind it, whatever the size of the input. */
function transposedAxis(
  call: LayerCall,
  { kernel, stride, dilation, isSame, added }: TransposedAxis,
): { before: number; after: number; behind: number; outOf: (size: number) => number } {
  const spans = dilation * (kernel - 1) + 1;
  // the size of the output less that of (size − 1)·stride, as Keras works it out
  const extra = isSame
    ? added === null
      ? stride
      : (spans % 2) + added
    : spans + (added ?? Math.max(stride - spans, 0));
  const isReached = isSame ? extra >= 1 && extra <= stride : extra - spans < stride;
  if (!isReached)
    throw call.refuse(`output_padding ${added} with a stride of ${stride}: TensorFlow has no such output`);
  const cut = Math.max(spans - extra, 0);
  const before = Math.floor(cut / 2);
  return {
    before,
    after: cut - before,
    behind: Math.max(extra - spans, 0),
    outOf: (size) => (size - 1) * stride + extra,
  };
}

interface TransposedAxis {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly isSame: boolean;
  /** output_padding; null: as the size follows from padding. */
  readonly added: number | null;
}

/** Conv1DTranspose, Conv2DTranspose, Conv3DTranspose. Source: keras, backend/common/backend_utils.py */
function transposed(axes: 1 | 2 | 3): Translator {
  return (call) => {
    const { fields } = call;
    const { kernel, stride, dilation, padding } = windowsOf(call, axes);
    if (padding === 'causal') throw call.refuse('causal padding of a transposed convolution');
    const added = fields.has('output_padding') ? fields.wholes('output_padding', axes, 0, 0) : null;
    fields.raw('output_padding');
    const groups = fields.whole('groups', 1);
    if (groups !== 1) throw call.refuse(`groups ${groups} of a transposed convolution`);
    const M = fields.whole('filters');
    const maps = mapsOf(call, axes);
    const hasBias = fields.flag('use_bias', true);
    const [numbers, bias] = call.weights([
      ['kernel', [...kernel, M, maps.C]],
      ...(hasBias ? ([['bias', [M]]] as const) : []),
    ]);
    const along = kernel.map((side, i) =>
      transposedAxis(call, {
        kernel: side,
        stride: stride[i],
        dilation: dilation[i],
        isSame: padding === 'same',
        added: added?.[i] ?? null,
      }),
    );
    const row = <T>(list: readonly T[], first: T): readonly T[] => (axes === 1 ? [first, ...list] : list);
    const layer = {
      kind: axes === 3 ? 'conv_transpose_nd' : 'conv_transpose',
      stride: row(stride, 1),
      padding: [
        ...row(
          along.map(({ before }) => before),
          0,
        ),
        ...row(
          along.map(({ after }) => after),
          0,
        ),
      ],
      outputPadding: row(
        along.map(({ behind }) => behind),
        0,
      ),
      outputSize: null,
      dilation: row(dilation, 1),
      groups: 1,
    } as const;
    const turned = kernelsFirst(numbers);
    const constant = axes === 1 ? shapedAs(turned, [turned.shape[0], turned.shape[1], 1, turned.shape[2]]) : turned;
    const x = axes === 1 ? asRow(call, maps.term) : maps.term;
    const made = call.add(`conv${axes}d_transpose`, layer, [
      x,
      call.parameter('kernel', constant),
      bias ? call.parameter('bias', bias) : null,
    ]);
    const sides = maps.sides.map((side, i) => (side === null ? null : along[i].outOf(side)));
    return finished(call, maps, axes === 1 ? outOfRow(call, made) : made, M, sides);
  };
}

export const CONVOLUTION: Readonly<Record<string, Translator>> = {
  Conv1D: conv(1),
  Conv2D: conv(2),
  Conv3D: conv(3),
  Convolution1D: conv(1),
  Convolution2D: conv(2),
  Convolution3D: conv(3),
  DepthwiseConv1D: depthwise(1),
  DepthwiseConv2D: depthwise(2),
  SeparableConv1D: separable(1),
  SeparableConv2D: separable(2),
  SeparableConvolution2D: separable(2),
  Conv1DTranspose: transposed(1),
  Conv2DTranspose: transposed(2),
  Conv3DTranspose: transposed(3),
  Convolution2DTranspose: transposed(2),
};

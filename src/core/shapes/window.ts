import { CnnvizError } from '../errors.js';
import { type Axis, extent, outputSize } from '../geometry.js';
import type { ConvNdLayer, GlobalPoolLayer, PoolNdLayer, WindowPadding } from '../graph-layers.js';
import { checkedShape } from './known.js';
import { required, type ShapeRule } from './rule.js';

interface Windows {
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: WindowPadding;
  readonly dilation: readonly number[];
  readonly ceilMode: boolean;
}

/**
 * The axes of windows over `sides`, in order. With ceilMode a window must start inside the input or its padding before
 * it, as in torch. @throws CnnvizError 'usage' or 'shape'
 */
export function windowAxes(sides: readonly number[], windows: Windows): Axis[] {
  const { kernelSize, stride, padding, dilation, ceilMode } = windows;
  const rank = sides.length;
  for (const [name, list] of Object.entries({ 'kernel size': kernelSize, stride, dilation })) {
    if (list.length !== rank || list.some((value) => !Number.isInteger(value) || value < 1)) {
      throw new CnnvizError('usage', `${name} ${list.join(',')}: expected ${rank} whole numbers from 1`);
    }
  }
  const pads = typeof padding === 'string' ? null : padding;
  if (pads && (pads.length !== 2 * rank || pads.some((pad) => !Number.isInteger(pad) || pad < 0))) {
    throw new CnnvizError('usage', `pads ${pads.join(',')}: expected ${2 * rank} whole numbers from 0`);
  }
  return sides.map((size, i): Axis => {
    const [kernel, step, spread] = [kernelSize[i], stride[i], dilation[i]];
    const axis = { size, kernel, stride: step, dilation: spread };
    const [before, after] = pads ? [pads[i], pads[rank + i]] : rulePads(padding, axis);
    let out = outputSize(size, before + after, kernel, step, spread);
    if (ceilMode && pads) {
      out = Math.ceil((size + before + after - extent(kernel, spread)) / step) + 1;
      if ((out - 1) * step >= size + before) out--;
    }
    if (out < 1) {
      throw new CnnvizError('shape', `a window of ${extent(kernel, spread)} is larger than the side of ${size}`);
    }
    return { ...axis, padBefore: before, padAfter: after, out };
  });
}

/** 'same' keeps ceil(size / stride), an odd pixel behind; 'same_lower' before. */
function rulePads(rule: WindowPadding, axis: Pick<Axis, 'size' | 'kernel' | 'stride' | 'dilation'>): [number, number] {
  if (rule === 'valid') return [0, 0];
  const { size, kernel, stride, dilation } = axis;
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + extent(kernel, dilation) - size);
  const less = Math.floor(total / 2);
  return rule === 'same' ? [less, total - less] : [total - less, less];
}

/** The axes of a convolution over any number of sides. */
export function convNdAxes(layer: ConvNdLayer, x: readonly number[], weight: readonly number[]): Axis[] {
  return windowAxes(x.slice(2), { ...layer, kernelSize: weight.slice(2), ceilMode: false });
}

export const convNdShape: ShapeRule<ConvNdLayer> = (layer, inputs) => {
  const [x, weight, bias] = [required(inputs, 0, 'x'), required(inputs, 1, 'weight'), inputs[2]];
  const { groups } = layer;
  const [N, C] = x.shape;
  const [M, perGroup] = weight.shape;
  if (x.shape.length < 3 || weight.shape.length !== x.shape.length) {
    throw new CnnvizError(
      'shape',
      `expected x [N, C, ...] and weight [M, C/groups, ...] of one rank, got [${x.shape.join(', ')}] and [${weight.shape.join(', ')}]`,
    );
  }
  if (!Number.isInteger(groups) || groups < 1 || perGroup * groups !== C || M % groups !== 0) {
    throw new CnnvizError(
      'shape',
      `weight [${weight.shape.join(', ')}] in ${groups} groups does not fit ${C} channels`,
    );
  }
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== M)) {
    throw new CnnvizError('shape', `bias: expected [${M}], got [${bias.shape.join(', ')}]`);
  }
  const sides = convNdAxes(layer, x.shape, weight.shape).map(({ out }) => out);
  return [{ dtype: x.dtype, shape: checkedShape([N, M, ...sides]) }];
};

export const poolNdShape: ShapeRule<PoolNdLayer> = (layer, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  if (shape.length < 3) throw new CnnvizError('shape', `expected an array [N, C, ...], got [${shape.join(', ')}]`);
  const sides = windowAxes(shape.slice(2), layer).map(({ out }) => out);
  const out = checkedShape([...shape.slice(0, 2), ...sides]);
  const places = { dtype: 'int64', shape: out } as const;
  return layer.kind === 'max_pool_nd' ? [{ dtype, shape: out }, places] : [{ dtype, shape: out }];
};

export const globalPoolShape: ShapeRule<GlobalPoolLayer> = (_, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  if (shape.length < 2) throw new CnnvizError('shape', `expected an array [N, C, ...], got [${shape.join(', ')}]`);
  return [{ dtype, shape: shape.map((side, axis) => (axis < 2 ? side : 1)) }];
};

import { CnnvizError } from '../core/errors.js';
import { type Axis, extent, outputSize } from '../core/geometry.js';
import { rowMajor, sizeOf } from '../core/tensor.js';
import {
  type AxisReads,
  type Backward,
  type Families,
  type Forward,
  kindWords,
  type LayerFamily,
  type MapReads,
  type ShapeRule,
} from './family.js';
import { checkedShape, required } from './inputs.js';

/** Padding of a window over any number of axes: [first axis … last axis before, first … last after], or a rule. */
export type WindowPadding = readonly number[] | 'same' | 'same_lower' | 'valid';

/** What windows over any number of axes share. */
interface WindowFields {
  readonly stride: readonly number[];
  readonly padding: WindowPadding;
  readonly dilation: readonly number[];
}

/**
 * Cross-correlation over any number of axes, by definition. Inputs: x [N, C, ...], weight [M, C/groups, ...], bias [M]
 * or null.
 */
interface ConvNdLayer extends WindowFields {
  readonly kind: 'conv_nd';
  readonly groups: number;
}

/** A pool over any number of axes. Input: x [N, C, ...]. A second output of a max pool: where each maximum lies in x. */
interface PoolNdLayer extends WindowFields {
  readonly kind: 'max_pool_nd' | 'avg_pool_nd';
  readonly kernelSize: readonly number[];
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  /** Whether the places of maxima count the last axis slowest instead of fastest. */
  readonly columnMajor: boolean;
}

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

/** How a convolution over any number of axes slides. */
export interface ConvNdWindows extends WindowFields {
  readonly groups: number;
}

/** The axes of a convolution over any number of sides. */
export function convNdAxes(layer: WindowFields, x: readonly number[], weight: readonly number[]): Axis[] {
  return windowAxes(x.slice(2), { ...layer, kernelSize: weight.slice(2), ceilMode: false });
}

/**
 * The shape that a convolution makes of x [N, C, ...] with weight [M, C/groups, ...].
 * @throws CnnvizError 'shape' or 'usage' when they do not fit
 */
export function convNdSides(layer: ConvNdWindows, x: readonly number[], weight: readonly number[]): number[] {
  const { groups } = layer;
  const [N, C] = x;
  const [M, perGroup] = weight;
  if (x.length < 3 || weight.length !== x.length) {
    throw new CnnvizError(
      'shape',
      `expected x [N, C, ...] and weight [M, C/groups, ...] of one rank, got [${x.join(', ')}] and [${weight.join(', ')}]`,
    );
  }
  if (!Number.isInteger(groups) || groups < 1 || perGroup * groups !== C || M % groups !== 0) {
    throw new CnnvizError('shape', `weight [${weight.join(', ')}] in ${groups} groups does not fit ${C} channels`);
  }
  return checkedShape([N, M, ...convNdAxes(layer, x, weight).map(({ out }) => out)]);
}

const convNdShape: ShapeRule<ConvNdLayer> = (layer, inputs) => {
  const [x, weight, bias] = [required(inputs, 0, 'x'), required(inputs, 1, 'weight'), inputs[2]];
  const shape = convNdSides(layer, x.shape, weight.shape);
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== shape[1])) {
    throw new CnnvizError('shape', `bias: expected [${shape[1]}], got [${bias.shape.join(', ')}]`);
  }
  return [{ dtype: x.dtype, shape }];
};

const poolNdShape: ShapeRule<PoolNdLayer> = (layer, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  if (shape.length < 3) throw new CnnvizError('shape', `expected an array [N, C, ...], got [${shape.join(', ')}]`);
  const sides = windowAxes(shape.slice(2), layer).map(({ out }) => out);
  const out = checkedShape([...shape.slice(0, 2), ...sides]);
  const places = { dtype: 'int64', shape: out } as const;
  return layer.kind === 'max_pool_nd' ? [{ dtype, shape: out }, places] : [{ dtype, shape: out }];
};

/** The taps of one window that lie inside the input: where in a plane of x, and which of the kernel. */
interface Taps {
  readonly places: Int32Array;
  readonly kernel: Int32Array;
  count: number;
  /** Taps inside the input or its padding: a window may also reach beyond both. */
  padded: number;
}

export function newTaps(axes: readonly Axis[]): Taps {
  const size = sizeOf(axes.map(({ kernel }) => kernel));
  return { places: new Int32Array(size), kernel: new Int32Array(size), count: 0, padded: 0 };
}

/** Fills `taps` for the window of output element `o`. */
export function findTaps(axes: readonly Axis[], o: number, taps: Taps): void {
  taps.count = 0;
  taps.padded = 0;
  const first = new Array<number>(axes.length);
  let rest = o;
  for (let axis = axes.length - 1; axis >= 0; axis--) {
    const { out, stride, padBefore } = axes[axis];
    first[axis] = (rest % out) * stride - padBefore;
    rest = Math.floor(rest / out);
  }
  for (let tap = 0; tap < taps.places.length; tap++) {
    let [left, place, step, inside, padded] = [tap, 0, 1, true, true];
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      const { kernel, dilation, size, padAfter } = axes[axis];
      const at = first[axis] + (left % kernel) * dilation;
      left = Math.floor(left / kernel);
      inside &&= at >= 0 && at < size;
      padded &&= at < size + padAfter;
      place += at * step;
      step *= size;
    }
    if (padded) taps.padded++;
    if (!inside) continue;
    taps.places[taps.count] = place;
    taps.kernel[taps.count++] = tap;
  }
}

/** By definition, in float64, rounded once. x [N, C, ...]  weight [M, C/groups, ...]  bias [M]  y [N, M, ...] */
const convNdForward: Forward<ConvNdLayer> = {
  run(layer, [x, weight, bias], [y]) {
    const axes = convNdAxes(layer, x!.shape, weight!.shape);
    const [N, C, ...sides] = x!.shape;
    const [M, perGroup, ...kernel] = weight!.shape;
    const [inPlane, outPlane, kernelSize] = [sizeOf(sides), sizeOf(y.shape.slice(2)), sizeOf(kernel)];
    const taps = newTaps(axes);
    for (let o = 0; o < outPlane; o++) {
      findTaps(axes, o, taps);
      for (let n = 0; n < N; n++) {
        for (let m = 0; m < M; m++) {
          const firstChannel = Math.floor(m / (M / layer.groups)) * perGroup;
          let sum = bias?.data[m] ?? 0;
          for (let c = 0; c < perGroup; c++) {
            const plane = (n * C + firstChannel + c) * inPlane;
            const numbers = (m * perGroup + c) * kernelSize;
            for (let t = 0; t < taps.count; t++) {
              sum += x!.data[plane + taps.places[t]] * weight!.data[numbers + taps.kernel[t]];
            }
          }
          y.data[(n * M + m) * outPlane + o] = sum;
        }
      }
    }
  },
};

/** x [N, C, ...]  y and the places of maxima [N, C, ...]; a NaN in the window is the result, as in torch. */
const poolNdForward: Forward<PoolNdLayer> = {
  run(layer, [x], [y, places]) {
    const sides = x!.shape.slice(2);
    const axes = windowAxes(sides, layer);
    const planes = sizeOf(x!.shape.slice(0, 2));
    const [inPlane, outPlane] = [sizeOf(sides), sizeOf(y.shape.slice(2))];
    const taps = newTaps(axes);
    for (let o = 0; o < outPlane; o++) {
      findTaps(axes, o, taps);
      for (let plane = 0; plane < planes; plane++) {
        const start = plane * inPlane;
        const to = plane * outPlane + o;
        if (layer.kind === 'avg_pool_nd') {
          let sum = 0;
          for (let t = 0; t < taps.count; t++) sum += x!.data[start + taps.places[t]];
          y.data[to] = sum / (layer.countIncludePad ? taps.padded : taps.count);
          continue;
        }
        let best = taps.places[0];
        for (let t = 1; t < taps.count; t++) {
          const value = x!.data[start + taps.places[t]];
          if (value > x!.data[start + best] || Number.isNaN(value)) best = taps.places[t];
        }
        y.data[to] = taps.count === 0 ? Number.NEGATIVE_INFINITY : x!.data[start + best];
        if (places) places.data[to] = start + (layer.columnMajor ? columnMajor(best, sides) : best);
      }
    }
  },
};

/** The place of an element when the first axis moves fastest. */
function columnMajor(place: number, sides: readonly number[]): number {
  const steps = rowMajor(sides);
  let [result, step] = [0, 1];
  for (let axis = 0; axis < sides.length; axis++) {
    result += (Math.floor(place / steps[axis]) % sides[axis]) * step;
    step *= sides[axis];
  }
  return result;
}

/** By definition: every product of the sum hands its weight back. */
const convNdBackward: Backward<ConvNdLayer> = {
  run(layer, { inputs, outputs, x, dy, dx }) {
    const weight = x(1);
    const { shape } = inputs[0]!;
    const axes = convNdAxes(layer, shape, weight.shape);
    const [N, C, ...sides] = shape;
    const [M, perGroup, ...kernel] = weight.shape;
    const [inPlane, outPlane, kernelSize] = [sizeOf(sides), sizeOf(outputs[0].shape.slice(2)), sizeOf(kernel)];
    const taps = newTaps(axes);
    for (let o = 0; o < outPlane; o++) {
      findTaps(axes, o, taps);
      for (let n = 0; n < N; n++) {
        for (let m = 0; m < M; m++) {
          const gradient = dy[0]![(n * M + m) * outPlane + o];
          if (gradient === 0) continue;
          const firstChannel = Math.floor(m / (M / layer.groups)) * perGroup;
          for (let c = 0; c < perGroup; c++) {
            const plane = (n * C + firstChannel + c) * inPlane;
            const numbers = (m * perGroup + c) * kernelSize;
            for (let t = 0; t < taps.count; t++) {
              dx[0]![plane + taps.places[t]] += gradient * weight.data[numbers + taps.kernel[t]];
            }
          }
        }
      }
    }
  },
};

/** A maximum hands all to the first of the largest, a mean its share to every tap. */
const poolNdBackward: Backward<PoolNdLayer> = {
  needs: ({ kind }) => (kind === 'max_pool_nd' ? 'inputs' : 'none'),
  run(layer, { inputs, outputs, x, dy, dx }) {
    const { shape } = inputs[0]!;
    const sides = shape.slice(2);
    const axes = windowAxes(sides, layer);
    const planes = sizeOf(shape.slice(0, 2));
    const [inPlane, outPlane] = [sizeOf(sides), sizeOf(outputs[0].shape.slice(2))];
    const data = layer.kind === 'max_pool_nd' ? x(0).data : null;
    const taps = newTaps(axes);
    for (let o = 0; o < outPlane; o++) {
      findTaps(axes, o, taps);
      if (taps.count === 0) continue;
      const divisor = layer.countIncludePad ? taps.padded : taps.count;
      for (let plane = 0; plane < planes; plane++) {
        const start = plane * inPlane;
        const gradient = dy[0]![plane * outPlane + o];
        let best = start + taps.places[0];
        for (let t = 0; t < taps.count; t++) {
          const at = start + taps.places[t];
          if (data === null) dx[0]![at] += gradient / divisor;
          else if (data[at] > data[best] || Number.isNaN(data[at])) best = at;
        }
        if (data !== null) dx[0]![best] += gradient;
      }
    }
  },
};

export type WindowNdFamily = ConvNdLayer | PoolNdLayer;

/** Over maps (two axes) windows are followed. */
function readsWindows(axes: readonly Axis[]): MapReads | null {
  if (axes.length !== 2) return null;
  const [rows, columns] = axes.map((axis): AxisReads => ({ by: 'window', axis, mode: 'zeros' }));
  return [rows, columns];
}

const POOL_ND: LayerFamily<PoolNdLayer> = {
  shape: poolNdShape,
  forward: poolNdForward,
  backward: poolNdBackward,
  reads: (layer, { inputs: [x] }) => readsWindows(windowAxes(x!.slice(2), layer)),
  explain: null,
  words: kindWords,
};

export const WINDOW_ND: Families<WindowNdFamily> = {
  conv_nd: {
    shape: convNdShape,
    forward: convNdForward,
    backward: convNdBackward,
    reads: (layer, { inputs: [x, weight] }) => readsWindows(convNdAxes(layer, x!, weight!)),
    explain: null,
    words: kindWords,
    macs: (_, [, weight], output) => sizeOf(output) * sizeOf(weight.slice(1)),
    growth: 'grows',
  },
  max_pool_nd: POOL_ND,
  avg_pool_nd: POOL_ND,
};

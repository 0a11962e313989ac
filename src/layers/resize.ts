import { CnnvizError } from '../core/errors.js';
import type { Value } from '../core/values.js';
import { type Families, type Forward, kindWords, type ShapeRule } from './family.js';
import { checkedAxes, checkedShape, knownNumbers, required } from './inputs.js';
import { copyMapped, firstInput, movedBackward } from './moving.js';

export type CoordinateMode =
  | 'half_pixel'
  | 'half_pixel_symmetric'
  | 'pytorch_half_pixel'
  | 'align_corners'
  | 'asymmetric'
  | 'tf_half_pixel_for_nn'
  | 'tf_crop_and_resize';

/** Nearest-neighbour resizing. Inputs: x, roi or null, scales or null, sizes or null. */
export interface ResizeLayer {
  readonly kind: 'resize';
  readonly coordinateMode: CoordinateMode;
  readonly nearestMode: 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil';
  /** The axes that scales and sizes speak of; null: all. */
  readonly axes: readonly number[] | null;
  readonly keepAspectRatio: 'stretch' | 'not_larger' | 'not_smaller';
  /** What tf_crop_and_resize gives outside of the input. */
  readonly extrapolationValue: number;
}

/** One axis of a resize. */
interface ResizedAxis {
  readonly size: number;
  readonly out: number;
  /** Output pixels for an input pixel, as it was asked for: not always out / size. */
  readonly scale: number;
  /** The part of the input that is read, in shares of its side. */
  readonly roi: readonly [start: number, end: number];
}

/** The numbers of the inputs behind x; null: left out. */
interface ResizeNumbers {
  readonly roi: readonly number[] | null;
  readonly scales: readonly number[] | null;
  readonly sizes: readonly number[] | null;
}

const resizeShape: ShapeRule<ResizeLayer> = (layer, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  const crops = layer.coordinateMode === 'tf_crop_and_resize';
  const roi = crops ? knownNumbers(inputs, 1, 'roi') : null;
  const axes = resizedAxes(layer, shape, {
    roi,
    scales: knownNumbers(inputs, 2, 'scales'),
    sizes: knownNumbers(inputs, 3, 'sizes'),
  });
  return [{ dtype, shape: checkedShape(axes.map(({ out }) => out)) }];
};

/** Every axis of a resize, those not named unchanged. Empty lists count as left out. @throws CnnvizError 'shape' */
function resizedAxes(layer: ResizeLayer, shape: readonly number[], numbers: ResizeNumbers): ResizedAxis[] {
  const [scales, sizes, roi] = [given(numbers.scales), given(numbers.sizes), given(numbers.roi)];
  const named = layer.axes ? checkedAxes(layer.axes, shape.length) : shape.map((_, axis) => axis);
  const list = sizes ?? scales;
  if (!list || (scales && sizes)) throw new CnnvizError('shape', 'resize: expected either scales or sizes');
  if (list.length !== named.length || list.some((value) => !Number.isFinite(value) || value <= 0)) {
    throw new CnnvizError('shape', `resize to ${list.join(', ')}: expected ${named.length} numbers above 0`);
  }
  if (roi && roi.length !== 2 * named.length) {
    throw new CnnvizError('shape', `roi: expected ${2 * named.length} numbers, got ${roi.length}`);
  }
  const factors = sizes ? scalesFor(layer, sizes, named, shape) : scales!;
  const axes = shape.map((size): ResizedAxis => ({ size, out: size, scale: 1, roi: [0, 1] }));
  for (const [i, axis] of named.entries()) {
    const size = shape[axis];
    const scale = factors[i];
    const part = roi ? ([roi[i], roi[named.length + i]] as const) : ([0, 1] as const);
    axes[axis] = { size, out: outSide(layer, size, scale, part, sizes?.[i] ?? null), scale, roi: part };
  }
  return axes;
}

function given(list: readonly number[] | null): readonly number[] | null {
  return list && list.length > 0 ? list : null;
}

function outSide(
  { keepAspectRatio }: ResizeLayer,
  size: number,
  scale: number,
  [start, end]: readonly [number, number],
  wanted: number | null,
): number {
  if (wanted === null) return Math.floor(size * (end - start) * scale);
  return keepAspectRatio === 'stretch' ? wanted : Math.floor(size * scale + 0.5);
}

function scalesFor(
  { keepAspectRatio }: ResizeLayer,
  sizes: readonly number[],
  named: readonly number[],
  shape: readonly number[],
): number[] {
  const own = sizes.map((size, i) => size / shape[named[i]]);
  if (keepAspectRatio === 'stretch') return own;
  const one = keepAspectRatio === 'not_larger' ? Math.min(...own) : Math.max(...own);
  return own.map(() => one);
}

/** Where output pixel i lies along the input. Source: onnx.ai, operator Resize, coordinate_transformation_mode */
const COORDINATES: Readonly<Record<CoordinateMode, (i: number, axis: ResizedAxis) => number>> = {
  half_pixel: (i, { scale }) => (i + 0.5) / scale - 0.5,
  half_pixel_symmetric: (i, { size, out, scale }) => {
    const offset = (size / 2) * (1 - out / (scale * size));
    return offset + (i + 0.5) / scale - 0.5;
  },
  pytorch_half_pixel: (i, { out, scale }) => (out > 1 ? (i + 0.5) / scale - 0.5 : 0),
  align_corners: (i, { size, scale }) => (scale * size === 1 ? 0 : (i * (size - 1)) / (scale * size - 1)),
  asymmetric: (i, { scale }) => i / scale,
  tf_half_pixel_for_nn: (i, { scale }) => (i + 0.5) / scale,
  tf_crop_and_resize: (i, { size, out, roi: [start, end] }) =>
    out > 1 ? start * (size - 1) + (i * (end - start) * (size - 1)) / (out - 1) : 0.5 * (start + end) * (size - 1),
};

const ROUNDINGS: Readonly<Record<ResizeLayer['nearestMode'], (at: number) => number>> = {
  round_prefer_floor: (at) => Math.ceil(at - 0.5),
  round_prefer_ceil: (at) => Math.floor(at + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

const resizeForward: Forward<ResizeLayer> = {
  rowWork: (layer, inputs) => ({ work: 'mapped', maps: resizeMaps(layer, inputs), fill: layer.extrapolationValue }),
  run(layer, inputs, [y]) {
    const [x] = inputs;
    copyMapped(x!.data, x!.shape, resizeMaps(layer, inputs), layer.extrapolationValue, y.data);
  },
};

/** Where each place of every axis of the output comes from; −1: from outside. */
function resizeMaps(layer: ResizeLayer, [x, roi, scales, sizes]: readonly (Value | null)[]): Int32Array[] {
  const { coordinateMode, nearestMode } = layer;
  const list = (value: Value | null | undefined) => (value ? [...value.data] : null);
  const crops = coordinateMode === 'tf_crop_and_resize';
  const axes = resizedAxes(layer, x!.shape, {
    roi: crops ? list(roi) : null,
    scales: list(scales),
    sizes: list(sizes),
  });
  return axes.map((axis) =>
    Int32Array.from({ length: axis.out }, (_, i) => {
      const isUnchanged = axis.scale === 1 && axis.out === axis.size && !crops;
      const at = isUnchanged ? i : COORDINATES[coordinateMode](i, axis);
      if (crops && (at < 0 || at > axis.size - 1)) return -1;
      return Math.min(Math.max(ROUNDINGS[nearestMode](at), 0), axis.size - 1);
    }),
  );
}

const resizeBackward = movedBackward<ResizeLayer>(resizeForward, firstInput, [0], {
  layer: (layer) => ({ ...layer, extrapolationValue: 0 }),
});

export const RESIZE: Families<ResizeLayer> = {
  resize: {
    shape: resizeShape,
    forward: resizeForward,
    backward: resizeBackward,
    reads: () => null,
    explain: null,
    words: kindWords,
    learnt: [],
  },
};

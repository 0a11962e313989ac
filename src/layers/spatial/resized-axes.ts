import { CnnvizError } from '../../core/errors.js';
import { isFloat } from '../../core/values.js';
import type { ShapeRule } from '../family.js';
import { checkedAxes, checkedShape, knownNumbers, required } from '../inputs.js';

export type CoordinateMode =
  | 'half_pixel'
  | 'half_pixel_symmetric'
  | 'pytorch_half_pixel'
  | 'align_corners'
  | 'asymmetric'
  | 'tf_half_pixel_for_nn'
  | 'tf_crop_and_resize';

/** Resizing, axis by axis. Inputs: x, roi or null, scales or null, sizes or null. */
export interface ResizeLayer {
  readonly kind: 'resize';
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly coordinateMode: CoordinateMode;
  readonly nearestMode: 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil';
  /** The axes that scales and sizes speak of; null: all. */
  readonly axes: readonly number[] | null;
  readonly keepAspectRatio: 'stretch' | 'not_larger' | 'not_smaller';
  /** Of cubic: torch and PIL −0.75 and −0.5. */
  readonly cubicCoeffA: number;
  /** Places outside of the input do not count, instead of being what lies at its border. */
  readonly excludeOutside: boolean;
  /** Where linear and cubic make smaller, all pixels in between count. */
  readonly antialias: boolean;
  /** What tf_crop_and_resize gives outside of the input. */
  readonly extrapolationValue: number;
}

/** One axis of a resize. */
export interface ResizedAxis {
  readonly size: number;
  readonly out: number;
  /** Output pixels for an input pixel, as it was asked for: not always out / size. */
  readonly scale: number;
  /** The part of the input that is read, in shares of its side. */
  readonly roi: readonly [start: number, end: number];
}

/** The numbers of the inputs behind x; null: left out. */
export interface ResizeNumbers {
  readonly roi: readonly number[] | null;
  readonly scales: readonly number[] | null;
  readonly sizes: readonly number[] | null;
}

export const resizeShape: ShapeRule<ResizeLayer> = (layer, inputs) => {
  const { dtype, shape } = required(inputs, 0, 'x');
  if (layer.mode !== 'nearest' && !isFloat(dtype)) {
    throw new CnnvizError('unsupported', `resize mode "${layer.mode}" of ${dtype}`, {
      fix: 'cast it to float32 before',
    });
  }
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
export function resizedAxes(layer: ResizeLayer, shape: readonly number[], numbers: ResizeNumbers): ResizedAxis[] {
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
  checkAgreed(layer, axes, sizes !== null);
  return axes;
}

/** Refuses what ONNX's text, its tests and its runtimes do not agree about. @throws CnnvizError 'unsupported' */
function checkAgreed(layer: ResizeLayer, axes: readonly ResizedAxis[], bySizes: boolean): void {
  const { coordinateMode } = layer;
  const fix = 'export it with sizes instead of scales';
  if (coordinateMode === 'tf_crop_and_resize' && !bySizes) {
    throw new CnnvizError('unsupported', 'resize: tf_crop_and_resize by scales has no agreed size', { fix });
  }
  const kept = axes.find(({ size, out, scale, roi: [start, end] }) => {
    return size === out && ((scale !== 1 && !bySizes) || start !== 0 || end !== 1);
  });
  if (kept) {
    const what = kept.scale === 1 ? 'a crop' : `a factor of ${Number(kept.scale.toFixed(4))}`;
    throw new CnnvizError('unsupported', `resize: ${what} that leaves ${kept.size} pixels has no agreed meaning`, {
      fix: kept.scale === 1 ? 'crop by Slice before it' : fix,
    });
  }
  const unsure = layer.mode === 'nearest' ? axes.find((axis) => hangsOnRounding(layer, axis)) : undefined;
  if (unsure) {
    throw new CnnvizError(
      'unsupported',
      `resize: which pixels are nearest from ${unsure.size} to ${unsure.out} by ${coordinateMode} hangs on rounding`,
      { fix: 'export it with half_pixel or asymmetric' },
    );
  }
  const odd = axes.find(({ size, out, scale }) => Math.abs(scale * size - out) > 1e-5 * out);
  if (coordinateMode === 'align_corners' && odd && !bySizes) {
    throw new CnnvizError(
      'unsupported',
      `resize: align_corners from ${odd.size} to ${Number((odd.scale * odd.size).toFixed(3))} pixels has no agreed meaning`,
      { fix },
    );
  }
}

/** Runtimes round these two modes in ways of their own: whether that decides which pixel is taken. */
function hangsOnRounding({ coordinateMode, nearestMode }: ResizeLayer, axis: ResizedAxis): boolean {
  if (coordinateMode !== 'tf_half_pixel_for_nn' && coordinateMode !== 'half_pixel_symmetric') return false;
  const { size, out, scale } = axis;
  const offset = coordinateMode === 'half_pixel_symmetric' ? (size - out / scale) / 2 - 0.5 : 0;
  const round = ROUNDINGS[nearestMode];
  return (
    Array.from({ length: out }, (_, i) => i).some((i) => {
      const exact = offset + (i + 0.5) / scale;
      return [exact - 1e-6 * size, exact + 1e-6 * size].some(
        (at) => round(at) !== round(COORDINATES[coordinateMode](i, axis)) && at > 0 && at < size - 1,
      );
    }) && !Number.isInteger(scale)
  );
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

/** Which pixel is nearest. */
export const ROUNDINGS: Readonly<Record<ResizeLayer['nearestMode'], (at: number) => number>> = {
  round_prefer_floor: (at) => Math.ceil(at - 0.5),
  round_prefer_ceil: (at) => Math.floor(at + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/**
 * Where output pixel i lies along the input, in float32 as runtimes compute it: which of two pixels is nearest may hang on
 * the last place. Source: onnx.ai, operator Resize, coordinate_transformation_mode
 */
export const COORDINATES: Readonly<Record<CoordinateMode, (i: number, axis: ResizedAxis) => number>> = {
  half_pixel: (i, { scale }) => halfPixel(i, scale),
  half_pixel_symmetric: (i, { size, out, scale }) => {
    const share = Math.fround(out / Math.fround(scale * size));
    const offset = Math.fround((size / 2) * Math.fround(1 - share));
    return Math.fround(Math.fround(offset + Math.fround((i + 0.5) / Math.fround(scale))) - 0.5);
  },
  pytorch_half_pixel: (i, { out, scale }) => (out > 1 ? halfPixel(i, scale) : 0),
  align_corners: (i, { size, out }) => (out === 1 ? 0 : Math.fround((i * (size - 1)) / (out - 1))),
  asymmetric: (i, { scale }) => Math.fround(i / Math.fround(scale)),
  tf_half_pixel_for_nn: (i, { scale }) => Math.fround((i + 0.5) / Math.fround(scale)),
  tf_crop_and_resize: (i, { size, out, roi: [start, end] }) =>
    out > 1 ? start * (size - 1) + (i * (end - start) * (size - 1)) / (out - 1) : 0.5 * (start + end) * (size - 1),
};

function halfPixel(i: number, scale: number): number {
  return Math.fround(Math.fround((i + 0.5) / Math.fround(scale)) - 0.5);
}

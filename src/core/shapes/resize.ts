import { CnnvizError } from '../errors.js';
import type { ResizeLayer } from '../graph-layers.js';
import { checkedAxes } from './arrange.js';
import { checkedShape, knownNumbers } from './known.js';
import { required, type ShapeRule } from './rule.js';

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
interface ResizeNumbers {
  readonly roi: readonly number[] | null;
  readonly scales: readonly number[] | null;
  readonly sizes: readonly number[] | null;
}

export const resizeShape: ShapeRule<ResizeLayer> = (layer, inputs) => {
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

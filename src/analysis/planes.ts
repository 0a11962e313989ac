import { CnnvizError } from '../core/errors.js';
import type { LabelledMap } from '../draw/figure.js';
import { channelsOf } from './layer-facts.js';

/** The numbers of a layer as float32, and the shape they have. */
interface LayerValues {
  readonly values: Float32Array;
  readonly value: { readonly shape: readonly number[] };
}

/**
 * A layer's values as planes with labels: the last two axes are a plane, channels count across all others. Vectors
 * [N, K] are folded into rows, as square as can be.
 */
export function planesOf({ values, value: { shape } }: LayerValues): {
  maps: LabelledMap[];
  folded: number | null;
} {
  const { items, channels, size } = channelsOf(shape);
  if (values.length === 0) throw new CnnvizError('shape', `an array [${shape.join(', ')}] has nothing to draw`);
  if (size === 1) {
    const width = Math.ceil(Math.sqrt(channels));
    const height = Math.ceil(channels / width);
    const maps = Array.from({ length: items }, (_, n) => {
      const folded = new Float32Array(width * height).fill(Number.NaN);
      folded.set(values.subarray(n * channels, (n + 1) * channels));
      const blank = folded.length - channels;
      return { label: items === 1 ? '' : `item ${n}`, width, height, values: folded, blank };
    });
    return { maps, folded: width };
  }
  const [height, width] = shape.length < 4 && shape.length !== 3 ? [1, size] : shape.slice(-2);
  const planes = values.length / (width * height);
  const perItem = planes / items;
  const maps = Array.from({ length: planes }, (_, p) => ({
    label: items === 1 ? String(p) : `${Math.floor(p / perItem)}.${p % perItem}`,
    width,
    height,
    values: values.subarray(p * width * height, (p + 1) * width * height),
  }));
  return { maps, folded: null };
}

import { channelsOf } from '../analysis/layer-facts.js';
import { CnnvizError } from '../core/errors.js';
import type { Image } from '../core/image.js';
import type { DrawnScale } from '../core/result.js';
import { inputName } from '../core/text.js';
import type { LabelledMap } from '../draw/figure.js';
import { numbersOf } from '../engine/input.js';
import { baseName } from '../io/paths.js';
import type { FeatureMap, MeasuredLayer } from './measure.js';
import { planesPicture } from './source.js';
import type { Source } from './subject.js';

/** A picture as a file. */
export interface DrawnBytes {
  readonly bytes: Uint8Array;
  /** The one scale of all its values; none where each map has its own. */
  readonly scale?: DrawnScale;
}

/** A map's kernel as planes, one a channel; of a gradient magnitude one a derivative, which is the same for every channel. */
export function kernelPicture({ result, kernel }: FeatureMap) {
  const [kH, kW] = kernel.shape.slice(-2);
  const isMagnitude = kernel.shape.length === 4;
  const step = isMagnitude ? kernel.shape[1] * kH * kW : kH * kW;
  const channels = Array.from({ length: kernel.shape[0] }, (_, c) => ({
    width: kW,
    height: kH,
    values: kernel.data.subarray(c * step, c * step + kH * kW),
  }));
  return { label: result.kernel.name, channels, ...(isMagnitude ? { combined: 'gradient magnitude' } : {}) };
}

/** How figures call an input: by its file's name, without the folders it is in. */
export function sourceName({ facts: { path } }: Source): string {
  return inputName(baseName(path));
}

/** The input as a picture; an array is drawn from its darkest to its brightest value. */
export function inputPicture(source: Source, item: number): { input: Image; inputValues?: Float32Array } {
  const x = source.x!;
  const [C, height, width] = x.shape.slice(-3);
  const size = width * height;
  const planes = numbersOf(x).subarray(item * C * size, (item + 1) * C * size);
  const values = C === 1 ? { inputValues: planes } : {};
  const picture = source.picture && source.drawn();
  return { input: picture ?? planesPicture(planes, [C, height, width]), ...values };
}

/**
 * A layer's values as planes with labels: the last two axes are a plane, channels count across all others. Vectors
 * [N, K] are folded into rows, as square as can be.
 */
export function planesOf({ values, value: { shape } }: Pick<MeasuredLayer, 'values' | 'value'>): {
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

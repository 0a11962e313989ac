import { planesPicture } from '../analysis/prepare/prepared-input.js';
import type { Image } from '../core/image.js';
import type { DrawnScale } from '../core/result.js';
import { inputName } from '../core/text.js';
import { numbersOf } from '../engine/input.js';
import { baseName } from '../io/paths.js';
import type { FeatureMap } from './measure.js';
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

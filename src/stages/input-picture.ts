import type { Image } from '../core/image.js';
import type { Value } from '../core/values.js';
import { type EngineInput, numbersOf } from '../engine/input.js';
import { chooseScale, toPixels } from '../figures/scale.js';

/**
 * What a network reads, as a picture: pixels as they are, or numbers from their darkest to their brightest. Three
 * channels are colours, of any other number the first one is shown. Null when it has no rows and columns.
 */
export function pictureOfInput(x: EngineInput | Value): Image | null {
  const { shape } = x;
  if (shape.length < 3) return null;
  const [C, height, width] = shape.slice(-3);
  const channels = C === 3 ? 3 : 1;
  const size = width * height;
  if ('bytes' in x) {
    const data = C === channels ? x.bytes : x.bytes.filter((_, i) => i % C === 0);
    return { width, height, channels, depth: 8, data: data.slice(0, size * channels) };
  }
  return planesPicture(numbersOf(x), [C, height, width]);
}

/** Planes [C, H, W] from their darkest to their brightest value: three are colours, of any other number the first is shown. */
export function planesPicture(planes: Float32Array, [C, height, width]: readonly number[]): Image {
  const channels = C === 3 ? 3 : 1;
  const size = width * height;
  const shown = planes.subarray(0, channels * size);
  const levels = toPixels(shown, chooseScale([shown], { kind: 'minmax' }), 8).data as Uint8Array;
  const data = new Uint8Array(channels * size);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < size; i++) data[i * channels + c] = levels[c * size + i];
  }
  return { width, height, channels, depth: 8, data };
}

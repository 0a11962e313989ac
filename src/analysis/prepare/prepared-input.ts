import type { Image } from '../../core/image.js';
import type { ImagePreset, PreprocessJob } from '../../core/job.js';
import type { PreprocessPlan } from '../../core/preprocess-geometry.js';
import type { InputFacts } from '../../core/result.js';
import type { Tensor } from '../../core/tensor.js';
import type { Value } from '../../core/values.js';
import { chooseScale, toPixels } from '../../draw/scale.js';
import { type EngineInput, numbersOf } from '../../engine/input.js';
import { prepareTensor } from '../../engine/preprocess.js';
import type { NpyArray } from '../../models/npy.js';
import type { Fed } from '../kept-run.js';

/** How an input becomes what the first layer reads. */
export interface Preparation {
  /** A gray file is handed over as one channel, not as three equal ones. */
  readonly keepsGray: boolean;
  /**
   * Refuses a height and a width as soon as a header tells them, before memory is taken for the numbers; null: any will do.
   */
  readonly checkSize: ((size: readonly number[]) => void) | null;
  /** @throws CnnvizError 'shape' or 'usage' when it does not suit the subject */
  image(image: Image, stored: Pick<InputFacts, 'colour' | 'depth'>): PreparedInput;
  array(array: NpyArray): PreparedInput;
}

/** An input as it is fed. */
export interface PreparedInput extends Fed {
  readonly facts: Omit<InputFacts, 'path'>;
  /** An image, or an array of one: what comes out drops the N that was added. */
  readonly dropsBatch: boolean;
  /** How an image was prepared; null for arrays. */
  readonly preset: ImagePreset | null;
  /** The same in words. */
  readonly preprocess: string;
  /** The image as it was read, and where the pixels that are fed lie in it; null for arrays. */
  readonly picture: { readonly image: Image; readonly plan: PreprocessPlan } | null;
  /** What is fed as a picture, to be drawn; null when it has no rows and columns. */
  readonly drawn: () => Image | null;
  readonly warnings: readonly string[];
}

/**
 * An array as kernels read it: as it is, in grey and normalised where that is asked for.
 * @param given [C, H, W], or [N, C, H, W]
 * @param dtype the type it was stored in
 */
export function preparedArray(given: Tensor, dtype: string, job: PreprocessJob): PreparedInput {
  const x = prepareTensor(given, job);
  const [channels, height, width] = x.shape.slice(-3);
  const isBatch = x.shape.length === 4;
  return {
    facts: { width, height, channels, items: isBatch ? x.shape[0] : 1, colour: dtype, depth: 32 },
    info: { dtype: 'float32', shape: isBatch ? x.shape : [1, ...x.shape] },
    x,
    dropsBatch: !isBatch,
    preset: null,
    preprocess: 'an array, taken as it is',
    picture: null,
    drawn: () => pictureOfInput(x),
    warnings: holeWarnings(given.data),
  };
}

/** "NaN or infinite": how many values of an array are, in words; none: no words. */
export function holeWarnings(data: ArrayLike<number>): string[] {
  let bad = 0;
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) bad++;
  return bad > 0 ? [`${bad} of ${data.length} values are NaN or infinite and pass through`] : [];
}

/**
 * What is fed, as a picture: pixels as they are, or numbers from their darkest to their brightest. Three channels are
 * colours, of any other number the first one is shown. Null when it has no rows and columns.
 * @param order of the colours that are fed; null: red, green, blue
 */
export function pictureOfInput(x: EngineInput | Value, order: 'bgr' | null = null): Image | null {
  const image = pictureOfFed(x);
  if (image === null || order === null || image.channels !== 3) return image;
  const data = image.data.slice();
  for (let i = 0; i < data.length; i += 3) [data[i], data[i + 2]] = [data[i + 2], data[i]];
  return { ...image, data };
}

function pictureOfFed(x: EngineInput | Value): Image | null {
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

import { atPlace } from '../core/errors.js';
import type { PixelRange } from '../core/job.js';
import type { Tensor } from '../core/tensor.js';
import { imageToTensor } from '../engine/preprocess.js';
import { decodeImage as decodeBytes } from '../io/decode.js';
import { readBytes } from '../io/files.js';
import { findKernel } from '../models/kernel-names.js';
import { kernelWeight } from '../models/kernel-weights.js';
import { BUILTIN_KERNELS } from '../models/kernels.js';

export interface DecodeOptions {
  /** 'unit' [0, 1], '255' [0, 255] or 'signed' [−1, 1]. Default 'unit'. */
  readonly pixels?: PixelRange;
  /** One channel, 0.299 R + 0.587 G + 0.114 B. Default false. */
  readonly gray?: boolean;
  /** (x − mean) / std, one number per channel. */
  readonly normalize?: { readonly mean: readonly number[]; readonly std: readonly number[] };
  /** '#rrggbb' to lay transparent pixels over; without it alpha is dropped. */
  readonly background?: string;
  /** Larger images are refused before their pixels are read. Default 100 million. */
  readonly maxPixels?: number;
}

/**
 * An image file (JPEG, PNG, WebP, GIF, TIFF, AVIF) as float32 [C, H, W]: C is 3 (R, G, B), or 1 with `gray`.
 * Orientation is applied, grey and CMYK become RGB, 16 bits are kept, the first page of an animation is taken.
 * @param image a path ('-' is standard input), or the file's bytes
 * @throws CnnvizError 'input' or 'decode'
 */
export async function decodeImage(image: string | Uint8Array, options: DecodeOptions = {}): Promise<Tensor> {
  const { pixels = 'unit', gray = false, normalize = null, background = null, maxPixels = 100e6 } = options;
  const name = typeof image === 'string' ? image : 'image';
  try {
    const bytes = typeof image === 'string' ? await readBytes(image) : image;
    const decoded = await decodeBytes(bytes, { background, maxPixels });
    return imageToTensor(decoded.image, { pixels, gray, normalize });
  } catch (error) {
    throw atPlace(name, error);
  }
}

/** The names of the built-in kernels. */
export function kernelNames(): string[] {
  return BUILTIN_KERNELS.map(({ name }) => name);
}

/** A built-in kernel as [kH, kW]. @throws CnnvizError 'usage' with the nearest name when there is none. */
export function builtinKernel(name: string): Tensor {
  return kernelWeight(findKernel(name));
}

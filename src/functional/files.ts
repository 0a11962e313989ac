import { copiedParts } from '../core/bytes.js';
import { atPlace, CnnvizError } from '../core/errors.js';
import type { PixelRange, ScaleRule } from '../core/job.js';
import { type Tensor, type TensorLike, toTensor } from '../core/tensor.js';
import { chooseScale, toPixels } from '../draw/scale.js';
import { imageToTensor } from '../engine/preprocess.js';
import { decodeImage as decodeBytes } from '../io/decode.js';
import { readBytes } from '../io/files.js';
import { npyToTensor, readNpy, writeNpy } from '../models/npy.js';
import { mapPng, samplesOf } from '../run/map-png.js';

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

export interface EncodeOptions {
  /** Which values become black and white. Default auto: from the smallest to the largest value, but for few outliers. */
  readonly scale?: ScaleRule;
  /** Bits of a grey. Default 8. */
  readonly depth?: 8 | 16;
}

/** A feature map [oH, oW] as a one-channel grey PNG; its metadata holds {lo, hi}, the values of black and white. */
export async function encodeMap(map: TensorLike, options: EncodeOptions = {}): Promise<Uint8Array> {
  const { scale: rule = { kind: 'auto' }, depth = 8 } = options;
  const values = toTensor(map, 'map');
  if (values.shape.length !== 2) {
    throw new CnnvizError('shape', `map: expected [oH, oW], got [${values.shape.join(', ')}]`, {
      fix: 'pick one map: maps.pick(0, null, null)',
    });
  }
  const [height, width] = values.shape;
  const scale = chooseScale([values.data], rule);
  const { data } = toPixels(values.data, scale, depth);
  return copiedParts(mapPng(samplesOf({ width, height, channels: 1, depth, data }), JSON.stringify(scale)));
}

/** A .npy file of float32 numbers, as numpy.save writes it. */
export function encodeNpy(x: TensorLike): Uint8Array {
  return writeNpy(toTensor(x, 'x'));
}

/** The numbers of a .npy file as float32. @throws CnnvizError 'format' */
export function decodeNpy(bytes: Uint8Array): Tensor {
  return npyToTensor(readNpy(bytes));
}

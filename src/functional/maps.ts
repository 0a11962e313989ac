import { CnnvizError } from '../core/errors.js';
import type { ScaleRule } from '../core/job.js';
import { type Tensor, type TensorLike, toTensor } from '../core/tensor.js';
import { chooseScale, toPixels } from '../draw/scale.js';
import { encodePng } from '../io/encode.js';
import { npyToTensor, readNpy, writeNpy } from '../models/npy.js';

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
  return encodePng({ width, height, channels: 1, depth, data }, JSON.stringify(scale));
}

/** A .npy file of float32 numbers, as numpy.save writes it. */
export function encodeNpy(x: TensorLike): Uint8Array {
  return writeNpy(toTensor(x, 'x'));
}

/** The numbers of a .npy file as float32. @throws CnnvizError 'format' */
export function decodeNpy(bytes: Uint8Array): Tensor {
  return npyToTensor(readNpy(bytes));
}

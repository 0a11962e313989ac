import { atPlace, CnnvizError } from '../../core/errors.js';
import type { ImagePreset } from '../../core/job.js';
import { sizeOf } from '../../core/tensor.js';
import type { Value } from '../../core/values.js';
import { DIGIT_SIDE } from '../../models/drawn-digits.js';
import { openImageStore, type StoredImages } from './image-store.js';

/** An array of images with the array of their classes, as a file has them. */
export interface RawImages {
  /** What messages call them: "mnist/train-images-idx3-ubyte", "set.npz: x_train". */
  readonly name: string;
  readonly images: Value;
  readonly labelsName: string;
  readonly labels: Value;
}

/** More classes than this are no classes. */
const MOST_CLASSES = 10_000;

/**
 * Arrays as training reads them. Bytes are pixels, prepared as a photograph's; numbers are taken as they are.
 * images [N, H, W], [N, H, W, 1 or 3] or [N, 1 or 3, H, W]
 * @throws CnnvizError 'shape', 'format' or 'usage' with the array's name
 */
export async function storeArrays(
  raw: RawImages,
  preset: ImagePreset,
  breathe: (done: number) => Promise<void>,
): Promise<StoredImages> {
  const labels = labelsOf(raw);
  try {
    const { dtype, shape, data } = raw.images;
    const { C, H, W, isInterleaved } = sidesOf(shape);
    if (dtype !== 'uint8')
      return { data: numbersOf(data, C, H, W, isInterleaved), tables: null, shape: [C, H, W], labels };
    const bytes = data as Uint8Array;
    const size = C * H * W;
    const isDone = H === DIGIT_SIDE && W === DIGIT_SIDE;
    const store = openImageStore(isDone ? placedDigits(preset) : preset, labels.length);
    for (let n = 0; n < labels.length; n++) {
      const own = bytes.subarray(n * size, (n + 1) * size);
      const pixels = isInterleaved ? own : interleaved(own, C, H * W);
      store.add({ width: W, height: H, channels: C, depth: 8, data: pixels }, labels[n], `image ${n}`);
      if (n % 1000 === 999) await breathe(n + 1);
    }
    return store.finish();
  } catch (error) {
    throw atPlace(raw.name, error);
  }
}

/** Digits that are 28×28 already are MNIST's, or as MNIST's: they are only put in the middle. */
export function placedDigits({ geometry, preprocess }: ImagePreset): ImagePreset {
  return { geometry, preprocess };
}

function sidesOf(shape: readonly number[]): { C: 1 | 3; H: number; W: number; isInterleaved: boolean } {
  const isChannels = (side: number): side is 1 | 3 => side === 1 || side === 3;
  const [, a, b, c] = shape;
  if (shape.length === 3) return { C: 1, H: a, W: b, isInterleaved: true };
  if (shape.length === 4 && isChannels(c) && !isChannels(a)) return { C: c, H: a, W: b, isInterleaved: true };
  if (shape.length === 4 && isChannels(a)) return { C: a, H: b, W: c, isInterleaved: a === 1 };
  throw new CnnvizError('shape', `images [${shape.join(', ')}]: expected [N, H, W], [N, H, W, 3] or [N, 3, H, W]`);
}

/** [C, size] → [size, C] */
function interleaved(planes: Uint8Array, C: number, size: number): Uint8Array {
  const out = new Uint8Array(planes.length);
  for (let c = 0; c < C; c++) for (let i = 0; i < size; i++) out[i * C + c] = planes[c * size + i];
  return out;
}

/** Numbers as float32 [N, C, H, W]; the first that is no number is told of. */
function numbersOf(data: Value['data'], C: number, H: number, W: number, isInterleaved: boolean): Float32Array {
  const out = new Float32Array(data.length);
  const size = C * H * W;
  for (let at = 0; at < data.length; at++) {
    const value = Number(data[at]);
    if (!Number.isFinite(Math.fround(value))) {
      const within = at % size;
      const pixel = isInterleaved ? Math.floor(within / C) : within % (H * W);
      const what = Number.isNaN(value) ? 'NaN' : 'a number beyond float32';
      throw new CnnvizError(
        'format',
        `${what} in image ${Math.floor(at / size)} at (${pixel % W}, ${Math.floor(pixel / W)})`,
        { fix: 'take that image out, or put a number there: numpy.nan_to_num' },
      );
    }
    const n = Math.floor(at / size);
    const within = at % size;
    out[isInterleaved ? n * size + (within % C) * H * W + Math.floor(within / C) : at] = value;
  }
  return out;
}

/** [N] whole numbers from 0. */
function labelsOf({ images, labels, labelsName }: RawImages): Int32Array {
  const refuse = (what: string, fix: string): never => {
    throw new CnnvizError('format', `${labelsName}: ${what}`, { fix });
  };
  const N = images.shape[0] ?? 0;
  if (sizeOf(labels.shape) !== N || N === 0) {
    refuse(
      `[${labels.shape.join(', ')}] for ${N} images: expected one class each`,
      'numbers of classes, not one column for each: numpy.argmax(y, 1)',
    );
  }
  const out = new Int32Array(N);
  for (let n = 0; n < N; n++) {
    const label = Number(labels.data[n]);
    if (!Number.isInteger(label) || label < 0 || label >= MOST_CLASSES) {
      refuse(`image ${n} has the class ${label}: expected a whole number from 0`, 'number the classes from 0 on');
    }
    out[n] = label;
  }
  return out;
}

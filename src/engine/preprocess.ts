import { CnnvizError } from '../core/errors.js';
import { plural } from '../core/geometry.js';
import { type Image, maxSample } from '../core/image.js';
import type { PixelRange, PreprocessJob } from '../core/job.js';
import { type Tensor, tensor } from '../core/tensor.js';
import type { EngineInput } from './input.js';

/** ITU-R BT.601 luma, as PIL's convert('L') and torchvision use it; not rounded to whole greys here. */
export const LUMA = [0.299, 0.587, 0.114] as const;

/** The value of a sample in 0 … max, in the range asked for. Computed in float64, rounded once by the caller. */
function pixelValue(sample: number, max: number, range: PixelRange): number {
  switch (range) {
    case 'unit':
      return sample / max;
    case '255':
      return (sample * 255) / max;
    case 'signed':
      return (2 * sample) / max - 1;
  }
}

/** The same picture with its first and last colour exchanged; one of one channel is returned itself. */
function inOrder(image: Image, { channels: order }: PreprocessJob): Image {
  if (order !== 'bgr' || image.channels !== 3) return image;
  const data = image.data.slice();
  for (let i = 0; i < data.length; i += 3) [data[i], data[i + 2]] = [data[i + 2], data[i]];
  return { ...image, data };
}

/**
 * An image as the float32 tensor [C, H, W] a layer reads: pixel range, then grey, then (x − mean) / std per channel, the
 * colours in the order asked for.
 * Unit range equals torchvision's ToTensor bit for bit, and normalisation its Normalize.
 * @throws CnnvizError 'shape' when mean and std do not have one number per channel (or one for all).
 */
export function imageToTensor(image: Image, job: PreprocessJob): Tensor {
  const { width, height, channels, depth, data } = inOrder(image, job);
  const max = maxSample(depth);
  const size = width * height;
  const toGray = job.gray && channels === 3;
  const C = toGray ? 1 : channels;
  const out = new Float32Array(C * size);
  if (toGray) {
    const [r, g, b] = LUMA;
    for (let i = 0, at = 0; i < size; i++, at += 3) {
      out[i] = pixelValue(r * data[at] + g * data[at + 1] + b * data[at + 2], max, job.pixels);
    }
  } else {
    const table = Float32Array.from({ length: max + 1 }, (_, sample) => pixelValue(sample, max, job.pixels));
    if (C === 1) {
      for (let i = 0; i < size; i++) out[i] = table[data[i]];
    } else {
      for (let i = 0, at = 0; i < size; i++, at += 3) {
        out[i] = table[data[at]];
        out[size + i] = table[data[at + 1]];
        out[2 * size + i] = table[data[at + 2]];
      }
    }
  }
  return normalise(tensor(out, [C, height, width]), job);
}

/**
 * An image as the engine reads it: bytes with a table of values for each channel where that says all (8 bits, colours
 * kept), else numbers. Both give the numbers of imageToTensor, bit for bit.
 */
export function imageToInput(image: Image, job: PreprocessJob): EngineInput {
  const { width, height, channels, depth, data } = inOrder(image, job);
  if (depth !== 8 || (job.gray && channels === 3)) return imageToTensor(image, job);
  const samples = Uint8Array.from({ length: 256 * channels }, (_, i) => Math.floor(i / channels));
  // equal samples in all channels: their order is nothing to a table
  const tables = imageToTensor({ width: 256, height: 1, channels, depth, data: samples }, job).data;
  return { bytes: data as Uint8Array, tables, shape: [channels, height, width] };
}

/** An array [C, H, W] or [N, C, H, W] that came as numbers: taken as it is, but for grey and normalisation. */
export function prepareTensor(x: Tensor, job: PreprocessJob): Tensor {
  const [C, H, W] = x.shape.slice(-3);
  if (!job.gray || C !== 3) return normalise(job.normalize === null ? x : copy(x), job);
  const N = x.shape.length === 4 ? x.shape[0] : 1;
  const out = new Float32Array(N * H * W);
  for (let n = 0; n < N; n++) {
    for (let i = 0; i < H * W; i++) {
      const at = n * 3 * H * W + i;
      out[n * H * W + i] = LUMA[0] * x.data[at] + LUMA[1] * x.data[at + H * W] + LUMA[2] * x.data[at + 2 * H * W];
    }
  }
  return normalise(tensor(out, x.shape.length === 4 ? [N, 1, H, W] : [1, H, W]), job);
}

function copy(x: Tensor): Tensor {
  return tensor(x.data.slice(), x.shape);
}

/** (x − mean) / std in place, each step rounded to float32 as torchvision's Normalize does. */
function normalise(x: Tensor, { normalize }: PreprocessJob): Tensor {
  if (normalize === null) return x;
  const [C, H, W] = x.shape.slice(-3);
  for (const list of [normalize.mean, normalize.std]) {
    if (list.length !== 1 && list.length !== C) {
      throw new CnnvizError(
        'shape',
        `normalize: ${plural(list.length, 'number')} for an input of ${plural(C, 'channel')}`,
        {
          fix: C === 1 ? 'give one mean and one std, such as 0.45/0.22' : `give one number, or ${C} with commas`,
        },
      );
    }
  }
  const { data } = x;
  for (let start = 0, plane = 0; start < data.length; start += H * W, plane++) {
    const mean = Math.fround(normalize.mean[normalize.mean.length === 1 ? 0 : plane % C]);
    const std = Math.fround(normalize.std[normalize.std.length === 1 ? 0 : plane % C]);
    for (let i = start; i < start + H * W; i++) data[i] = Math.fround(data[i] - mean) / std;
  }
  return x;
}

import { CnnvizError } from '../core/errors.js';
import { type Image, maxSample } from '../core/image.js';
import type { Job } from '../core/job.js';
import type { InputFacts } from '../core/result.js';
import { sizeOf, type Tensor, tensor } from '../core/tensor.js';
import type { Value } from '../core/values.js';
import { chooseScale, toPixels } from '../draw/scale.js';
import { type EngineInput, numbersOf } from '../engine/input.js';
import { imageToInput, imageToTensor, prepareTensor } from '../engine/preprocess.js';
import { readBytes } from '../io/files.js';
import { sha256 } from '../io/hash.js';
import type { Input } from '../io/inputs.js';
import { peekFile } from '../io/random-access.js';
import { sniffFormat } from '../io/sniff.js';
import { npyToTensor, readNpy, readNpyHeader } from '../models/npy.js';
import { decodeInput } from './file-kind.js';

/** One input, ready for the first layer. */
export interface Source {
  readonly facts: InputFacts;
  readonly sha256: string;
  /** [C, H, W] or [N, C, H, W]; an image may still be in bytes */
  readonly x: EngineInput;
  /** The picture, to be drawn beside its maps; null for an array. */
  readonly image: Image | null;
  readonly warnings: readonly string[];
}

/**
 * Reads, decodes and preprocesses one input: an image by its bytes, an array by its first bytes too. `checkSize` gets its
 * height and width from the header, before memory is taken for its numbers.
 */
export async function readSource(
  input: Input,
  job: Job,
  checkSize: ((size: readonly number[]) => void) | null = null,
): Promise<Source> {
  const shape = shapeOfFile(input);
  if (shape !== null && shape.length >= 2 && shape.length <= 4) checkSize?.(shape.slice(-2));
  const bytes = await readBytes(input.path);
  const hash = sha256(bytes);
  if (isArray(input, bytes)) return arraySource(input.path, hash, bytes, job);
  const { image, facts } = await decodeInput(input.path, bytes, job.decode, ({ height, width }) =>
    checkSize?.([height, width]),
  );
  const x = imageToInput(image, job.preprocess);
  return {
    facts: {
      path: input.path,
      width: image.width,
      height: image.height,
      channels: x.shape[0],
      items: 1,
      colour: facts.colour,
      depth: facts.depth,
    },
    sha256: hash,
    x,
    image: job.preprocess.gray ? grayImage(image) : image,
    warnings: [],
  };
}

/** An array by its first bytes; a file called .npy that is none fails as an array, not as an image. */
export function isArray(input: Pick<Input, 'path'>, bytes: Uint8Array): boolean {
  return sniffFormat(bytes) === 'npy' || input.path.toLowerCase().endsWith('.npy');
}

/** How many inputs an array holds, from its header alone: it decides the names of its maps. 1 for anything else. */
export function itemsOf(input: Input): number {
  const shape = shapeOfFile(input);
  return shape?.length === 4 ? shape[0] : 1;
}

/** The shape in the header of a .npy file; null for anything else. */
function shapeOfFile({ path }: Input): readonly number[] | null {
  const file = path.toLowerCase().endsWith('.npy') ? peekFile(path) : null;
  if (file === null) return null;
  try {
    return readNpyHeader(file).shape;
  } catch (error) {
    if (!(error instanceof CnnvizError)) throw error;
    return null; // it fails again, by name, when it is read
  } finally {
    file.close();
  }
}

function arraySource(path: string, hash: string, bytes: Uint8Array, job: Job): Source {
  const array = readNpy(bytes);
  const given = toImageShape(npyToTensor(array));
  const bad = given.data.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
  const x = prepareTensor(given, job.preprocess);
  const [channels, height, width] = x.shape.slice(-3);
  const items = x.shape.length === 4 ? x.shape[0] : 1;
  const warnings: string[] = [];
  if (bad > 0) warnings.push(`${bad} of ${given.data.length} values are NaN or infinite and pass through`);
  if (job.preprocess.pixels !== 'unit') warnings.push('an array is taken as it is: --pixels does not apply');
  return {
    facts: { path, width, height, channels, items, colour: array.dtype, depth: 32 },
    sha256: hash,
    x,
    image: null,
    warnings,
  };
}

/** [H, W] becomes [1, H, W]; [C, H, W] and [N, C, H, W] stay. */
export function toImageShape(x: Tensor): Tensor {
  const { shape } = x;
  if (shape.length < 2 || shape.length > 4 || shape.some((side) => side === 0)) {
    throw new CnnvizError('shape', `expected an array [H, W], [C, H, W] or [N, C, H, W], got [${shape.join(', ')}]`);
  }
  return shape.length === 2 ? tensor(x.data, [1, ...shape]) : x;
}

/** The grey picture a --gray run sees, rounded to whole greys for drawing. */
function grayImage(image: Image): Image {
  const max = maxSample(image.depth);
  const { data } = imageToTensor(image, { pixels: 'unit', gray: true, normalize: null });
  const samples = image.depth === 8 ? new Uint8Array(data.length) : new Uint16Array(data.length);
  for (let i = 0; i < data.length; i++) samples[i] = Math.round(data[i] * max);
  return { ...image, channels: 1, data: samples };
}

/** The first [C, H, W] of an input, as numbers. */
export function firstItem(x: EngineInput): Tensor {
  const shape = x.shape.slice(-3);
  return tensor(numbersOf(x).subarray(0, sizeOf(shape)), shape);
}

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

import { CnnvizError } from '../core/errors.js';
import type { Image } from '../core/image.js';
import type { ImagePreset, NetworkJob } from '../core/job.js';
import type { PreprocessPlan } from '../core/preprocess-geometry.js';
import type { InputFacts } from '../core/result.js';
import { sizeOf } from '../core/tensor.js';
import type { Value, ValueInfo } from '../core/values.js';
import type { EngineInput } from '../engine/input.js';
import { readBytes } from '../io/files.js';
import { sha256 } from '../io/hash.js';
import type { Input } from '../io/inputs.js';
import { npyToValue, readNpy } from '../models/npy.js';
import {
  checkDeclaredArray,
  checkDeclaredShape,
  declaredType,
  declaredValue,
  preparation,
  unpreparedNote,
} from './declared-input.js';
import { decodeInput } from './file-kind.js';
import type { OpenedNetwork } from './network.js';
import { NO_PRESET, preprocessImage, presetWords } from './preset.js';
import { isArray } from './source.js';

/** One input, ready for a network. */
export interface NetworkSource {
  readonly facts: InputFacts;
  readonly sha256: string;
  /** Type and shape as the network is fed, N included; null when arrays were named for all inputs. */
  readonly info: ValueInfo | null;
  readonly x: EngineInput | Value | null;
  /** An image, or an array of one image: what comes out drops the N that was added. */
  readonly dropsBatch: boolean;
  /** How an image was prepared; null for arrays. */
  readonly preset: ImagePreset | null;
  readonly preprocess: string;
  /** The image as it was read, and where the network's pixels lie in it; null for arrays. */
  readonly picture: { readonly image: Image; readonly plan: PreprocessPlan } | null;
  readonly warnings: readonly string[];
}

/** Of a network's job, what says how its images are prepared. */
export type SourceJob = Pick<NetworkJob, 'decode' | 'preset'>;

/** Reads an input: an image is prepared as the preset says, an array is taken as it is. */
export async function readNetworkSource(input: Input, job: SourceJob, opened: OpenedNetwork): Promise<NetworkSource> {
  if (opened.open.length === 0) return fedSource(opened);
  const bytes = await readBytes(input.path);
  return networkSourceOf(input, bytes, sha256(bytes), job, opened);
}

/** The same, of bytes that are read already. */
export async function networkSourceOf(
  input: Input,
  bytes: Uint8Array,
  hash: string,
  job: SourceJob,
  opened: OpenedNetwork,
): Promise<NetworkSource> {
  if (isArray(input, bytes)) return arraySource(input.path, hash, npyToValue(readNpy(bytes)), opened);
  const { image, facts } = await decodeInput(input.path, bytes, job.decode);
  const preset = presetOfJob(job, opened);
  const prepared = preprocessImage(image, preset);
  const shape = [1, ...prepared.input.shape.slice(-3)];
  checkDeclaredShape(shape, opened, preset, image);
  checkSize(shape, opened, job.preset !== null, `${image.width}×${image.height}`);
  const note = unpreparedNote(job.preset, shape[1], opened);
  return {
    facts: {
      path: input.path,
      width: image.width,
      height: image.height,
      channels: shape[1],
      items: 1,
      colour: facts.colour,
      depth: facts.depth,
    },
    sha256: hash,
    info: { dtype: declaredType(opened), shape },
    x: declaredValue(prepared.input, shape, opened),
    dropsBatch: true,
    preset,
    preprocess: presetWords(preset, prepared.image),
    picture: { image, plan: prepared.plan },
    warnings: note === null ? [] : [note],
  };
}

/** How images are prepared: as the job says, as the network says, or not at all. */
export function presetOfJob({ preset }: SourceJob, opened: OpenedNetwork): ImagePreset {
  return suitablePreset(preparation(preset, opened.preset ?? NO_PRESET, opened), opened);
}

/** A network of one channel sees grey. */
function suitablePreset(preset: ImagePreset, { channels }: OpenedNetwork): ImagePreset {
  if (channels !== 1 || preset.preprocess.gray) return preset;
  return { ...preset, preprocess: { ...preset.preprocess, gray: true } };
}

/** A network of one's own that says its size and no preparation: what is asked of the pixels may change it. */
function checkSize(
  shape: readonly number[],
  { input, preset, name, declared }: OpenedNetwork,
  isChosen: boolean,
  size: string,
): void {
  if (!input || preset || declared || isChosen || shape.slice(1).every((side, axis) => side === input[axis])) return;
  throw new CnnvizError(
    'shape',
    `${name} reads [${input.join(', ')}], the image gives [${shape.slice(1).join(', ')}] (${size})`,
    {
      fix: `${input.join() === '3,224,224' ? '--preset imagenet (shorter side 256, centre crop, mean/std), or ' : ''}--resize ${input[1]},${input[2]}`,
    },
  );
}

function arraySource(path: string, hash: string, value: Value, opened: OpenedNetwork): NetworkSource {
  const { shape, dtype, data } = value;
  const isOneImage = shape.length === 3 && opened.input !== null;
  const fed = isOneImage ? [1, ...shape] : shape;
  checkDeclaredArray({ dtype, shape: fed }, 'the array', opened.name, opened.declared);
  let bad = 0;
  for (const number of data) if (!Number.isFinite(number)) bad++;
  const [width = 1, height = 1, channels = 1, items = 1] = [...shape].reverse();
  return {
    facts: {
      path,
      width,
      height,
      channels,
      items,
      colour: dtype,
      depth: 8 * (data.byteLength / Math.max(1, sizeOf(shape))),
    },
    sha256: hash,
    info: { dtype, shape: fed },
    x: { dtype, shape: fed, data },
    dropsBatch: isOneImage,
    preset: null,
    preprocess: 'an array, taken as it is',
    picture: null,
    warnings: bad > 0 ? [`${bad} of ${data.length} values are NaN or infinite and pass through`] : [],
  };
}

/** Every input was named with its array: nothing is read. */
function fedSource({ fed, name }: OpenedNetwork): NetworkSource {
  const [first = { dtype: 'float32', shape: [] }] = fed.values();
  const [width = 1, height = 1, channels = 1, items = 1] = [...first.shape].reverse();
  return {
    facts: { path: name, width, height, channels, items, colour: first.dtype, depth: 32 },
    sha256: '',
    info: null,
    x: null,
    dropsBatch: false,
    preset: null,
    preprocess: 'arrays, taken as they are',
    picture: null,
    warnings: [],
  };
}

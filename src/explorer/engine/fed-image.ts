import { prepareImage, takeArray } from '../../analysis/prepare/network-input.js';
import { type PreparedInput, preparedArray } from '../../analysis/prepare/prepared-input.js';
import { CnnvizError } from '../../core/errors.js';
import type { Image } from '../../core/image.js';
import type { ImagePreset } from '../../core/job.js';
import { NO_CHOICE } from '../../core/preset.js';
import type { InputFacts } from '../../core/result.js';
import { tensor } from '../../core/tensor.js';
import { toFloat32, type Value } from '../../core/values.js';
import { type ReadBytes, unpackArray, unpackImage } from '../pack.js';
import type { PackedNetwork, PageData } from '../page-data.js';
import type { FedImage } from '../protocol.js';

/** An image as the first layer of a network reads it. */
export interface FedInput extends Omit<PreparedInput, 'facts'> {
  readonly facts: InputFacts;
}

/**
 * Prepares an image as the command line does, by the same code.
 * @param preset in the place of the network's own; null: that
 * @throws CnnvizError 'shape', 'usage' or 'decode' when it does not suit the network
 */
export function feedImage(
  data: PageData,
  network: PackedNetwork,
  fed: FedImage,
  preset: ImagePreset | null,
  read: ReadBytes,
): FedInput {
  const own = fed.kind === 'own' ? data.images[fed.index] : null;
  if (fed.kind === 'own' && !own) {
    throw new CnnvizError('usage', `image ${fed.index}: the page has ${data.images.length}`, {
      fix: 'choose one of them, or give one to the page',
    });
  }
  const named = (input: PreparedInput, path: string): FedInput => ({ ...input, facts: { path, ...input.facts } });
  if (own?.kind === 'array') return named(feedArray(data, network, unpackArray(own, read), preset), own.name);
  const isDigit = (preset ?? network.preset).digit === true;
  const { image, name, colour } = own
    ? { image: unpackImage(own, read), name: own.name, colour: own.colour }
    : givenImage(
        fed as Extract<FedImage, { kind: 'given' }>,
        isDigit || (data.kind === 'layer' && network.reads.channels === 1),
      );
  const { input, reads, asked } = network;
  const prepared = prepareImage(
    { name: network.name, input, channels: reads.channels, declared: reads.declared, preset: preset ?? reads.preset },
    // a preset that is chosen outright is taken as it is
    { preset: preset ? NO_CHOICE : asked },
    image,
    { colour, depth: image.depth },
  );
  const { geometry } = prepared.preset!;
  const isAsItIs = data.kind === 'layer' && geometry.resize === null && geometry.crop === null;
  return named(isAsItIs ? { ...prepared, preprocess: 'pixels as they are' } : prepared, name);
}

/**
 * Pixels as a canvas gives them, as the command line decodes them: for a network gray ones are three equal channels, and it
 * makes one of them itself; for the kernels of a layer they are one. A digit's greys are whole, so one channel gives the same.
 */
function givenImage(
  { name, width, height, pixels, gray }: Extract<FedImage, { kind: 'given' }>,
  isOne: boolean,
): { readonly image: Image; readonly name: string; readonly colour: string } {
  const channels = gray && isOne ? 1 : 3;
  const samples = new Uint8Array(width * height * channels);
  for (let i = 0, to = 0; i < width * height; i++) {
    for (let c = 0; c < channels; c++) samples[to++] = pixels[4 * i + c];
  }
  return { image: { width, height, channels, depth: 8, data: samples }, name, colour: gray ? 'gray' : 'RGB' };
}

/** An array is taken as it is; kernels take it as `conv` does, in grey and normalised where that is asked for. */
function feedArray(
  { kind }: PageData,
  { name, input, reads, preset: own }: PackedNetwork,
  array: Value,
  preset: ImagePreset | null,
): PreparedInput {
  if (kind === 'network') {
    return takeArray({ name, input, channels: reads.channels, declared: reads.declared, preset: reads.preset }, array);
  }
  const shape = array.shape.length === 2 ? [1, ...array.shape] : array.shape;
  return preparedArray(tensor(toFloat32(array.data), shape), array.dtype, (preset ?? own).preprocess);
}

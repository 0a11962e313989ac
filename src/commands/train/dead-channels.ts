import type { OpenedNetwork } from '../../analysis/prepare/network-input.js';
import { sizeOf } from '../../core/tensor.js';
import type { Training } from '../../engine/training/network/trainer.js';
import type { layerFamily } from '../../layers/index.js';
import type { TrainingImagesInParts } from './training-images.js';
import { imagesAsRead, shapesFor, spread, valuesNow } from './values-now.js';

/** Channels of one layer that say the same of every image. */
export interface DeadLayer {
  readonly layer: string;
  readonly channels: number;
  readonly dead: readonly number[];
}

/** What was looked at, and what is dead. */
export interface DeadChannels {
  readonly images: number;
  readonly of: 'held-out' | 'test' | 'training';
  /** Those that have an activation, in order, whether any is dead or not. */
  readonly layers: readonly DeadLayer[];
}

/** Images that are looked at. */
const MOST = 1000;
/** So many at once, as far as what their activations take stays below this. */
const AT_ONCE = 64;
const MOST_BYTES = 32e6;

/**
 * The channels behind each activation that have one value at all places of all held-out images (of the test's, or of those
 * learnt from, where none are): a ReLU that never fires.
 */
export async function deadChannels(
  opened: OpenedNetwork,
  training: Training,
  images: TrainingImagesInParts,
): Promise<DeadChannels> {
  const { parts, test } = images;
  const of = parts.heldOut.length > 0 ? 'held-out' : test.length > 0 ? 'test' : 'training';
  const all = spread({ 'held-out': parts.heldOut, test, training: parts.training }[of], MOST);
  const { shaped } = shapesFor(opened, 1, images.shape);
  const values = shaped.model.nodes.filter(({ layer }) => isActivation(layer)).map(({ outputs: [value] }) => value);
  const ranges = values.map((value) => {
    const channels = shaped.infos.get(value)!.shape[1];
    return {
      lo: new Float32Array(channels).fill(Number.POSITIVE_INFINITY),
      hi: new Float32Array(channels).fill(Number.NEGATIVE_INFINITY),
    };
  });
  const bytes = values.reduce((sum, value) => sum + 4 * sizeOf(shaped.infos.get(value)!.shape), 0);
  const atOnce = Math.max(1, Math.min(AT_ONCE, Math.floor(MOST_BYTES / bytes)));
  for (let from = 0; from < all.length && values.length > 0; from += atOnce) {
    const x = imagesAsRead(images, all.subarray(from, from + atOnce));
    const read = await valuesNow(opened, training, x, values);
    values.forEach((value, i) => {
      const { shape, data } = read(value);
      widen(ranges[i], data, shape);
    });
  }
  return {
    images: all.length,
    of,
    layers: values.map((layer, i) => {
      const { lo, hi } = ranges[i];
      return { layer, channels: lo.length, dead: [...lo.keys()].filter((c) => lo[c] === hi[c]) };
    }),
  };
}

function isActivation(layer: Parameters<typeof layerFamily>[0]): boolean {
  return layer.kind === 'activation';
}

/** data [N, C, …] */
function widen(
  { lo, hi }: { lo: Float32Array; hi: Float32Array },
  data: Float32Array,
  [N, C]: readonly number[],
): void {
  const places = data.length / (N * C);
  for (let plane = 0; plane < N * C; plane++) {
    const c = plane % C;
    for (let i = plane * places; i < (plane + 1) * places; i++) {
      if (data[i] < lo[c]) lo[c] = data[i];
      if (data[i] > hi[c]) hi[c] = data[i];
    }
  }
}

import { stagesOf } from '../../analysis/network-stages.js';
import type { OpenedNetwork } from '../../analysis/prepare/network-input.js';
import { CnnvizError } from '../../core/errors.js';
import type { Image } from '../../core/image.js';
import { chooseScale, toPixels } from '../../draw/scale.js';
import type { Judged, Training } from '../../engine/training/network/trainer.js';
import { countRight } from './learn.js';
import type { TrainingImagesInParts } from './training-images.js';
import { imagesAsRead, shapesFor, spread, valuesNow } from './values-now.js';

/** How right a network is at a step. */
export interface HowRight {
  readonly loss: number;
  /** 0 … 1 */
  readonly accuracy: number;
}

/** A network as it stood after a step. */
export interface Snapshot {
  readonly step: number;
  /** The epoch that this step belongs to, from 1; 0 before the first. */
  readonly epoch: number;
  /** Means over the steps since the snapshot before, each before it learnt; null: there was none. */
  readonly training: HowRight | null;
  readonly heldOut: HowRight | null;
  /** [M, C, kH, kW]: those of the first convolution that are shown. */
  readonly kernels: Float32Array;
  /** Of each layer that is shown, its first maps: [maps, H, W]. */
  readonly maps: readonly Float32Array[];
  /** What the image is taken for, by number. */
  readonly said: number;
  /** The weights that are kept are these, not those of the last step. */
  readonly isKept: boolean;
}

/** A layer whose maps are shown. */
export interface ShownLayer {
  readonly name: string;
  /** [C, H, W] */
  readonly shape: readonly number[];
  /** The first so many of its channels are shown. */
  readonly shown: number;
}

/** A training, watched: all that its figure is drawn from. */
export interface Watched {
  readonly network: string;
  readonly data: string;
  readonly classes: readonly string[];
  readonly parameters: number;
  /** Steps there may be. */
  readonly steps: number;
  readonly layer: string;
  /** [M, C, kH, kW] of the layer; fewer kernels may be shown. */
  readonly kernelShape: readonly number[];
  readonly shownKernels: number;
  readonly layers: readonly ShownLayer[];
  /** The image whose maps are shown, as a picture, and its class by number. */
  readonly image: { readonly picture: Image; readonly label: number; readonly of: ImageSource };
  /** Held-out images that each snapshot is measured on. */
  readonly measured: number;
  readonly snapshots: readonly Snapshot[];
}

type ImageSource = 'held-out' | 'test' | 'training';

/** Keeps what a training looks like at steps 0, 1, 2, 4, 8 … and the last. */
export interface Recorder {
  readonly watched: Watched;
  /** Whether this step is one to be kept. */
  isWanted(step: number): boolean;
  /** Adds a step to the means of the next snapshot. */
  count(judged: Pick<Judged, 'loss'> & { readonly right: number; readonly images: number }): void;
  take(step: number, epoch: number, isKept?: boolean): Promise<Snapshot>;
  /** The kernels that are shown, as they are now: a view. */
  kernels(): Float32Array;
}

/** More are only counted. */
const MOST_KERNELS = 64;
const MOST_LAYERS = 3;
/** Sizes of maps that are looked for; the first of them are shown. */
const MOST_STAGES = 64;
const MOST_MAPS = 8;
/** A snapshot is measured on so many held-out images at most. */
const MOST_MEASURED = 1000;

/** The name of the first convolution's kernels, as far as they are learnt. @throws CnnvizError 'usage' when there are none */
export function firstKernels({ tape }: Pick<Training, 'tape'>, network: string) {
  const kernels = tape.parameters.find(({ shape }) => shape.length === 4);
  if (kernels) return kernels;
  throw new CnnvizError('usage', `${network} has no convolution whose kernels could be watched`, {
    fix: 'leave --watch, --terminal and --show out',
  });
}

/** Begins to watch; nothing of the training is changed by it. Its memory is that of some twenty snapshots of small maps. */
export function openRecorder(
  opened: OpenedNetwork,
  training: Training,
  images: TrainingImagesInParts,
  facts: Pick<Watched, 'network' | 'data' | 'classes' | 'parameters' | 'steps'>,
): Recorder {
  const kernels = firstKernels(training, opened.name);
  const [M] = kernels.shape;
  const shownKernels = Math.min(M, MOST_KERNELS);
  const { shaped } = shapesFor(opened, 1, images.shape);
  const stages = stagesOf(shaped, MOST_STAGES).stages.slice(0, MOST_LAYERS);
  const layers = stages.map(({ node, shape }): ShownLayer => {
    return { name: node.name, shape: shape.slice(1), shown: Math.min(shape[1], MOST_MAPS) };
  });
  const [output] = shaped.model.outputs;
  const { parts, test, labels } = images;
  const of: ImageSource = parts.heldOut.length > 0 ? 'held-out' : test.length > 0 ? 'test' : 'training';
  const [shownImage] = { 'held-out': parts.heldOut, test, training: parts.training }[of];
  const x = imagesAsRead(images, Int32Array.of(shownImage));
  const measured = spread(parts.heldOut, MOST_MEASURED);
  const snapshots: Snapshot[] = [];
  let sums = { loss: 0, right: 0, images: 0 };
  const now = training.numbers.get(kernels.name)!.subarray(0, (kernels.floats / M) * shownKernels);
  return {
    kernels: () => now,
    watched: {
      ...facts,
      layer: kernels.name.replace(/\.weight$/, ''),
      kernelShape: kernels.shape,
      shownKernels,
      layers,
      image: { picture: pictureOf(images, shownImage), label: labels[shownImage], of },
      measured: measured.length,
      snapshots,
    },
    isWanted: (step) => (step & (step - 1)) === 0,
    count({ loss, right, images: count }) {
      sums = { loss: sums.loss + loss * count, right: sums.right + right, images: sums.images + count };
    },
    async take(step, epoch, isKept = false) {
      const judged = measured.length > 0 ? training.evaluate(measured) : null;
      const read = await valuesNow(opened, training, x, [...stages.map(({ value }) => value), output]);
      const { loss, right, images: seen } = sums;
      const snapshot: Snapshot = {
        step,
        epoch,
        training: seen === 0 || isKept ? null : { loss: loss / seen, accuracy: right / seen },
        heldOut: judged && {
          loss: judged.loss,
          accuracy: countRight(measured, judged.said, labels) / measured.length,
        },
        kernels: now.slice(),
        maps: stages.map(({ value, shape: [, , H, W] }, i) => read(value).data.slice(0, layers[i].shown * H * W)),
        said: indexOfLargest(read(output).data),
        isKept,
      };
      sums = { loss: 0, right: 0, images: 0 };
      snapshots.push(snapshot);
      return snapshot;
    },
  };
}

function indexOfLargest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** An image of the set as a picture: its bytes as they are, numbers from the smallest to the largest; colours where there are three channels, else the first. */
function pictureOf({ data, shape: [C, H, W] }: TrainingImagesInParts, image: number): Image {
  const own = data.subarray(image * C * H * W, (image + 1) * C * H * W);
  const levels =
    own instanceof Uint8Array ? own : (toPixels(own, chooseScale([own], { kind: 'minmax' }), 8).data as Uint8Array);
  const channels = C === 3 ? 3 : 1;
  const out = new Uint8Array(H * W * channels);
  for (let i = 0; i < H * W; i++) for (let c = 0; c < channels; c++) out[i * channels + c] = levels[c * H * W + i];
  return { width: W, height: H, channels, depth: 8, data: out };
}

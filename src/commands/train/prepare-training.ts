import { presetOfJob } from '../../analysis/prepare/network-input.js';
import { presetWords } from '../../analysis/prepare/preset.js';
import type { Frame, Work } from '../../cli/frame.js';
import { decodeOf, presetOf } from '../../cli/network-flags.js';
import { float32Bytes } from '../../core/bytes.js';
import type { ImagePreset } from '../../core/job.js';
import { openTraining, type Training } from '../../engine/training/network/trainer.js';
import { sha256OfParts } from '../../io/hash.js';
import { trainingTeam } from '../../run/threads.js';
import { copyOf, type Numbers } from './learn.js';
import { saidOf, type TrainWords } from './network-file.js';
import { beginningOf, descentOf } from './train-flags.js';
import type { Trainee } from './train-report.js';
import { begin, type TrainableNetwork, tapeFor } from './trained-network.js';
import { type DataEvents, openTrainingData, type TrainingData } from './training-data.js';
import { checkOutputs, imagesInParts, type TrainingImagesInParts } from './training-images.js';
import type { Fingerprint } from './training-state.js';

/** A training with all that it learns from, ready for its first step. */
export interface Prepared {
  readonly training: Training;
  readonly images: TrainingImagesInParts;
  readonly facts: Trainee;
  readonly first: Numbers;
  readonly dataSha256: string;
  /** How its images were prepared. */
  readonly preset: ImagePreset;
  readonly fingerprint: Fingerprint;
  readonly notes: readonly string[];
  readonly failed: number;
}

/** What is learnt from, read once for any number of trainings. */
export interface ReadData {
  readonly preset: ImagePreset;
  readonly data: TrainingData;
  readonly test: TrainingData | null;
}

/** @throws CnnvizError for what cannot be read */
export async function readData({ opened }: TrainableNetwork, flags: TrainWords, frame: Frame): Promise<ReadData> {
  const decode = decodeOf(flags);
  const preset = presetOfJob({ preset: presetOf(flags) }, opened);
  const data = await openTrainingData(flags.data, { preset, decode }, dataEvents(frame));
  const test = flags.test === null ? null : await openTrainingData(flags.test, { preset, decode }, dataEvents(frame));
  return { preset, data, test };
}

/** Memory taken, first weights in their places. */
export function trainingFor(
  network: TrainableNetwork,
  flags: TrainWords,
  { preset, data, test }: ReadData,
  threads: number,
): Prepared {
  const { opened } = network;
  const images = imagesInParts(flags.data, data, test && { place: flags.test!, data: test }, flags);
  const { tape, shaped } = tapeFor(network, images.shape);
  const more = checkOutputs(opened.name, tape.classes, data.classes);
  const dataSha256 = sha256OfParts([bytesOf(images.data), bytesOf(images.labels)]);
  const training = openTraining({ tape, images, settings: descentOf(flags), team: trainingTeam(threads) });
  begin(training, shaped, beginningOf(flags), flags.seed);
  const first = copyOf(training.numbers);
  return {
    training,
    images,
    first,
    dataSha256,
    preset,
    fingerprint: {
      network: JSON.stringify([tape.ops, tape.parameters]),
      data: dataSha256,
      'first weights': sha256OfParts([...first.values()].map(float32Bytes)),
      ...saidOf(flags),
    },
    facts: {
      network: opened.name,
      parameters: tape.parameters.reduce((sum, { floats }) => sum + floats, 0),
      classes: data.classes,
      data: flags.data,
      images: images.parts.training.length,
      heldOut: images.parts.heldOut.length,
      test: images.test.length,
      preprocess: presetWords(preset, { width: images.shape[2], height: images.shape[1] }),
    },
    notes: [...opened.notes, ...data.notes, ...more],
    failed: data.failed + (test?.failed ?? 0),
  };
}

/** A bar over the images that are read, and failures as they come. */
function dataEvents(frame: Frame): DataEvents {
  let work: Work | null = null;
  return {
    async images(done, total, failed) {
      work ??= frame.progress(total);
      await work.breathe(done, failed);
      if (done === total) work.bar.stop();
    },
    failure: (error) => frame.terminal.fail(error),
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

// One training of `digits` (LeNet's sizes, ReLU, max pools: what every peer can do), with the same images, first weights,
// order and settings in all programs: cnnviz's from its sources, and what the peers of train-peer.mjs and .py read.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromSources } from './from-sources.mjs';

const { begin, drawDigit, openTrainable, openTraining, tapeFor, trainingTeam } = await fromSources(
  'training',
  `export { begin, openTrainable, tapeFor } from './src/commands/train/trained-network.js';
      export { openTraining } from './src/engine/training/network/trainer.js';
      export { drawDigit } from './src/models/drawn-digits.js';
      export { trainingTeam } from './src/run/threads.js';`,
);

export const BATCH = 64;
export const RATE = 0.05;
export const MOMENTUM = 0.9;
/** Steps after which the weights of all programs are compared: later a unit may cross zero in one of them and not in another. */
export const STEPS = 5;
const SIDE = 28;
const SEED = 1;
/** As MNIST is prepared. */
const [MEAN, STD] = [0.1307, 0.3081];

/** Digits drawn from a seed: { images: Float32Array [N, 1, 28, 28], labels: Int32Array [N] } */
export function drawnDigits(count) {
  const images = new Float32Array(count * SIDE * SIDE);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 10);
  for (let i = 0; i < count; i++) {
    images.set(
      Float32Array.from(drawDigit(SEED, i), (byte) => (byte / 255 - MEAN) / STD),
      i * SIDE * SIDE,
    );
  }
  return { images, labels };
}

/** Writes what a peer reads: images.bin, labels.bin, and weights.bin with the names and shapes of weights.json. */
export function writeTask(folder, { images, labels }, training) {
  const bytes = (array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  writeFileSync(join(folder, 'images.bin'), bytes(images));
  writeFileSync(join(folder, 'labels.bin'), bytes(labels));
  writeFileSync(join(folder, 'weights.bin'), bytes(training.weights()));
  writeFileSync(join(folder, 'weights.json'), JSON.stringify(training.shapes));
}

/** cnnviz's own: `weights()` as one array in the order of `shapes`, `steps(n)` goes on with the next batches. */
export async function cnnvizTraining({ images, labels }, threads) {
  const network = await openTrainable('digits', false, { rule: 'torch', file: null });
  const { tape, shaped } = tapeFor(network, [1, SIDE, SIDE]);
  const training = openTraining({
    tape,
    images: { data: images, tables: null, labels },
    settings: {
      optimizer: 'sgd',
      momentum: MOMENTUM,
      weightDecay: 0,
      batch: BATCH,
      seed: SEED,
      augment: { shift: false, flip: false },
    },
    team: trainingTeam(threads),
  });
  begin(training, shaped, { rule: 'torch', file: null }, SEED);
  // helpers join when they are there
  await new Promise((resolve) => setTimeout(resolve, threads > 1 ? 1000 : 0));
  const perEpoch = Math.floor(labels.length / BATCH);
  let done = 0;
  return {
    shapes: tape.parameters.map(({ name, shape }) => ({ name, shape })),
    weights: () => Float32Array.from(tape.parameters.flatMap(({ name }) => [...training.numbers.get(name)])),
    steps(count) {
      for (let i = 0; i < count; i++) {
        const from = (done % perEpoch) * BATCH;
        const some = Int32Array.from({ length: BATCH }, (_, k) => from + k);
        training.step(some, { step: done + 1, epoch: 1, rate: RATE });
        done++;
      }
    },
    close: () => training.close(),
  };
}

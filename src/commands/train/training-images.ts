import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import { someOf } from '../../core/text.js';
import { splitRows } from '../../engine/training/train-head.js';
import type { StoredImages } from './image-store.js';
import type { Parts } from './learn.js';
import type { TrainingData } from './training-data.js';

/** All images in one array, and which of them are for what. */
export interface TrainingImagesInParts extends StoredImages {
  readonly parts: Parts;
  readonly test: Int32Array;
  readonly classes: readonly string[];
}

/**
 * What is learnt from, held out and measured on, by number.
 * @param test the place and the data that --test names; null: what comes with the data
 * @throws CnnvizError 'usage' or 'shape' when they do not fit together
 */
export function imagesInParts(
  place: string,
  data: TrainingData,
  test: { readonly place: string; readonly data: TrainingData } | null,
  split: { readonly holdout: number; readonly seed: number },
): TrainingImagesInParts {
  const { train, classes } = data;
  if (classes.length < 2) {
    const what = classes.length === 1 ? `one class only, "${classes[0]}"` : 'no image that can be read';
    throw new CnnvizError('usage', `${place}: ${what}: training needs two classes`, {
      fix: 'add images of another class, if only of "other"',
    });
  }
  const measured = test === null ? data.test : renamed(test, classes);
  const all = measured === null ? train : joined(train, measured, test?.place ?? place);
  const N = train.labels.length;
  const numbers = Int32Array.from({ length: N }, (_, n) => n);
  const { training, heldOut } = splitRows(train.labels, numbers, classes.length, split);
  return {
    ...all,
    classes,
    parts: { labels: all.labels, training, heldOut },
    test: Int32Array.from({ length: measured?.labels.length ?? 0 }, (_, n) => N + n),
  };
}

/** A test set with the numbers that the classes have where they are learnt. */
function renamed(
  { place, data }: { readonly place: string; readonly data: TrainingData },
  classes: readonly string[],
): StoredImages {
  const unknown = data.classes.filter((one) => !classes.includes(one));
  if (unknown.length > 0) {
    throw new CnnvizError(
      'usage',
      `--test ${place}: ${plural(unknown.length, 'class').replace(/classs$/, 'classes')} that nothing is learnt of: ${someOf(unknown)}`,
    );
  }
  return { ...data.train, labels: data.train.labels.map((label) => classes.indexOf(data.classes[label])) };
}

function joined(train: StoredImages, test: StoredImages, place: string): StoredImages {
  const words = ([C, H, W]: readonly number[]) => `${W}×${H} in ${plural(C, 'channel')}`;
  if (train.shape.join() !== test.shape.join()) {
    throw new CnnvizError(
      'shape',
      `${place}: test images of ${words(test.shape)}, learnt from are ${words(train.shape)}`,
      {
        fix: `--resize ${train.shape.slice(1).join(',')}`,
      },
    );
  }
  const labels = new Int32Array([...train.labels, ...test.labels]);
  if (train.data instanceof Uint8Array && test.data instanceof Uint8Array) {
    const data = new Uint8Array(train.data.length + test.data.length);
    data.set(train.data);
    data.set(test.data, train.data.length);
    return { ...train, data, labels };
  }
  const data = new Float32Array(train.data.length + test.data.length);
  data.set(numbersOf(train));
  data.set(numbersOf(test), train.data.length);
  return { data, tables: null, shape: train.shape, labels };
}

/** What the network reads, whether it is kept as bytes or not. */
function numbersOf({ data, tables, shape: [C, H, W] }: StoredImages): Float32Array {
  if (data instanceof Float32Array) return data;
  return Float32Array.from(data, (byte, i) => tables![(Math.floor(i / (H * W)) % C) * 256 + byte]);
}

/** @throws CnnvizError 'shape' when the network does not end in a number for each class */
export function checkOutputs(network: string, outputs: number, classes: readonly string[]): string[] {
  if (outputs < classes.length) {
    throw new CnnvizError(
      'shape',
      `${network} ends in ${plural(outputs, 'number')}, the data have ${classes.length} classes`,
      {
        fix: `let its last layer have ${classes.length} outputs: linear out_features=${classes.length}`,
      },
    );
  }
  return outputs === classes.length
    ? []
    : [`${network} tells ${outputs} classes apart, the data have ${classes.length}`];
}

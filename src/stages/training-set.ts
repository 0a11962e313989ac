import { CnnvizError } from '../core/errors.js';
import type { TrainingSet } from '../engine/training/train-head.js';
import type { ImageFeatures } from './image-features.js';
import type { LabelledImages } from './labelled-images.js';

/** @throws CnnvizError 'usage' for fewer than two classes */
export function checkClasses(name: string, classes: readonly string[]): void {
  if (classes.length >= 2) return;
  const what = classes.length === 1 ? `one class only, "${classes[0]}"` : 'no image of any class is left';
  throw new CnnvizError('usage', `${name}: ${what}: a classifier needs two`, {
    fix: 'add a sub-folder with images of another class, if only of "other"',
  });
}

/** More images with two classes than this are counted, not listed. */
const MOST_TORN = 5;

/** What can be learned from; a class without a readable image is left out, and said. */
export function trainingSet(
  D: number,
  { name, inputs, labels, classes: all }: LabelledImages,
  { x, rows }: ImageFeatures,
  notes: string[],
): { set: TrainingSet; classes: readonly string[] } {
  const used = new Set(rows.map(({ index }) => labels[index]));
  const classes = all.filter((one) => used.has(one));
  for (const one of all) if (!used.has(one)) notes.push(`no image of "${one}" could be used: the class is left out`);
  checkClasses(name, classes);
  const contents = new Map<string, number>();
  const firstOf = new Map<string, number>();
  let copies = 0;
  const torn: string[] = [];
  for (const { index, hash } of rows) {
    const first = firstOf.get(hash);
    if (first === undefined) {
      contents.set(hash, contents.size);
      firstOf.set(hash, index);
      continue;
    }
    copies++;
    if (labels[first] !== labels[index]) {
      torn.push(
        `${inputs[first].path} ("${labels[first]}") and ${inputs[index].path} ("${labels[index]}") are the same image: no classifier can have both right`,
      );
    }
  }
  notes.push(...torn.slice(0, MOST_TORN));
  if (torn.length > MOST_TORN) notes.push(`and ${torn.length - MOST_TORN} more images that have two classes`);
  if (copies > 0) notes.push(`${copies} of ${rows.length} images are copies of others`);
  return {
    classes,
    set: {
      x,
      features: D,
      labels: Int32Array.from(rows, ({ index }) => classes.indexOf(labels[index])),
      classes: classes.length,
      contents: Int32Array.from(rows, ({ hash }) => contents.get(hash)!),
    },
  };
}

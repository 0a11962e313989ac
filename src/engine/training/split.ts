import { randomSource } from '../../core/random.js';

/** Rows to learn from, and rows to measure on. */
export interface Split {
  readonly training: Int32Array;
  readonly heldOut: Int32Array;
}

/**
 * Holds out a share of each class, chosen by the seed: the nearest whole number of its images, but never all. Copies of one
 * image in a class stay together, so that no image is measured on that was learned from.
 * @param labels the class of each row, 0 … classes − 1
 * @param contents the same number for rows with the same image
 */
export function splitRows(
  labels: Int32Array,
  contents: Int32Array,
  classes: number,
  { holdout, seed }: { readonly holdout: number; readonly seed: number },
): Split {
  const isHeld = new Uint8Array(labels.length);
  for (let k = 0; k < classes; k++) {
    const copies = new Map<number, number[]>();
    labels.forEach((label, row) => {
      if (label !== k) return;
      const rows = copies.get(contents[row]);
      if (rows) rows.push(row);
      else copies.set(contents[row], [row]);
    });
    const images = shuffled([...copies.values()], seed, `split.${k}`);
    const count = Math.min(Math.round(holdout * images.length), images.length - 1);
    for (const row of images.slice(0, Math.max(0, count)).flat()) isHeld[row] = 1;
  }
  const rows = [...labels.keys()];
  return {
    training: Int32Array.from(rows.filter((row) => isHeld[row] === 0)),
    heldOut: Int32Array.from(rows.filter((row) => isHeld[row] === 1)),
  };
}

/** Source: Fisher and Yates; Knuth, volume 2, 3.4.2 P */
function shuffled<T>(items: T[], seed: number, name: string): T[] {
  const { next } = randomSource(seed, name);
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor((next() / 2 ** 32) * (i + 1));
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}

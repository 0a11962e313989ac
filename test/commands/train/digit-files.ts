import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIGIT_SIDE, drawDigit } from '../../../src/models/drawn-digits.js';

/** An IDX file: its axes, then its bytes. */
export function idx(shape: readonly number[], data: Uint8Array, type = 8): Uint8Array {
  const header = new Uint8Array(4 + 4 * shape.length);
  header.set([0, 0, type, shape.length]);
  shape.forEach((side, axis) => {
    new DataView(header.buffer).setUint32(4 + 4 * axis, side);
  });
  return Buffer.concat([header, data]);
}

/** Digits drawn by a seed. */
export function digits(count: number, first = 0): { readonly pixels: Uint8Array; readonly labels: Uint8Array } {
  const size = DIGIT_SIDE * DIGIT_SIDE;
  const pixels = new Uint8Array(count * size);
  for (let i = 0; i < count; i++) pixels.set(drawDigit(1, first + i), i * size);
  return { pixels, labels: Uint8Array.from({ length: count }, (_, i) => (first + i) % 10) };
}

/** A folder with files named as MNIST's. */
export function writeDigits(folder: string, train = 300, test = 60): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, count, first] of [
    ['train', train, 0],
    ['t10k', test, train],
  ] as const) {
    if (count === 0) continue;
    const { pixels, labels } = digits(count, first);
    writeFileSync(join(folder, `${name}-images-idx3-ubyte`), idx([count, DIGIT_SIDE, DIGIT_SIDE], pixels));
    writeFileSync(join(folder, `${name}-labels-idx1-ubyte`), idx([count], labels));
  }
}

/** A small network for them. */
export const SMALL =
  'conv out_channels=4 kernel_size=5 stride=2 | batch_norm | relu | max_pool 2 | flatten | dropout 0.2 | linear out_features=10';

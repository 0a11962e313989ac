import { preparePicture } from '../../analysis/prepare/network-input.js';
import { CnnvizError } from '../../core/errors.js';
import type { Image } from '../../core/image.js';
import type { ImagePreset } from '../../core/job.js';
import { sizeOf } from '../../core/tensor.js';

/** Images of one size with their classes, as training reads them. */
export interface StoredImages {
  /** [N, C, H, W]: bytes, or numbers as the network reads them. */
  readonly data: Uint8Array | Float32Array;
  /** [C, 256]: what a byte stands for; null where data are numbers. */
  readonly tables: Float32Array | null;
  /** [C, H, W] */
  readonly shape: readonly number[];
  readonly labels: Int32Array;
}

/** Takes images one by one, each prepared as the network says, and keeps them as bytes where those say all. */
export interface ImageStore {
  /** @throws CnnvizError 'shape' for an image of another size than those before */
  add(image: Image, label: number, name: string): void;
  finish(): StoredImages;
}

/** A store for up to `most` images. */
export function openImageStore(preset: ImagePreset, most: number): ImageStore {
  let shape: readonly number[] | null = null;
  let first = '';
  let data: Uint8Array | Float32Array = new Uint8Array(0);
  let tables: Float32Array | null = null;
  const labels: number[] = [];
  return {
    add(image, label, name) {
      const { input } = preparePicture(image, preset);
      const size = sizeOf(input.shape);
      if (shape === null) {
        [shape, first] = [input.shape, name];
        if ('bytes' in input) [data, tables] = [new Uint8Array(most * size), input.tables];
        else data = new Float32Array(most * size);
      } else if (shape.join() !== input.shape.join()) throw twoSizes(first, shape, name, input.shape);
      if (!('bytes' in input) && data instanceof Uint8Array) {
        data = asNumbers(data, tables!, shape);
        tables = null;
      }
      const at = labels.length * size;
      if (!('bytes' in input)) data.set(input.data, at);
      else if (data instanceof Uint8Array) planes(input.bytes, shape, data, at);
      else {
        const bytes = new Uint8Array(size);
        planes(input.bytes, shape, bytes, 0);
        data.set(asNumbers(bytes, input.tables, shape), at);
      }
      labels.push(label);
    },
    finish: () => ({
      data: data.subarray(0, labels.length * sizeOf(shape ?? [0])),
      tables,
      shape: shape ?? [],
      labels: Int32Array.from(labels),
    }),
  };
}

/** Interleaved samples [H, W, C] → [C, H, W] */
function planes(bytes: Uint8Array, [C, H, W]: readonly number[], to: Uint8Array, at: number): void {
  if (C === 1) {
    to.set(bytes, at);
    return;
  }
  for (let i = 0; i < H * W; i++) for (let c = 0; c < C; c++) to[at + c * H * W + i] = bytes[i * C + c];
}

function asNumbers(bytes: Uint8Array, tables: Float32Array, [C, H, W]: readonly number[]): Float32Array {
  const out = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) out[i] = tables[(Math.floor(i / (H * W)) % C) * 256 + bytes[i]];
  return out;
}

function twoSizes(first: string, a: readonly number[], name: string, b: readonly number[]): CnnvizError {
  const words = ([C, H, W]: readonly number[]) => `${W}×${H}${C === 1 ? ' gray' : ''}`;
  return new CnnvizError('shape', `images of two sizes: ${first} gives ${words(a)}, ${name} ${words(b)}`, {
    fix: `--resize ${a[1]},${a[2]}${a[0] === b[0] ? '' : ' --gray'}`,
    scope: 'command',
  });
}

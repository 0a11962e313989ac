import { channelsOf } from './layer-facts.js';

/** A value of one channel, where it lies in its map. */
export interface MapPlace {
  readonly value: number;
  /** 0, 0 in a layer of vectors. */
  readonly x: number;
  readonly y: number;
}

/**
 * The strongest places of each channel of one item, strongest first, of equals the first. With several a channel, only
 * peaks count: places that no neighbour exceeds. NaN never counts.
 * values of shape [1, C, H, W] or [1, K]
 */
export function strongestPlaces(values: Float32Array, shape: readonly number[], perChannel: number): MapPlace[][] {
  const { channels, size } = channelsOf(shape);
  const width = shape.length === 4 ? shape[3] : size;
  return Array.from({ length: channels }, (_, c) => {
    const map = values.subarray(c * size, (c + 1) * size);
    const places = perChannel === 1 ? [...largest(map)] : peaks(map, width);
    return places
      .sort((a, b) => map[b] - map[a] || a - b)
      .slice(0, perChannel)
      .map((at) => ({ value: map[at], x: at % width, y: Math.floor(at / width) }));
  });
}

function largest(map: Float32Array): number[] {
  let best = -1;
  for (let i = 0; i < map.length; i++) if (!Number.isNaN(map[i]) && (best < 0 || map[i] > map[best])) best = i;
  return best < 0 ? [] : [best];
}

function peaks(map: Float32Array, width: number): number[] {
  const height = map.length / width;
  const found: number[] = [];
  for (let i = 0; i < map.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    let isPeak = !Number.isNaN(map[i]);
    for (let v = Math.max(0, y - 1); isPeak && v <= Math.min(height - 1, y + 1); v++) {
      for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
        const other = map[v * width + u];
        // of equal neighbours the first is the peak
        if (other > map[i] || (other === map[i] && v * width + u < i)) isPeak = false;
      }
    }
    if (isPeak) found.push(i);
  }
  return found;
}

/** Keeps the `count` largest of any number of things, in no more memory than that; of equals those that came first. */
export class Best<T extends { readonly value: number }> {
  readonly #count: number;
  readonly #kept: T[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  add(one: T): void {
    const kept = this.#kept;
    const last = kept[kept.length - 1];
    if (kept.length === this.#count && !(one.value > last.value)) return;
    let at = kept.length;
    while (at > 0 && one.value > kept[at - 1].value) at--;
    kept.splice(at, 0, one);
    if (kept.length > this.#count) kept.pop();
  }

  /** Largest first. */
  get kept(): readonly T[] {
    return this.#kept;
  }
}

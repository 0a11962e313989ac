import { channelsOf } from '../analysis/layer-facts.js';
import type { ValuePlace } from '../core/check-result.js';

/** Where an element lies in a layer's output, N included. */
export function placeAt(index: number, shape: readonly number[]): ValuePlace {
  const { channels, size } = channelsOf(shape);
  const width = shape.at(-1) ?? 1;
  const inMap = index % size;
  return {
    item: Math.floor(index / (channels * size)),
    channel: Math.floor(index / size) % channels,
    x: size === 1 ? null : inMap % width,
    y: size === 1 ? null : Math.floor(inMap / width),
  };
}

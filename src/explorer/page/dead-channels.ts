import type { MapsShape } from '../../core/value-place.js';

/** The channels that are zero in all items. */
export function deadChannels(values: Float32Array, { items, channels, height, width }: MapsShape): number[] {
  const size = height * width;
  const isZero = (item: number, channel: number) => {
    const start = (item * channels + channel) * size;
    return values.subarray(start, start + size).every((value) => value === 0);
  };
  return Array.from({ length: channels }, (_, channel) => channel).filter((channel) =>
    Array.from({ length: items }, (_, item) => item).every((item) => isZero(item, channel)),
  );
}

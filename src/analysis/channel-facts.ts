import { type Image, maxSample } from '../core/image.js';
import type { ChannelFacts } from '../core/preprocess-result.js';
import { measureValues } from './values.js';

/** What the channels of a picture or of a network's input are called. */
export function channelNames(channels: number): readonly string[] {
  return channels === 3 ? ['red', 'green', 'blue'] : ['gray'];
}

/** Smallest, largest and mean sample of each channel, from how often each sample occurs: the mean is exact. */
export function measureImage({ channels, depth, data }: Image): ChannelFacts[] {
  const levels = maxSample(depth) + 1;
  const counts = new Float64Array(channels * levels);
  for (let i = 0; i < data.length; i += channels) {
    for (let c = 0; c < channels; c++) counts[c * levels + data[i + c]]++;
  }
  return channelNames(channels).map((name, c) => {
    const own = counts.subarray(c * levels, (c + 1) * levels);
    const sum = own.reduce((total, count, sample) => total + count * sample, 0);
    const isThere = (count: number) => count > 0;
    return {
      name,
      min: own.findIndex(isThere),
      max: own.findLastIndex(isThere),
      mean: (sum * channels) / data.length,
    };
  });
}

/** The same of numbers [C, H, W], one or three channels. */
export function measurePlanes(values: Float32Array, [C, H, W]: readonly number[]): ChannelFacts[] {
  return channelNames(C).map((name, c) => {
    const { min, max, mean } = measureValues(values.subarray(c * H * W, (c + 1) * H * W));
    return { name, min, max, mean };
  });
}

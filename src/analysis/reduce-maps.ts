import type { Reduce } from '../core/head.js';
import { sizeOf } from '../core/tensor.js';

/** How many numbers one item of a layer gives. shape: [N, K] or [N, C, ...] */
export function reducedSize(shape: readonly number[], reduce: Reduce): number {
  return reduce === 'flatten' ? sizeOf(shape.slice(1)) : shape[1];
}

/**
 * A layer's values [N, C, ...] as a row of numbers for each item: [N, D]. A map becomes its mean (summed in float64) or its
 * largest value; values [N, K] stay as they are.
 */
export function reduceMaps(values: Float32Array, shape: readonly number[], reduce: Reduce): Float32Array {
  const places = sizeOf(shape.slice(2));
  if (reduce === 'flatten' || places === 1) return values;
  const out = new Float32Array(values.length / places);
  for (let map = 0; map < out.length; map++) {
    const start = map * places;
    if (reduce === 'mean') {
      let sum = 0;
      for (let i = start; i < start + places; i++) sum += values[i];
      out[map] = sum / places;
    } else {
      let most = values[start];
      // a NaN is larger than anything, so that it is not lost
      for (let i = start; i < start + places; i++) if (!(values[i] <= most)) most = values[i];
      out[map] = most;
    }
  }
  return out;
}

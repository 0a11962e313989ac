import type { ValueFacts } from '../core/result.js';

/** What one pass over a map's values finds. */
interface ValueSums {
  /** In float64: even and odd places apart, then together, portion by portion. Not finite when any value is not. */
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** Values above zero. */
  readonly firing: number;
}

/**
 * Facts about a map's values. Non-finite ones are counted and left out of min, max and mean.
 * @param sumsOf the one pass over all values; the engine's does the same in SIMD
 */
export function measureValues(values: Float32Array, sumsOf = sumsOfPortion): ValueFacts {
  let [sum, firing] = [0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let from = 0; from < values.length; from += SUM_PORTION) {
    const part = sumsOf(values.subarray(from, from + SUM_PORTION));
    sum += part.sum;
    firing += part.firing;
    min = Math.min(min, part.min);
    max = Math.max(max, part.max);
  }
  // only a NaN or an infinity among the values makes their float64 sum anything but finite
  if (!Number.isFinite(sum) || values.length === 0) return measureWithHoles(values);
  // + 0: which of two zeros came first is not a fact
  return { count: values.length, min: min + 0, max: max + 0, mean: sum / values.length, nan: 0, infinite: 0, firing };
}

/** A large map goes through small functions portion by portion: they are compiled before its first tenth is done. */
const SUM_PORTION = 65_536;

function sumsOfPortion(values: Float32Array): ValueSums {
  let [even, odd, firing] = [0, 0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (i & 1) odd += value;
    else even += value;
    if (value < min) min = value;
    if (value > max) max = value;
    if (value > 0) firing++;
  }
  return { sum: even + odd, min, max, firing };
}

function measureWithHoles(values: Float32Array): ValueFacts {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let nan = 0;
  let infinite = 0;
  let firing = 0;
  for (const value of values) {
    if (value > 0) firing++;
    if (Number.isNaN(value)) nan++;
    else if (!Number.isFinite(value)) infinite++;
    else {
      min = Math.min(min, value);
      max = Math.max(max, value);
      sum += value;
    }
  }
  const finite = values.length - nan - infinite;
  if (finite === 0) [min, max] = [Number.NaN, Number.NaN];
  return { count: values.length, min, max, mean: sum / finite, nan, infinite, firing };
}

import type { ValueFacts } from '../core/facts.js';

/** Facts about a map's values. Non-finite ones are counted and left out of min, max and mean. */
export function measureValues(values: Float32Array): ValueFacts {
  const sum = { value: 0 };
  const range = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
  for (let from = 0; from < values.length; from += PORTION) measurePortion(values, from, sum, range);
  // only a NaN or an infinity among the values makes their float64 sum anything but finite
  if (!Number.isFinite(sum.value) || values.length === 0) return measureWithHoles(values);
  const { length } = values;
  return { count: length, ...range, mean: sum.value / length, nan: 0, infinite: 0, firing: countPositive(values) };
}

/** A large map goes through small functions portion by portion: they are compiled before its first tenth is done. */
const PORTION = 65_536;

function measurePortion(
  values: Float32Array,
  from: number,
  sum: { value: number },
  range: { min: number; max: number },
): void {
  const end = Math.min(from + PORTION, values.length);
  let total = sum.value;
  let { min, max } = range;
  for (let i = from; i < end; i++) {
    const value = values[i];
    total += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  sum.value = total;
  range.min = min;
  range.max = max;
}

/** How many finite values are above zero, from their bits: no branch to guess, which on edge maps fails half the time. */
function countPositive(values: Float32Array): number {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let count = 0;
  for (let from = 0; from < bits.length; from += PORTION) count += positivesOf(bits, from);
  return count;
}

function positivesOf(bits: Int32Array, from: number): number {
  const end = Math.min(from + PORTION, bits.length);
  let count = 0;
  for (let i = from; i < end; i++) count += (-bits[i] >>> 31) & (~bits[i] >>> 31);
  return count;
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

import type { ValueFacts } from '../core/facts.js';

/** Facts about a map's values. Non-finite ones are counted and left out of min, max and mean. */
export function measureValues(values: Float32Array): ValueFacts {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let nan = 0;
  let infinite = 0;
  let firing = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value > 0) firing++;
    if (value - value !== 0) {
      if (Number.isNaN(value)) nan++;
      else infinite++;
      continue;
    }
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const finite = values.length - nan - infinite;
  const none = finite === 0;
  return {
    count: values.length,
    min: none ? Number.NaN : min,
    max: none ? Number.NaN : max,
    mean: sum / finite,
    nan,
    infinite,
    firing,
  };
}

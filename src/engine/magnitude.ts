import type { Numbers } from '../core/values.js';

/**
 * The largest |value|: NaN when one is NaN, ∞ when one is infinite, 0 of nothing. Float32 is compared by its bits without
 * the sign, which are in the order of the magnitudes with ∞ and then NaN behind them: one pass, no branch on kinds.
 */
export function magnitudeOf(values: Numbers): number {
  if (!(values instanceof Float32Array)) return magnitudeOfAny(values);
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let [even, odd] = [0, 0];
  const pairs = bits.length & ~1;
  for (let i = 0; i < pairs; i += 2) {
    const one = bits[i] & 0x7fffffff;
    const two = bits[i + 1] & 0x7fffffff;
    if (one > even) even = one;
    if (two > odd) odd = two;
  }
  if (pairs < bits.length) even = Math.max(even, bits[pairs] & 0x7fffffff);
  const [most] = new Float32Array(Int32Array.of(Math.max(even, odd)).buffer);
  return most;
}

function magnitudeOfAny(values: Numbers): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}

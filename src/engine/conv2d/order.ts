import { CHUNK, RUN } from '../../core/order.js';

/**
 * The one order of summation. Taps are numbered by channel, row, column of the kernel: t = (c·kH + u)·kW + v.
 *
 *   run    RUN taps, products and sums in float32, in order
 *   chunk  CHUNK taps: its runs added in float32, in order
 *   value  bias + chunks in order, in float64, rounded once to float32
 *
 * Every algorithm that calls itself `ordered` gives exactly these bits, whatever its loops look like. One running
 * float32 sum over 70×70×3 taps is off by up to 4e-6 of Σ|terms| on a flat image; this order stays below 6e-7, and
 * costs one addition in 32.
 */
export { CHUNK, RUN };

/** The value of one output by the order above, from its `terms` (x·w, each rounded to float32) and its bias. */
export function sumInOrder(terms: Float32Array, bias: number): number {
  let total = bias;
  for (let chunkStart = 0; chunkStart < terms.length; chunkStart += CHUNK) {
    const chunkEnd = Math.min(chunkStart + CHUNK, terms.length);
    let chunk = 0;
    for (let runStart = chunkStart; runStart < chunkEnd; runStart += RUN) {
      const runEnd = Math.min(runStart + RUN, chunkEnd);
      let run = 0;
      for (let t = runStart; t < runEnd; t++) run = Math.fround(run + terms[t]);
      chunk = Math.fround(chunk + run);
    }
    total += chunk;
  }
  return Math.fround(total);
}

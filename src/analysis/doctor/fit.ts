import { log, log1p } from '../../core/math.js';

import { type BatchNorm, median } from './batch-norms.js';
import type { Moments } from './moments.js';
import type { Preparation } from './preparations.js';

/** How far what arrives at batch norms is from their running statistics, one number for each: 0 is a perfect fit. */
export type Misfit = readonly number[];

/** Another preparation with how it fits. */
export interface Fitted {
  readonly preparation: Preparation;
  /** Of the first batch norms. */
  readonly front: number;
}

/** What preparations did to the batch norms. */
export interface Fit {
  readonly images: number;
  /** Of the first batch norms, as the images are prepared now. */
  readonly current: number;
  /** All others that were tried, the best first. */
  readonly others: readonly Fitted[];
  /** The whole network as it is fed by the best of all, and with the channels reversed; null: not three channels. */
  readonly reversed: { readonly straight: Misfit; readonly reversed: Misfit } | null;
}

/** Batch norms whose input one preparation or another decides. */
export const FRONT = 3;
/** Channels of less variance than this share of the layer's middle one are asleep: they say nothing. */
const ASLEEP = 1e-3;

/** Fewer numbers of a channel than this, as of a vector of one image, have no variance worth comparing. */
const FEWEST = 32;

/**
 * For each batch norm, the mean of log(1 + KL) over its channels, where KL is the divergence of the measured normal
 * distribution from the one its running statistics tell, ½(v/σ² + (m − μ)²/σ² − 1 − log(v/σ²)).
 * The logarithm keeps one channel from outshouting all others.
 */
export function misfitOf(norms: readonly BatchNorm[], arriving: ReadonlyMap<string, Moments>): Misfit {
  return norms.map(({ node, mean, variance, eps }) => {
    const { count: numbers, mean: m, variance: v } = arriving.get(node.name)!;
    if (numbers < FEWEST) return 0;
    const least = ASLEEP * median(variance);
    let [sum, count] = [0, 0];
    for (let c = 0; c < mean.length; c++) {
      if (!(variance[c] >= least) || !(variance[c] > 0)) continue;
      const expected = variance[c] + eps;
      const ratio = (v[c] + eps) / expected;
      const off = m[c] - mean[c];
      const divergence = (ratio + (off * off) / expected - 1 - log(ratio)) / 2;
      sum += log1p(Math.max(0, divergence));
      count++;
    }
    return count === 0 ? 0 : sum / count;
  });
}

export function average(misfit: Misfit): number {
  return misfit.reduce((sum, one) => sum + one, 0) / Math.max(1, misfit.length);
}

import type { Tensor } from '../core/tensor.js';

/** What is true of a 2-D kernel [kH, kW]. */
export interface KernelTraits {
  /** The response to a flat image of ones. */
  readonly sum: number;
  /** Rank 1: a column times a row, so two short passes do the work of one long. Exact, no tolerance. */
  readonly rank1: boolean;
}

export function kernelFacts(weight: Tensor): KernelTraits {
  const { data } = weight;
  return { sum: data.reduce((sum, value) => sum + value, 0), rank1: isRank1(weight) };
}

/** Every 2×2 minor with the largest weight in it vanishes; products of float32 are exact in float64. */
function isRank1({ data, shape: [kH, kW] }: Tensor): boolean {
  let pivot = 0;
  for (let i = 0; i < data.length; i++) if (Math.abs(data[i]) > Math.abs(data[pivot])) pivot = i;
  const [row, column] = [Math.floor(pivot / kW), pivot % kW];
  if (data[pivot] === 0) return false;
  for (let u = 0; u < kH; u++) {
    for (let v = 0; v < kW; v++) {
      if (data[pivot] * data[u * kW + v] !== data[row * kW + v] * data[u * kW + column]) return false;
    }
  }
  return true;
}

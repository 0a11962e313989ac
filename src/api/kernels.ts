import type { Tensor } from '../core/tensor.js';
import { findKernel } from '../models/kernel-names.js';
import { BUILTIN_KERNELS, kernelWeight } from '../models/kernels.js';

/** The names of the built-in kernels. */
export function kernelNames(): string[] {
  return BUILTIN_KERNELS.map(({ name }) => name);
}

/** A built-in kernel as [kH, kW]. @throws CnnvizError 'usage' with the nearest name when there is none. */
export function builtinKernel(name: string): Tensor {
  return kernelWeight(findKernel(name));
}

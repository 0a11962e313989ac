import { sameName } from '../core/names.js';
import { findGradient, type Gradient } from './gradients.js';
import { findKernel } from './kernel-names.js';
import { BUILTIN_KERNELS, type BuiltinKernel, KERNEL_NAMES } from './kernels.js';

/** What one word of `cnnviz kernels` shows. */
export interface KernelGroup {
  readonly kernels: readonly BuiltinKernel[];
  /** The gradient magnitude of this name, made of these kernels. */
  readonly gradient: Gradient | null;
}

/** edges, and edge for one of them */
function familyNames(family: string): string[] {
  return [family, family.replace(/s$/, '')];
}

/**
 * The kernels of a word: one by its name, a family by the name it is listed under (edges, or edge), a gradient
 * magnitude's two, or all whose names begin with it (kirsch).
 * @throws CnnvizError 'usage' with what was meant
 */
export function kernelGroup(word: string): KernelGroup {
  const gradient = findGradient(word);
  if (gradient) return { kernels: gradient.parts.map(findKernel), gradient };
  const own = sameName(word, KERNEL_NAMES);
  if (own !== null) return { kernels: [findKernel(own)], gradient: null };
  const family = BUILTIN_KERNELS.filter((one) => familyNames(one.family).includes(word.toLowerCase()));
  if (family.length > 0) return { kernels: family, gradient: null };
  const begun = BUILTIN_KERNELS.filter(({ name }) => word.length > 1 && name.startsWith(word.toLowerCase()));
  return { kernels: begun.length > 0 ? begun : [findKernel(word)], gradient: null };
}

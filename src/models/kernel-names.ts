import { CnnvizError } from '../core/errors.js';
import { nearestName, sameName } from '../core/names.js';
import {
  BUILTIN_KERNELS,
  type BuiltinKernel,
  findGradient,
  GRADIENTS,
  type Gradient,
  KERNEL_NAMES,
} from './kernels.js';

/** Words people say for one kernel or for several; what they could mean is not guessed where there are several. */
const SAID: Readonly<Record<string, readonly string[]>> = {
  edges: ['edge3x3'],
  outlines: ['outline3x3'],
  sharp: ['sharpen'],
  sharper: ['sharpen'],
  sharpening: ['sharpen'],
  unsharpmask: ['unsharp5'],
  blur: ['gaussian3', 'gaussian5', 'box3', 'box5'],
  smooth: ['gaussian3', 'gaussian5', 'box3', 'box5'],
  mean: ['box3', 'box5'],
  average: ['box3', 'box5'],
  gauss: ['gaussian3', 'gaussian5'],
  laplace: ['laplacian4', 'laplacian8'],
  vertical: ['sobel-x', 'line-v'],
  horizontal: ['sobel-y', 'line-h'],
  verticaledge: ['edge3x3', 'sobel-x'],
  verticaledges: ['edge3x3', 'sobel-x'],
  horizontaledge: ['sobel-y', 'prewitt-y'],
  horizontaledges: ['sobel-y', 'prewitt-y'],
  diagonal: ['roberts-x', 'line-d1', 'line-d2'],
  lines: ['line-h', 'line-v', 'line-d1', 'line-d2'],
  gradient: GRADIENTS.map(({ name }) => name),
};

/** True for text that is meant as numbers and not as a name: "1 0 -1; 1 0 -1", "0.5", "1/9 1/9", "[[1, 0]]". */
export function looksInline(text: string): boolean {
  return /[;,\s[]/.test(text.trim()) || /^[+\-−–]?\.?\d/.test(text.trim());
}

/** What a name is called without its size: edge3x3 is an edge, gaussian5 a gaussian. */
function withoutSize(name: string): string {
  return name.replace(/\d+(x\d+)?$/, '');
}

/** The kernels that a word may mean; one when it is a name, or the only of its name that there is; [] for a strange word. */
export function kernelsMeant(word: string): readonly string[] {
  const same = sameName(word, KERNEL_NAMES);
  if (same !== null) return [same];
  const said = SAID[word.toLowerCase().replace(/[-_ ]/g, '')];
  if (said) return said;
  const sizes = KERNEL_NAMES.filter((name) => sameName(word, [withoutSize(name)]) !== null);
  if (sizes.length > 0) return sizes;
  return KERNEL_NAMES.filter((name) => name.startsWith(`${word.toLowerCase()}-`));
}

/**
 * The built-in kernel or gradient magnitude that a word names: regardless of case, '-' and '_', and without its size where
 * there is only one.
 * @throws CnnvizError 'usage' with what the word may mean
 */
export function kernelName(word: string): string {
  const gradient = findGradient(word);
  if (gradient) return gradient.name;
  const meant = kernelsMeant(word);
  if (meant.length === 1) return meant[0];
  throw unknownKernel(word, meant);
}

/** @throws CnnvizError 'usage' with what was meant, also for a gradient magnitude, which is two kernels */
export function findKernel(word: string): BuiltinKernel {
  const name = kernelName(word);
  const kernel = BUILTIN_KERNELS.find((known) => known.name === name);
  if (kernel) return kernel;
  const { parts, formula } = findGradient(name)!;
  throw new CnnvizError('usage', `${name} is not one kernel but a gradient magnitude, ${formula}`, {
    fix: `take one of its kernels: ${parts[0]} or ${parts[1]}`,
  });
}

function unknownKernel(word: string, meant: readonly string[]): CnnvizError {
  const all = `\`cnnviz kernels\` lists all ${KERNEL_NAMES.length}`;
  if (meant.length > 1) {
    const several = `${meant.slice(0, -1).join(', ')} or ${meant.at(-1)}`;
    return new CnnvizError('usage', `kernel "${word}": several could be meant`, {
      fix: `did you mean ${several}? ${all}`,
    });
  }
  if (/\.(png|jpe?g|webp|gif|tiff?|avif|bmp)$/i.test(word)) {
    return new CnnvizError('usage', `kernel "${word}": a picture is no kernel`, {
      fix: `cut one out of it: --patch x,y,width,height@${word}`,
    });
  }
  const near = nearestName(word, [...KERNEL_NAMES, ...GRADIENTS.map(({ name }) => name)]) ?? nearestOfAnySize(word);
  return new CnnvizError('usage', `unknown kernel "${word}"`, {
    fix: `${near ? `did you mean ${near}? ` : ''}${all}`,
  });
}

/** gausian is gaussian3 or gaussian5, one slip apart but for the size. */
function nearestOfAnySize(word: string): string | null {
  const near = nearestName(word, KERNEL_NAMES.map(withoutSize));
  return near && KERNEL_NAMES.filter((name) => withoutSize(name) === near).join(' or ');
}

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

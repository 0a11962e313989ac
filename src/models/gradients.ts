import { sameName } from '../core/names.js';

/** A gradient magnitude: two kernels over the same pixels, one map. */
export interface Gradient {
  readonly name: string;
  /** The kernels of its two derivatives, at right angles to each other. */
  readonly parts: readonly [string, string];
  /** How each value is made, in one line. */
  readonly formula: string;
}

/** What gives the strongest response of all of them. */
export const GRADIENT_POSITIVE = 'an edge, whatever its direction';

function gradient(name: string): Gradient {
  const parts = [`${name}-x`, `${name}-y`] as const;
  return { name, parts, formula: `√(${parts[0]}² + ${parts[1]}²)` };
}

/**
 * The gradient magnitudes. Each derivative is a convolution as any other, summed over the channels; the map is the square
 * root of the sum of their squares, in float64, rounded once. Adding one takes two kernels NAME-x and NAME-y.
 */
export const GRADIENTS: readonly Gradient[] = ['sobel', 'prewitt', 'scharr', 'roberts'].map(gradient);

/** The gradient magnitude of this name, or null. */
export function findGradient(word: string): Gradient | null {
  const name = sameName(
    word,
    GRADIENTS.map((one) => one.name),
  );
  return GRADIENTS.find((one) => one.name === name) ?? null;
}

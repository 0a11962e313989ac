/** Sides that a graph can be run with: multiples of a power of two. */
interface FittingSides {
  readonly multiple: number;
  readonly height: number;
  readonly width: number;
}

/** Strides of all layers together, as encoders with a way back up have them. */
const MULTIPLES = [2, 4, 8, 16, 32, 64, 128];

/**
 * What sides a graph asks for that these do not fit: the smallest multiple that fits, with the sides next to them. The
 * multiples beside them fit, too, and halfway between nothing does, or it is no matter of multiples: null.
 */
export function sidesThatFit(
  [height, width]: readonly [number, number],
  fits: (height: number, width: number) => boolean,
): FittingSides | null {
  for (const multiple of MULTIPLES) {
    const [h, w] = [height, width].map((side) => Math.max(1, Math.round(side / multiple)) * multiple);
    const [more, half] = [multiple, multiple / 2];
    if (!fits(h, w) || !fits(h + more, w) || !fits(h, w + more)) continue;
    const isBetween = fits(h + half, w) && fits(h, w + half);
    return isBetween ? null : { multiple, height: h, width: w };
  }
  return null;
}

import { isExact, type Tolerance } from '../core/check-job.js';
import type { DifferingValue } from '../core/check-result.js';
import type { Scale } from '../core/facts.js';
import { maxSample } from '../core/image.js';
import type { ScaleRule } from '../core/job.js';
import type { ValuePlace } from '../core/value-place.js';
import { chooseScale, levelValue, midLevel, toPixels } from '../figures/scale.js';
import type { MapPicture } from '../stages/read-map.js';

/** How pictures are drawn for baselines: darkest to brightest, each on its own scale. */
export const PICTURE_SCALE: ScaleRule = { kind: 'minmax' };

/** A stored picture; `note` is null when a program that saved it again dropped it. */
export type StoredPicture = Omit<MapPicture, 'note'> & { readonly note: MapPicture['note'] | null };

/** A plane of values against a stored picture of it. */
export interface PlaneComparison {
  /** What the picture stands for, where it differs; elsewhere the values themselves. */
  readonly expected: Float32Array;
  readonly differing: number;
  readonly tolerated: number;
  readonly first: DifferingValue | null;
  readonly largest: DifferingValue | null;
}

/**
 * Draws values on the scale of a stored picture and compares the greys, so that a value off by more than a grey step is
 * found wherever the range has gone. Without a note the scale is that of a new picture. A value outside the scale is not
 * what was drawn, unless the picture was clipped itself. Within a tolerance is what is at most half a step and the
 * tolerance away; units in the last place mean nothing here. Both have one size.
 */
export function comparePlane(
  { levels, depth, note }: StoredPicture,
  values: Float32Array,
  locate: (index: number) => ValuePlace,
  tolerance: Tolerance,
): PlaneComparison {
  const scale = note ?? chooseScale([values], PICTURE_SCALE);
  const { lo, hi } = scale;
  const drawn = toPixels(values, scale, depth).data;
  const clips = note === null || note.clipped.below + note.clipped.above + note.clipped.nan > 0;
  const reach = (hi - lo) / maxSample(depth) / 2 + tolerance.abs;
  const expected = new Float32Array(values);
  let [differing, tolerated] = [0, 0];
  let [first, largest]: (DifferingValue | null)[] = [null, null];
  for (let p = 0; p < values.length; p++) {
    const got = values[p];
    if (drawn[p] === levels[p] && (clips || (got >= lo && got <= hi))) continue;
    const meant = meaning(levels[p], scale, depth);
    const gap = Math.abs(got - meant);
    if (!isExact(tolerance) && gap <= reach + tolerance.rel * Math.abs(meant)) {
      tolerated++;
      continue;
    }
    expected[p] = meant;
    const abs = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap;
    const isFirst = differing++ === 0;
    if (!isFirst && largest !== null && abs <= largest.abs) continue;
    largest = { place: locate(p), expected: meant, got, abs, ulps: null, greys: [levels[p], drawn[p]] };
    if (isFirst) first = largest;
  }
  return { expected, differing, tolerated, first, largest };
}

/** The value a grey stands for; of a constant map every grey but its own stands for nothing. */
function meaning(level: number, scale: Scale, depth: 8 | 16): number {
  if (scale.lo !== scale.hi) return levelValue(level, scale, depth);
  return level === midLevel(depth) ? scale.lo : Number.NaN;
}

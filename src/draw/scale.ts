import { CnnvizError } from '../core/errors.js';
import { maxSample } from '../core/image.js';
import type { ScaleRule } from '../core/job.js';
import type { Clipped, Scale, ValueFacts, ZeroLevel } from '../core/result.js';
import { type CountHalves, percentilesOf } from '../core/values.js';

/**
 * One common scale for all values given. NaN and ±Inf are ignored; percentiles are linear between neighbours, as
 * numpy.percentile. Equal values, or none that is finite, give lo === hi; only `symmetric` keeps ±|v| around zero, and
 * with `auto` nothing but zeros is black, 1 would be white.
 * `count`: the pass that percentiles are found by; the engine's does the same in WebAssembly.
 * `known`: the finite range of all values, when it has been measured already; NaN when there is none.
 * @throws CnnvizError 'usage' when a fixed lo lies above hi.
 */
export function chooseScale(
  values: readonly Float32Array[],
  rule: ScaleRule,
  known: { readonly min: number; readonly max: number } | null = null,
  count?: CountHalves,
): Scale {
  switch (rule.kind) {
    case 'fixed':
      return fixedScale(rule.lo, rule.hi);
    case 'percentiles': {
      const [lo, hi] = percentilesOf(values, [rule.lo, rule.hi], false, count);
      return Number.isNaN(lo) ? { lo: 0, hi: 0 } : { lo, hi, percentiles: [rule.lo, rule.hi] };
    }
    case 'auto':
      return autoScale(values, rangeOf(values, known), count);
    case 'minmax':
      return rangeOf(values, known);
    case 'symmetric': {
      const { lo, hi } = rangeOf(values, known);
      const reach = Math.max(Math.abs(lo), Math.abs(hi));
      return { lo: 0 - reach, hi: reach };
    }
  }
}

/** Outliers are left out where they make the range more than this many times as wide. */
const FLATTENED = 2;
/** How many percent of the values may be outliers, at either end. */
const OUTLIERS = 1;

/**
 * From the smallest to the largest value, unless few outliers would flatten the rest. Where nothing is negative zero is
 * black, and what is above it decides the white.
 */
function autoScale(values: readonly Float32Array[], { lo, hi }: Scale, count?: CountHalves): Scale {
  if (lo === hi) return lo === 0 ? { lo: 0, hi: 1 } : { lo, hi };
  if (lo >= 0) {
    const [most] = percentilesOf(values, [100 - OUTLIERS], true, count);
    return hi > FLATTENED * most ? { lo: 0, hi: most, percentiles: [null, 100 - OUTLIERS] } : { lo: 0, hi };
  }
  const [least, most] = percentilesOf(values, [OUTLIERS, 100 - OUTLIERS], false, count);
  // where nearly all values are one, only the others can be seen
  const isFlattened = most > least && hi - lo > FLATTENED * (most - least);
  return isFlattened ? { lo: least, hi: most, percentiles: [OUTLIERS, 100 - OUTLIERS] } : { lo, hi };
}

function rangeOf(values: readonly Float32Array[], known: { readonly min: number; readonly max: number } | null): Scale {
  if (known === null) return finiteRange(values);
  return Number.isNaN(known.min) ? { lo: 0, hi: 0 } : { lo: known.min, hi: known.max };
}

function fixedScale(lo: number, hi: number): Scale {
  if (!(lo <= hi && Number.isFinite(hi - lo))) {
    throw new CnnvizError('usage', `scale ${lo},${hi}: expected the value of black, then a larger value for white`, {
      fix: 'give the smaller number first, both finite',
    });
  }
  return { lo, hi };
}

/** Smallest and largest finite value of all arrays; 0 and 0 when there is none. */
function finiteRange(arrays: readonly Float32Array[]): Scale {
  let lo = Number.POSITIVE_INFINITY;
  let hi = Number.NEGATIVE_INFINITY;
  for (const values of arrays) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value - value !== 0) continue; // NaN or ±Inf
      if (value < lo) lo = value;
      if (value > hi) hi = value;
    }
  }
  return lo > hi ? { lo: 0, hi: 0 } : { lo, hi };
}

/** The grey of a constant map: 128 or 32768. */
export function midLevel(depth: 8 | 16): number {
  return depth === 8 ? 128 : 32768;
}

/**
 * Values as greys: round((v − lo) / (hi − lo) · max), halves up. Outside the scale they are clipped and counted; NaN is
 * black and counted. Where lo === hi, that one value is mid-grey.
 * @param draw the pass over all values where lo < hi; the engine's does the same in SIMD
 */
export function toPixels(
  values: Float32Array,
  scale: Scale,
  depth: 8 | 16,
  draw: DrawPortion = drawPortion,
): { data: Uint8Array | Uint16Array; clipped: Clipped } {
  const data = depth === 8 ? new Uint8Array(values.length) : new Uint16Array(values.length);
  return { data, clipped: putPixels(values, data, scale, draw) };
}

/** The same of as many values as there are places in `data`. */
export function putPixels(
  values: Float32Array,
  data: Uint8Array | Uint16Array,
  scale: Scale,
  draw: DrawPortion = drawPortion,
): Clipped {
  const { lo, hi } = scale;
  const depth = data instanceof Uint8Array ? 8 : 16;
  const constant = lo === hi;
  // the stored number is cut to a whole one, so the half added here rounds; v === lo gives mid where lo === hi
  const start = constant ? midLevel(depth) : 0.5;
  const levels = { ...scale, range: constant ? 1 : hi - lo, max: maxSample(depth), start };
  const clipped = { below: 0, above: 0, nan: 0 };
  for (let from = 0; from < values.length; from += PORTION) {
    const part = values.subarray(from, from + PORTION);
    const lost = (constant ? drawPortion : draw)(part, data.subarray(from, from + PORTION), levels);
    clipped.below += lost.below;
    clipped.above += lost.above;
    clipped.nan += lost.nan;
  }
  return clipped;
}

/** How many values a scale clips. `known`: what is known of them, which may tell already. */
export function clippedBy(
  values: Float32Array,
  scale: Scale,
  known: Pick<ValueFacts, 'min' | 'max' | 'nan' | 'infinite'> | null,
  draw: DrawPortion = drawPortion,
): Clipped {
  const isWithin = known !== null && known.infinite === 0 && known.min >= scale.lo && known.max <= scale.hi;
  if (isWithin) return { below: 0, above: 0, nan: known.nan };
  const clipped = { below: 0, above: 0, nan: 0 };
  const scratch = new Uint8Array(Math.min(PORTION, values.length));
  for (let from = 0; from < values.length; from += PORTION) {
    const part = values.subarray(from, from + PORTION);
    const lost = putPixels(part, scratch.subarray(0, part.length), scale, draw);
    clipped.below += lost.below;
    clipped.above += lost.above;
    clipped.nan += lost.nan;
  }
  return clipped;
}

/** A large map goes through small functions portion by portion: they are compiled before its first tenth is done. */
const PORTION = 65_536;

/** A value becomes (v − lo) / range · max + start, cut to a whole number. */
interface Levels extends Scale {
  readonly range: number;
  readonly max: number;
  readonly start: number;
}

/** Draws a portion; what lies outside the scale is black or white. How much of it did. */
export type DrawPortion = (values: Float32Array, data: Uint8Array | Uint16Array, levels: Levels) => Clipped;

function drawPortion(
  values: Float32Array,
  data: Uint8Array | Uint16Array,
  { lo, hi, range, max, start }: Levels,
): Clipped {
  const clipped = { below: 0, above: 0, nan: 0 };
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    data[i] = ((value - lo) / range) * max + start;
    if (value >= lo && value <= hi) continue;
    data[i] = value > hi ? max : 0;
    if (value > hi) clipped.above++;
    else if (value < lo) clipped.below++;
    else clipped.nan++;
  }
  return clipped;
}

/** Where zero fell among the greys; 'below' when it is darker than black, 'above' when it is brighter than white. */
export function zeroLevel({ lo, hi }: Scale, depth: 8 | 16): ZeroLevel {
  if (lo > 0) return 'below';
  if (hi < 0) return 'above';
  if (lo === hi) return { level: midLevel(depth) };
  return { level: Math.round(((0 - lo) / (hi - lo)) * maxSample(depth)) };
}

/** The value a grey stands for: within (hi − lo) / max / 2 of the one that was drawn, unless that was clipped. */
export function levelValue(level: number, { lo, hi }: Scale, depth: 8 | 16): number {
  return lo + (level / maxSample(depth)) * (hi - lo);
}

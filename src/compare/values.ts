import { isExact, type Tolerance } from '../core/check-job.js';
import type { Numbers } from '../core/values.js';
import { ulpsApart } from './ulps.js';

/** One element that differs. */
export interface ElementDifference {
  readonly at: number;
  readonly expected: number;
  readonly got: number;
  readonly abs: number;
  readonly ulps: number | null;
}

export interface ElementsDifference {
  /** Elements that differ by more than the tolerance, and those that differ within it. */
  readonly beyond: number;
  readonly within: number;
  /** Beyond the tolerance: the first of all, and the one that is furthest off. */
  readonly first: ElementDifference | null;
  readonly largest: ElementDifference | null;
}

/**
 * Element by element, in order. Equal are the same bits; of NaN every pattern is equal to every other; −0 and +0 differ,
 * by nothing, so that any tolerance lets them pass. An infinite value or a NaN is never within a tolerance of another.
 * Both arrays have one length.
 */
export function compareElements(expected: Numbers, got: Numbers, tolerance: Tolerance): ElementsDifference {
  const bits = bitsOf(expected, got);
  const exact = isExact(tolerance);
  let [beyond, within, first, largest, most] = [0, 0, -1, -1, -1];
  for (let i = sameUntil(expected, got); i < expected.length; i++) {
    const p = expected[i];
    const q = got[i];
    if (Object.is(p, q)) continue;
    if (!exact && isWithin(p, q, bits, tolerance)) {
      within++;
      continue;
    }
    if (beyond++ === 0) first = i;
    const gap = gapOf(p, q);
    if (gap > most) [largest, most] = [i, gap];
  }
  const differenceAt = (i: number) => (i < 0 ? null : elementDifference(i, expected[i], got[i], bits));
  return { beyond, within, first: differenceAt(first), largest: differenceAt(largest) };
}

/** How many elements from the start have the same bits, word by word: most arrays end here. 0 where types differ. */
function sameUntil(a: Numbers, b: Numbers): number {
  const words = a.BYTES_PER_ELEMENT / 4;
  if (a.constructor !== b.constructor || !(words >= 1)) return 0;
  const one = new Int32Array(a.buffer, a.byteOffset, a.length * words);
  const two = new Int32Array(b.buffer, b.byteOffset, b.length * words);
  let i = 0;
  while (i < one.length && one[i] === two[i]) i++;
  return Math.floor(i / words);
}

function isWithin(expected: number, got: number, bits: 32 | 64 | null, { abs, rel, ulps }: Tolerance): boolean {
  const gap = Math.abs(got - expected);
  // of NaN and infinities the gap is not finite
  if (gap - gap !== 0) return false;
  if (gap <= abs + rel * Math.abs(expected)) return true;
  return ulps > 0 && bits !== null && ulpsApart(expected, got, bits)! <= ulps;
}

function elementDifference(at: number, expected: number, got: number, bits: 32 | 64 | null): ElementDifference {
  const ulps = bits === null ? null : ulpsApart(expected, got, bits);
  return { at, expected, got, abs: gapOf(expected, got), ulps };
}

function gapOf(expected: number, got: number): number {
  const gap = Math.abs(got - expected);
  return Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap;
}

/** In which steps two arrays are compared: those of the coarser one; null for whole numbers. */
function bitsOf(a: Numbers, b: Numbers): 32 | 64 | null {
  if (a instanceof Float32Array || b instanceof Float32Array) return 32;
  return a instanceof Float64Array || b instanceof Float64Array ? 64 : null;
}

import { flag } from '../../cli/flags.js';
import { CnnvizError } from '../../core/errors.js';
import { nearestName } from '../../core/names.js';
import type { Numbers } from '../../core/values.js';

/**
 * How far a value may be from its baseline: |got − expected| ≤ abs + rel·|expected|, or at most `ulps` units in the last
 * place. All zero: the same bits.
 */
export interface Tolerance {
  readonly abs: number;
  readonly rel: number;
  readonly ulps: number;
}

export const EXACT: Tolerance = { abs: 0, rel: 0, ulps: 0 };

/** Whether nothing but the same bits will do. */
export function isExact({ abs, rel, ulps }: Tolerance): boolean {
  return abs === 0 && rel === 0 && ulps === 0;
}

const TOLERANCES = ['abs', 'rel', 'ulps'] as const;

/** abs=1e-6,rel=1e-5,ulps=4, any of them; a bare number is absolute. */
export function parseTolerance(text: string): Tolerance {
  const found = { ...EXACT };
  const said = new Set<string>();
  for (const part of text.split(',')) {
    const at = part.indexOf('=');
    const word = at < 0 ? 'abs' : part.slice(0, at).trim();
    const kind = TOLERANCES.find((name) => name === word);
    const number = part.slice(at + 1).trim();
    const value = Number(number);
    if (kind === undefined || number === '' || !(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      const near = kind === undefined ? nearestName(word, TOLERANCES) : null;
      throw new CnnvizError('usage', `--tolerance: expected abs=…, rel=… or ulps=…, numbers from 0, got "${part}"`, {
        fix: near ? `did you mean ${near}?` : 'such as --tolerance abs=1e-6,rel=1e-5',
      });
    }
    if (said.has(kind)) {
      throw new CnnvizError('usage', `--tolerance: ${kind} is said twice in "${text}"`, {
        fix: 'a decimal point is a point: --tolerance abs=0.1,rel=1e-5',
      });
    }
    said.add(kind);
    found[kind] = value;
  }
  return found;
}

/** How far values may be apart; null: not said. */
export const toleranceFlag = flag.of(
  '--tolerance <abs=…,rel=…,ulps=…>',
  'let values differ by so much (default: not by one bit)',
  (_, text) => parseTolerance(text),
  (tolerance) =>
    TOLERANCES.filter((kind) => tolerance[kind] !== 0)
      .map((kind) => `${kind}=${tolerance[kind]}`)
      .join(','),
);

/** One element that differs. */
export interface ElementDifference {
  readonly at: number;
  readonly expected: number;
  readonly got: number;
  readonly abs: number;
  readonly ulps: number | null;
}

interface ElementsDifference {
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

const float32 = new Float32Array(2);
const int32 = new Int32Array(float32.buffer);
const float64 = new Float64Array(2);
const int64 = new BigInt64Array(float64.buffer);

/**
 * How many steps from one floating-point number to the next lead from a to b, both of 32 or of 64 bits. −0 and +0 are one
 * number here. Null when one is NaN. Infinity is one step beyond the largest number.
 * Source: Bruce Dawson, "Comparing Floating Point Numbers", 2012
 */
export function ulpsApart(a: number, b: number, bits: 32 | 64): number | null {
  if (Number.isNaN(a) || Number.isNaN(b)) return null;
  if (bits === 32) {
    float32[0] = a;
    float32[1] = b;
    return Math.abs(ordered32(int32[0]) - ordered32(int32[1]));
  }
  float64[0] = a;
  float64[1] = b;
  const apart = ordered64(int64[0]) - ordered64(int64[1]);
  return Number(apart < 0n ? -apart : apart);
}

/** Bits of a float as a whole number that grows with it. */
function ordered32(bits: number): number {
  return bits < 0 ? -(bits + 0x80000000) : bits;
}

function ordered64(bits: bigint): bigint {
  return bits < 0n ? -(bits + 0x8000000000000000n) : bits;
}

import { exp, expm1, log, log1p } from './math.js';

/**
 * Sines, their inverses and the hyperbolic ones from + − × ÷ and √ alone, as in math.ts: the same bits everywhere. Double
 * precision, within 4 units of the last place of the true value. Constants made by mpmath (fixtures/make/trigonometry_mpmath.py).
 */

/** π/2 in two parts, and in four of which the first three have 33 bits, so that n times one is exact for n < 2²⁰. */
const [HALF_PI, HALF_PI_REST] = [1.5707963267948966, 6.123233995736766e-17];
const HALF_PI_PARTS = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32];
const TWO_OVER_PI = 0.6366197723675814;
/** Up to here n·π/2 is taken away in parts, beyond in whole numbers of any length. */
const FEW_TURNS = 1e6;
/** 2/π · 2^1216 and π/2 · 2^120: enough for every double. */
const TWO_OVER_PI_BITS = 1216n;
const LONG_TWO_OVER_PI = BigInt(
  `0x${
    'a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2e006492eea09d1921c' +
    'fe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639835339f49c845f8bbdf9283b1ff897ffde05980f' +
    'ef2f118b5a0a6d1f6d367ecf27cb09b74f463f669e5fea2d7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d08' +
    '56033046fc7b6bab'
  }`,
);
const REST_BITS = 120n;
const LONG_HALF_PI = 0x1921fb54442d18469898cc51701b839n;

/** x = quarter·π/2 + high + low, with |high| ≤ π/4. */
interface Angle {
  /** 0, 1, 2 or 3 */
  readonly quarter: number;
  readonly high: number;
  readonly low: number;
}

function angleOf(x: number): Angle {
  if (Math.abs(x) > FEW_TURNS) return longAngle(x);
  const n = Math.round(x * TWO_OVER_PI);
  let [high, low] = [x, 0];
  for (const part of HALF_PI_PARTS) {
    const taken = n * part;
    const rest = high - taken;
    const back = rest - high;
    // what the subtraction lost
    low += high - (rest - back) - (taken + back);
    high = rest;
  }
  const sum = high + low;
  return { quarter: n & 3, high: sum, low: low - (sum - high) };
}

/** Payne, Hanek 1983, in whole numbers: the fraction of x·2/π, however large x is. */
function longAngle(x: number): Angle {
  const [bits] = new BigUint64Array(Float64Array.of(Math.abs(x)).buffer);
  const exponent = (bits >> 52n) - 1075n;
  const product = ((bits & 0xf_ffff_ffff_ffffn) | 0x10_0000_0000_0000n) * LONG_TWO_OVER_PI;
  const places = TWO_OVER_PI_BITS - exponent;
  const whole = (product + (1n << (places - 1n))) >> places;
  const fraction = (product - (whole << places)) >> (places - REST_BITS);
  const rest = (fraction * LONG_HALF_PI) >> REST_BITS;
  const high = Number(rest) * 2 ** -120;
  const low = Number(rest - BigInt(high * 2 ** 120)) * 2 ** -120;
  const quarter = Number(whole & 3n);
  return x < 0 ? { quarter: (4 - quarter) & 3, high: -high, low: -low } : { quarter, high, low };
}

/** 1, 1/2!, 1/3! … */
const INVERSE_FACTORIALS = Float64Array.from({ length: 20 }, (_, n) => {
  let factorial = 1;
  for (let i = 2; i <= n; i++) factorial *= i;
  return 1 / factorial;
});

/** Of |high| ≤ π/4: high + (−high³/3! + high⁵/5! … + low·cos(high)). */
function sinNear0(high: number, low: number): number {
  const square = high * high;
  let sum = 0;
  for (let n = 17; n >= 3; n -= 2) sum = INVERSE_FACTORIALS[n] - square * sum;
  return high - (high * square * sum - low * (1 - square / 2));
}

/** 1 − high²/2 + high⁴/4! … − low·high, the small terms apart. */
function cosNear0(high: number, low: number): number {
  const square = high * high;
  let sum = 0;
  for (let n = 18; n >= 4; n -= 2) sum = INVERSE_FACTORIALS[n] - square * sum;
  const half = square / 2;
  const whole = 1 - half;
  return whole + (1 - whole - half + (square * square * sum - high * low));
}

export function sin(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  if (x === 0) return x;
  const { quarter, high, low } = angleOf(x);
  const value = quarter % 2 === 0 ? sinNear0(high, low) : cosNear0(high, low);
  return quarter > 1 ? -value : value;
}

export function cos(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  const { quarter, high, low } = angleOf(x);
  const value = quarter % 2 === 0 ? cosNear0(high, low) : sinNear0(high, low);
  return quarter === 1 || quarter === 2 ? -value : value;
}

export function tan(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  if (x === 0) return x;
  const { quarter, high, low } = angleOf(x);
  const [s, c] = [sinNear0(high, low), cosNear0(high, low)];
  return quarter % 2 === 0 ? s / c : -c / s;
}

/** atan at 0, ⅛, … 1 in two parts. */
// biome-ignore format: a table
const ATAN_AT_EIGHTHS = [
  [0, 0], [0.12435499454676144, -3.1253241424539383e-18], [0.24497866312686414, 1.0698755618734451e-17],
  [0.35877067027057225, -2.4623815582638635e-17], [0.4636476090008061, 2.2698777452961687e-17],
  [0.5585993153435624, -5.4556305485916264e-18], [0.6435011087932844, 1.5834785051444286e-17],
  [0.7188299996216245, -2.1478388444456983e-17], [0.7853981633974483, 3.061616997868383e-17],
];

/** atan(c) + atan((x − c) / (1 + x·c)) at the nearest eighth c; above 1 π/2 − atan(1/x). */
export function atan(x: number): number {
  if (Number.isNaN(x) || x === 0) return x;
  const size = Math.abs(x);
  const value = size > 1 ? HALF_PI - (atanTo1(1 / size) - HALF_PI_REST) : atanTo1(size);
  return x < 0 ? -value : value;
}

function atanTo1(x: number): number {
  const eighth = Math.round(x * 8);
  const [at, rest] = ATAN_AT_EIGHTHS[eighth];
  const c = eighth / 8;
  const t = (x - c) / (1 + x * c);
  const square = t * t;
  let sum = 0;
  for (let n = 17; n >= 3; n -= 2) sum = 1 / n - square * sum;
  return at + (t + (rest - t * square * sum));
}

export function asin(x: number): number {
  if (!(Math.abs(x) <= 1)) return Number.NaN;
  return x === 0 ? x : atan(x / Math.sqrt((1 - x) * (1 + x)));
}

export function acos(x: number): number {
  if (!(Math.abs(x) <= 1)) return Number.NaN;
  return 2 * atan(Math.sqrt((1 - x) / (1 + x)));
}

export function sinh(x: number): number {
  if (Number.isNaN(x) || x === 0) return x;
  const size = Math.abs(x);
  const t = size < 22 ? expm1(size) : 0;
  const value = size < 22 ? (t + t / (t + 1)) / 2 : halfExp(size);
  return x < 0 ? -value : value;
}

export function cosh(x: number): number {
  const size = Math.abs(x);
  if (!(size < 22)) return halfExp(size);
  const t = exp(size);
  return t / 2 + 0.5 / t;
}

/** e^x / 2, where e^x alone may be too large. */
function halfExp(x: number): number {
  if (x < 709) return exp(x) / 2;
  const root = exp(x / 2);
  return (root / 2) * root;
}

/** Beyond, x² + 1 is x². */
const LARGE = 2 ** 28;

export function asinh(x: number): number {
  if (!Number.isFinite(x) || x === 0) return x;
  const size = Math.abs(x);
  const square = size * size;
  const value = size > LARGE ? log(size) + Math.LN2 : log1p(size + square / (1 + Math.sqrt(1 + square)));
  return x < 0 ? -value : value;
}

export function acosh(x: number): number {
  if (!(x >= 1)) return Number.NaN;
  if (x > LARGE) return log(x) + Math.LN2;
  const t = x - 1;
  return log1p(t + Math.sqrt(2 * t + t * t));
}

export function atanh(x: number): number {
  if (!(Math.abs(x) <= 1)) return Number.NaN;
  if (x === 0) return x;
  const size = Math.abs(x);
  const value = log1p((2 * size) / (1 - size)) / 2;
  return x < 0 ? -value : value;
}

/**
 * exp, expm1, log1p, tanh and erf from + − × ÷ alone: those of Math may differ in the last bit between engines, these
 * give the same bits everywhere. Double precision in, a few units of the last place out; results end up in float32.
 */

const LN2_HI = 0.6931471803691238;
const LN2_LO = 1.9082149292705877e-10;

/** x = k·ln 2 + r with |r| ≤ ln 2 / 2; ln 2 in two parts keeps r exact. Source: fdlibm e_exp.c */
function reduce(x: number): { k: number; r: number } {
  const k = Math.round(x / Math.LN2);
  return { k, r: x - k * LN2_HI - k * LN2_LO };
}

/** e^r − 1 for |r| ≤ 0.35 by its Taylor series; the 14 terms reach double precision. */
function expm1Small(r: number): number {
  let sum = 0;
  for (let n = 14; n >= 1; n--) sum = (r / n) * (1 + sum);
  return sum;
}

/** x·2^k by exact multiplications, in steps so that neither factor over- or underflows on the way. */
function scale(x: number, k: number): number {
  let [value, left] = [x, k];
  for (; left > 1000; left -= 1000) value *= 2 ** 1000;
  for (; left < -1000; left += 1000) value *= 2 ** -1000;
  return value * 2 ** left;
}

export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.79) return Number.POSITIVE_INFINITY;
  if (x < -745.2) return 0;
  const { k, r } = reduce(x);
  return scale(1 + expm1Small(r), k);
}

/** e^x − 1, exact near zero. */
export function expm1(x: number): number {
  if (Number.isNaN(x) || x === 0) return x;
  if (x > 709.79) return Number.POSITIVE_INFINITY;
  if (x < -50) return -1;
  const { k, r } = reduce(x);
  const part = expm1Small(r);
  return k === 0 ? part : scale(part, k) + (2 ** k - 1);
}

/** ln x for normal x > 0: x = 2^k·m with m near 1, then 2·artanh((m−1)/(m+1)). Source: Abramowitz & Stegun 4.1.27 */
function logOf(x: number): number {
  let [k, m] = [0, x];
  while (m > Math.SQRT2) {
    m /= 2;
    k++;
  }
  while (m < Math.SQRT1_2) {
    m *= 2;
    k--;
  }
  return k * LN2_HI + (k * LN2_LO + artanhSeries((m - 1) / (m + 1)));
}

/** 2·(s + s³/3 + s⁵/5 + …) for |s| ≤ 0.18 */
function artanhSeries(s: number): number {
  const square = s * s;
  let sum = 0;
  for (let n = 23; n >= 1; n -= 2) sum = sum * square + 1 / n;
  return 2 * s * sum;
}

/** ln(1 + x), exact near zero. */
export function log1p(x: number): number {
  if (Number.isNaN(x) || x === 0 || x === Number.POSITIVE_INFINITY) return x;
  if (x < -1) return Number.NaN;
  if (x === -1) return Number.NEGATIVE_INFINITY;
  return x > -0.29 && x < 0.41 ? artanhSeries(x / (2 + x)) : logOf(1 + x);
}

export function tanh(x: number): number {
  if (Number.isNaN(x) || x === 0) return x;
  const size = Math.abs(x);
  const value = size > 22 ? 1 : expm1(2 * size) / (expm1(2 * size) + 2);
  return x < 0 ? -value : value;
}

const TWO_OVER_SQRT_PI = 1.1283791670955126;

/**
 * The error function: its all-positive series 2/√π·e^(−x²)·Σ 2ⁿx^(2n+1)/(2n+1)!! below 3, beyond it 1 − erfc by the
 * continued fraction. Source: Abramowitz & Stegun 7.1.6 and 7.1.14
 */
export function erf(x: number): number {
  if (Number.isNaN(x) || x === 0) return x;
  const size = Math.abs(x);
  const value = size < 3 ? erfSeries(size) : size > 6 ? 1 : 1 - erfcFraction(size);
  return x < 0 ? -value : value;
}

function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return TWO_OVER_SQRT_PI * exp(-x * x) * sum;
}

function erfcFraction(x: number): number {
  let fraction = x;
  for (let n = 60; n >= 1; n--) fraction = x + n / 2 / fraction;
  return (exp(-x * x) / fraction) * (TWO_OVER_SQRT_PI / 2);
}

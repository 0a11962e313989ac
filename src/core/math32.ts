/**
 * exp, log, tanh, erf and what is built from them, of float32 numbers: computed in float64 by few operations, for the
 * caller to round once to float32. That result is within 0.502 units of the last place of float32 of the true value (half a
 * unit is what rounding alone costs), subnormal numbers included, and the same on every machine. assembly/functions.ts does
 * the same operations in the same order, two numbers at a time. Polynomials: fixtures/make/functions_mpmath.py.
 */

/** e^r = 1 + r + r²·P(r) for |r| ≤ ln 2 / 2, within 2^−37 */
const EXP = [
  0.5, 0.16666666718997508, 0.041666666718980845, 0.008333298483754484, 0.0013888854049614436, 0.00019899273958984547,
  2.4859578222951535e-5,
];
/** 2·artanh(s) = 2s + s³·P(s²) for s² ≤ 0.0295, within 2^−43 */
const LOG = [0.6666666666737509, 0.3999999879733759, 0.2857175453591449, 0.22191400830308503, 0.19362653714202008];
/** The same for s² ≤ 1/9, within 2^−36 */
const LOG1P = [
  0.6666666665002361, 0.4000001076994966, 0.2857030572188366, 0.22264711209001325, 0.17464702465440773,
  0.20787616855746752,
];
/** erf(x) = x·P(x²) for |x| ≤ ½, within 2^−36 */
const ERF = [
  1.1283791670824095, -0.37612638525650693, 0.11283774013179539, -0.026863143032249386, 0.005200413724335493,
  -0.0007694534279142308,
];
/** e^(a²/2)·Φ(−a) = P(t) / (a + 5) with t = (a − 5) / (a + 5), for 0 ≤ a ≤ 15, within 2^−33 */
const TAIL = [
  0.7691930497100417, -0.6653825019029828, 0.49530562048586146, -0.31353320723007627, 0.16502026670253728,
  -0.06911793682793106, 0.020796091792858726, -0.0029972884006137165, -0.0008035411670509104, 0.0005539788066265183,
  -4.386239763971326e-5, -5.541948367239735e-5,
];

/** Adding it rounds to a whole number, half to even; 1023 more make its low bits the exponent of 2^k. */
const WHOLE = 1.5 * 2 ** 52 + 1023;
/** Beyond these 2^k is 0 and infinite. */
const [LEAST, MOST] = [-709.1, 709.8];
/** 2^k at k + 1023: 0 for −1023, infinite for 1024. */
const POWERS = new Float64Array(2048);
for (let k = -1022, power = 2 ** -1022; k <= 1024; k++, power *= 2) POWERS[k + 1023] = power;

const SQRT_2_OVER_PI = 0.7978845608028654;

/** Even powers and odd ones apart, so that a processor can do both at a time. */
function polynomial(coefficients: readonly number[], x: number): number {
  const square = x * x;
  let [even, odd] = [0, 0];
  for (let i = coefficients.length - 1; i >= 0; i--) {
    if (i % 2 === 0) even = even * square + coefficients[i];
    else odd = odd * square + coefficients[i];
  }
  return even + x * odd;
}

/** e^x = power·(1 + rest) with |rest| ≤ 0.42 */
function parts(x: number): { power: number; rest: number } {
  const within = Math.max(Math.min(x, MOST), LEAST);
  const k = within * Math.LOG2E + WHOLE - WHOLE;
  const r = within - k * Math.LN2;
  // NaN has no power: what it is multiplied by is NaN
  return { power: POWERS[k + 1023], rest: r + r * r * polynomial(EXP, r) };
}

/** e^x; infinite from 709.5 on, which float32 is from 88.73 on. */
export function exp32(x: number): number {
  const { power, rest } = parts(x);
  return power * (1 + rest);
}

/** e^x − 1 for x ≤ 600 */
function expm132(x: number): number {
  const { power, rest } = parts(x);
  return power * rest + (power - 1);
}

const SPLIT = new DataView(new ArrayBuffer(8));
/** The upper halves of 1 and (nearly) √½ */
const [ONE, SQRT_HALF] = [0x3ff00000, 0x3fe6a09e];

/** ln x */
export function log32(x: number): number {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return x === 0 ? Number.NEGATIVE_INFINITY : x < 0 ? Number.NaN : x;
  SPLIT.setFloat64(0, x);
  const shifted = SPLIT.getInt32(0) + (ONE - SQRT_HALF);
  SPLIT.setInt32(0, (shifted & 0xfffff) + SQRT_HALF);
  const f = SPLIT.getFloat64(0) - 1;
  const k = (shifted >>> 20) - 1023;
  return k * Math.LN2 + twiceArtanh(f / (2 + f), LOG);
}

function twiceArtanh(s: number, coefficients: readonly number[]): number {
  const square = s * s;
  return 2 * s + s * square * polynomial(coefficients, square);
}

/** tanh x = (e^2x − 1) / (e^2x + 1) */
export function tanh32(x: number): number {
  const size = Math.abs(x);
  const above = expm132(2 * Math.min(size, 10));
  const value = above / (above + 2);
  return x < 0 || Object.is(x, -0) ? -value : value;
}

/** Φ(−a), the normal distribution's tail from a ≥ 0 on, given e^(−a²/2) */
function tail(a: number, density: number): number {
  const within = Math.min(a, 15);
  const share = 1 / (within + 5);
  return polynomial(TAIL, (within - 5) * share) * share * density;
}

/** The error function: odd series below ½, else 1 − 2·Φ(−√2·x) */
export function erf32(x: number): number {
  const size = Math.abs(x);
  if (size < 0.5) return x * polynomial(ERF, x * x);
  const value = 1 - 2 * tail(size * Math.SQRT2, exp32(-(size * size)));
  return x < 0 ? -value : value;
}

/** 1 / (1 + e^−x) */
export function sigmoid32(x: number): number {
  return 1 / (1 + exp32(-x));
}

/** x / (1 + e^(−alpha·x)); with alpha 1: silu. NaN at −∞, as torch's. */
export function swish32(x: number, alpha: number): number {
  return x / (1 + exp32(-(alpha * x)));
}

/** x·Φ(x); NaN at −∞, as torch's. */
export function gelu32(x: number): number {
  const size = Math.abs(x);
  const below = tail(size, exp32(-(size * size * 0.5)));
  return x * (x < 0 ? below : 1 - below);
}

/** gelu with approximate='tanh': ½·x·(1 + tanh u) = x / (1 + e^−2u) with u = √(2/π)·(x + 0.044715·x³) */
export function geluTanh32(x: number): number {
  return x / (1 + exp32(-(2 * SQRT_2_OVER_PI * (x + 0.044715 * (x * x * x)))));
}

/** ln(1 + e^(beta·x)) / beta; x where beta·x > threshold. */
export function softplus32(x: number, beta: number, threshold: number): number {
  const v = beta * x;
  if (v > threshold) return x;
  const u = exp32(-Math.abs(v));
  return (Math.max(v, 0) + twiceArtanh(u / (2 + u), LOG1P)) / beta;
}

/** x < 0 ? alpha·(e^x − 1) : x */
export function elu32(x: number, alpha: number): number {
  return x < 0 ? alpha * expm132(x) : x;
}

/** x·tanh(ln(1 + e^x)) = x·w / (w + 2) with w = e^x·(e^x + 2) */
export function mish32(x: number): number {
  const n = exp32(Math.min(x, 40));
  const w = n * (n + 2);
  return x * (w / (w + 2));
}

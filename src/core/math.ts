/**
 * exp, expm1, log, log1p, tanh, erf and power from + − × ÷ and √ alone: those of Math, and ** too, may differ in the last
 * bit between engines, these give the same bits everywhere. Double precision, within 2 units of the last place of the true
 * value (power: see there).
 */

/** ln 2 in two parts: the first ends in 20 zero bits, so that k·LN2_HI is exact. */
const LN2_HI = 0.6931471803691238;
const LN2_LO = 1.9082149292705877e-10;

/** 2^k at k + 1074, for every k from −1074 to 1023. */
const POWERS = new Float64Array(2098);
for (let i = 0, power = Number.MIN_VALUE; i < POWERS.length; i++, power *= 2) POWERS[i] = power;

/** x·2^k, rounded once; k from −1075 to 1024. */
function scale(x: number, k: number): number {
  if (k > 1023) return x * 2 * POWERS[k + 1073];
  if (k < -1074) return (x / 2) * POWERS[k + 1075];
  return x * POWERS[k + 1074];
}

/** 1/2!, 1/3!, … 1/14!: the last reaches double precision for |r| ≤ ln 2 / 2. */
const INVERSE_FACTORIALS = Float64Array.from({ length: 13 }, (_, i) => {
  let factorial = 1;
  for (let n = 2; n <= i + 2; n++) factorial *= n;
  return 1 / factorial;
});

/** e^x = 2^k·(1 + r + tail) with |r| ≤ ln 2 / 2; the small tail apart, so that r + tail is rounded only where it is used. */
function reduce(x: number): { k: number; r: number; tail: number } {
  const k = Math.round(x / Math.LN2);
  const high = x - k * LN2_HI;
  const low = k * LN2_LO;
  const r = high - low;
  let sum = 0;
  for (let n = INVERSE_FACTORIALS.length - 1; n >= 0; n--) sum = sum * r + INVERSE_FACTORIALS[n];
  const lost = high - r - low;
  return { k, r, tail: r * r * sum + (lost + lost * r) };
}

/** e^x */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.79) return Number.POSITIVE_INFINITY;
  if (x < -745.2) return 0;
  const { k, r, tail } = reduce(x);
  return scale(1 + (r + tail), k);
}

/** e^x − 1, exact near zero. */
export function expm1(x: number): number {
  if (Number.isNaN(x) || x === 0) return x;
  if (x > 709.79) return Number.POSITIVE_INFINITY;
  if (x < -38) return -1;
  const { k, high } = expm1Parts(x);
  return scale(high, k);
}

/** e^x − 1 = 2^k·(high + low): high rounded once, low what that lost. Of 2^k·((1 − 2^−k) + r + tail) the first is exact. */
function expm1Parts(x: number): { k: number; high: number; low: number } {
  const { k, r, tail } = reduce(x);
  const whole = 1 - scale(1, -k);
  const sum = whole + r;
  const high = sum + tail;
  return { k, high, low: tail - (high - sum) + (r - (sum - whole)) };
}

/** ln(1 + x), exact near zero. 1 + x = 2^k·(1 + f), then ln(1 + f) = 2·artanh(f / (2 + f)). */
export function log1p(x: number): number {
  if (Number.isNaN(x) || x === Number.POSITIVE_INFINITY || Math.abs(x) < 1e-17) return x;
  if (x < -1) return Number.NaN;
  if (x === -1) return Number.NEGATIVE_INFINITY;
  if (x > -0.29 && x < 0.41) return logNear1(x, 0, 0);
  const whole = 1 + x;
  const lost = (x > 1 ? 1 - (whole - x) : x - (whole - 1)) / whole;
  let [k, m] = [0, whole];
  for (let step = 512; step >= 1; step /= 2) {
    if (m < POWERS[step + 1074]) continue;
    m *= POWERS[1074 - step];
    k += step;
  }
  for (; m < Math.SQRT1_2; m *= 2) k--;
  if (m > Math.SQRT2) {
    m /= 2;
    k++;
  }
  return logNear1(m - 1, k, lost);
}

/** ln x */
export function log(x: number): number {
  if (Number.isNaN(x) || x === Number.POSITIVE_INFINITY) return x;
  if (x <= 0) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  let [k, m] = [0, x];
  for (let step = 512; step >= 1; step /= 2) {
    if (m >= POWERS[step + 1074]) {
      m *= POWERS[1074 - step];
      k += step;
    } else if (m < POWERS[1075 - step]) {
      m *= POWERS[step + 1074];
      k -= step;
    }
  }
  for (; m < Math.SQRT1_2; m *= 2) k--;
  if (m > Math.SQRT2) {
    m /= 2;
    k++;
  }
  return logNear1(m - 1, k, 0);
}

/** To the nearest whole number, of two the even one; 0 from below too. */
export function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/**
 * x^y with the special values of C's pow. Whole y up to 64 by squaring, y = ±½ by a square root; else e^(y·ln x), whose
 * relative error is about |y·ln x| units of the last place.
 */
export function power(x: number, y: number): number {
  if (y === 0 || x === 1) return 1;
  if (Number.isInteger(y) && Math.abs(y) <= 64) return y < 0 ? 1 / wholePower(x, -y) : wholePower(x, y);
  if (Math.abs(y) === 0.5) {
    // pow takes −∞ to ∞ and −0 to 0, a square root does not
    const root = x === Number.NEGATIVE_INFINITY ? -x : Math.sqrt(x) + 0;
    return y < 0 ? 1 / root : root;
  }
  if (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY) return 1;
  if (x < 0 && Number.isFinite(x) && Number.isFinite(y) && !Number.isInteger(y)) return Number.NaN;
  const size = exp(y * log(Math.abs(x)));
  return x < 0 && Math.abs(y % 2) === 1 ? -size : size;
}

function wholePower(x: number, n: number): number {
  let [value, square] = [1, x];
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) value *= square;
    square *= square;
  }
  return value;
}

/** k·ln 2 + ln(1 + f) + small for |f| ≤ √2 − 1; written as f minus a small part, so that f is not rounded again. */
function logNear1(f: number, k: number, small: number): number {
  const s = f / (2 + f);
  const square = s * s;
  let sum = 0;
  for (let n = 23; n >= 3; n -= 2) sum = sum * square + 2 / n;
  const half = (f * f) / 2;
  return k * LN2_HI - (half - (s * (half + sum * square) + (k * LN2_LO + small)) - f);
}

/** The hyperbolic tangent. */
export function tanh(x: number): number {
  if (Number.isNaN(x) || x === 0) return x;
  const size = Math.abs(x);
  const value = size < 1 ? tanhNear0(size) : 1 - 2 / (expm1(2 * size) + 2);
  return x < 0 ? -value : value;
}

/** −p / (p + 2) with p = e^(−2x) − 1, corrected for what p and the sum below the line lost to rounding. */
function tanhNear0(x: number): number {
  const { k, high, low } = expm1Parts(-2 * x);
  const p = scale(high, k);
  const below = p + 2;
  const value = -p / below;
  const lost = scale(low, k);
  return value - (value * (p - (below - 2) + lost) + lost) / below;
}

const TWO_OVER_SQRT_PI = 1.1283791670955126;

/** erf at ½, ¾, 1 … 6. Made by mpmath: [float(mpmath.erf(mpmath.mpf(i) / 4)) for i in range(2, 25)] */
// biome-ignore format: a table
const ERF_AT_QUARTERS = [
  0.5204998778130465, 0.7111556336535151, 0.8427007929497149, 0.9229001282564583, 0.9661051464753108,
  0.9866716712191824, 0.9953222650189527, 0.9985372834133188, 0.999593047982555, 0.9998993780778803,
  0.9999779095030014, 0.9999956972205363, 0.9999992569016276, 0.9999998862727434, 0.9999999845827421,
  0.9999999981494259, 0.9999999998033839, 0.9999999999815149, 0.9999999999984626, 0.9999999999998869,
  0.9999999999999927, 0.9999999999999996, 1.0,
];

/** Taylor coefficients of erf(c + h) − erf(c) for h¹, h² …, |h| ≤ ⅛; those of its derivative follow a recurrence. */
const ERF_TAYLOR = ERF_AT_QUARTERS.map((_, i) => {
  const c = (i + 2) / 4;
  const terms = new Float64Array(16);
  let [before, term] = [0, TWO_OVER_SQRT_PI * exp(-c * c)];
  for (let n = 0; n < terms.length; n++) {
    terms[n] = term / (n + 1);
    [before, term] = [term, (-2 * (c * term + before)) / (n + 1)];
  }
  return terms;
});

/** The error function: its Maclaurin series below ⅜, else the Taylor series at the nearest quarter. Source: DLMF 7.6.1 */
export function erf(x: number): number {
  if (Number.isNaN(x) || x === 0) return x;
  const size = Math.abs(x);
  const value = size < 0.375 ? erfNear0(size) : size < 6 ? erfAtQuarter(size) : 1;
  return x < 0 ? -value : value;
}

function erfNear0(x: number): number {
  const square = x * x;
  let [term, sum] = [1, 0];
  for (let n = 1; n <= 12; n++) {
    term *= -square / n;
    sum += term / (2 * n + 1);
  }
  return TWO_OVER_SQRT_PI * (x + x * sum);
}

function erfAtQuarter(x: number): number {
  const quarter = Math.round(4 * x);
  const h = x - quarter / 4;
  const terms = ERF_TAYLOR[quarter - 2];
  let sum = 0;
  for (let n = terms.length - 1; n >= 0; n--) sum = (sum + terms[n]) * h;
  return ERF_AT_QUARTERS[quarter - 2] + sum;
}

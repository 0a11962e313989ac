import { high, join, keep, low } from './lanes';

/**
 * Functions of one number, in place on `count` floats at `x` and on no others: in float64, rounded once. The same operations
 * in the same order as in src/core/math32.ts, which has the formulas and their errors. pmin(v, limit) and pmax(v, limit)
 * keep a NaN in v.
 * scratch: 512 bytes, for 64 numbers in float64. They are widened there and narrowed again in loops of their own: what
 * stands between, two vectors side by side, V8 can pack into vectors of 256 bits, the conversions it cannot.
 */
const BLOCK = 64;

/** Widens to `scratch`. @returns the end of what was written there, whole vectors */
function widen(x: i32, count: i32, scratch: i32): i32 {
  for (let i = 0; i < count; i += 4, x += 16, scratch += 32) {
    const v = v128.load(x);
    v128.store(scratch, low(v));
    v128.store(scratch, high(v), 16);
  }
  return scratch;
}

/** Rounds what stands at `scratch`. */
function narrow(x: i32, count: i32, scratch: i32): void {
  for (let i = 0; i < count; i += 4, x += 16, scratch += 32) {
    keep(x, join(v128.load(scratch), v128.load(scratch, 16)), count - i);
  }
}

/** Stores two vectors side by side. */
function both(at: i32, a: v128, b: v128): void {
  v128.store(at, a);
  v128.store(at, b, 16);
}

/** Constants lie in memory: a load is one instruction, a constant in the code four. */
const T = <i32>memory.data<f64>([
  // 0: e^r
  0.5,
  0.16666666718997508,
  0.041666666718980845,
  0.008333298483754484,
  0.0013888854049614436,
  0.00019899273958984547,
  2.4859578222951535e-5,
  // 56: log₂ e, what rounds to a whole number, ln 2, the ends
  Math.LOG2E,
  6755399441056767.0,
  Math.LN2,
  -709.1,
  709.8,
  // 96: 1, 2, ½
  1.0,
  2.0,
  0.5,
  // 120: 2·artanh
  0.6666666666737509,
  0.3999999879733759,
  0.2857175453591449,
  0.22191400830308503,
  0.19362653714202008,
  // 160: the same, s² ≤ 1/9
  0.6666666665002361,
  0.4000001076994966,
  0.2857030572188366,
  0.22264711209001325,
  0.17464702465440773,
  0.20787616855746752,
  // 208: erf
  1.1283791670824095,
  -0.37612638525650693,
  0.11283774013179539,
  -0.026863143032249386,
  0.005200413724335493,
  -0.0007694534279142308,
  // 256: the tail of the normal distribution
  0.7691930497100417,
  -0.6653825019029828,
  0.49530562048586146,
  -0.31353320723007627,
  0.16502026670253728,
  -0.06911793682793106,
  0.020796091792858726,
  -0.0029972884006137165,
  -0.0008035411670509104,
  0.0005539788066265183,
  -4.386239763971326e-5,
  -5.541948367239735e-5,
  // 352: 5, 15, √2, 10, 40, 2·√(2/π), 0.044715
  5.0,
  15.0,
  Math.SQRT2,
  10.0,
  40.0,
  1.5957691216057308,
  0.044715,
]);

/** r + r²·P(r), where e^x = 2^k·(1 + this); `k` counted from `WHOLE` as x·log₂ e rounds. */
function rest(r: v128): v128 {
  const z = f64x2.mul(r, r);
  let even = v128.load64_splat(T, 48);
  even = f64x2.add(f64x2.mul(even, z), v128.load64_splat(T, 32));
  even = f64x2.add(f64x2.mul(even, z), v128.load64_splat(T, 16));
  even = f64x2.add(f64x2.mul(even, z), v128.load64_splat(T));
  let odd = v128.load64_splat(T, 40);
  odd = f64x2.add(f64x2.mul(odd, z), v128.load64_splat(T, 24));
  odd = f64x2.add(f64x2.mul(odd, z), v128.load64_splat(T, 8));
  const p = f64x2.add(even, f64x2.mul(r, odd));
  return f64x2.add(r, f64x2.mul(z, p));
}

/** e^x */
export function exp2(x: v128): v128 {
  const within = f64x2.pmax(f64x2.pmin(x, v128.load64_splat(T, 88)), v128.load64_splat(T, 80));
  const t = f64x2.add(f64x2.mul(within, v128.load64_splat(T, 56)), v128.load64_splat(T, 64));
  const k = f64x2.sub(t, v128.load64_splat(T, 64));
  const r = f64x2.sub(within, f64x2.mul(k, v128.load64_splat(T, 72)));
  return f64x2.mul(i64x2.shl(t, 52), f64x2.add(v128.load64_splat(T, 96), rest(r)));
}

function expm1(x: v128): v128 {
  const within = f64x2.pmax(f64x2.pmin(x, v128.load64_splat(T, 88)), v128.load64_splat(T, 80));
  const t = f64x2.add(f64x2.mul(within, v128.load64_splat(T, 56)), v128.load64_splat(T, 64));
  const k = f64x2.sub(t, v128.load64_splat(T, 64));
  const r = f64x2.sub(within, f64x2.mul(k, v128.load64_splat(T, 72)));
  const power = i64x2.shl(t, 52);
  return f64x2.add(f64x2.mul(power, rest(r)), f64x2.sub(power, v128.load64_splat(T, 96)));
}

function log(x: v128): v128 {
  const shifted = i64x2.add(x, i64x2.splat(0x0009_5f62_0000_0000));
  const m = i64x2.add(v128.and(shifted, i64x2.splat(0x000f_ffff_ffff_ffff)), i64x2.splat(0x3fe6_a09e_0000_0000));
  const f = f64x2.sub(m, v128.load64_splat(T, 96));
  const k = f64x2.sub(
    v128.or(i64x2.shr_u(shifted, 52), i64x2.splat(0x4330_0000_0000_0000)),
    f64x2.splat(4503599627371519.0),
  );
  const s = f64x2.div(f, f64x2.add(v128.load64_splat(T, 104), f));
  const square = f64x2.mul(s, s);
  const z = f64x2.mul(square, square);
  let even = v128.load64_splat(T, 152);
  even = f64x2.add(f64x2.mul(even, z), v128.load64_splat(T, 136));
  even = f64x2.add(f64x2.mul(even, z), v128.load64_splat(T, 120));
  let odd = v128.load64_splat(T, 144);
  odd = f64x2.add(f64x2.mul(odd, z), v128.load64_splat(T, 128));
  const p = f64x2.add(even, f64x2.mul(square, odd));
  const near1 = f64x2.add(f64x2.add(s, s), f64x2.mul(f64x2.mul(s, square), p));
  const value = f64x2.add(f64x2.mul(k, v128.load64_splat(T, 72)), near1);
  const zero = f64x2.splat(0);
  let other = v128.bitselect(f64x2.splat(NaN), x, f64x2.lt(x, zero));
  other = v128.bitselect(f64x2.splat(-Infinity), other, f64x2.eq(x, zero));
  const usual = v128.and(f64x2.gt(x, zero), f64x2.lt(x, f64x2.splat(Infinity)));
  return v128.bitselect(value, other, usual);
}

function tanh(x: v128): v128 {
  const size = f64x2.pmin(f64x2.abs(x), v128.load64_splat(T, 376));
  const above = expm1(f64x2.add(size, size));
  const value = f64x2.div(above, f64x2.add(above, v128.load64_splat(T, 104)));
  return v128.or(value, v128.and(x, f64x2.splat(-0.0)));
}

function tail(a: v128, density: v128): v128 {
  const within = f64x2.pmin(a, v128.load64_splat(T, 360));
  const five = v128.load64_splat(T, 352);
  const share = f64x2.div(v128.load64_splat(T, 96), f64x2.add(within, five));
  const t = f64x2.mul(f64x2.sub(within, five), share);
  const z = f64x2.mul(t, t);
  let even = v128.load64_splat(T, 336);
  even = f64x2.add(f64x2.mul(even, z), v128.load64_splat(T, 320));
  even = f64x2.add(f64x2.mul(even, z), v128.load64_splat(T, 304));
  even = f64x2.add(f64x2.mul(even, z), v128.load64_splat(T, 288));
  even = f64x2.add(f64x2.mul(even, z), v128.load64_splat(T, 272));
  even = f64x2.add(f64x2.mul(even, z), v128.load64_splat(T, 256));
  let odd = v128.load64_splat(T, 344);
  odd = f64x2.add(f64x2.mul(odd, z), v128.load64_splat(T, 328));
  odd = f64x2.add(f64x2.mul(odd, z), v128.load64_splat(T, 312));
  odd = f64x2.add(f64x2.mul(odd, z), v128.load64_splat(T, 296));
  odd = f64x2.add(f64x2.mul(odd, z), v128.load64_splat(T, 280));
  odd = f64x2.add(f64x2.mul(odd, z), v128.load64_splat(T, 264));
  const p = f64x2.add(even, f64x2.mul(t, odd));
  return f64x2.mul(f64x2.mul(p, share), density);
}

function erf(x: v128): v128 {
  const square = f64x2.mul(x, x);
  const z = f64x2.mul(square, square);
  let even = v128.load64_splat(T, 240);
  even = f64x2.add(f64x2.mul(even, z), v128.load64_splat(T, 224));
  even = f64x2.add(f64x2.mul(even, z), v128.load64_splat(T, 208));
  let odd = v128.load64_splat(T, 248);
  odd = f64x2.add(f64x2.mul(odd, z), v128.load64_splat(T, 232));
  odd = f64x2.add(f64x2.mul(odd, z), v128.load64_splat(T, 216));
  const p = f64x2.add(even, f64x2.mul(square, odd));
  const near0 = f64x2.mul(x, p);
  const size = f64x2.abs(x);
  const below = tail(f64x2.mul(size, v128.load64_splat(T, 368)), exp2(f64x2.neg(square)));
  const far = f64x2.sub(v128.load64_splat(T, 96), f64x2.add(below, below));
  const signed = v128.or(far, v128.and(x, f64x2.splat(-0.0)));
  return v128.bitselect(near0, signed, f64x2.lt(size, v128.load64_splat(T, 112)));
}

function sigmoid(x: v128): v128 {
  const one = v128.load64_splat(T, 96);
  return f64x2.div(one, f64x2.add(one, exp2(f64x2.neg(x))));
}

function swish(x: v128, alpha: v128): v128 {
  return f64x2.div(x, f64x2.add(v128.load64_splat(T, 96), exp2(f64x2.neg(f64x2.mul(alpha, x)))));
}

function gelu(x: v128): v128 {
  const half = v128.load64_splat(T, 112);
  const below = tail(f64x2.abs(x), exp2(f64x2.neg(f64x2.mul(f64x2.mul(x, x), half))));
  const above = f64x2.sub(v128.load64_splat(T, 96), below);
  return f64x2.mul(x, v128.bitselect(below, above, f64x2.lt(x, f64x2.splat(0))));
}

function geluTanh(x: v128): v128 {
  const cube = f64x2.mul(f64x2.mul(x, x), x);
  const u = f64x2.add(x, f64x2.mul(v128.load64_splat(T, 400), cube));
  const e = exp2(f64x2.neg(f64x2.mul(v128.load64_splat(T, 392), u)));
  return f64x2.div(x, f64x2.add(v128.load64_splat(T, 96), e));
}

function softplus(x: v128, beta: v128, threshold: v128): v128 {
  const v = f64x2.mul(beta, x);
  const u = exp2(f64x2.neg(f64x2.abs(v)));
  const s = f64x2.div(u, f64x2.add(v128.load64_splat(T, 104), u));
  const square = f64x2.mul(s, s);
  const z = f64x2.mul(square, square);
  let even = v128.load64_splat(T, 192);
  even = f64x2.add(f64x2.mul(even, z), v128.load64_splat(T, 176));
  even = f64x2.add(f64x2.mul(even, z), v128.load64_splat(T, 160));
  let odd = v128.load64_splat(T, 200);
  odd = f64x2.add(f64x2.mul(odd, z), v128.load64_splat(T, 184));
  odd = f64x2.add(f64x2.mul(odd, z), v128.load64_splat(T, 168));
  const p = f64x2.add(even, f64x2.mul(square, odd));
  const log1p = f64x2.add(f64x2.add(s, s), f64x2.mul(f64x2.mul(s, square), p));
  const value = f64x2.div(f64x2.add(f64x2.pmax(v, f64x2.splat(0)), log1p), beta);
  return v128.bitselect(x, value, f64x2.gt(v, threshold));
}

function elu(x: v128, alpha: v128): v128 {
  const zero = f64x2.splat(0);
  const below = f64x2.mul(alpha, expm1(f64x2.pmin(x, zero)));
  return v128.bitselect(below, x, f64x2.lt(x, zero));
}

function mish(x: v128): v128 {
  const n = exp2(f64x2.pmin(x, v128.load64_splat(T, 384)));
  const two = v128.load64_splat(T, 104);
  const w = f64x2.mul(n, f64x2.add(n, two));
  return f64x2.mul(x, f64x2.div(w, f64x2.add(w, two)));
}

function hardswish(x: v128): v128 {
  const six = f64x2.splat(6);
  const gate = f64x2.min(f64x2.max(f64x2.add(x, f64x2.splat(3)), f64x2.splat(0)), six);
  return f64x2.div(f64x2.mul(x, gate), six);
}

function hardSigmoid(x: v128, alpha: v128, beta: v128): v128 {
  const line = f64x2.add(f64x2.mul(alpha, x), beta);
  return f64x2.max(f64x2.splat(0), f64x2.min(f64x2.splat(1), line));
}

export function expInPlace(x: i32, count: i32, scratch: i32): void {
  for (let i = 0; i < count; i += BLOCK, x += BLOCK << 2) {
    const some = min(BLOCK, count - i);
    const end = widen(x, some, scratch);
    for (let s = scratch; s < end; s += 32) both(s, exp2(v128.load(s)), exp2(v128.load(s, 16)));
    narrow(x, some, scratch);
  }
}

export function logInPlace(x: i32, count: i32, scratch: i32): void {
  for (let i = 0; i < count; i += BLOCK, x += BLOCK << 2) {
    const some = min(BLOCK, count - i);
    const end = widen(x, some, scratch);
    for (let s = scratch; s < end; s += 32) both(s, log(v128.load(s)), log(v128.load(s, 16)));
    narrow(x, some, scratch);
  }
}

export function tanhInPlace(x: i32, count: i32, scratch: i32): void {
  for (let i = 0; i < count; i += BLOCK, x += BLOCK << 2) {
    const some = min(BLOCK, count - i);
    const end = widen(x, some, scratch);
    for (let s = scratch; s < end; s += 32) both(s, tanh(v128.load(s)), tanh(v128.load(s, 16)));
    narrow(x, some, scratch);
  }
}

export function erfInPlace(x: i32, count: i32, scratch: i32): void {
  for (let i = 0; i < count; i += BLOCK, x += BLOCK << 2) {
    const some = min(BLOCK, count - i);
    const end = widen(x, some, scratch);
    for (let s = scratch; s < end; s += 32) both(s, erf(v128.load(s)), erf(v128.load(s, 16)));
    narrow(x, some, scratch);
  }
}

export function sigmoidInPlace(x: i32, count: i32, scratch: i32): void {
  for (let i = 0; i < count; i += BLOCK, x += BLOCK << 2) {
    const some = min(BLOCK, count - i);
    const end = widen(x, some, scratch);
    for (let s = scratch; s < end; s += 32) both(s, sigmoid(v128.load(s)), sigmoid(v128.load(s, 16)));
    narrow(x, some, scratch);
  }
}

export function swishInPlace(x: i32, count: i32, alpha: f64, scratch: i32): void {
  const a = f64x2.splat(alpha);
  for (let i = 0; i < count; i += BLOCK, x += BLOCK << 2) {
    const some = min(BLOCK, count - i);
    const end = widen(x, some, scratch);
    for (let s = scratch; s < end; s += 32) both(s, swish(v128.load(s), a), swish(v128.load(s, 16), a));
    narrow(x, some, scratch);
  }
}

export function geluInPlace(x: i32, count: i32, scratch: i32): void {
  for (let i = 0; i < count; i += BLOCK, x += BLOCK << 2) {
    const some = min(BLOCK, count - i);
    const end = widen(x, some, scratch);
    for (let s = scratch; s < end; s += 32) both(s, gelu(v128.load(s)), gelu(v128.load(s, 16)));
    narrow(x, some, scratch);
  }
}

export function geluTanhInPlace(x: i32, count: i32, scratch: i32): void {
  for (let i = 0; i < count; i += BLOCK, x += BLOCK << 2) {
    const some = min(BLOCK, count - i);
    const end = widen(x, some, scratch);
    for (let s = scratch; s < end; s += 32) both(s, geluTanh(v128.load(s)), geluTanh(v128.load(s, 16)));
    narrow(x, some, scratch);
  }
}

export function softplusInPlace(x: i32, count: i32, beta: f64, threshold: f64, scratch: i32): void {
  const b = f64x2.splat(beta);
  const t = f64x2.splat(threshold);
  for (let i = 0; i < count; i += BLOCK, x += BLOCK << 2) {
    const some = min(BLOCK, count - i);
    const end = widen(x, some, scratch);
    for (let s = scratch; s < end; s += 32) both(s, softplus(v128.load(s), b, t), softplus(v128.load(s, 16), b, t));
    narrow(x, some, scratch);
  }
}

export function eluInPlace(x: i32, count: i32, alpha: f64, scratch: i32): void {
  const a = f64x2.splat(alpha);
  for (let i = 0; i < count; i += BLOCK, x += BLOCK << 2) {
    const some = min(BLOCK, count - i);
    const end = widen(x, some, scratch);
    for (let s = scratch; s < end; s += 32) both(s, elu(v128.load(s), a), elu(v128.load(s, 16), a));
    narrow(x, some, scratch);
  }
}

export function mishInPlace(x: i32, count: i32, scratch: i32): void {
  for (let i = 0; i < count; i += BLOCK, x += BLOCK << 2) {
    const some = min(BLOCK, count - i);
    const end = widen(x, some, scratch);
    for (let s = scratch; s < end; s += 32) both(s, mish(v128.load(s)), mish(v128.load(s, 16)));
    narrow(x, some, scratch);
  }
}

export function hardswishInPlace(x: i32, count: i32, scratch: i32): void {
  for (let i = 0; i < count; i += BLOCK, x += BLOCK << 2) {
    const some = min(BLOCK, count - i);
    const end = widen(x, some, scratch);
    for (let s = scratch; s < end; s += 32) both(s, hardswish(v128.load(s)), hardswish(v128.load(s, 16)));
    narrow(x, some, scratch);
  }
}

export function hardSigmoidInPlace(x: i32, count: i32, alpha: f64, beta: f64, scratch: i32): void {
  const a = f64x2.splat(alpha);
  const b = f64x2.splat(beta);
  for (let i = 0; i < count; i += BLOCK, x += BLOCK << 2) {
    const some = min(BLOCK, count - i);
    const end = widen(x, some, scratch);
    for (let s = scratch; s < end; s += 32)
      both(s, hardSigmoid(v128.load(s), a, b), hardSigmoid(v128.load(s, 16), a, b));
    narrow(x, some, scratch);
  }
}

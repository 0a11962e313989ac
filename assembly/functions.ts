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
  // 208: erf's ends, its eighths in 1
  4.0,
  -4.0,
  8.0,
  // 232: the tail of the normal distribution
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
  // 328: 5, 15, √2, 10, 40, 2·√(2/π), 0.044715
  5.0,
  15.0,
  Math.SQRT2,
  10.0,
  40.0,
  1.5957691216057308,
  0.044715,
]);

/** erf(x) / x around each eighth from 0 to 4: 6 coefficients each. */
// biome-ignore format: a table
const EIGHTHS = <i32>memory.data<f64>([
  1.1283791670455274, 6.614750968725901e-67, -0.005876971229538384, -1.0583601549961442e-65, 2.7509919962568252e-05, 3.3234487110159296e-65,
  1.122529638364855, -0.011644368812839099, -0.00571321022459932, 0.00010816080947159484, 2.599745880321912e-05, -5.967821686334731e-07,
  1.1053055606387103, -0.022645715646338712, -0.005239860482107179, 0.00020453454484472807, 2.171109737867259e-05, -1.0949895906440945e-06,
  1.077645091808407, -0.03243076075755527, -0.0045077577818573985, 0.0002792726611104081, 1.534811699299017e-05, -1.4178482790229132e-06,
  1.04099975562619, -0.04055429417017521, -0.0035924042597159163, 0.00032597680928703, 7.900216727075621e-06, -1.5261525976795237e-06,
  0.9971854115174276, -0.04673717514619058, -0.002582246365743913, 0.00034247439701142027, 4.4698488335376175e-07, -1.4239673182550186e-06,
  0.948207511565184, -0.05087940705594695, -0.0015658987358924668, 0.00033074519689602186, -6.051596239846712e-06, -1.1534616751651406e-06,
  0.8960857841008188, -0.05304867696800984, -0.0006207612420793217, 0.000296098575474214, -1.0914254903077962e-05, -7.813272107113316e-07,
  0.8427007929815317, -0.05344916194159121, 0.0001950883045546312, 0.00024586598502472374, -1.3818035529681518e-05, -3.8138307893296056e-07,
  0.7896784282059605, -0.052378274409700096, 0.000846775746157878, 0.00018794896317970435, -1.4792134446873825e-05, -1.8414165803576506e-08,
  0.7383201026240218, -0.05017989801699675, 0.001322345905754337, 0.00012954004052196906, -1.4142522359043266e-05, 2.628907161843809e-07,
  0.6895782347609702, -0.0472016782796437, 0.001629189451969529, 7.623521879779721e-05, -1.2338103476438877e-05, 4.421746570331922e-07,
  0.6440700976529758, -0.04376165070318021, 0.0017885182567518752, 3.16235368350461e-05, -9.892093840997159e-06, 5.213212665376125e-07,
  0.6021192204524333, -0.040126689341648134, 0.0018292895754359621, -2.684928088391723e-06, -7.265506402971921e-06, 5.181112866172805e-07,
  0.5638123835473793, -0.03650267054489318, 0.0017827247625765306, -2.6715455503920797e-05, -4.80738712261928e-06, 4.5828581280645177e-07,
  0.5290613640828269, -0.03303436904451911, 0.0016781382696029116, -4.162470251064253e-05, -2.7336802954064915e-06, 3.6834098115505053e-07,
  0.4976611325016581, -0.02981213419711627, 0.0015403373040993346, -4.9178313117683795e-05, -1.137070447264075e-06, 2.7048846167014257e-07,
  0.46933928029465466, -0.026882262334341524, 0.00138848471410816, -5.13102945392055e-05, -1.5532398431156712e-08, 1.802065596892466e-07,
  0.44379434817842184, -0.02425844606431426, 0.0012360930931408596, -4.981371397274213e-05, 6.926964604359849e-07, 1.060174764837283e-07,
  0.42072297337819775, -0.021932447132436927, 0.0010917383756630478, -4.616835820643781e-05, 1.0769960510861892e-06, 5.071354085724194e-08,
  0.3998372191906158, -0.019882946747962777, 0.0009601118195492448, -4.148208714444473e-05, 1.2302273506108226e-06, 1.3202010806921501e-08,
  0.38087414257533897, -0.018082203211818557, 0.0008431218455378047, -3.650995359628139e-05, 1.2339561354693068e-06, -9.677480911140913e-09,
  0.3635997738458614, -0.0165006134817075, 0.0007408673496642269, -3.171528921520266e-05, 1.151862041120793e-06, -2.1733342348270477e-08,
  0.3478094417946956, -0.015109531022210814, 0.0006524013271630176, -2.7344533606203865e-05, 1.0289613702978408e-06, -2.6518616464957366e-08,
  0.3333259698344222, -0.013882779865906159, 0.0005762733257773954, -2.349765336915996e-05, 8.941435498580174e-07, -2.68918440575084e-08,
  0.3199968330451365, -0.012797282974456205, 0.0005108794489600084, -2.0185167024374495e-05, 7.640126018515294e-07, -2.491085984979356e-08,
  0.30769098376042536, -0.01183314595133557, 0.0004546649008630847, -1.7369438343504577e-05, 6.467281536000474e-07, -2.1918237128560233e-08,
  0.2962957584353899, -0.010973444692385169, 0.00040622461301940337, -1.4991778449022602e-05, 5.45184806570256e-07, -1.8705726711793342e-08,
  0.2857140734006971, -0.010203881213350398, 0.00036433994629652723, -1.2988538813301612e-05, 4.593310059742852e-07, -1.5685705132904582e-08,
  0.27586198754773217, -0.009512405918185819, 0.00032797935909020305, -1.1299571933108498e-05, 3.876941413911505e-07, -1.3033893081086628e-08,
  0.2666666363395643, -0.008888858496911423, 0.00029628149889617976, -9.871899194417275e-06, 3.2828972233564346e-07, -1.0792710019599354e-08,
  0.2580645051578283, -0.00832465049469134, 0.00026853179318378576, -8.660658439199958e-06, 2.7910709301796653e-07, -8.938434418917248e-09,
  0.24999999614579685, -0.007812495911357595, 0.00024413850511468608, -7.6286876020972504e-06, 2.3833215281184925e-07, -7.420744826732315e-09,
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
  const size = f64x2.pmin(f64x2.abs(x), v128.load64_splat(T, 352));
  const above = expm1(f64x2.add(size, size));
  const value = f64x2.div(above, f64x2.add(above, v128.load64_splat(T, 104)));
  return v128.or(value, v128.and(x, f64x2.splat(-0.0)));
}

function tail(a: v128, density: v128): v128 {
  const within = f64x2.pmin(a, v128.load64_splat(T, 336));
  const five = v128.load64_splat(T, 328);
  const share = f64x2.div(v128.load64_splat(T, 96), f64x2.add(within, five));
  const t = f64x2.mul(f64x2.sub(within, five), share);
  const z = f64x2.mul(t, t);
  let even = v128.load64_splat(T, 312);
  even = f64x2.add(f64x2.mul(even, z), v128.load64_splat(T, 296));
  even = f64x2.add(f64x2.mul(even, z), v128.load64_splat(T, 280));
  even = f64x2.add(f64x2.mul(even, z), v128.load64_splat(T, 264));
  even = f64x2.add(f64x2.mul(even, z), v128.load64_splat(T, 248));
  even = f64x2.add(f64x2.mul(even, z), v128.load64_splat(T, 232));
  let odd = v128.load64_splat(T, 320);
  odd = f64x2.add(f64x2.mul(odd, z), v128.load64_splat(T, 304));
  odd = f64x2.add(f64x2.mul(odd, z), v128.load64_splat(T, 288));
  odd = f64x2.add(f64x2.mul(odd, z), v128.load64_splat(T, 272));
  odd = f64x2.add(f64x2.mul(odd, z), v128.load64_splat(T, 256));
  odd = f64x2.add(f64x2.mul(odd, z), v128.load64_splat(T, 240));
  const p = f64x2.add(even, f64x2.mul(t, odd));
  return f64x2.mul(f64x2.mul(p, share), density);
}

function erf(x: v128): v128 {
  const within = f64x2.pmax(f64x2.pmin(x, v128.load64_splat(T, 208)), v128.load64_splat(T, 216));
  const eighths = f64x2.mul(f64x2.abs(within), v128.load64_splat(T, 224));
  const whole = v128.load64_splat(T, 64);
  const i = f64x2.add(eighths, whole);
  const t = f64x2.sub(eighths, f64x2.sub(i, whole));
  const a = eighthAt(i32x4.extract_lane(i, 0));
  const b = eighthAt(i32x4.extract_lane(i, 2));
  const z = f64x2.mul(t, t);
  let even = v128.load64_lane(b, v128.load64_zero(a, 32), 1, 32);
  even = f64x2.add(f64x2.mul(even, z), v128.load64_lane(b, v128.load64_zero(a, 16), 1, 16));
  even = f64x2.add(f64x2.mul(even, z), v128.load64_lane(b, v128.load64_zero(a), 1));
  let odd = v128.load64_lane(b, v128.load64_zero(a, 40), 1, 40);
  odd = f64x2.add(f64x2.mul(odd, z), v128.load64_lane(b, v128.load64_zero(a, 24), 1, 24));
  odd = f64x2.add(f64x2.mul(odd, z), v128.load64_lane(b, v128.load64_zero(a, 8), 1, 8));
  return f64x2.mul(within, f64x2.add(even, f64x2.mul(t, odd)));
}

/** Where the coefficients of an eighth lie, which `WHOLE` counts from 1023 on; of NaN anywhere among the constants. */
function eighthAt(i: i32): i32 {
  return EIGHTHS + ((i - 1023) & 63) * 48;
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
  const u = f64x2.add(x, f64x2.mul(v128.load64_splat(T, 376), cube));
  const e = exp2(f64x2.neg(f64x2.mul(v128.load64_splat(T, 368), u)));
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
  const n = exp2(f64x2.pmin(x, v128.load64_splat(T, 360)));
  const two = v128.load64_splat(T, 104);
  const w = f64x2.mul(n, f64x2.add(n, two));
  return f64x2.mul(x, f64x2.div(w, f64x2.add(w, two)));
}

function hardswish(x: v128): v128 {
  const six = f64x2.splat(6);
  const gate = f64x2.pmin(f64x2.pmax(f64x2.add(x, f64x2.splat(3)), f64x2.splat(0)), six);
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

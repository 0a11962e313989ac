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
/** erf(x) = x·P(t) for x = (i + t) / 8, |t| ≤ ½, i = 0 … 32, within 2^−34 */
// biome-ignore format: a table
const ERF = [
  [1.1283791670455274, 6.614750968725901e-67, -0.005876971229538384, -1.0583601549961442e-65, 2.7509919962568252e-05, 3.3234487110159296e-65],
  [1.122529638364855, -0.011644368812839099, -0.00571321022459932, 0.00010816080947159484, 2.599745880321912e-05, -5.967821686334731e-07],
  [1.1053055606387103, -0.022645715646338712, -0.005239860482107179, 0.00020453454484472807, 2.171109737867259e-05, -1.0949895906440945e-06],
  [1.077645091808407, -0.03243076075755527, -0.0045077577818573985, 0.0002792726611104081, 1.534811699299017e-05, -1.4178482790229132e-06],
  [1.04099975562619, -0.04055429417017521, -0.0035924042597159163, 0.00032597680928703, 7.900216727075621e-06, -1.5261525976795237e-06],
  [0.9971854115174276, -0.04673717514619058, -0.002582246365743913, 0.00034247439701142027, 4.4698488335376175e-07, -1.4239673182550186e-06],
  [0.948207511565184, -0.05087940705594695, -0.0015658987358924668, 0.00033074519689602186, -6.051596239846712e-06, -1.1534616751651406e-06],
  [0.8960857841008188, -0.05304867696800984, -0.0006207612420793217, 0.000296098575474214, -1.0914254903077962e-05, -7.813272107113316e-07],
  [0.8427007929815317, -0.05344916194159121, 0.0001950883045546312, 0.00024586598502472374, -1.3818035529681518e-05, -3.8138307893296056e-07],
  [0.7896784282059605, -0.052378274409700096, 0.000846775746157878, 0.00018794896317970435, -1.4792134446873825e-05, -1.8414165803576506e-08],
  [0.7383201026240218, -0.05017989801699675, 0.001322345905754337, 0.00012954004052196906, -1.4142522359043266e-05, 2.628907161843809e-07],
  [0.6895782347609702, -0.0472016782796437, 0.001629189451969529, 7.623521879779721e-05, -1.2338103476438877e-05, 4.421746570331922e-07],
  [0.6440700976529758, -0.04376165070318021, 0.0017885182567518752, 3.16235368350461e-05, -9.892093840997159e-06, 5.213212665376125e-07],
  [0.6021192204524333, -0.040126689341648134, 0.0018292895754359621, -2.684928088391723e-06, -7.265506402971921e-06, 5.181112866172805e-07],
  [0.5638123835473793, -0.03650267054489318, 0.0017827247625765306, -2.6715455503920797e-05, -4.80738712261928e-06, 4.5828581280645177e-07],
  [0.5290613640828269, -0.03303436904451911, 0.0016781382696029116, -4.162470251064253e-05, -2.7336802954064915e-06, 3.6834098115505053e-07],
  [0.4976611325016581, -0.02981213419711627, 0.0015403373040993346, -4.9178313117683795e-05, -1.137070447264075e-06, 2.7048846167014257e-07],
  [0.46933928029465466, -0.026882262334341524, 0.00138848471410816, -5.13102945392055e-05, -1.5532398431156712e-08, 1.802065596892466e-07],
  [0.44379434817842184, -0.02425844606431426, 0.0012360930931408596, -4.981371397274213e-05, 6.926964604359849e-07, 1.060174764837283e-07],
  [0.42072297337819775, -0.021932447132436927, 0.0010917383756630478, -4.616835820643781e-05, 1.0769960510861892e-06, 5.071354085724194e-08],
  [0.3998372191906158, -0.019882946747962777, 0.0009601118195492448, -4.148208714444473e-05, 1.2302273506108226e-06, 1.3202010806921501e-08],
  [0.38087414257533897, -0.018082203211818557, 0.0008431218455378047, -3.650995359628139e-05, 1.2339561354693068e-06, -9.677480911140913e-09],
  [0.3635997738458614, -0.0165006134817075, 0.0007408673496642269, -3.171528921520266e-05, 1.151862041120793e-06, -2.1733342348270477e-08],
  [0.3478094417946956, -0.015109531022210814, 0.0006524013271630176, -2.7344533606203865e-05, 1.0289613702978408e-06, -2.6518616464957366e-08],
  [0.3333259698344222, -0.013882779865906159, 0.0005762733257773954, -2.349765336915996e-05, 8.941435498580174e-07, -2.68918440575084e-08],
  [0.3199968330451365, -0.012797282974456205, 0.0005108794489600084, -2.0185167024374495e-05, 7.640126018515294e-07, -2.491085984979356e-08],
  [0.30769098376042536, -0.01183314595133557, 0.0004546649008630847, -1.7369438343504577e-05, 6.467281536000474e-07, -2.1918237128560233e-08],
  [0.2962957584353899, -0.010973444692385169, 0.00040622461301940337, -1.4991778449022602e-05, 5.45184806570256e-07, -1.8705726711793342e-08],
  [0.2857140734006971, -0.010203881213350398, 0.00036433994629652723, -1.2988538813301612e-05, 4.593310059742852e-07, -1.5685705132904582e-08],
  [0.27586198754773217, -0.009512405918185819, 0.00032797935909020305, -1.1299571933108498e-05, 3.876941413911505e-07, -1.3033893081086628e-08],
  [0.2666666363395643, -0.008888858496911423, 0.00029628149889617976, -9.871899194417275e-06, 3.2828972233564346e-07, -1.0792710019599354e-08],
  [0.2580645051578283, -0.00832465049469134, 0.00026853179318378576, -8.660658439199958e-06, 2.7910709301796653e-07, -8.938434418917248e-09],
  [0.24999999614579685, -0.007812495911357595, 0.00024413850511468608, -7.6286876020972504e-06, 2.3833215281184925e-07, -7.420744826732315e-09],
];
/** erf is 1 in float32 from 3.92 on. */
const ERF_END = 4;
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

/** The error function: x times a polynomial for each eighth */
export function erf32(x: number): number {
  if (Number.isNaN(x)) return x;
  const within = Math.max(Math.min(x, ERF_END), -ERF_END);
  const eighths = Math.abs(within) * 8;
  const i = eighths + WHOLE - WHOLE;
  return within * polynomial(ERF[i], eighths - i);
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

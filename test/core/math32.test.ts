import { describe, expect, it } from 'vitest';
import { erf } from '../../src/core/math.js';
import {
  elu32,
  erf32,
  exp32,
  gelu32,
  geluTanh32,
  log32,
  mish32,
  sigmoid32,
  softplus32,
  swish32,
  tanh32,
} from '../../src/core/math32.js';

/** Φ(−a), a ≥ 0: from the series of erf, and from erfc's continued fraction (DLMF 7.9.1) where that would cancel. */
function tail(a: number): number {
  const x = a / Math.SQRT2;
  if (x < 2) return (1 - erf(x)) / 2;
  let fraction = x;
  for (let n = 80; n >= 1; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-(a * a) / 2) / fraction / Math.sqrt(Math.PI) / 2;
}

const silu = (x: number) => x / (1 + Math.exp(-x));
const softplus = (x: number) => (x > 20 ? x : Math.log1p(Math.exp(x)));

/** Ours, and the same by Math or by another formula. */
const FUNCTIONS: readonly [string, (x: number) => number, (x: number) => number][] = [
  ['exp', exp32, Math.exp],
  ['log', log32, Math.log],
  ['tanh', tanh32, Math.tanh],
  ['erf', erf32, erf],
  ['sigmoid', sigmoid32, (x) => 1 / (1 + Math.exp(-x))],
  ['silu', (x) => swish32(x, 1), silu],
  ['swish 1.5', (x) => swish32(x, 1.5), (x) => x / (1 + Math.exp(-1.5 * x))],
  ['gelu', gelu32, (x) => x * (x < 0 ? tail(-x) : 1 - tail(x))],
  ['gelu_tanh', geluTanh32, (x) => x / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))],
  ['softplus', (x) => softplus32(x, 1, 20), softplus],
  ['softplus 2', (x) => softplus32(x, 2, 20), (x) => (2 * x > 20 ? x : Math.log1p(Math.exp(2 * x)) / 2)],
  ['elu', (x) => elu32(x, 1), (x) => (x < 0 ? Math.expm1(x) : x)],
  ['mish', mish32, (x) => mish(x)],
];

/** x·tanh(softplus x); for small e^x by x·n·(n + 2) / (n·(n + 2) + 2), since 1 + n² − 1 would cancel. */
function mish(x: number): number {
  const n = Math.exp(x);
  return x > 0 ? x * Math.tanh(softplus(x)) : (x * (n * (n + 2))) / (n * (n + 2) + 2);
}

/** float32 numbers of every exponent, and dense ones where the functions bend. */
function* samples(): Generator<number> {
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  for (let upper = 0; upper < 512 * 256; upper++) {
    bits[0] = upper * 2 ** 15 + ((upper * 2654435761) % 2 ** 15);
    if (Number.isFinite(float[0])) yield float[0];
  }
  for (const width of [2, 20, 200]) for (let i = -40_000; i < 40_000; i++) yield Math.fround((i / 40_000) * width);
}

/** Units of the last place of float32 at `value`, subnormal ones alike. */
function unitsOff(got: number, value: number): number {
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(value))));
  return Math.abs(got - value) / 2 ** (exponent - 23);
}

describe('functions of float32 numbers', () => {
  it.each(FUNCTIONS)('%s is within 0.502 units of the last place of float32', (_, ours, theirs) => {
    let [worst, at, count] = [0, 0, 0];
    for (const x of samples()) {
      const value = theirs(x);
      const got = Math.fround(ours(x));
      if (!Number.isFinite(got)) {
        // not a number, or more than float32 holds
        expect([x, got]).toEqual([x, Math.fround(value)]);
        continue;
      }
      count++;
      const units = value === 0 ? Math.abs(got) / 2 ** -149 : unitsOff(got, value);
      if (units > worst) [worst, at] = [units, x];
    }
    expect(count).toBeGreaterThan(100_000);
    expect({ at, worst, within: worst <= 0.502 }).toEqual({ at, worst, within: true });
  });

  it('zeros, infinities and NaN give what torch gives', () => {
    const inputs = [0, -0, Infinity, -Infinity, Number.NaN];
    const [inf, nan] = [Infinity, Number.NaN];
    const table: Readonly<Record<string, readonly number[]>> = {
      exp: [1, 1, inf, 0, nan],
      log: [-inf, -inf, inf, nan, nan],
      tanh: [0, -0, 1, -1, nan],
      erf: [0, -0, 1, -1, nan],
      sigmoid: [0.5, 0.5, 1, 0, nan],
      silu: [0, -0, inf, nan, nan],
      gelu: [0, -0, inf, nan, nan],
      gelu_tanh: [0, -0, inf, nan, nan],
      softplus: [Math.fround(Math.LN2), Math.fround(Math.LN2), inf, 0, nan],
      elu: [0, -0, inf, -1, nan],
      mish: [0, -0, inf, nan, nan],
    };
    for (const [name, expected] of Object.entries(table)) {
      const [, ours] = FUNCTIONS.find(([one]) => one === name)!;
      expect([name, ...inputs.map((x) => Math.fround(ours(x)))]).toEqual([name, ...expected]);
    }
  });

  it('the ends of float32: overflow, subnormal numbers, underflow', () => {
    expect(Math.fround(exp32(88.72283172607422))).toBe(Math.fround(Math.exp(88.72283172607422)));
    expect(Math.fround(exp32(88.72284))).toBe(Infinity);
    expect(Math.fround(exp32(-103.9))).toBe(2 ** -149);
    expect(Math.fround(exp32(-104))).toBe(0);
    expect(Math.fround(log32(2 ** -149))).toBe(Math.fround(-149 * Math.LN2));
    expect([tanh32, erf32, (x: number) => elu32(x, 1)].map((of) => Math.fround(of(-(2 ** -149))))).toEqual([
      -(2 ** -149),
      -(2 ** -149),
      -(2 ** -149),
    ]);
    expect(Object.is(gelu32(-3e38), -0)).toBe(true);
    expect(Object.is(swish32(-3e38, 1), -0)).toBe(true);
  });
});

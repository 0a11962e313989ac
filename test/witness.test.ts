import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tensor } from '../src/core/tensor.js';
import { type ActivationName, activation, avgPool2d, conv2d, maxPool2d, type Pads, type Pair } from '../src/index.js';
import { type NpyArray, npyToTensor, readNpy } from '../src/models/npy.js';

const folder = fileURLToPath(new URL('../fixtures/expected/torch/', import.meta.url));
const load = (file: string): NpyArray => readNpy(readFileSync(folder + file));
const values = (file: string): number[] => Array.from(load(file).data as Float64Array, Number);

interface Witness {
  name: string;
  op: string;
  x: string;
  weight: string | null;
  bias: string | null;
  options: Record<string, unknown>;
  expected: string;
  abs_sum?: string;
  exact?: boolean;
}

const { cases }: { cases: Witness[] } = JSON.parse(readFileSync(`${folder}index.json`, 'utf8'));
const known = (op: string) => cases.filter((one) => one.op === op);

/** torch's padding: n or [vertical, horizontal]; ours of asymmetric cases is [top, left, bottom, right]. */
function expectClose(y: Float32Array, expected: number[], allowed: (i: number) => number): number {
  expect(y.length).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < y.length; i++) {
    if (Object.is(y[i], expected[i]) || (Number.isNaN(y[i]) && Number.isNaN(expected[i]))) continue;
    if (!Number.isFinite(expected[i])) {
      expect(y[i]).toBe(expected[i]);
      continue;
    }
    const error = Math.abs(y[i] - expected[i]);
    worst = Math.max(worst, error === 0 ? 0 : error / allowed(i));
  }
  expect(worst).toBeLessThanOrEqual(1);
  return worst;
}

describe('conv2d agrees with PyTorch within 1e-6 of the sum of |terms|', () => {
  it('has witnesses', () => expect(known('conv2d').length).toBeGreaterThan(30));

  it.each(known('conv2d').map((one) => [one.name, one] as const))('%s', (_, one) => {
    const { stride, padding, padding_mode, dilation, groups } = one.options as Record<string, never>;
    const y = conv2d(npyToTensor(load(one.x)), npyToTensor(load(one.weight!)), {
      ...(one.bias ? { bias: npyToTensor(load(one.bias)) } : {}),
      ...(stride ? { stride } : {}),
      ...(padding ? { padding } : {}),
      ...(padding_mode ? { paddingMode: padding_mode } : {}),
      ...(dilation ? { dilation } : {}),
      ...(groups ? { groups } : {}),
      // transforms round whole numbers too
      exact: one.exact === true,
    });
    const terms = values(one.abs_sum!);
    expectClose(y.data, values(one.expected), (i) => (one.exact ? 0 : 1e-6 * terms[i]));
  });
});

interface PoolArguments {
  kernel_size: number | Pair;
  stride?: number | Pair;
  padding?: number | Pair | Pads;
  dilation?: number | Pair;
  ceil_mode?: boolean;
  count_include_pad?: boolean;
  divisor_override?: number;
}

describe('pools agree with PyTorch', () => {
  it.each(known('max_pool2d').map((one) => [one.name, one] as const))('%s, exactly', (_, one) => {
    const { kernel_size, stride, padding, dilation, ceil_mode } = one.options as unknown as PoolArguments;
    const y = maxPool2d(npyToTensor(load(one.x)), {
      kernelSize: kernel_size,
      ...(stride ? { stride } : {}),
      ...(padding ? { padding } : {}),
      ...(dilation ? { dilation } : {}),
      ...(ceil_mode ? { ceilMode: true } : {}),
    });
    expectClose(y.data, values(one.expected), () => 0);
  });

  it.each(known('avg_pool2d').map((one) => [one.name, one] as const))('%s', (_, one) => {
    const { kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override } =
      one.options as unknown as PoolArguments;
    const y = avgPool2d(npyToTensor(load(one.x)), {
      kernelSize: kernel_size,
      ...(stride ? { stride } : {}),
      ...(padding ? { padding } : {}),
      ...(ceil_mode ? { ceilMode: true } : {}),
      ...(count_include_pad === false ? { countIncludePad: false } : {}),
      ...(divisor_override ? { divisorOverride: divisor_override } : {}),
    });
    const expected = values(one.expected);
    expectClose(y.data, expected, (i) => 1e-6 * Math.max(Math.abs(expected[i]), 1e-3));
  });
});

describe('activations agree with PyTorch to the last bits', () => {
  const names: ActivationName[] = [
    'relu',
    'relu6',
    'leaky_relu',
    'elu',
    'gelu',
    'silu',
    'hardswish',
    'softplus',
    'sigmoid',
    'tanh',
  ];
  it.each(names)('%s', (name) => {
    const one = cases.find(
      ({ op, options }) => op === name && (options as { approximate?: string }).approximate !== 'tanh',
    )!;
    const { negative_slope, alpha } = one.options as { negative_slope?: number; alpha?: number };
    const parameter = negative_slope ?? alpha ?? null;
    const x = load(one.x);
    const y = activation(tensor(npyToTensor(x).data, x.shape), name, parameter);
    const expected = values(one.expected);
    // one float32 rounding, and the smallest denormal. In float64 this torch takes elu as exp(x) − 1 and gelu as
    // x/2·(1 + erf): near zero, and far below it, what is left of 1 − 1 is rounding, 2⁻⁵³ of 1 and of |x| ≤ 20
    const absolute = name === 'elu' ? 2 ** -51 : name === 'gelu' ? 20 * 2 ** -53 : 2 ** -149;
    expectClose(y.data, expected, (i) => 1.2e-7 * Math.abs(expected[i]) + absolute);
  });
});

it('every witness file is there', () => {
  for (const { x, weight, bias, expected } of cases) {
    for (const file of [x, weight, bias, expected]) if (file) expect(existsSync(folder + file)).toBe(true);
  }
});

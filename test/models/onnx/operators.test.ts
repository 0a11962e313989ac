import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { arrayOf, EXPECTED, importBytes, readJson, run, type StoredArray, worstError } from './arrays.js';

interface Case {
  readonly name: string;
  readonly model: string;
  readonly inputs: readonly (StoredArray & { readonly name: string })[];
  readonly outputs: readonly (StoredArray & { readonly name: string })[];
  readonly rtol: number;
  readonly atol: number;
}

/** What ONNX's tests ask for and cnnviz refuses, and the reason it gives. */
const REFUSED: readonly (readonly [name: RegExp, reason: RegExp])[] = [
  [/training/, /training mode/],
  [/^test_bitshift_\w+_int\d+/, /bit shift of int\d+: expected uint8 … uint64/],
  [/^test_bitshift_left_uint64/, /bit shift to the left of uint64/],
  [/^test_mod_float.*_fmod_0/, /mod of float\d\d: expected whole numbers/],
  [/^test_identity_(opt|sequence)/, /a sequence, a map or optional/],
  [/^test_resize_downsample_scales_(linear|cubic)_align_corners/, /has no agreed meaning/],
];

function check({ name, model, inputs, outputs, rtol, atol }: Case): void {
  const compute = () => {
    const values = new Map(inputs.map((array) => [array.name, arrayOf(array)]));
    return run(importBytes(Buffer.from(model, 'base64')), values);
  };
  const refusal = REFUSED.find(([pattern]) => pattern.test(name));
  if (refusal) {
    expect(compute).toThrow(refusal[1]);
    return;
  }
  const results = compute();
  for (const output of outputs) {
    const [got, expected] = [results.get(output.name)!, arrayOf(output)];
    expect([got.dtype, got.shape]).toEqual([expected.dtype, expected.shape]);
    expect(worstError(got, expected, { rtol, atol })).toBeLessThanOrEqual(1);
  }
}

describe.each(readdirSync(join(EXPECTED, 'operators')))("ONNX's own tests, %s", (file) => {
  const { cases } = readJson(join(EXPECTED, 'operators', file)) as { cases: readonly Case[] };
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => check(one));
});

describe('opsets 6 to 15, ways of storing numbers, odd graphs', () => {
  const { cases } = readJson(join(EXPECTED, 'legacy.json')) as { cases: readonly Case[] };
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => check(one));
});

describe('whole numbers with a scale, by numpy', () => {
  const { cases } = readJson(join(EXPECTED, 'quantized.json')) as { cases: readonly Case[] };
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => check(one));
});

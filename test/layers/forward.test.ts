import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../src/core/tensor.js';
import { newNumbers, type Value, type ValueInfo } from '../../src/core/values.js';
import { forwardOf, type Layer, layerFamily } from '../../src/layers/index.js';
import { arrayOf, EXPECTED, readJson, type StoredArray, worstError } from '../models/onnx/arrays.js';

interface Case {
  readonly name: string;
  readonly layer: Layer;
  readonly inputs: readonly (StoredArray | null)[];
  readonly output: StoredArray;
}

/** Types and shapes of the outputs, by the layer's shape rule. */
function infosOf(layer: Layer, inputs: readonly (Value | null)[]): readonly ValueInfo[] {
  return layerFamily(layer).shape(
    layer,
    inputs.map((value) => value && { ...value, known: () => value }),
  );
}

function compute(layer: Layer, inputs: readonly (Value | null)[]): Value {
  const [{ dtype, shape }] = infosOf(layer, inputs);
  const output = { dtype, shape, data: newNumbers(dtype, sizeOf(shape)) };
  forwardOf(layer)!.run(layer, inputs, [output]);
  return output;
}

const { cases } = readJson(join(EXPECTED, 'layers.json')) as { cases: readonly Case[] };
const table = cases.map((one) => [one.name, one] as const);

describe('layers as torch computes them', () => {
  it.each(table)('%s', (_, { layer, inputs, output }) => {
    const got = compute(
      layer,
      inputs.map((one) => one && arrayOf(one)),
    );
    const expected = arrayOf(output);
    expect([got.dtype, got.shape]).toEqual([expected.dtype, expected.shape]);
    // torch computes most of these in float32: its last place or two
    expect(worstError(got, expected, { atol: 3e-7, rtol: 5e-7 })).toBeLessThanOrEqual(1);
  });
});

describe('layers in the memory of their first input', () => {
  const inPlace = table.filter(([, { layer }]) => forwardOf(layer)!.memory === 'in-place');
  it.each(inPlace)('%s: the same bits', (_, { layer, inputs }) => {
    const values = inputs.map((one) => one && arrayOf(one));
    const apart = compute(layer, values);
    const [{ dtype, shape }] = infosOf(layer, values);
    const [first, ...rest] = values as [Value, ...Value[]];
    // as large as the output, the input at its beginning
    const buffer = newNumbers(dtype, Math.max(sizeOf(shape), first.data.length)).buffer as ArrayBuffer;
    const own = newNumbers(first.dtype, first.data.length, { buffer, byteOffset: 0 });
    own.set(first.data);
    const output = { dtype, shape, data: newNumbers(dtype, sizeOf(shape), { buffer, byteOffset: 0 }) };
    forwardOf(layer)!.run(layer, [{ ...first, data: own }, ...rest], [output]);
    expect(output.data).toEqual(apart.data);
  });
});

describe('gather', () => {
  const x: Value = { dtype: 'float32', shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
  const layer = { kind: 'gather', axis: 0 } as const;
  const indices = (...list: number[]): Value => ({
    dtype: 'int64',
    shape: [list.length],
    data: Float64Array.from(list),
  });

  it('counts negative indices from the end', () => {
    expect([...compute(layer, [x, indices(-1, 0)]).data]).toEqual([5, 6, 1, 2]);
  });

  it('refuses an index outside that is known, gives 0 for one that is computed', () => {
    expect(() => infosOf(layer, [x, indices(3)])).toThrow(/index 3 lies outside axis 0 of 3/);
    const output = { dtype: 'float32', shape: [2, 2], data: new Float32Array(4).fill(9) } as const;
    forwardOf(layer)!.run(layer, [x, indices(7, 1)], [output]);
    expect([...output.data]).toEqual([0, 0, 3, 4]);
  });
});

import { expect } from 'vitest';
import { sizeOf } from '../../src/core/tensor.js';
import type { Value, ValueInfo } from '../../src/core/values.js';
import { operatorBytes, runOperator } from '../../src/engine/operators/index.js';
import { EngineMemory, type RoutineKind } from '../../src/engine/wasm/memory.js';
import { forwardOf, type Layer, layerFamily } from '../../src/layers/index.js';
import { randomArray } from '../random.js';

const ODD = [Number.NaN, Infinity, -Infinity, 0, -0, 2 ** -149, -3.4e38];

/** Numbers of both signs; with `odd` some of them are strange. */
export function value(shape: readonly number[], seed: number, odd = false): Value {
  const data = randomArray(sizeOf(shape), seed).map((x) => x * 5);
  if (odd) for (let i = seed % 3; i < data.length; i += 5 + (seed % 7)) data[i] = ODD[(i + seed) % ODD.length];
  return { dtype: 'float32', shape, data };
}

export const wholes = (...numbers: number[]): Value => ({
  dtype: 'int64',
  shape: [numbers.length],
  data: Float64Array.from(numbers),
});

function outputsOf(layer: Layer, inputs: readonly (Value | null)[]): readonly ValueInfo[] {
  return layerFamily(layer).shape(
    layer as never,
    inputs.map((input) => input && { ...input, known: () => input }),
  );
}

export function byItself(layer: Layer, inputs: readonly (Value | null)[]): Float32Array[] {
  const outputs = outputsOf(layer, inputs).map(
    (info): Value => ({ ...info, data: new Float32Array(sizeOf(info.shape)) }),
  );
  forwardOf(layer)!.run(layer as never, inputs, outputs);
  return outputs.map(({ data }) => data as Float32Array);
}

/** Guards around every array: what is read beyond must not count, and nothing is written there. */
const MARK = 123.5;

/**
 * A layer by routines, with its float32 inputs in the engine's memory but for those in `elsewhere`; null when it was not
 * taken. `inPlace`: the output lies where that input does.
 */
function byRoutines(
  kind: RoutineKind,
  layer: Layer,
  inputs: readonly (Value | null)[],
  elsewhere: readonly number[] = [],
  inPlace = -1,
): Float32Array[] | null {
  const infos = outputsOf(layer, inputs);
  const memory = new EngineMemory(kind);
  const room = operatorBytes(
    layer,
    inputs.map((input) => input?.shape ?? null),
  );
  const sizes = [
    ...inputs.map((input) => (input ? sizeOf(input.shape) : 0)),
    ...infos.map(({ shape }) => sizeOf(shape)),
  ];
  memory.reserve(sizes.reduce((sum, size) => sum + size * 4 + 320, 0) + room + 64);
  const at = memory.allocate(room);
  memory.heap.f32.fill(Number.NaN, at / 4, (at + room) / 4);
  const ends: number[] = [];
  const place = (size: number): Float32Array => {
    const from = memory.allocate(size * 4 + 128) + 64;
    memory.heap.f32.fill(MARK, from / 4 - 16, from / 4 + size + 16);
    ends.push(from / 4 - 1, from / 4 + size);
    return new Float32Array(memory.wasm.buffer, from, size);
  };
  const placed = inputs.map((input, i): Value | null => {
    if (!(input?.data instanceof Float32Array) || elsewhere.includes(i)) return input;
    const size = i === inPlace ? Math.max(input.data.length, sizeOf(infos[0].shape)) : input.data.length;
    const data = place(size).subarray(0, input.data.length);
    data.set(input.data);
    return { ...input, data };
  });
  const outputs = infos.map((info): Value => {
    const size = sizeOf(info.shape);
    const own = inPlace === -1 ? null : placed[inPlace]!.data;
    return { ...info, data: own ? new Float32Array(own.buffer, own.byteOffset, size) : place(size) };
  });
  const work = forwardOf(layer)!.rowWork!(layer as never, placed)!;
  if (!work || !runOperator(memory, { at, left: room }, work, placed, outputs)) return null;
  for (const end of ends) expect(memory.heap.f32[end]).toBe(MARK);
  return outputs.map(({ data }) => Float32Array.from(data));
}

function firstDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  return a.findIndex((one, i) => !Object.is(one, b[i]));
}

export function expectSame(
  layer: Layer,
  inputs: readonly (Value | null)[],
  elsewhere: number[] = [],
  inPlace = -1,
): void {
  const expected = byItself(layer, inputs);
  for (const kind of ['wasm', 'typescript'] as const) {
    const got = byRoutines(kind, layer, inputs, elsewhere, inPlace);
    const says = { kind, layer, shapes: inputs.map((one) => one?.shape), inPlace };
    expect({ ...says, at: got?.map((one, i) => firstDifference(one, expected[i])) }).toEqual({
      ...says,
      at: expected.map(() => -1),
    });
  }
}

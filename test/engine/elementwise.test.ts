import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sizeOf, tensor } from '../../src/core/tensor.js';
import type { Value } from '../../src/core/values.js';
import { activateArray, ELEMENTWISE_BYTES, elementwiseBytes, runElementwise } from '../../src/engine/elementwise.js';
import { executeSync } from '../../src/engine/execute.js';
import { planModel } from '../../src/engine/plan.js';
import { EngineMemory, type RoutineKind } from '../../src/engine/wasm/memory.js';
import { activate } from '../../src/layers/activation.js';
import { forwardOf, type Layer } from '../../src/layers/index.js';
import { randomArray } from '../random.js';
import { modelOf } from './one-layer.js';

const activations = [
  ['relu', []],
  ['relu6', []],
  ['leaky_relu', [0.3]],
  ['elu', [1.7]],
  ['gelu', []],
  ['gelu_tanh', []],
  ['silu', []],
  ['hardswish', []],
  ['softplus', []],
  ['softplus', [-0.7, 3]],
  ['sigmoid', []],
  ['tanh', []],
] as const;
const pointwise = [
  ['abs', []],
  ['neg', []],
  ['floor', []],
  ['ceil', []],
  ['round', []],
  ['sqrt', []],
  ['reciprocal', []],
  ['exp', []],
  ['log', []],
  ['erf', []],
  ['hard_sigmoid', [0.2, 0.5]],
  ['mish', []],
  ['swish', [1.3]],
] as const;
const layers: Layer[] = [
  ...activations.map(([name, parameters]): Layer => ({ kind: 'activation', name, parameters })),
  ...pointwise.map(([name, parameters]): Layer => ({ kind: 'pointwise', name, parameters })),
];
const wordsOf = (layer: Layer) => `${'name' in layer ? layer.name : layer.kind} ${JSON.stringify(layer)}`;

/** Every exponent of float32, both signs, all special values. */
function everyKind(): Float32Array {
  const bits = new Uint32Array(1 << 16);
  for (let i = 0; i < bits.length; i++) bits[i] = i * 2 ** 16 + ((i * 2654435761) % 2 ** 16);
  const values = new Float32Array(bits.buffer);
  values.set([0, -0, Infinity, -Infinity, Number.NaN, 2 ** -149, -(2 ** -149), 3.4e38, -3.4e38, 20, 40, 709, -709], 5);
  values.set(
    randomArray(30_000, 4).map((x) => x * 12),
    1000,
  );
  return values;
}

/** The first place where two arrays differ, −0 and 0 too; −1: nowhere. */
function firstDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  return a.findIndex((one, i) => !Object.is(one, b[i]));
}

/** A layer by routines; null where there are none for it. */
function byRoutines(
  kind: RoutineKind,
  layer: Layer,
  inputs: readonly Value[],
  shape: readonly number[],
  data = new Float32Array(sizeOf(shape)),
) {
  const memory = new EngineMemory(kind);
  memory.reserve(ELEMENTWISE_BYTES);
  const output = { dtype: 'float32', shape, data } as const;
  const area = memory.allocate(ELEMENTWISE_BYTES);
  // what lies behind the numbers must not count
  memory.heap.f32.fill(Number.NaN, area / 4, (area + ELEMENTWISE_BYTES) / 4);
  return runElementwise(memory, { at: area, left: ELEMENTWISE_BYTES }, layer, inputs, [output]) ? output.data : null;
}

function byItself(layer: Layer, inputs: readonly Value[], shape: readonly number[]): Float32Array {
  const data = new Float32Array(sizeOf(shape));
  forwardOf(layer)!.run(layer, inputs, [{ dtype: 'float32', shape, data }]);
  return data;
}

const value = (shape: readonly number[], seed: number): Value => ({
  dtype: 'float32',
  shape,
  data: randomArray(sizeOf(shape), seed).map((x) => x * 5),
});

function expectSame(layer: Layer, inputs: readonly Value[], shape: readonly number[], isTaken = true) {
  const expected = byItself(layer, inputs, shape);
  for (const kind of ['wasm', 'typescript'] as const) {
    const got = byRoutines(kind, layer, inputs, shape);
    expect([kind, got !== null]).toEqual([kind, isTaken]);
    if (got) expect([kind, firstDifference(got, expected)]).toEqual([kind, -1]);
    if (!got || inputs[0].data.length !== got.length) continue;
    const own: Value = { ...inputs[0], data: inputs[0].data.slice() };
    const inPlace = byRoutines(kind, layer, [own, ...inputs.slice(1)], shape, own.data as Float32Array<ArrayBuffer>)!;
    expect([kind, 'in place', firstDifference(inPlace, expected)]).toEqual([kind, 'in place', -1]);
  }
}

describe('layers by routines', () => {
  it.each(layers.map((layer) => [wordsOf(layer), layer] as const))(
    '%s: the same bits in SIMD, in its twin and by itself',
    (_, layer) => {
      const data = everyKind();
      expectSame(layer, [{ dtype: 'float32', shape: [data.length], data }], [data.length]);
    },
  );

  it('change the numbers they are given and no others, at every length', () => {
    const names = [
      'reluInPlace',
      'relu6InPlace',
      'leakyReluInPlace',
      'clipInPlace',
      'sigmoidInPlace',
      'geluInPlace',
      'hardswishInPlace',
    ] as const;
    for (const name of names) {
      for (let count = 0; count < 10; count++) {
        const memory = new EngineMemory('wasm');
        memory.reserve(256);
        const x = memory.allocate(256);
        const before = randomArray(16, count + 1);
        memory.heap.f32.set(before, x / 4);
        (memory.routines[name] as (x: number, count: number, first: number, second: number) => void)(x, count, 0.5, 1);
        expect(memory.heap.f32.slice(x / 4 + count, x / 4 + 16)).toEqual(before.slice(count));
      }
    }
  });

  it('an activation behind a convolution with maps of odd size: the bits of one that stands alone', () => {
    const [C, M, side] = [3, 5, 7];
    const weight = tensor(randomArray(M * C * 9, 1), [M, C, 3, 3]);
    const conv = {
      kind: 'conv',
      stride: [1, 1],
      dilation: [1, 1],
      groups: 1,
      padding: 1,
      paddingMode: 'zeros',
      weight,
      bias: null,
    } as const;
    const input = { data: randomArray(C * side * side, 2), shape: [1, C, side, side] };
    const run = (...more: { name: string; layer: Layer }[]) =>
      executeSync(
        planModel(modelOf({ name: 'conv', layer: conv }, ...more), input.shape, { exact: true, algorithm: null }),
        input,
      ).data;
    const sums = run();
    for (const [name, parameters] of activations) {
      const expected = new Float32Array(sums.length);
      activate(name, parameters, sums, expected);
      expect([name, run({ name: 'act', layer: { kind: 'activation', name, parameters } })]).toEqual([name, expected]);
    }
  });

  it('powers: whole exponents and roots; a square of float32 is that of float64, rounded', () => {
    const data = everyKind();
    for (const n of [0, 1, 2, 3, 4, 7, -1, -2, -5, 63, 64, -64, 0.5, -0.5]) {
      const exponent: Value = { dtype: 'float32', shape: [], data: Float32Array.of(n) };
      expectSame({ kind: 'pow' }, [{ dtype: 'float32', shape: [data.length], data }, exponent], [data.length]);
    }
    const layer: Layer = { kind: 'pow' };
    for (const n of [65, 1.5, Number.NaN]) {
      const exponent: Value = { dtype: 'float32', shape: [1], data: Float32Array.of(n) };
      expect(forwardOf(layer)!.rowWork!(layer as never, [value([300], 1), exponent])).toBe(null);
    }
  });

  it('clip, with both limits and with one', () => {
    const limit = (x: number): Value => ({ dtype: 'float32', shape: [], data: Float32Array.of(x) });
    const data = everyKind();
    const x: Value = { dtype: 'float32', shape: [data.length], data };
    expectSame({ kind: 'clip' }, [x, limit(-0.7), limit(6)], [data.length]);
    expectSame({ kind: 'clip' }, [x, limit(0)], [data.length]);
    const odd = [0, -0, Number.NaN, Infinity, -Infinity, 2 ** -149, -1, 1];
    for (const lo of odd) for (const hi of odd) expectSame({ kind: 'clip' }, [x, limit(lo), limit(hi)], [data.length]);
  });

  it('two arrays: of one shape, a number for each channel, a row for all, one number, turned round', () => {
    const shapes: readonly [number[], number[]][] = [
      [
        [2, 3, 40, 41],
        [2, 3, 40, 41],
      ],
      [
        [130, 129, 3],
        [130, 129, 3],
      ],
      [
        [1, 7, 150, 151],
        [7, 1, 1],
      ],
      [
        [5, 20_000],
        [5, 1],
      ],
      [[197, 77], [77]],
      [[3, 40_001], [40_001]],
      [[41, 43], []],
    ];
    for (const kind of ['add', 'sub', 'mul', 'div'] as const) {
      for (const [a, b] of shapes) {
        expectSame({ kind }, [value(a, 1), value(b, 2)], a);
        if (sizeOf(b) < sizeOf(a)) {
          expectSame({ kind }, [value(b, 1), value(a, 2)], a, kind === 'add' || kind === 'mul');
        }
      }
      // three axes that are not read alike: by itself
      expectSame({ kind }, [value([2, 30, 40], 1), value([2, 1, 40], 2)], [2, 30, 40], false);
    }
  });

  it('batch norm: every channel by its scale and shift', () => {
    const numbers = (C: number, seed: number): Value => ({
      ...value([C], seed),
      data: randomArray(C, seed).map((x) => Math.abs(x) + 0.1),
    });
    for (const shape of [
      [2, 5, 13, 17],
      [3, 70, 7, 7],
      [1, 3, 200, 201],
      [9, 33, 50],
      [300, 3],
    ]) {
      const C = shape[shape.length === 3 ? 0 : 1];
      const inputs = [value(shape, 3), numbers(C, 4), numbers(C, 5), numbers(C, 6), numbers(C, 7)];
      expectSame({ kind: 'batch_norm', eps: 1e-5 }, inputs, shape);
    }
  });

  it('softmax along rows, along channels, along planes too long for a portion; NaN and infinities', () => {
    const cases: readonly [number[], number, boolean][] = [
      [[197, 197], 1, true],
      [[1, 1000], 1, true],
      [[3, 10_007], 1, true],
      [[2, 21, 37, 41], 1, true],
      [[1, 150, 129, 131], 1, true],
      [[4, 5, 77], 2, true],
      [[3, 1025], -1, true],
      [[70, 65, 2], 1, false],
      [[1, 20_000], 1, false],
    ];
    for (const [shape, dim, isTaken] of cases) {
      const x = value(shape, 8);
      expectSame({ kind: 'softmax', dim }, [x], shape, isTaken);
      x.data.set([Number.NaN, Infinity, -Infinity, 0, -0], Math.floor(x.data.length / 2));
      expectSame({ kind: 'softmax', dim }, [x], shape, isTaken);
    }
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 4, max: 40 }), (count, inner) => {
        const shape = [7, count, inner];
        for (const dim of [1, 2])
          expectSame({ kind: 'softmax', dim }, [value(shape, count)], shape, sizeOf(shape) >= 256);
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  it('are not asked for other number types, and not for small arrays', () => {
    expect(elementwiseBytes({ kind: 'argmax', axis: 1 } as Layer, [[400]])).toBe(0);
    const layer: Layer = { kind: 'activation', name: 'tanh', parameters: [] };
    const wide: Value = { dtype: 'float64', shape: [400], data: new Float64Array(400) };
    expect(byRoutines('wasm', layer, [wide], [400])).toBe(null);
    expect(byRoutines('wasm', layer, [value([40], 1)], [40])).toBe(null);
  });

  it('an array of any length, in its own memory too', () => {
    for (const length of [0, 3, 255, 256, 257, 16_384, 40_001]) {
      const x = randomArray(length, 9);
      const expected = new Float32Array(length);
      activate('silu', [], x, expected);
      for (const kind of ['wasm', 'typescript'] as const) {
        const own = x.slice();
        activateArray('silu', [], own, own, kind);
        expect(firstDifference(own, expected)).toBe(-1);
      }
    }
  });
});

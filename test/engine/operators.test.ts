import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Value } from '../../src/core/values.js';
import { forwardOf, type Layer, layerFamily } from '../../src/layers/index.js';
import { byItself, expectSame, value, wholes } from './by-routines.js';

const side = fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 17);
const shape = fc.array(side, { maxLength: 4 });

describe('two arrays in the engine’s memory', () => {
  const kinds = ['add', 'sub', 'mul', 'div', 'min', 'max'] as const;

  it('are combined with every way of broadcasting, with the bits of the layer by itself', () => {
    const sides = fc.array(fc.tuple(side, fc.constantFrom('both', 'left', 'right', 'none')), { maxLength: 5 });
    fc.assert(
      fc.property(sides, fc.constantFrom(...kinds), fc.nat(99), fc.boolean(), (all, kind, seed, odd) => {
        const own = (...whose: string[]) => all.map(([length, who]) => (whose.includes(who) ? length : 1));
        const [a, b] = [value(own('both', 'left'), seed, odd), value(own('both', 'right'), seed + 1, odd)];
        expectSame({ kind }, [a, b]);
        expectSame({ kind }, [b, a], [1]);
        expectSame({ kind }, [a, { ...b, shape: b.shape.slice(b.shape.findIndex((length) => length > 1)) }]);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('may give what lies in the memory of either, repeated or not', () => {
    fc.assert(
      fc.property(shape, shape, fc.constantFrom(...kinds), fc.constantFrom(0, 1), (rows, columns, kind, inPlace) => {
        const [a, b] = [value([...rows, ...columns], 3), value(columns, 4)];
        expectSame({ kind }, [a, b], [], inPlace);
        expectSame({ kind }, [b, a], [], inPlace);
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it('with sides of 0 give nothing', () => {
    expectSame({ kind: 'add' }, [value([0, 3], 1), value([3], 2)]);
    expectSame({ kind: 'mul' }, [value([2, 0, 1], 1), value([2, 1, 5], 2)]);
  });
});

describe('matrix products in the engine’s memory', () => {
  const lengths = fc.constantFrom(1, 2, 3, 5, 8, 17, 31, 33, 64, 197, 257, 300, 530);

  it('have the bits of the one order, whatever their sides', () => {
    fc.assert(
      fc.property(lengths, lengths, lengths, fc.nat(99), (rows, inner, columns, seed) => {
        fc.pre(rows * inner * columns < 3e6);
        expectSame({ kind: 'matmul' }, [value([rows, inner], seed), value([inner, columns], seed + 1)]);
        const gemm = { kind: 'gemm', alpha: 1, beta: 1 } as const;
        const [transA, transB] = [seed % 2 === 0, seed % 3 === 0];
        const a = value(transA ? [inner, rows] : [rows, inner], seed);
        const b = value(transB ? [columns, inner] : [inner, columns], seed + 1);
        const c = [null, value([columns], 5), value([rows, 1], 5), value([rows, columns], 5), value([], 5)][seed % 5];
        expectSame({ ...gemm, transA, transB }, c ? [a, b, c] : [a, b]);
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  it('batches are broadcast, vectors are rows or columns, nothing is nothing', () => {
    const cases: readonly [number[], number[]][] = [
      [
        [12, 19, 64],
        [12, 64, 19],
      ],
      [
        [2, 1, 5, 7],
        [3, 7, 4],
      ],
      [
        [4, 3, 5, 7],
        [7, 4],
      ],
      [[7], [2, 7, 4]],
      [[2, 5, 7], [7]],
      [[40], [40]],
      [
        [5, 0],
        [0, 4],
      ],
      [
        [0, 5],
        [5, 4],
      ],
      [
        [0, 3, 5],
        [5, 4],
      ],
    ];
    for (const [a, b] of cases) expectSame({ kind: 'matmul' }, [value(a, 1), value(b, 2)]);
    const strange = [value([9, 70], 1, true), value([70, 13], 2, true)];
    expectSame({ kind: 'matmul' }, strange);
    expectSame({ kind: 'matmul' }, strange, [1]);
  });

  it('stay within 6e-7 of the sum of the terms’ sizes of the product in float64', () => {
    for (const inner of [1, 31, 32, 33, 256, 257, 3000]) {
      const [a, b] = [value([6, inner], inner), value([inner, 5], inner + 1)];
      const [got] = byItself({ kind: 'matmul' }, [a, b]);
      for (let o = 0; o < got.length; o++) {
        let [sum, size] = [0, 0];
        for (let k = 0; k < inner; k++) {
          const term = a.data[Math.floor(o / 5) * inner + k] * b.data[k * 5 + (o % 5)];
          sum += term;
          size += Math.abs(term);
        }
        expect(Math.abs(got[o] - sum)).toBeLessThan(6e-7 * size);
      }
    }
  });

  it('are left to the layer where alpha or beta is another number, and for other types', () => {
    const inputs = [value([5, 6], 1), value([6, 4], 2), value([4], 3)];
    for (const [alpha, beta] of [
      [2, 1],
      [1, 0.5],
    ]) {
      const layer: Layer = { kind: 'gemm', alpha, beta, transA: false, transB: false };
      expect(forwardOf(layer)!.rowWork!(layer as never, inputs)).toBe(null);
    }
  });
});

describe('reductions in the engine’s memory', () => {
  it('have the bits of sums from the first number to the last', () => {
    const names = fc.constantFrom('mean', 'sum', 'max', 'min' as const);
    const sides = fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 9, 17, 35);
    fc.assert(
      fc.property(sides, sides, sides, names, fc.nat(99), fc.boolean(), (outer, count, inner, name, seed, odd) => {
        const layer = { kind: 'reduce', name, keepDims: seed % 2 === 0, noopWithEmptyAxes: false } as Layer;
        expectSame(layer, [value([outer, count, inner], seed, odd), wholes(1)]);
        expectSame(layer, [value([outer, count, inner], seed, odd), wholes(1, -1)]);
        expectSame(layer, [value([outer, count, inner], seed, odd), null]);
        expectSame(layer, [value([outer, 1, count, 1, inner], seed, odd), wholes(0, 2)]);
      }),
      { seed: 4, numRuns: 150 },
    );
  });

  it('of nothing, of one number, over axes that lie apart (left to the layer)', () => {
    const layer = { kind: 'reduce', name: 'mean', keepDims: true, noopWithEmptyAxes: false } as Layer;
    expectSame(layer, [value([3, 0], 1), wholes(1)]);
    expectSame(layer, [value([0, 3], 1), wholes(1)]);
    expectSame(layer, [value([], 1), null]);
    const apart = [value([3, 4, 5], 1), wholes(0, 2)];
    expect(forwardOf(layer)!.rowWork!(layer as never, apart)).toBe(null);
  });

  it('pools of whole maps', () => {
    for (const odd of [false, true]) {
      for (const maps of [
        [1, 5, 7, 7],
        [2, 33, 13, 13],
        [1, 3, 112, 112],
      ]) {
        expectSame({ kind: 'global_avg_pool' }, [value(maps, 2, odd)]);
        expectSame({ kind: 'global_max_pool' }, [value(maps, 2, odd)]);
        expectSame({ kind: 'adaptive_avg_pool', outputSize: [1, 1] }, [value(maps, 2, odd)]);
      }
    }
  });
});

describe('numbers moved in the engine’s memory', () => {
  const shapes = fc.array(side, { minLength: 1, maxLength: 5 });

  it('transposed by every order of axes', () => {
    fc.assert(
      fc.property(shapes, fc.nat(1e6), (sides, seed) => {
        const perm = sides
          .map((_, axis) => axis)
          .sort((a, b) => (((a + 1) * seed * 7) % 11) - (((b + 1) * seed * 7) % 11));
        expectSame({ kind: 'transpose', perm }, [value(sides, seed, true)]);
        expectSame({ kind: 'transpose', perm: null }, [value(sides, seed)]);
      }),
      { seed: 5, numRuns: 300 },
    );
    expectSame({ kind: 'transpose', perm: [0, 2, 3, 1] }, [value([1, 37, 21, 23], 1)]);
    expectSame({ kind: 'transpose', perm: [1, 2, 0] }, [value([197, 3, 64], 1)]);
    expectSame({ kind: 'transpose', perm: null }, [value([], 1)]);
  });

  it('joined, split, repeated', () => {
    fc.assert(
      fc.property(shapes, fc.nat(4), fc.array(fc.nat(9), { minLength: 1, maxLength: 4 }), (sides, at, sizes) => {
        const axis = at % sides.length;
        const parts = sizes.map((size, i) =>
          value(
            sides.map((own, a) => (a === axis ? size : own)),
            i + 1,
          ),
        );
        expectSame({ kind: 'concat', dim: axis }, parts, parts.length > 2 ? [1] : []);
        const whole = value(
          sides.map((own, a) => (a === axis ? sizes.reduce((sum, size) => sum + size) : own)),
          9,
        );
        expectSame({ kind: 'split', axis, parts: sizes.length }, [whole, wholes(...sizes)]);
        const repeated = sides.map((own, a) => (a === axis ? 6 : own));
        expectSame({ kind: 'expand' }, [
          value(
            sides.map((own, a) => (a === axis ? 1 : own)),
            3,
          ),
          wholes(...repeated),
        ]);
      }),
      { seed: 6, numRuns: 200 },
    );
  });

  it('sliced forwards and backwards, in steps', () => {
    const runs = fc.array(
      fc.tuple(
        side,
        fc.integer({ min: -9, max: 9 }),
        fc.integer({ min: -9, max: 9 }),
        fc.constantFrom(1, 1, 2, 3, -1, -2),
      ),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(runs, (all) => {
        const [starts, ends, steps] = [1, 2, 3].map((i) => wholes(...all.map((one) => one[i] as number)));
        expectSame({ kind: 'slice' }, [
          value(
            all.map(([length]) => length),
            4,
          ),
          starts,
          ends,
          null,
          steps,
        ]);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('padded by every rule, and cut', () => {
    const sides = fc.array(
      fc.tuple(fc.constantFrom(3, 4, 5, 9), fc.integer({ min: -1, max: 2 }), fc.integer({ min: -1, max: 2 })),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(sides, fc.constantFrom('constant', 'reflect', 'edge', 'wrap' as const), (all, mode) => {
        const pads = wholes(...all.map(([, before]) => before), ...all.map(([, , after]) => after));
        const x = value(
          all.map(([length]) => length),
          4,
        );
        const fill: Value = { dtype: 'float32', shape: [], data: Float32Array.of(-7) };
        expectSame({ kind: 'pad', mode } as Layer, mode === 'constant' ? [x, pads, fill] : [x, pads]);
      }),
      { seed: 8, numRuns: 200 },
    );
  });

  it('gathered by rows, with indices outside', () => {
    const indices = { dtype: 'int64', shape: [2, 3], data: Float64Array.of(0, -1, 4, 4, 2, 9) } as const;
    const layer: Layer = { kind: 'gather', axis: 1 };
    const x = value([3, 5, 7], 1);
    const known = (one: Value) => ({ ...one, known: () => null });
    expect(layerFamily(layer).shape(layer as never, [known(x), known(indices)])[0].shape).toEqual([3, 2, 3, 7]);
    expectSame(layer, [x, { ...indices, data: indices.data.map((index) => Math.min(index, 3)) }]);
    expectSame({ kind: 'gather', axis: 0 }, [x, { dtype: 'int64', shape: [], data: Float64Array.of(-2) }]);
    expectSame({ kind: 'gather', axis: -1 }, [x, wholes(6, 0, 3)]);
  });

  it('resized to the nearest', () => {
    const layer = {
      kind: 'resize',
      mode: 'nearest',
      cubicCoeffA: -0.75,
      excludeOutside: false,
      antialias: false,
      coordinateMode: 'half_pixel',
      nearestMode: 'round_prefer_floor',
      axes: null,
      keepAspectRatio: 'stretch',
      extrapolationValue: 3,
    } as const;
    const scales: Value = { dtype: 'float32', shape: [4], data: Float32Array.of(1, 1, 2, 1.7) };
    expectSame(layer, [value([2, 3, 7, 11], 1), null, scales, null]);
    const roi: Value = { dtype: 'float32', shape: [8], data: Float32Array.of(0, 0, -0.3, 0, 1, 1, 1.2, 1) };
    expectSame({ ...layer, coordinateMode: 'tf_crop_and_resize' }, [
      value([1, 2, 7, 9], 1),
      roi,
      null,
      wholes(1, 2, 9, 9),
    ]);
  });
});

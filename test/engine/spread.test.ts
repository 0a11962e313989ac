import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Value } from '../../src/core/values.js';
import type { Layer } from '../../src/layers/index.js';
import { byItself, expectSame, value } from './by-routines.js';

describe('transposed convolutions in the engine’s memory', () => {
  const pair = (least: number, most: number) =>
    fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }));
  const fields = { kind: 'conv_transpose', outputSize: null } as const;

  it('have the bits of the layer by itself, whatever its strides, kernels, groups and pads', () => {
    const channels = fc.tuple(fc.constantFrom(1, 2, 3), fc.constantFrom(1, 3, 33), fc.constantFrom(1, 2, 5, 30));
    const sides = fc.tuple(fc.constantFrom(1, 2, 5, 7), fc.constantFrom(1, 3, 8, 9, 21));
    fc.assert(
      fc.property(
        channels,
        sides,
        pair(1, 4),
        pair(1, 3),
        pair(1, 2),
        fc.nat(99),
        (of, [H, W], kernel, stride, dilation, seed) => {
          const [groups, C, M] = of;
          const reach = kernel.map((k, a) => (k - 1) * dilation[a] + 1);
          const cut = (a: number) => Math.min((seed >> a) % 3, Math.floor((reach[a] - 1) / 2));
          const padding = [cut(0), cut(1), cut(0), cut(1)];
          const layer: Layer = { ...fields, stride, padding, outputPadding: [seed % stride[0], 0], dilation, groups };
          const x = value([1 + (seed % 2), groups * C, H, W], seed, seed % 5 === 0);
          const weight = value([groups * C, M, ...kernel], seed + 1);
          expectSame(
            layer,
            seed % 3 === 0 ? [x, weight] : [x, weight, value([groups * M], 7)],
            seed % 4 === 0 ? [1, 2] : [],
          );
        },
      ),
      { seed: 9, numRuns: 150 },
    );
  });

  it('take long rows in parts, and many rows in blocks', () => {
    const layer: Layer = {
      ...fields,
      stride: [2, 2],
      padding: [1, 1, 1, 1],
      outputPadding: [0, 0],
      dilation: [1, 1],
      groups: 1,
    };
    expectSame(layer, [value([1, 40, 3, 500], 1), value([40, 3, 4, 4], 2), value([3], 3)]);
    expectSame(layer, [value([1, 300, 40, 23], 1), value([300, 2, 3, 5], 2)], [0]);
    expectSame({ ...layer, stride: [3, 1], dilation: [1, 2] }, [value([1, 5, 90, 31], 1), value([5, 33, 3, 3], 2)]);
  });

  it('stay within 6e-7 of the sum of the terms’ sizes of the definition in float64', () => {
    const shared = {
      stride: [2, 3],
      padding: [1, 0, 2, 1],
      outputPadding: [1, 0],
      outputSize: null,
      dilation: [1, 2],
      groups: 2,
    };
    const [x, weight, bias] = [value([2, 600, 5, 4], 1), value([600, 2, 5, 3], 2), value([4], 3)];
    const [got] = byItself({ kind: 'conv_transpose', ...shared }, [x, weight, bias]);
    const size = (one: Value): Value => ({ ...one, data: one.data.map(Math.abs) as Float32Array });
    const exactly = { kind: 'conv_transpose_nd', ...shared } as const;
    const [expected] = byItself(exactly, [x, weight, bias]);
    const [sizes] = byItself(exactly, [x, weight, bias].map(size));
    for (let i = 0; i < got.length; i++) expect(Math.abs(got[i] - expected[i])).toBeLessThan(6e-7 * sizes[i]);
  });
});

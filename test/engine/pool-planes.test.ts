import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../src/core/tensor.js';
import { executeSync } from '../../src/engine/execute.js';
import { poolPortions } from '../../src/engine/operators/pools.js';
import { runPortions } from '../../src/engine/operators/portions.js';
import { planModel } from '../../src/engine/plan.js';
import { EngineMemory } from '../../src/engine/wasm/memory.js';
import { axesOfPool, type PoolLayer } from '../../src/layers/pool.js';
import { randomArray } from '../random.js';
import { modelOf } from './one-layer.js';

const ODD = [Number.NaN, Infinity, -Infinity, 0, -0];

/** Every second array has strange numbers, every third is made of zeros of both signs. */
function planes(size: number, seed: number): Float32Array {
  const x = randomArray(size, seed);
  if (seed % 3 === 0) return x.map((value) => (value > 0 ? 0 : -0));
  if (seed % 2 === 0) for (let i = seed % 5; i < size; i += 11) x[i] = ODD[(i + seed) % ODD.length];
  return x;
}

const pair = (arbitrary: fc.Arbitrary<number>) => fc.tuple(arbitrary, arbitrary);

const cases = fc
  .record({
    kernelSize: pair(fc.constantFrom(1, 2, 3, 4, 5)),
    stride: pair(fc.constantFrom(1, 2, 3)),
    pad: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
    ceilMode: fc.boolean(),
    kind: fc.constantFrom('max_pool', 'avg_pool' as const),
    countIncludePad: fc.boolean(),
    divisorOverride: fc.constantFrom(null, null, 3),
    sides: pair(fc.integer({ min: 5, max: 24 })),
    seed: fc.nat(99),
  })
  .map(({ kernelSize, pad, kind, countIncludePad, divisorOverride, sides, seed, ...rest }) => {
    const [kH, kW] = kernelSize;
    const pads = pad.map((one, i) => Math.min(one, Math.floor((i % 2 === 0 ? kH : kW) / 2)));
    const fields = { ...rest, kernelSize, pads } as unknown as Pick<
      PoolLayer,
      'kernelSize' | 'stride' | 'pads' | 'ceilMode'
    >;
    const layer: PoolLayer =
      kind === 'max_pool'
        ? { ...fields, kind, dilation: [1, 1] }
        : { ...fields, kind, countIncludePad, divisorOverride };
    return { layer, sides, seed };
  });

describe('pools of whole planes', () => {
  it('have the bits of pools in bands, and write nothing else', () => {
    fc.assert(
      fc.property(cases, ({ layer, sides: [H, W], seed }) => {
        const shape = [1, 3, H, W];
        const x = planes(sizeOf(shape), seed);
        const plan = planModel(modelOf({ name: 'pool', layer }), shape, { exact: false, algorithm: null });
        const expected = executeSync(plan, { data: x, shape }, { kind: 'typescript' }).data;
        for (const kind of ['wasm', 'typescript'] as const) {
          const memory = new EngineMemory(kind);
          memory.reserve(65_536);
          const [room, from, to] = [4096, x.byteLength + 64, expected.byteLength + 64].map((n) => memory.allocate(n));
          memory.heap.f32.fill(123.5, room / 4, to / 4 + expected.length + 16);
          memory.heap.f32.set(x, from / 4 + 16);
          const axes = axesOfPool(layer, H, W);
          runPortions(poolPortions(memory, { at: room, left: 4096 }, layer, axes, 3, from + 64, to)!);
          const got = memory.heap.f32.slice(to / 4, to / 4 + expected.length);
          const says = { kind, layer, H, W, seed };
          expect({ ...says, at: got.findIndex((one, i) => !Object.is(one, expected[i])) }).toEqual({ ...says, at: -1 });
          expect(memory.heap.f32[to / 4 + expected.length]).toBe(123.5);
        }
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  it('are left to bands where windows are dilated or weighted', () => {
    const memory = new EngineMemory('wasm');
    const fields = { kernelSize: [2, 2], stride: [1, 1], pads: [0, 0, 0, 0], ceilMode: false } as const;
    const dilated: PoolLayer = { ...fields, kind: 'max_pool', dilation: [2, 1] };
    const weighted: PoolLayer = { ...fields, kind: 'gauss_pool', sigma: [1, 1], countIncludePad: true };
    for (const layer of [dilated, weighted]) {
      const room = { at: 65_536, left: 512 };
      expect(poolPortions(memory, room, layer, axesOfPool(layer, 8, 8), 1, 66_560, 67_584)).toBe(null);
    }
  });
});

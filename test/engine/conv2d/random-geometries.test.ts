import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conv2dGeometry, type PaddingMode } from '../../../src/core/geometry.js';
import { sizeOf, tensor } from '../../../src/core/tensor.js';
import { CONV2D_ALGORITHMS } from '../../../src/engine/conv2d/index.js';
import { executeSync } from '../../../src/engine/execute.js';
import { planModel } from '../../../src/engine/plan.js';
import type { Shape4 } from '../../../src/layers/inputs.js';
import { randomArray } from '../../random.js';
import { modelOf, type WholeConv } from '../one-layer.js';

const side = fc.integer({ min: 1, max: 5 });
const large = fc.integer({ min: 10, max: 13 });
/** Long sides for tiles and blocks that repeat, seldom: the definition is slow. */
const length = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 22 }) },
  { weight: 1, arbitrary: fc.integer({ min: 23, max: 60 }) },
);
/** A thousand in all, in portions with a seed each: none of them takes long enough to look like a hang on a slow machine. */
const SEEDS = Array.from({ length: 20 }, (_, portion) => 42 + portion);
const PORTION = 50;
const worst = new Map<string, number>();

const GEOMETRY = fc.record({
  groups: fc.integer({ min: 1, max: 3 }),
  perGroup: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 3 }) },
    { weight: 1, arbitrary: fc.integer({ min: 30, max: 36 }) },
  ),
  mapsPerGroup: fc.integer({ min: 1, max: 5 }),
  H: length,
  W: length,
  kernel: fc.oneof(
    fc.tuple(side, side),
    fc.constant([3, 3] as const),
    fc.constant([5, 5] as const),
    fc.tuple(large, large),
  ),
  stride: fc.oneof(fc.constant([1, 1] as const), fc.tuple(side, side)),
  dilation: fc.oneof(
    fc.constant([1, 1] as const),
    fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  ),
  pads: fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 6 }))),
  mode: fc.constantFrom<PaddingMode>('zeros', 'reflect', 'replicate', 'circular'),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

describe('a thousand random geometries, the same for every run', () => {
  it.each(SEEDS)('every algorithm that takes one stays within its tolerance of the definition, seed %i', (seed) => {
    fc.assert(
      fc.property(GEOMETRY, (one) => {
        const [kH, kW] = one.kernel;
        const inShape: Shape4 = [1, one.groups * one.perGroup, one.H, one.W];
        const weightShape = [one.groups * one.mapsPerGroup, one.perGroup, kH, kW];
        const settings = {
          stride: one.stride,
          padding: one.pads,
          paddingMode: one.mode,
          dilation: one.dilation,
          groups: one.groups,
        };
        const fits = (() => {
          try {
            return conv2dGeometry(inShape, weightShape, settings);
          } catch {
            return null;
          }
        })();
        fc.pre(fits !== null);
        const columns = randomArray(weightShape[0] * kH, one.seed + 1);
        const rows = randomArray(weightShape[0] * one.perGroup * kW, one.seed + 2);
        const rankOne = Float32Array.from({ length: sizeOf(weightShape) }, (_, i) => {
          const m = Math.floor(i / (one.perGroup * kH * kW));
          const c = Math.floor(i / (kH * kW)) % one.perGroup;
          return columns[m * kH + (Math.floor(i / kW) % kH)] * rows[(m * one.perGroup + c) * kW + (i % kW)];
        });
        const x = randomArray(sizeOf(inShape), one.seed, 0, 1);
        const run = (algorithm: string, values: Float32Array, weight: Float32Array) => {
          const layer: WholeConv = { kind: 'conv', weight: tensor(weight, weightShape), bias: null, ...settings };
          const plan = planModel(modelOf({ name: 'conv', layer }), inShape, { exact: false, algorithm });
          return executeSync(plan, { data: values, shape: inShape }).data;
        };
        const expected = run('reference', x, rankOne);
        const terms = run('reference', x, rankOne.map(Math.abs));
        const most = terms.reduce((max, value) => Math.max(max, value), 0);
        for (const { name, tolerance, rejects } of CONV2D_ALGORITHMS) {
          if (rejects(fits!, () => rankOne) !== null) continue;
          const y = run(name, x, rankOne);
          for (let i = 0; i < y.length; i++) {
            const scale = tolerance.at === 'map' ? most : terms[i];
            const error = Math.abs(y[i] - expected[i]) / Math.max(scale, 1e-30);
            if (!(error <= (worst.get(name) ?? -1))) worst.set(name, error);
          }
          expect(worst.get(name), name).toBeLessThanOrEqual(tolerance.ofTerms + 6e-8);
        }
      }),
      { numRuns: PORTION, seed },
    );
  });

  it('tells the worst errors', () => {
    expect(worst.size).toBe(CONV2D_ALGORITHMS.length);
    const told = [...worst].map(([name, error]) => `${name} ${error.toExponential(1)}`).join(', ');
    // biome-ignore lint/suspicious/noConsole: the worst errors are what the test is for
    console.info(`worst error as a share of the terms: ${told}`);
  });
});

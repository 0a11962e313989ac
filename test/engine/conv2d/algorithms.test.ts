import { describe, expect, it } from 'vitest';
import { conv2dGeometry, type Padding, type PaddingMode } from '../../../src/core/geometry.js';
import { tensor } from '../../../src/core/tensor.js';
import { CONV2D_ALGORITHMS } from '../../../src/engine/conv2d/index.js';
import { executeSync } from '../../../src/engine/execute.js';
import { planModel } from '../../../src/engine/plan.js';
import type { RoutineKind } from '../../../src/engine/wasm/memory.js';
import type { Shape4 } from '../../../src/layers/inputs.js';
import { randomArray, randomIntegers } from '../../random.js';
import { modelOf, type WholeConv } from '../one-layer.js';

interface Case {
  x: [number, number, number, number];
  weight: [number, number, number, number];
  stride?: [number, number];
  padding?: Padding;
  paddingMode?: PaddingMode;
  dilation?: [number, number];
  groups?: number;
}

const CASES: Record<string, Case> = {
  '1×1 image': { x: [1, 1, 1, 1], weight: [1, 1, 1, 1] },
  '3×3 on RGB': { x: [1, 3, 9, 11], weight: [1, 3, 3, 3] },
  '3×3, stride 2, leftover border': { x: [1, 3, 10, 12], weight: [2, 3, 3, 3], stride: [2, 2] },
  '5×3 kernel, stride 1,3': { x: [1, 2, 12, 13], weight: [3, 2, 5, 3], stride: [1, 3] },
  'even 2×4 kernel, same': { x: [1, 3, 8, 9], weight: [2, 3, 2, 4], padding: 'same' },
  'same at stride 2': { x: [1, 1, 9, 10], weight: [1, 1, 3, 3], stride: [2, 2], padding: 'same' },
  'full padding': { x: [1, 1, 5, 6], weight: [1, 1, 3, 4], padding: 'full' },
  'zeros, asymmetric': { x: [1, 2, 7, 7], weight: [2, 2, 3, 3], padding: [3, 0, 1, 2] },
  reflect: { x: [1, 2, 7, 6], weight: [2, 2, 5, 5], padding: [6, 5, 6, 5], paddingMode: 'reflect' },
  'replicate, wider than the image': {
    x: [1, 1, 4, 5],
    weight: [1, 1, 3, 3],
    padding: [9, 7],
    paddingMode: 'replicate',
  },
  'circular, as wide as the image': { x: [1, 1, 4, 5], weight: [1, 1, 3, 3], padding: [4, 5], paddingMode: 'circular' },
  'dilation 2,3': { x: [1, 2, 13, 16], weight: [2, 2, 3, 3], dilation: [2, 3] },
  'stride larger than the kernel': { x: [1, 1, 20, 20], weight: [1, 1, 2, 2], stride: [5, 4] },
  'two groups': { x: [1, 4, 8, 8], weight: [6, 2, 3, 3], groups: 2, padding: 1 },
  depthwise: { x: [1, 5, 8, 8], weight: [10, 1, 3, 3], groups: 5 },
  'batch of 3': { x: [3, 3, 6, 7], weight: [4, 3, 3, 3], padding: 1 },
  '1×1 kernel, many channels': { x: [1, 70, 4, 5], weight: [3, 70, 1, 1] },
  'taps just beyond a run': { x: [1, 33, 4, 4], weight: [2, 33, 1, 1] },
  'taps just beyond a chunk': { x: [1, 257, 3, 3], weight: [2, 257, 1, 1] },
  '31×31 kernel': { x: [1, 1, 40, 37], weight: [1, 1, 31, 31] },
  'a row trick: 3×3 on 13×13, many channels': { x: [1, 40, 13, 13], weight: [10, 40, 3, 3], padding: 1 },
  '3×3, odd sides, channels beyond a chunk': { x: [1, 260, 9, 11], weight: [5, 260, 3, 3], padding: 1 },
  '5×5 on 27 wide': { x: [1, 6, 11, 27], weight: [9, 6, 5, 5], padding: 2 },
  'several bands': { x: [1, 3, 300, 310], weight: [2, 3, 3, 3], padding: 1 },
  'several bands, reflected, stride 3': {
    x: [1, 3, 310, 400],
    weight: [5, 3, 5, 5],
    padding: 2,
    stride: [3, 3],
    paddingMode: 'reflect',
  },
  'several bands, circular': {
    x: [1, 2, 300, 301],
    weight: [1, 2, 3, 3],
    padding: 1,
    paddingMode: 'circular',
  },
  'depthwise, 1 map each, same': { x: [1, 7, 30, 31], weight: [7, 1, 3, 3], groups: 7, padding: 1 },
  'depthwise 3×3, stride 2, 2 maps each': {
    x: [1, 9, 21, 30],
    weight: [18, 1, 3, 3],
    groups: 9,
    padding: 1,
    stride: [2, 2],
  },
  'depthwise 3×3 on 3 columns': { x: [1, 4, 5, 3], weight: [4, 1, 3, 3], groups: 4, padding: 1 },
  'depthwise 3×3, stride 1,2, reflected': {
    x: [1, 4, 9, 14],
    weight: [4, 1, 3, 3],
    groups: 4,
    padding: 1,
    stride: [1, 2],
    paddingMode: 'reflect',
  },
  'depthwise 3×3, dilation 2': { x: [1, 4, 12, 33], weight: [4, 1, 3, 3], groups: 4, padding: 2, dilation: [2, 2] },
  'depthwise 9×1, stride 3': { x: [1, 2, 30, 6], weight: [2, 1, 9, 1], groups: 2, stride: [3, 1] },
  'depthwise 5×5, two rows of 7': { x: [1, 40, 2, 7], weight: [40, 1, 5, 5], groups: 40, padding: 2 },
  'depthwise 5×5 on 28 and more columns': { x: [1, 3, 6, 61], weight: [3, 1, 5, 5], groups: 3, padding: 2 },
  'depthwise 7×7, taps beyond a run': { x: [1, 5, 14, 14], weight: [5, 1, 7, 7], groups: 5, padding: 3 },
  'depthwise 7×7 on 28 and more columns': { x: [1, 3, 9, 30], weight: [3, 1, 7, 7], groups: 3, padding: 3 },
  'depthwise 16×16, a whole chunk': { x: [1, 2, 19, 20], weight: [2, 1, 16, 16], groups: 2 },
  '1×1 kernel, pixels in several blocks': { x: [1, 280, 20, 21], weight: [9, 280, 1, 1] },
  '1×1 kernel, 5 pixels more than panels': { x: [1, 12, 3, 7], weight: [6, 12, 1, 1] },
  '1×1 kernel, stride 2': { x: [1, 12, 9, 14], weight: [6, 12, 1, 1], stride: [2, 2] },
  '1×1 kernel, 4 pixels more than panels, 5 maps beyond 8': { x: [1, 300, 2, 6], weight: [13, 300, 1, 1] },
  '3×3 on 7×7, half a panel of tiles': { x: [1, 40, 7, 7], weight: [14, 40, 3, 3], padding: 1 },
  '3×3 on 22 wide, tiles of two rows side by side': { x: [1, 5, 10, 22], weight: [6, 5, 3, 3], padding: 1 },
  '5×5 on 5×3': { x: [1, 3, 5, 3], weight: [4, 3, 5, 5], padding: 2 },
  '70×70×3 kernel': { x: [1, 3, 74, 78], weight: [1, 3, 70, 70], stride: [2, 4] },
};

function run(
  name: string,
  one: Case,
  x: Float32Array,
  weight: Float32Array,
  bias: Float32Array | null,
  kind: RoutineKind = 'wasm',
) {
  const layer: WholeConv = {
    kind: 'conv',
    weight: tensor(weight, one.weight),
    bias,
    stride: one.stride ?? [1, 1],
    padding: one.padding ?? 0,
    paddingMode: one.paddingMode ?? 'zeros',
    dilation: one.dilation ?? [1, 1],
    groups: one.groups ?? 1,
  };
  const plan = planModel(modelOf({ name: 'conv', layer }), one.x as Shape4, { exact: false, algorithm: name });
  return executeSync(plan, tensor(x, one.x), { kind }).data;
}

const FLAT = conv2dGeometry([1, 3, 71, 70], [1, 3, 70, 70], {
  stride: [1, 1],
  padding: 0,
  paddingMode: 'zeros',
  dilation: [1, 1],
  groups: 1,
});

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const abs = (values: Float32Array) => values.map(Math.abs);

/** Weights an algorithm can take: for most, any; for `separable`, columns times rows. */
function weightsFor(name: string, one: Case, seed: number, integers: boolean): Float32Array {
  const numbers = (count: number, from: number) =>
    integers ? randomIntegers(count, from, -4, 4).map((value) => value || 1) : randomArray(count, from);
  const [M, C, kH, kW] = one.weight;
  if (name !== 'separable')
    return integers ? randomIntegers(size(one.weight), seed, -4, 4) : numbers(size(one.weight), seed);
  const [columns, rows] = [numbers(M * kH, seed), numbers(M * C * kW, seed + 1)];
  return Float32Array.from({ length: size(one.weight) }, (_, i) => {
    const [m, c] = [Math.floor(i / (C * kH * kW)), Math.floor(i / (kH * kW)) % C];
    return columns[m * kH + (Math.floor(i / kW) % kH)] * rows[(m * C + c) * kW + (i % kW)];
  });
}

for (const algorithm of CONV2D_ALGORITHMS) {
  describe(`${algorithm.name} against the definition`, () => {
    let worst = 0;
    for (const [title, one] of Object.entries(CASES)) {
      const geometry = conv2dGeometry(one.x, one.weight, {
        stride: one.stride ?? [1, 1],
        padding: one.padding ?? 0,
        paddingMode: one.paddingMode ?? 'zeros',
        dilation: one.dilation ?? [1, 1],
        groups: one.groups ?? 1,
      });
      if (algorithm.rejects(geometry, () => weightsFor(algorithm.name, one, 2, false)) !== null) continue;
      it(title, () => {
        const x = randomArray(size(one.x), 1, 0, 1);
        const weight = weightsFor(algorithm.name, one, 2, false);
        const bias = randomArray(one.weight[0], 3);
        const y = run(algorithm.name, one, x, weight, bias);
        const expected = run('reference', one, x, weight, bias);
        const terms = run('reference', one, abs(x), abs(weight), abs(bias));
        expect(y.length).toBe(expected.length);
        const most = Math.max(...terms.slice(0, 1e5));
        for (let i = 0; i < y.length; i++) {
          worst = Math.max(worst, Math.abs(y[i] - expected[i]) / (algorithm.tolerance.at === 'map' ? most : terms[i]));
        }
        expect(worst).toBeLessThanOrEqual(algorithm.tolerance.ofTerms + 6e-8);
      });

      if (algorithm.kind === 'banded' && size(one.x) * size(one.weight) < 3e7) {
        it(`${title}: the TypeScript routines give the same bits`, () => {
          const x = randomArray(size(one.x), 1, -1, 1);
          const weight = weightsFor(algorithm.name, one, 2, false);
          const bias = randomArray(one.weight[0], 3);
          const y = run(algorithm.name, one, x, weight, bias);
          expect(run(algorithm.name, one, x, weight, bias, 'typescript')).toEqual(y);
        });
      }

      if (algorithm.ordered)
        it(`${title}: whole numbers exactly`, () => {
          const x = randomIntegers(size(one.x), 4, 0, 255);
          const weight = weightsFor(algorithm.name, one, 5, true);
          expect(run(algorithm.name, one, x, weight, null)).toEqual(run('reference', one, x, weight, null));
        });
    }

    if (algorithm.rejects(FLAT, () => new Float32Array(size([1, 3, 70, 70])).fill(1)) === null)
      it('a flat bright image under a constant 70×70×3 kernel, the hardest sum', () => {
        const one: Case = { x: [1, 3, 71, 70], weight: [1, 3, 70, 70] };
        for (let seed = 0; seed < 20; seed++) {
          const [value, tap] = randomArray(2, seed + 10, 0.5, 1);
          const x = new Float32Array(size(one.x)).fill(value);
          const weight = new Float32Array(size(one.weight)).fill(tap);
          const [y] = run(algorithm.name, one, x, weight, null);
          const exact = size(one.weight) * value * tap;
          worst = Math.max(worst, Math.abs(y - exact) / exact);
        }
        // biome-ignore lint/suspicious/noConsole: the worst error is part of what the test reports
        console.info(
          `${algorithm.name}: worst error ${worst.toExponential(2)} of Σ|terms|, allowed ${algorithm.tolerance.ofTerms}`,
        );
        expect(worst).toBeLessThanOrEqual(algorithm.tolerance.ofTerms);
      });

    if (algorithm.ordered && algorithm.name !== 'depthwise' && algorithm.name !== 'pointwise') {
      it('gives the bits of the one order of summation', async () => {
        const { sumInOrder } = await import('../../../src/engine/conv2d/order.js');
        const one: Case = { x: [1, 30, 5, 5], weight: [1, 30, 5, 5] };
        const x = randomArray(750, 6);
        const weight = randomArray(750, 7);
        const terms = x.map((value, i) => Math.fround(value * weight[i]));
        expect(run(algorithm.name, one, x, weight, Float32Array.of(0.3))[0]).toBe(sumInOrder(terms, Math.fround(0.3)));
      });
    }
  });
}

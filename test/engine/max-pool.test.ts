import { describe, expect, it } from 'vitest';
import { executeSync } from '../../src/engine/execute.js';
import { planModel } from '../../src/engine/plan.js';
import type { Shape4 } from '../../src/layers/inputs.js';
import type { PoolLayer } from '../../src/layers/pool.js';
import { randomArray } from '../random.js';
import { modelOf } from './one-layer.js';

/** torch.nn.MaxPool2d, cell by cell: `if (val > max || isnan(val)) max = val`. */
function definition(x: Float32Array, [, C, H, W]: Shape4, size: number, stride: number): number[] {
  const out = [];
  for (let c = 0; c < C; c++) {
    for (let i = 0; i + size <= H; i += stride) {
      for (let j = 0; j + size <= W; j += stride) {
        let max = Number.NEGATIVE_INFINITY;
        for (let u = 0; u < size; u++) {
          for (let v = 0; v < size; v++) {
            const value = x[(c * H + i + u) * W + j + v];
            if (value > max || Number.isNaN(value)) max = value;
          }
        }
        out.push(max);
      }
    }
  }
  return out;
}

describe('max pooling', () => {
  it.each([
    [2, 2, 40],
    [3, 2, 41],
    [3, 1, 23],
    [5, 4, 63],
    [2, 6, 90],
  ])('%i×%i stride %i keeps NaN, infinities and the first of two zeros, as its twin does', (size, stride, W) => {
    const shape: Shape4 = [1, 4, 21, W];
    const x = randomArray(4 * 21 * W, 3);
    const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0];
    // Planes 0 and 1 hold special values, 2 only zeros of both signs, 3 plain numbers.
    for (let i = 0; i < 2 * 21 * W; i += 7) x[i] = special[(i / 7) % special.length];
    for (let i = 2 * 21 * W; i < 3 * 21 * W; i++) x[i] = i % 3 === 0 ? 0 : -0;
    const layer: PoolLayer = {
      kind: 'max_pool',
      kernelSize: [size, size],
      stride: [stride, stride],
      pads: [0, 0, 0, 0],
      dilation: [1, 1],
      ceilMode: false,
    };
    const plan = planModel(modelOf({ name: 'pool', layer }), shape, { exact: false, algorithm: null });
    const simd = executeSync(plan, { data: x, shape }, { kind: 'wasm' });
    const twin = executeSync(plan, { data: x, shape }, { kind: 'typescript' });
    expect([...simd.data]).toEqual(definition(x, shape, size, stride));
    expect([...twin.data]).toEqual([...simd.data]);
  });
});

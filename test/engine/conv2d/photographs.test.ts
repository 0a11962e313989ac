import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sizeOf, tensor } from '../../../src/core/tensor.js';
import { executeSync } from '../../../src/engine/execute.js';
import { planModel } from '../../../src/engine/plan.js';
import { decodeImage } from '../../../src/index.js';
import type { Shape4 } from '../../../src/layers/inputs.js';
import { randomArray } from '../../random.js';
import { modelOf, type WholeConv } from '../one-layer.js';

const ROCKET = join(import.meta.dirname, '../../../fixtures/images/rocket.jpg');
const PLACES = 24;
const SIDE = 112;

/** 24 planes cut from a photograph, in [0, 1]: [24, 112, 112] */
async function photographPlanes(): Promise<Float32Array> {
  const { data, shape } = await decodeImage(readFileSync(ROCKET));
  const [, H, W] = shape;
  const planes = new Float32Array(PLACES * SIDE * SIDE);
  for (let p = 0; p < PLACES; p++) {
    const [top, left] = [(p * 37) % (H - SIDE), (p * 53) % (W - SIDE)];
    for (let i = 0; i < SIDE; i++) {
      const from = ((p % 3) * H + top + i) * W + left;
      planes.set((data as Float32Array).subarray(from, from + SIDE), (p * SIDE + i) * SIDE);
    }
  }
  return planes;
}

describe('algorithms that round otherwise, on the pixels of a photograph', () => {
  it.each([
    ['winograd4x3', 3, 2e-5],
    ['winograd2x5', 5, 2e-5],
    ['fft', 31, 2e-6],
  ])('%s stays within its share of the largest value of the map', async (algorithm, side, most) => {
    const shape: Shape4 = [1, PLACES, SIDE, SIDE];
    const weightShape = [8, PLACES, side, side];
    const x = await photographPlanes();
    const layer: WholeConv = {
      kind: 'conv',
      weight: tensor(randomArray(sizeOf(weightShape), 7), weightShape),
      bias: null,
      stride: [1, 1],
      padding: [0, 0, 0, 0],
      paddingMode: 'zeros',
      dilation: [1, 1],
      groups: 1,
    };
    const run = (name: string) => {
      const plan = planModel(modelOf({ name: 'conv', layer }), shape, { exact: false, algorithm: name });
      return executeSync(plan, { data: x, shape }).data;
    };
    const [got, expected] = [run(algorithm), run('direct')];
    const largest = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    const worst = got.reduce((max, value, i) => Math.max(max, Math.abs(value - expected[i])), 0);
    process.stdout.write(`${algorithm}: worst error ${(worst / largest).toExponential(1)} of the largest value\n`);
    expect(worst).toBeGreaterThan(0);
    expect(worst / largest).toBeLessThanOrEqual(most);
  });
});

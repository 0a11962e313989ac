import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../src/core/tensor.js';
import { networkSubject, openNetwork } from '../../src/run/network.js';
import { layersNamed } from '../../src/run/run.js';
import { Runs } from '../../src/run/runs.js';
import { randomArray } from '../random.js';

const NETWORK = { network: 'conv sobel-x padding=1 | relu | conv outline3x3', weights: null, init: null, inputs: [] };
const DECODE = { background: null, maxPixels: 1e8 };
const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('runs of one network', () => {
  it('inputs of several shapes may be planned before any of them runs, and all queue up', async () => {
    const job = { request: NETWORK, decode: DECODE, preset: null, exact: false };
    const subject = networkSubject(await openNetwork(NETWORK), job);
    const runsOf = () => new Runs(subject, layersNamed(['output']));
    const together = runsOf();
    const shapes = [
      [1, 3, 20, 30],
      [1, 3, 30, 20],
      [1, 3, 19, 29],
      [1, 3, 29, 19],
    ];
    const inputs = shapes.map((shape, i) => ({ data: randomArray(sizeOf(shape), i + 1), shape }));
    const context = { breathe, threads: 1 };
    const fed = inputs.map((x) => ({ info: { dtype: 'float32' as const, shape: x.shape }, x }));
    const found = await Promise.all(
      // each has names to check before it runs
      fed.map((one, i) => together.run(one, context, () => new Promise((resolve) => setTimeout(resolve, 9 - 3 * i)))),
    );
    for (const [i, one] of fed.entries()) {
      const alone = await runsOf().run(one, context);
      const { value } = alone.chosen.layers[0];
      expect(found[i].read(value)).toEqual(alone.read(value));
    }
  });
});

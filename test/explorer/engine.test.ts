import { describe, expect, it } from 'vitest';
import { toFloat32 } from '../../src/core/values.js';
import { layersNamed, run } from '../../src/run/run.js';
import { type Asked, image, type Page, pageOf, situation } from './page-of.js';

const NETWORKS: readonly (readonly [string, Asked])[] = [
  ['digits', { network: 'digits', images: [image('digits/7.png'), image('digits/3.png')] }],
  ['lenet5', { network: 'lenet5', init: 1, images: [image('five.png')] }],
  ['squeezenet1_1', { network: 'squeezenet1_1', init: 1, images: [image('rocket.jpg')] }],
  ['resnet18', { network: 'resnet18', init: 1, images: [image('chelsea.png')] }],
];

const context = { breathe: () => undefined, threads: 1, times: null };

/** Every layer's values by the command line's run. */
async function everyLayer({ subject, sources }: Page, index = 0) {
  return run(subject, sources[index], layersNamed(['all']), context);
}

describe('the engine of a page', () => {
  it.each(NETWORKS)('%s: every layer has the bits of run', async (_, asked) => {
    const page = await pageOf(asked);
    const ran = await page.engine.run(situation());
    const { read } = await everyLayer(page);
    expect(ran.layers.length).toBeGreaterThan(3);
    for (const { name, value } of page.data.networks[0].layers) {
      const found = await page.engine.values(name);
      const expected = read(value);
      expect(found.shape, name).toEqual(expected.shape);
      expect(Buffer.compare(bytesOf(found.data), bytesOf(toFloat32(expected.data))), name).toBe(0);
    }
    expect((await page.engine.run(situation())).computed).toBe(0);
  });
});

function bytesOf(data: Float32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

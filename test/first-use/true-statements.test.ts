import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { spatialMaps } from '../../src/analysis/grad-cam.js';
import { shapeOf } from '../../src/analysis/kept-run.js';
import { tensor } from '../../src/core/tensor.js';
import { encodeNpy } from '../../src/index.js';
import { openNetwork } from '../../src/run/network.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

const FIVE = join(IMAGES, 'five.png');
const LENET = ['run', 'lenet5', FIVE, '--init', 'seed:1', '--resize', '32,32', '--gray'];

describe('what is said is true', () => {
  it('cells that no value fills stay paper and are not counted as NaN', () =>
    inFolder(async (cwd) => {
      const x = tensor(Float32Array.of(3, 1, 2), [1, 3]);
      writeFileSync(join(cwd, 'x.npy'), encodeNpy(x));
      const read = await cnnviz(['run', 'relu', 'x.npy', '--maps', '-o', 'maps', '--format', 'png', '--json'], { cwd });
      expect(read.code).toBe(0);
      const [map] = readdirSync(join(cwd, 'maps'));
      expect((await cnnviz(['read', `maps/${map}`], { cwd })).stdout).toContain('nothing clipped');
    }));

  it('a layer before its activation, or behind tanh, has no silent channels', async () => {
    const json = JSON.parse((await cnnviz([...LENET, '--layers', 'conv1,pool1', '--json'])).stdout);
    expect(json.results[0].layers.map(({ dead }: { dead: unknown }) => dead)).toEqual([null, null]);
  });

  it('a channel that ReLU silences is counted, pooled or not', () =>
    inFolder(async (cwd) => {
      const pipe = 'conv edge3x3 bias=-100 | relu | max_pool 2';
      const run = await cnnviz(['run', pipe, FIVE, '--layers', 'all', '--json'], { cwd });
      const layers = JSON.parse(run.stdout).results[0].layers;
      expect(layers.map(({ dead, deadPercent }: Record<string, unknown>) => [dead, deadPercent])).toEqual([
        [null, null],
        [1, 100],
        [1, 100],
      ]);
    }));

  it('classes of made-up weights say so in their own line', () =>
    inFolder(async (cwd) => {
      const run = await cnnviz([...LENET, '--top', '2', '--layers', 'output'], { cwd });
      expect(run.stdout.match(/ % {3}\(made-up weights\)$/gm)).toHaveLength(2);
    }));

  it.each([
    ['zeros', true],
    ['reflect', false],
    ['replicate', false],
    ['circular', false],
  ])('with padding of %s the border is called the border: %s', (mode, isBorder) =>
    inFolder(async (cwd) => {
      // bright everywhere: the only dark → bright step is the padding's
      writeFileSync(
        join(cwd, 'x.npy'),
        encodeNpy(
          tensor(
            Float32Array.from({ length: 36 }, (_, i) => 5 - i / 100),
            [1, 6, 6],
          ),
        ),
      );
      const args = ['x.npy', '-k', 'sobel-x', '--padding', '1', '--padding-mode', mode];
      const conv = await cnnviz(['conv', ...args, '-o', 'y.png'], { cwd });
      expect(conv.stdout.includes("at the border: partly the padding's zeros")).toBe(isBorder);
      if (isBorder) expect(conv.stdout).not.toContain('dark → bright');
      const sweep = await cnnviz(['sweep', ...args, '--bias', '0,1', '-o', 's.png'], { cwd });
      expect(sweep.stdout.includes("at the border: partly the padding's zeros")).toBe(isBorder);
    }),
  );

  it('a patch that is found twice says that the other place is as strong', () =>
    inFolder(async (cwd) => {
      const data = new Float32Array(400);
      for (const at of [42, 252]) for (const [i, v] of [1, 2, 3, 4].entries()) data[at + (i >> 1) * 20 + (i & 1)] = v;
      writeFileSync(join(cwd, 'x.npy'), encodeNpy(tensor(data, [1, 20, 20])));
      const run = await cnnviz(['conv', 'x.npy', '--patch', '12,12,2,2', '-o', 'y.png'], { cwd });
      expect(run.stdout).toContain('the patch found itself; equally strong at (12, 12)');
    }));

  it('fire is said of what a ReLU gives alone', () =>
    inFolder(async (cwd) => {
      const conv = ['conv', FIVE, '-k', 'edge3x3', '-o', 'y.png'];
      expect((await cnnviz([...conv, '--activation', 'tanh'], { cwd })).stdout).not.toContain('fires');
      expect((await cnnviz([...conv, '--activation', 'relu'], { cwd })).stdout).toContain('fires (above zero)');
    }));
});

it.each([
  ['resnet18', 'layer4.1.relu_1'],
  ['vgg11', 'features.20'],
  ['alexnet', 'features.12'],
  ['squeezenet1_1', 'classifier.2'],
])('the last maps of %s are %s', async (network, layer) => {
  const opened = await openNetwork({ network, weights: null, init: 1, inputs: [] });
  const { shaped } = shapeOf(opened, { info: { dtype: 'float32', shape: [1, 3, 224, 224] }, x: null });
  expect(spatialMaps(shaped, shaped.model.outputs[0]).at(-1)?.name).toBe(layer);
});

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tensor } from '../../../src/core/tensor.js';
import { decodeNpy, encodeNpy } from '../../../src/index.js';
import { readNote } from '../../../src/io/encode.js';
import { cnnviz, inFolder } from '../../cli/cnnviz.js';

describe('filters', () => {
  it('filters draws the first convolution, or those that are named', () =>
    inFolder(async (cwd) => {
      const run = await cnnviz(['filters', 'alexnet', '--init', 'seed:1'], { cwd });
      expect(run.stdout).toContain('wrote alexnet.features.0.filters.png  64 kernels 11×11×3');
      const json = await cnnviz(['filters', 'lenet5', '--init', 'seed:1', '--layers', 'conv2', '--json']);
      expect(JSON.parse(json.stdout).filters[0]).toMatchObject({ layer: 'conv2', shape: [16, 6, 5, 5] });
      const none = await cnnviz(['filters', 'lenet5', '--init', 'seed:1', '--layers', 'fc1'], { cwd });
      expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('convolutions: conv1, conv2, conv3')]);
    }));

  it('a sheet carries the whole command that draws it, and drawn again it is the same', () =>
    inFolder(async (cwd) => {
      const range = ['--layers', 'conv2', '--kernels', '2-4', '--colormap', 'magma'];
      const own = ['filters', 'lenet5', '--init', 'seed:1', ...range];
      await cnnviz([...own, '-o', 'a.png'], { cwd });
      const { args } = JSON.parse((await readNote(readFileSync(join(cwd, 'a.png'))))!);
      expect(args).toEqual(own);
      await cnnviz([...args, '-o', 'b.png'], { cwd });
      expect(readFileSync(join(cwd, 'b.png'))).toEqual(readFileSync(join(cwd, 'a.png')));
    }));

  it('gives the numbers of kernels, which conv takes: a map has the bits of the layer without its bias', () =>
    inFolder(async (cwd) => {
      const net = ['lenet5', '--init', 'seed:1'];
      await cnnviz(['filters', ...net, '--kernels', '2-3', '-o', 'k.npy'], { cwd });
      const all = JSON.parse((await cnnviz(['weights', 'k.npy', '--json'], { cwd })).stdout);
      expect(all.tensors[0].shape).toEqual([2, 1, 5, 5]);
      const x = Float32Array.from({ length: 32 * 32 }, (_, i) => ((i * 7) % 11) / 11);
      writeFileSync(join(cwd, 'x.npy'), encodeNpy(tensor(x, [1, 32, 32])));
      await cnnviz(['run', ...net, 'x.npy', '--layers', 'conv1', '--format', 'npy', '-o', 'net.npy'], { cwd });
      await cnnviz(['conv', 'x.npy', '--kernel', 'k.npy', '-o', 'maps.npy'], { cwd });
      const [net1, maps] = ['net.npy', 'maps.npy'].map((name) => decodeNpy(readFileSync(join(cwd, name))).data);
      const plane = 28 * 28;
      // made-up weights have biases of zero
      expect([...maps]).toEqual([...net1.slice(2 * plane, 4 * plane)]);
      const beyond = await cnnviz(['filters', ...net, '--kernels', '4-6', '-o', 'k.npy'], { cwd });
      expect([beyond.code, beyond.stderr]).toEqual([2, expect.stringContaining('there are 6 kernels')]);
    }));

  it('layers have a file each; one name for two is refused, with nothing written', () =>
    inFolder(async (cwd) => {
      const args = ['filters', 'lenet5', '--init', 'seed:1', '--layers', 'conv1,conv2', '-o'];
      const refused = await cnnviz([...args, '{name}.png'], { cwd });
      expect([refused.code, readdirSync(cwd)]).toEqual([2, []]);
      expect(refused.stderr).toContain('lenet5.png: two results would have this name');
      await cnnviz([...args, '{layer}.png'], { cwd });
      expect(readdirSync(cwd)).toEqual(['conv1.png', 'conv2.png']);
    }));
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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

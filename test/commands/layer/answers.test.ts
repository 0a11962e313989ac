import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cnnviz, IMAGES, inFolder } from '../../cli/cnnviz.js';

const FIVE = join(IMAGES, 'five.png');

/** What a command printed; it must have succeeded. */
async function printed(args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await cnnviz([...args], { cwd });
  expect(stderr.replace(/^note: .*\n/gm, '')).toBe('');
  expect(code).toBe(0);
  return stdout;
}

describe('commands of one layer', () => {
  it('read --recipe gives the command of a sheet: kernels and patches in the order they were typed', () =>
    inFolder(async (cwd) => {
      const kernels = ['--kernel', 'edge3x3', '--patch', '1,1,3,3', '--kernel', 'sobel-x'];
      await printed(['conv', FIVE, ...kernels, '--sheet', '-q'], cwd);
      const sheet = 'five.edge3x3+patch-1-1-3x3+sobel-x.sheet.png';
      const recipe = await printed(['read', sheet, '--recipe'], cwd);
      expect(recipe).toBe(`cnnviz conv five.png ${kernels.join(' ')} --sheet\n`);
      const values = await cnnviz(['read', sheet], { cwd });
      expect(values.code).toBe(2);
      expect(values.stderr).toContain('a labelled picture, not a map');
    }));

  it('read --recipe gives the command of a drawing of kernels, and refuses a photograph', () =>
    inFolder(async (cwd) => {
      await printed(['kernels', 'sobel-x', 'sobel-y', '-o', 'drawn/'], cwd);
      expect(await printed(['read', 'drawn/kernels.png', '--recipe'], cwd)).toBe('cnnviz kernels sobel-x sobel-y\n');
      expect((await cnnviz(['read', FIVE, '--recipe'], { cwd })).stderr).toContain('cnnviz did not write this picture');
    }));

  it('plan prints the padding that it counts with', () =>
    inFolder(async (cwd) => {
      const same = ['--padding', 'same', '--stride', '2'];
      const text = await printed(['plan', '--input', '3,20,20', '-k', 'edge3x3', ...same], cwd);
      expect(text).toContain('stride 2, padding same: 0 above, 0 left, 1 below, 1 right → 1 map 10×10');
    }));
});

describe('-n', () => {
  it('of run names the files that run writes, and writes none', () =>
    inFolder(async (cwd) => {
      const args = ['run', 'lenet5', '--init', 'seed:1', FIVE, '--layers', 'conv1,fc2', '-o', 'out/'];
      const names = [...(await printed([...args, '-n'], cwd)).matchAll(/would write out\/(\S+)/g)].map(
        ([, name]) => name,
      );
      expect(readdirSync(cwd)).toEqual([]);
      await printed([...args, '-q'], cwd);
      expect(readdirSync(join(cwd, 'out')).sort()).toEqual(names.sort());
    }));

  it('of preprocess gives shape and name from the header', () =>
    inFolder(async (cwd) => {
      const text = await printed(['preprocess', FIVE, '--crop', '64', '-n'], cwd);
      expect(text).toContain('tensor [3, 64, 64] float32\nwould write five.input.npy');
      expect(readdirSync(cwd)).toEqual([]);
    }));
});

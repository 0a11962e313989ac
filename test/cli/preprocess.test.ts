import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeNpy } from '../../src/index.js';
import { cnnviz, IMAGES, inFolder } from './cnnviz.js';

const CHELSEA = join(IMAGES, 'chelsea.png');

describe('preprocess', () => {
  it('writes the tensor that run reads', () =>
    inFolder(async (cwd) => {
      const { code, stdout } = await cnnviz(['preprocess', CHELSEA, '--preset', 'imagenet'], { cwd });
      expect(code).toBe(0);
      expect(stdout).toContain('wrote chelsea.input.npy');
      const { shape } = decodeNpy(readFileSync(join(cwd, 'chelsea.input.npy')));
      expect(shape).toEqual([3, 224, 224]);
      const run = ['run', 'lenet5', '--init', 'seed:1', '--json'];
      const image = JSON.parse((await cnnviz([...run, CHELSEA], { cwd })).stdout);
      await cnnviz(['preprocess', CHELSEA, '--preset', 'none', '--resize', '32,32', '--gray', '-o', 'x.npy'], { cwd });
      const array = JSON.parse((await cnnviz([...run, 'x.npy'], { cwd })).stdout);
      expect(array.results[0].top).toEqual(image.results[0].top);
    }));

  it('--audit shows each step as a picture and numbers', () =>
    inFolder(async (cwd) => {
      const { stdout } = await cnnviz(['preprocess', CHELSEA, '--preset', 'imagenet', '--audit'], { cwd });
      expect(stdout).toMatch(/1 decoded +451×300 +red +2 +215 +147\.7/);
      expect(stdout).toMatch(/2 resized +384×256/);
      expect(stdout).toMatch(/3 cropped +224×224/);
      expect(stdout).toMatch(/4 normalised +224×224 +red +−2\.05/);
      expect(existsSync(join(cwd, 'chelsea.preprocess.png'))).toBe(true);
    }));

  it('arrays and impossible sizes are refused with words', () =>
    inFolder(async (cwd) => {
      await cnnviz(['preprocess', CHELSEA, '-o', 'x.npy'], { cwd });
      const array = await cnnviz(['preprocess', 'x.npy'], { cwd });
      expect(array.code).not.toBe(0);
      expect(array.stderr).toMatch(/x\.npy: .*array/);
      const size = await cnnviz(['preprocess', CHELSEA, '--resize', '0'], { cwd });
      expect([size.code, size.stderr]).toEqual([2, expect.stringContaining('--resize')]);
    }));
});

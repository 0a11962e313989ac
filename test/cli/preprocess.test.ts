import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
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

  it('--preset mnist draws what it took for ink, and the picture says how to make it again', () =>
    inFolder(async (cwd) => {
      const digit = join(IMAGES, 'digits/6.png');
      const args = ['preprocess', digit, '--preset', 'mnist', '--audit'];
      const { code, stdout, stderr } = await cnnviz(args, { cwd });
      expect([code, stderr]).toEqual([
        0,
        expect.stringContaining('digit: light on dark, 160×280 fitted into 20×20, centred by mass'),
      ]);
      expect(stdout).toMatch(/2 ink +320×400 +gray +0 +255/);
      expect(stdout).toMatch(/3 fitted +28×28 +gray +0 +255/);
      expect(stdout).toMatch(/4 normalised +28×28 +gray +−0\.424 +2\.82/);
      const recipe = await cnnviz(['read', '6.preprocess.png', '--recipe'], { cwd });
      expect(recipe.stdout).toContain('cnnviz preprocess 6.png --preset mnist --normalize 0.1307/0.3081 --audit');
      const planned = await cnnviz([...args.slice(0, 4), '-n'], { cwd });
      expect(planned.stdout).toContain('[1, 28, 28]');
    }));

  it('--preset mnist finds dark ink on a transparent ground with --background', () =>
    inFolder(async (cwd) => {
      const pixels = Uint8Array.from({ length: 40 * 40 * 4 }, (_, i) => {
        const [x, y] = [(i >> 2) % 40, Math.floor((i >> 2) / 40)];
        return i % 4 === 3 && x >= 15 && x < 22 && y >= 8 && y < 30 ? 255 : 0;
      });
      const raw = { width: 40, height: 40, channels: 4 as const };
      writeFileSync(join(cwd, 'ink.png'), await sharp(pixels, { raw }).png().toBuffer());
      const args = ['preprocess', 'ink.png', '--preset', 'mnist', '-o', 'x.npy'];
      const blank = await cnnviz(args, { cwd });
      expect([blank.code, blank.stderr]).toEqual([
        1,
        expect.stringContaining(
          'fix: --background white shows dark ink on a transparent ground; or prepare it yourself',
        ),
      ]);
      const laid = await cnnviz([...args, '--background', 'white'], { cwd });
      expect([laid.code, laid.stderr]).toEqual([0, expect.stringContaining('7×22 fitted into 20×20')]);
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

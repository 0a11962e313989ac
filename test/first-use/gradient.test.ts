import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tensor } from '../../src/core/tensor.js';
import { npyToTensor, readNpy, writeNpy } from '../../src/models/npy.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';
import { randomArray } from '../random.js';

const FIVE = `${IMAGES}five.png`;

async function mapOf(cwd: string, args: string[]): Promise<Float32Array> {
  const { code, stderr } = await cnnviz(['conv', ...args, '-o', 'y.npy'], { cwd });
  expect([code, stderr]).toEqual([0, '']);
  return npyToTensor(readNpy(readFileSync(join(cwd, 'y.npy')))).data;
}

/** √(x² + y²) of two maps, rounded once. */
function magnitude(x: Float32Array, y: Float32Array): Float32Array {
  return x.map((value, i) => Math.sqrt(value * value + y[i] * y[i]));
}

/** Random arrays of three channels, two of them. */
function colours(cwd: string): string {
  writeFileSync(join(cwd, 'x.npy'), writeNpy(tensor(randomArray(2 * 3 * 9 * 11, 7), [2, 3, 9, 11])));
  return 'x.npy';
}

describe('sobel, prewitt, scharr and roberts are gradient magnitudes', () => {
  it.each(['sobel', 'prewitt', 'scharr', 'roberts'])(
    '%s is the root of the squares of its two maps, channels summed before, to the bit',
    async (name) => {
      await inFolder(async (cwd) => {
        const shape = [colours(cwd), '--exact', '--stride', '2,1', '--padding', '1', '--padding-mode', 'reflect'];
        const [x, y] = [
          await mapOf(cwd, [...shape, '-k', `${name}-x`]),
          await mapOf(cwd, [...shape, '-k', `${name}-y`]),
        ];
        expect(await mapOf(cwd, [...shape, '-k', name])).toEqual(magnitude(x, y));
        expect(await mapOf(cwd, [...shape, '-k', name, '--flip'])).toEqual(magnitude(x, y));
      });
    },
  );

  // a step of height 1 between two columns: sobel-x sums to 1 + 2 + 1 beside it, sobel-y to nothing
  it('a step from 0 to 1 gives 4 beside it and 0 elsewhere, whichever way it turns', async () => {
    await inFolder(async (cwd) => {
      const step = Float32Array.from({ length: 36 }, (_, i) => (i % 6 < 3 ? 0 : 1));
      writeFileSync(join(cwd, 'v.npy'), writeNpy(tensor(step, [6, 6])));
      const turned = Float32Array.from({ length: 36 }, (_, i) => (i < 18 ? 1 : 0));
      writeFileSync(join(cwd, 'h.npy'), writeNpy(tensor(turned, [6, 6])));
      const row = [0, 4, 4, 0];
      expect([...(await mapOf(cwd, ['v.npy', '-k', 'sobel']))]).toEqual([row, row, row, row].flat());
      expect([...(await mapOf(cwd, ['h.npy', '-k', 'sobel']))]).toEqual(
        row.flatMap((value) => [value, value, value, value]),
      );
    });
  });

  it('bias, activation and pool follow the magnitude', async () => {
    await inFolder(async (cwd) => {
      const given = [colours(cwd), '--exact', '-k', 'sobel'];
      const plain = await mapOf(cwd, given);
      expect(await mapOf(cwd, [...given, '--bias', '-1.5', '--relu'])).toEqual(
        plain.map((value) => Math.max(0, Math.fround(value - 1.5))),
      );
      const fires = (await mapOf(cwd, [...given, '--bias', 'fire:10%'])).filter((value) => value > 0).length;
      expect(fires).toBe(Math.floor(plain.length / 10));
      const pooled = await mapOf(cwd, [...given, '--pool', 'max:7x9']);
      const half = plain.length / 2;
      expect([...pooled]).toEqual([Math.max(...plain.subarray(0, half)), Math.max(...plain.subarray(half))]);
    });
  });

  it('is one map beside those of kernels, with a recipe that makes it again', async () => {
    await inFolder(async (cwd) => {
      const run = await cnnviz(['conv', FIVE, '-k', 'box3,sobel,prewitt,edge3x3', '--json', '-o', 'maps'], { cwd });
      const [{ banks }] = JSON.parse(run.stdout).results;
      const maps = banks.map((bank: { magnitude?: true; maps: { name: string }[] }) => [
        bank.magnitude ?? false,
        ...bank.maps.map(({ name }) => name),
      ]);
      expect(maps).toEqual([
        [false, 'box3'],
        [true, 'sobel'],
        [true, 'prewitt'],
        [false, 'edge3x3'],
      ]);
      const recipe = await cnnviz(['read', 'maps/five.sobel.png', '--recipe'], { cwd });
      expect(recipe.stdout).toContain('cnnviz conv five.png --kernel sobel');
      const strip = await cnnviz(['conv', FIVE, '-k', 'sobel', '--strip', '-o', 's.png', '--alt'], { cwd });
      expect(strip.stdout).toMatch(/sobel 3×3×1: √\(sobel-x² \+ sobel-y²\)/);
      const dry = await cnnviz(['conv', FIVE, '-k', 'sobel', '-n'], { cwd });
      expect(dry.stdout).toMatch(/sobel: weight \[2, .*\] → 1 map √\(x² \+ y²\) 3×3/);
      const swept = await cnnviz(['sweep', FIVE, '-k', 'sobel,sobel-x', '--bias', '0,-1', '--json'], { cwd });
      expect(JSON.parse(swept.stdout).cells).toHaveLength(4);
    });
  });

  it.each<[string[], RegExp]>([
    [['explain', FIVE, '-k', 'sobel', '--at', '1,1'], /-k sobel-x, or -k sobel-y/],
    [['animate', FIVE, '-k', 'scharr'], /-k scharr-x, or -k scharr-y/],
    [['field', FIVE, '-k', 'roberts'], /-k roberts-x, or -k roberts-y/],
    [['run', 'conv sobel', FIVE], /take one of its kernels: sobel-x or sobel-y/],
    [['conv', FIVE, '-k', 'sobel', '--rgb', '--groups', '3'], /leave --groups out/],
    [['kernels', 'sobel', '-o', 'k.npy'], /one file holds one kernel, got 2/],
  ])('%j is refused with a way on', async (args, message) => {
    await inFolder(async (cwd) => {
      const { code, stderr } = await cnnviz(args, { cwd });
      expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    });
  });
});

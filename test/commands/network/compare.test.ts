import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cnnviz, IMAGES, inFolder } from '../../cli/cnnviz.js';

const FIVE = join(IMAGES, 'five.png');
const CHELSEA = join(IMAGES, 'chelsea.png');

describe('compare', () => {
  it('two networks with the same numbers have the same bits; exit 0', async () => {
    const { code, stdout } = await cnnviz(['compare', 'lenet5', 'lenet5', FIVE, '--init', 'seed:1']);
    expect(code).toBe(0);
    expect(stdout).toContain('conv1 … fc2   the same bits');
    expect(stdout).toMatch(/top-1 the same: class \d/);
  });

  it('one changed kernel is found: the layer, the channel, the pixel; exit 1', () =>
    inFolder(async (cwd) => {
      const net = (bias: number) =>
        `name: n\nlayers:\n  - conv out_channels=4 kernel_size=3\n  - relu\n  - {type: conv, name: second, kernel: "0 0 0; 0 1 0; 0 0 0", bias: ${bias}}\n  - max_pool 2\n`;
      writeFileSync(join(cwd, 'a.yaml'), net(0));
      writeFileSync(join(cwd, 'b.yaml'), net(0.5));
      const run = await cnnviz(['compare', 'a.yaml', 'b.yaml', CHELSEA, '--init', 'seed:1'], { cwd });
      expect(run.code).toBe(1);
      expect(run.stdout).toContain('conv … relu   the same bits');
      expect(run.stdout).toMatch(/second +differs: largest 0\.5 at channel 0, \(\d+, \d+\): .* ← first/);
      expect(run.stdout).toMatch(/max_pool +differs as a consequence/);
      const { first, same } = JSON.parse(
        (await cnnviz(['compare', 'a.yaml', 'b.yaml', CHELSEA, '--init', 'seed:1', '--json'], { cwd })).stdout,
      );
      expect([same, first.a]).toEqual([false, 'second']);
    }));
});

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cnnviz, IMAGES, inFolder, NODE } from './cnnviz.js';

const LAYER = ['--input', '64,112,112', '--weight', '64,64,3,3', '--padding', '1'];
const canPack = process.arch === 'x64' && process.platform !== 'darwin';

/** The first number of the version that runs the commands. */
function nodeMajor(): number {
  return Number.parseInt(execFileSync(NODE, ['-p', 'process.versions.node']).toString(), 10);
}

describe('--wide', () => {
  it('gives the bits that it gives without, in worker processes too', async () => {
    const isNew = canPack && nodeMajor() >= 24;
    await inFolder(async (cwd) => {
      const images = ['bars17.png', 'five.png', 'rocket.jpg'].map((name) => join(IMAGES, name));
      const kernels = ['--kernel', 'edge3x3', '--kernel', 'sobel-x', '--padding', 'same'];
      const cases = [
        ['plain', []],
        ['flag', ['--wide', '-j', '2']],
      ] as const;
      for (const [folder, more] of cases) {
        const { code, stderr } = await cnnviz(
          ['conv', ...images, ...kernels, '-o', `${folder}/{name}.{map}.npy`, ...more],
          {
            cwd,
          },
        );
        expect(code, stderr).toBe(0);
        expect(stderr.includes('--wide does nothing here')).toBe(folder === 'flag' && !isNew);
      }
      const names = readdirSync(join(cwd, 'plain'));
      expect(names.length).toBeGreaterThanOrEqual(3);
      for (const name of names)
        expect(readFileSync(join(cwd, 'flag', name)), name).toEqual(readFileSync(join(cwd, 'plain', name)));
    });
  });

  it('gives the bits of a network that it gives without, with threads too', async () => {
    await inFolder(async (cwd) => {
      const args = ['run', 'squeezenet1_1', join(IMAGES, 'rocket.jpg'), '--init', 'seed:1', '--layers', 'output'];
      await cnnviz([...args, '-o', 'plain.npy', '-j', '1'], { cwd, env: { CNNVIZ_WIDE: '0' } });
      const plain = readFileSync(join(cwd, 'plain.npy'));
      for (const jobs of ['1', '2']) {
        const { code, stderr } = await cnnviz([...args, '-o', 'wide.npy', '-j', jobs, '--wide'], { cwd });
        expect(code, stderr).toBe(0);
        expect(stderr).not.toContain('turned off');
        expect(readFileSync(join(cwd, 'wide.npy')), jobs).toEqual(plain);
      }
    });
  });

  it('is told of by --profile', () =>
    inFolder(async (cwd) => {
      const isNew = canPack && nodeMajor() >= 24;
      const args = ['conv', join(IMAGES, 'bars17.png'), '-k', 'edge3x3', '--profile'];
      const bits = async (more: string[]) =>
        JSON.parse((await cnnviz([...args, '--json', ...more], { cwd, env: { CNNVIZ_WIDE: '0' } })).stdout).profile
          .vectorBits;
      expect([await bits([]), await bits(['--wide'])]).toEqual([128, isNew ? 256 : 128]);
      const { stderr } = await cnnviz([...args, '--wide'], { cwd });
      expect(stderr.includes('; vectors of 256 bits')).toBe(isNew);
    }));

  it('is told of by plan: on, or in one line why not', async () => {
    const isNew = canPack && nodeMajor() >= 24;
    const lines = async (args: string[], env = {}) =>
      (await cnnviz(['plan', ...LAYER, ...args], { env })).stdout
        .split('\n')
        .filter((line) => line.startsWith('vectors'));
    expect(await lines([], { CNNVIZ_WIDE: '0' })).toEqual(['vectors of 128 bits: without --wide']);
    const [asked] = await lines(['--wide']);
    if (isNew) expect(asked).toBe('vectors of 256 bits');
    else
      expect(asked).toMatch(
        /^vectors of 128 bits: (Node 24 and newer can, this is [\d.]+|it needs an x64|V8 does not)/,
      );
    expect(await lines([], { CNNVIZ_WIDE: '1' })).toEqual([
      isNew ? 'vectors of 256 bits' : 'vectors of 128 bits: without --wide',
    ]);
    const { stdout } = await cnnviz(['plan', ...LAYER, '--wide', '--json']);
    expect(JSON.parse(stdout).vectorBits).toBe(isNew ? 256 : 128);
  });
});

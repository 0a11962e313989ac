import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeNpy } from '../../../src/index.js';
import { cnnviz, IMAGES, inFolder } from '../../cli/cnnviz.js';

const ROCKET = join(IMAGES, 'rocket.jpg');

describe('plan', () => {
  it('says what would be taken, and of every other algorithm why not', async () => {
    const { code, stdout } = await cnnviz(['plan', '--input', '64,112,112', '--weight', '64,64,3,3', '--padding', '1']);
    expect(code).toBe(0);
    expect(stdout).toContain('winograd4x3: the cheapest that fits');
    expect(stdout).toContain('462,422,016 MACs = 924,844,032 FLOPs');
    expect(stdout).toMatch(/memory: .* of packed weights, .* of workspace/);
    expect(stdout).toMatch(/fft +pays from 100 cells on, here 3×3/);
    expect(stdout).toMatch(/gemm +about \d+ ms, .* times as long/);
    expect(stdout).toMatch(/pointwise +needs a 1×1 kernel, here 3×3/);
  });

  it('gives the same document for an image on every call', async () => {
    const plan = () => cnnviz(['plan', ROCKET, '-k', 'edge3x3', '--json']);
    const [one, two] = [await plan(), await plan()];
    expect(one.code).toBe(0);
    expect(two.stdout).toBe(one.stdout);
    const { plans } = JSON.parse(one.stdout);
    expect(plans[0].banks[0].algorithm).toBe('direct');
    expect(plans[0].banks[0].choice.candidates.map(({ name }: { name: string }) => name)).toContain('reference');
  });

  it('says why an algorithm cannot be forced', async () => {
    const refused = await cnnviz([
      ...['plan', '--input', '3,48,64', '--weight', '64,3,3,3', '--stride', '2'],
      ...['--algorithm', 'winograd4x3'],
    ]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('algorithm winograd4x3: needs stride 1, here 2,2');
    expect(refused.stderr).toContain('fix: algorithms: direct');
  });
});

describe('conv --algorithm', () => {
  it('takes the algorithm named; those of one order of summation give the same bits', () =>
    inFolder(async (cwd) => {
      const run = async (algorithm: string) => {
        const flags = ['conv', ROCKET, '-k', 'edge3x3', '--algorithm', algorithm, '--json', '-o', `${algorithm}.npy`];
        const { code, stdout } = await cnnviz(flags, { cwd });
        expect(code).toBe(0);
        expect(stdout).toContain(`"algorithm": "${algorithm}"`);
        return decodeNpy(readFileSync(join(cwd, `${algorithm}.npy`)));
      };
      const [direct, gemm] = [await run('direct'), await run('gemm')];
      expect(statSync(join(cwd, 'gemm.npy')).size).toBeGreaterThan(1e6);
      expect(gemm.data).toEqual(direct.data);
    }));

  it('knows no other names', async () => {
    const { code, stderr } = await cnnviz(['conv', ROCKET, '-k', 'edge3x3', '--algorithm', 'gem', '--dry-run']);
    expect(code).toBe(2);
    expect(stderr).toContain('algorithm gem: there is none of that name');
  });
});

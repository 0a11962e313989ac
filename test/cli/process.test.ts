import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BIN, cnnviz, IMAGES, inFolder, NODE } from './cnnviz.js';

const plane = join(IMAGES, 'plane.png');

describe('the process', () => {
  it('ends quietly when the reader of its output leaves: | head -1', () =>
    inFolder(async (cwd) => {
      const command = `"${NODE}" "${BIN}" kernels --json | head -1; echo "\${PIPESTATUS[0]}"`;
      const { stdout, stderr } = spawnSync('bash', ['-c', command], { cwd, encoding: 'utf8' });
      expect(stdout).toBe('{\n0\n');
      expect(stderr).toBe('');
    }));

  it('dies by Ctrl-C in the middle of a long convolution, with no temporary file left', () =>
    inFolder(async (cwd) => {
      const child = spawn(NODE, [BIN, 'conv', plane, '-p', '90,90,300,250', '--exact', '-j', '1', '-o', 'out.npy'], {
        cwd,
      });
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(child.exitCode).toBeNull();
      const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve([code, signal])));
      child.kill('SIGINT');
      expect(await ended).toEqual([null, 'SIGINT']);
      expect(readdirSync(cwd)).toEqual([]);
    }));

  it('prints no escape codes off a terminal, and colours when asked', () =>
    inFolder(async (cwd) => {
      const args = ['conv', join(IMAGES, 'five.png'), '-k', 'box3', '-o', 'a.png'];
      expect((await cnnviz(args, { cwd })).stdout).not.toContain('\u001b');
      expect((await cnnviz(args, { cwd, env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[1m');
      expect((await cnnviz(args, { cwd, env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).not.toContain('\u001b');
    }));

  it('is silent with -q, but not about failures', () =>
    inFolder(async (cwd) => {
      const good = await cnnviz(['conv', join(IMAGES, 'five.png'), '-k', 'box3', '-q'], { cwd });
      expect([good.code, good.stdout, good.stderr]).toEqual([0, '', '']);
      const bad = await cnnviz(['conv', 'missing.png', '-k', 'box3', '-q'], { cwd });
      expect([bad.code, bad.stdout]).toEqual([1, '']);
      expect(bad.stderr).toContain('missing.png');
    }));

  it.each([['--help'], ['--version'], ['kernels'], ['conv', '--help'], ['kernels', 'edge3x3'], ['completion', 'bash']])(
    'never loads sharp for %s %s',
    (...args) =>
      inFolder(async (cwd) => {
        const trace = `process.on('exit', () => { if (Object.keys(require.cache).some((f) => /node_modules.sharp/.test(f))) console.error('SHARP') })`;
        const preload = join(cwd, 'trace.cjs');
        writeFileSync(preload, trace);
        const { status, stderr } = spawnSync(NODE, ['--require', preload, BIN, ...args], { cwd, encoding: 'utf8' });
        expect([status, stderr]).toEqual([0, '']);
      }),
  );
});

describe('help', () => {
  it('opens with examples', async () => {
    for (const args of [['--help'], ['conv', '--help'], ['read', '--help'], ['kernels', '--help']]) {
      const { code, stdout } = await cnnviz(args);
      expect(code).toBe(0);
      expect(stdout.startsWith('Examples:\n  cnnviz ')).toBe(true);
    }
  });

  it('without a command is shown and counts as misuse', async () => {
    const { code, stderr, stdout } = await cnnviz([]);
    expect(code).toBe(2);
    expect(stderr + stdout).toContain('Usage: cnnviz');
  });

  it('suggests the command that was meant', async () => {
    const { code, stderr } = await cnnviz(['kernel']);
    expect([code, stderr]).toEqual([2, "cnnviz: unknown command 'kernel'\n  fix: did you mean kernels?\n"]);
  });
});

describe('demo', () => {
  it('writes its pictures and says where they are', () =>
    inFolder(async (cwd) => {
      const { code, stdout, stderr } = await cnnviz(['demo'], { cwd });
      // how the digit was prepared, and nothing else
      expect([code, stderr]).toEqual([0, expect.stringMatching(/^note: digit: .+ centred by mass\n$/)]);
      expect(stdout).toContain('The pictures are in cnnviz-demo');
      expect(readdirSync(join(cwd, 'cnnviz-demo')).sort()).toEqual([
        'digits',
        'rocket.edge3x3.png',
        'rocket.jpg',
        'rocket.sheet.png',
        'rocket.strip.png',
        'seven.overview.png',
        'seven.png',
      ]);
    }));
});

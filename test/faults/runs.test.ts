import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cnnviz, inFolder } from '../cli/cnnviz.js';
import { childrenOf, contentsOf, hasProc, leftovers, makeImages, pngsIn, start, until } from './batch.js';

/** Slow enough to be met in the middle of its work: 70×70 taps a pixel, added one by one. */
const SLOW = ['conv', 'in', '-p', '9,9,70,70', '--exact', '-o', 'out', '-j', '2'];
const MANIFEST = 'out/cnnviz-manifest.jsonl';

const inSlow = (use: (cwd: string) => Promise<void>) =>
  inFolder(async (cwd) => {
    await makeImages(join(cwd, 'in'), 14, [400, 300]);
    await use(cwd);
  });

describe.skipIf(!hasProc)('a signal in the middle of a batch', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s ends it within a second, by the signal, with nothing left',
    (signal) =>
      inSlow(async (cwd) => {
        const { child, ended } = start(SLOW, cwd);
        await until(() => pngsIn(join(cwd, 'out')).length > 1);
        const workers = childrenOf(child.pid!);
        expect(workers).toHaveLength(2);
        child.kill(signal);
        const result = await ended;
        expect([result.code, result.signal]).toEqual([null, signal]);
        expect(result.stderr).toMatch(/^stopped: \d+ written, 0 failed; again with --resume$/m);
        await until(() => workers.every((pid) => !existsSync(`/proc/${pid}/fd/0`)));
        expect(leftovers(join(cwd, 'out'))).toEqual([]);
      }),
  );

  it('leaves no worker behind when the command itself is killed -9', () =>
    inSlow(async (cwd) => {
      const { child, ended } = start(SLOW, cwd);
      await until(() => pngsIn(join(cwd, 'out')).length > 1);
      const workers = childrenOf(child.pid!);
      child.kill('SIGKILL');
      await ended;
      await until(() => workers.every((pid) => !existsSync(`/proc/${pid}/fd/0`)));
    }));
});

it.skipIf(!hasProc)('a command that is refused leaves nobody behind whom it had started ahead', () =>
  inFolder(async (cwd) => {
    await makeImages(join(cwd, 'in'), 2);
    const { child, ended } = start(['run', 'resnet18', 'in', '--weights', 'none.pth'], cwd);
    const [worker] = await until(() => childrenOf(child.pid!).length > 0 && childrenOf(child.pid!));
    expect((await ended).stderr).toContain('cnnviz: none.pth: ');
    await until(() => !existsSync(`/proc/${worker}/fd/0`));
  }),
);

describe('two runs into one folder', () => {
  it('do not mix: the second is refused, the first goes on', () =>
    inSlow(async (cwd) => {
      const { child, ended } = start(SLOW, cwd);
      await until(() => existsSync(join(cwd, `${MANIFEST}.lock`)));
      const second = await cnnviz(SLOW, { cwd });
      expect(second.code).toBe(3);
      expect(second.stderr).toContain(`cnnviz: out: another run is writing here (process ${child.pid})`);
      expect(await ended).toMatchObject({ code: 0 });
      expect(pngsIn(join(cwd, 'out'))).toHaveLength(14);
      expect(leftovers(join(cwd, 'out'))).toEqual([]);
    }));

  it('may share it when their inputs are named one by one, as by xargs -P', () =>
    inSlow(async (cwd) => {
      const { ended } = start(SLOW, cwd);
      await until(() => existsSync(join(cwd, `${MANIFEST}.lock`)));
      const files = Array.from({ length: 30 }, (_, i) => `more/${i}.png`);
      await makeImages(join(cwd, 'few'), 30, [24, 16]);
      mkdirSync(join(cwd, 'more'));
      for (const [i, file] of files.entries()) {
        renameSync(join(cwd, `few/${String(i).padStart(4, '0')}.png`), join(cwd, file));
      }
      const second = await cnnviz(['conv', ...files, '-k', 'edge3x3', '-o', 'out'], { cwd });
      expect([second.code, second.stderr]).toEqual([0, expect.stringMatching(/^30 written, 0 failed/m)]);
      expect(second.stderr).toContain('note: another run keeps the manifest of out: this one keeps none\n');
      expect(await ended).toMatchObject({ code: 0 });
      expect(pngsIn(join(cwd, 'out'))).toHaveLength(44);
    }));

  it('a lock of another machine holds while it is fresh', () =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), 2);
      const args = ['conv', 'in', '-k', 'edge3x3', '-o', 'out'];
      expect(await cnnviz(args, { cwd })).toMatchObject({ code: 0 });
      writeFileSync(join(cwd, `${MANIFEST}.lock`), JSON.stringify({ pid: 1, host: `not-${hostname()}`, start: null }));
      const { code, stderr } = await cnnviz(args, { cwd });
      expect([code, stderr]).toEqual([3, expect.stringContaining('another run is writing here (process 1 on not-')]);
    }));

  it('share the work when each has a shard; merged, their manifest is that of one run', () =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), 11);
      writeFileSync(join(cwd, 'in/bad.png'), 'no image');
      const args = ['conv', 'in', '-k', 'edge3x3', '-o', 'out'];
      const shards = ['1/3', '2/3', '3/3'].map((shard) => start([...args, '--shard', shard], cwd));
      const codes = (await Promise.all(shards.map(({ ended }) => ended))).map(({ code }) => code);
      expect(codes.sort()).toEqual([0, 0, 1]);
      expect(pngsIn(join(cwd, 'out'))).toHaveLength(11);
      const merged = await cnnviz(['batch', 'merge', 'out'], { cwd });
      expect(merged.code).toBe(1);
      expect(merged.stdout).toBe('3 shards, 12 inputs: 11 written, 1 failed\nwrote out/cnnviz-manifest.jsonl\n');
      expect(merged.stderr).toBe('   in/bad.png: not an image\n');
      expect(await cnnviz(args.with(5, 'whole'), { cwd })).toMatchObject({ code: 1 });
      const { 'cnnviz-manifest.jsonl': joined, ...files } = contentsOf(join(cwd, 'out'));
      expect(contentsOf(join(cwd, 'whole'))).toMatchObject({ 'cnnviz-manifest.jsonl': joined });
      expect(Object.keys(files).filter((name) => name.includes('-of-3'))).toHaveLength(3);
    }));

  it('merge names the shards that did not run or did not end', () =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), 4);
      expect(await cnnviz(['conv', 'in', '-k', 'edge3x3', '-o', 'out', '--shard', '2/2'], { cwd })).toMatchObject({
        code: 0,
      });
      const { code, stderr } = await cnnviz(['batch', 'merge', 'out'], { cwd });
      expect([code, stderr]).toEqual([1, '   shard 1/2: no manifest, it never ran\n']);
      expect(readdirSync(join(cwd, 'out')).includes('cnnviz-manifest.jsonl')).toBe(false);
    }));
});

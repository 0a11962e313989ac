import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cnnviz, inFolder } from '../cli/cnnviz.js';
import { childrenOf, contentsOf, hasProc, leftovers, makeImages, pngsIn, start, until } from './batch.js';

const HANG = fileURLToPath(new URL('hang.cjs', import.meta.url));
const COUNT = 5;

/** Weights of 45 MB, which the threads share. */
const run = (jobs: number, out: string, ...images: string[]): string[] => [
  'run',
  'resnet18',
  ...(images.length > 0 ? images : ['in']),
  ...['--init', 'seed:1', '--layers', 'layer1.0.relu,output', '-o', out, '-j', String(jobs)],
];

const inPhotographs = (use: (cwd: string) => Promise<void>) =>
  inFolder(async (cwd) => {
    await makeImages(join(cwd, 'in'), COUNT, [300, 260]);
    await use(cwd);
  });

/** Threads of a process by their number. */
const threadsOf = (pid: number): number => readdirSync(`/proc/${pid}/task`).length;

describe('a folder through a network, by several threads of one process', () => {
  it('gives the same bytes of every file, and the same words, for any number of them', () =>
    inPhotographs(async (cwd) => {
      const [one, ...others] = await Promise.all(
        [1, 3].map(async (jobs) => {
          const { code, stdout, stderr } = await cnnviz(run(jobs, `out${jobs}`), { cwd });
          expect([code, stderr]).toEqual([0, expect.stringMatching(new RegExp(`^${COUNT} written`, 'm'))]);
          return { files: contentsOf(join(cwd, `out${jobs}`)), said: stdout.replaceAll(`out${jobs}`, 'out') };
        }),
      );
      expect(Object.keys(one.files)).toHaveLength(2 * COUNT + 1);
      for (const other of others) expect(other).toEqual(one);
    }));

  it('goes on without an image that ends its process, twice', () =>
    inPhotographs(async (cwd) => {
      writeFileSync(join(cwd, 'in/kill.png'), readFileSync(join(cwd, 'in/0000.png')));
      const env = { NODE_OPTIONS: `--require ${HANG}`, CNNVIZ_HANG: 'in/kill.png', CNNVIZ_HANG_MARKS: cwd };
      const holders = () => readdirSync(cwd).map(Number).filter(Boolean);
      const { child, ended } = start(run(2, 'out'), cwd, env);
      const first = await until(() => holders()[0], 60_000);
      if (hasProc) expect(childrenOf(child.pid!)).toEqual([first]);
      process.kill(first, 'SIGKILL');
      process.kill(await until(() => holders().find((pid) => pid !== first)), 'SIGKILL');
      const { code, stderr } = await ended;
      expect([code, stderr]).toEqual([1, expect.stringMatching(new RegExp(`^${COUNT} written, 1 failed, `, 'm'))]);
      expect(stderr).toContain('in/kill.png: its process was killed');
      expect(pngsIn(join(cwd, 'out'))).toHaveLength(2 * COUNT);
    }));

  it.skipIf(!hasProc)('a signal ends all of them, with nothing left', () =>
    inPhotographs(async (cwd) => {
      const { child, ended } = start(run(2, 'out'), cwd);
      await until(() => pngsIn(join(cwd, 'out')).length > 0);
      const [worker, ...others] = childrenOf(child.pid!);
      expect(others).toEqual([]);
      expect(threadsOf(worker)).toBeGreaterThan(2);
      child.kill('SIGINT');
      expect(await ended).toMatchObject({ code: null, signal: 'SIGINT' });
      await until(() => !existsSync(`/proc/${worker}/fd/0`));
      expect(leftovers(join(cwd, 'out'))).toEqual([]);
    }),
  );

  it('an image that cannot be read costs only itself', () =>
    inPhotographs(async (cwd) => {
      writeFileSync(join(cwd, 'in/0003.png'), readFileSync(join(cwd, 'in/0003.png')).subarray(0, 700));
      const { code, stderr } = await cnnviz(run(2, 'out'), { cwd });
      expect([code, stderr]).toEqual([1, expect.stringMatching(new RegExp(`^${COUNT - 1} written, 1 failed, `, 'm'))]);
    }));

  it('refuses what cannot be taken up once', () =>
    inPhotographs(async (cwd) => {
      const { code, stderr } = await cnnviz(['run', 'conv edge3x3 | linear 5', 'in', '-o', 'out', '-j', '2'], { cwd });
      expect(code).not.toBe(0);
      expect(stderr.split('cnnviz:')).toHaveLength(2);
    }));
});

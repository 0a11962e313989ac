import { copyFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cnnviz, cnnvizAlone, inFolder } from '../cli/cnnviz.js';
import { contentsOf, LONG, makeImages, start } from '../faults/batch.js';
import { seeded } from '../random.js';
import { NO_REDIS, redisForTests } from './redis.js';

const HOOK = fileURLToPath(new URL('deadly.cjs', import.meta.url));
const FORMATS = LONG ? ['npz', 'webdataset', 'parquet'] : ['npz', 'parquet'];
const conv = (format: string, ...more: string[]): string[] => [
  ...['conv', 'in', '-k', 'edge3x3', '-o', 'out', '--format', format, '--part-size', '4'],
  ...more,
];

describe.skipIf(NO_REDIS !== null)(`results in parts, by a farm ${NO_REDIS ?? ''}`, () => {
  const { server } = redisForTests();

  const farm = (cwd: string, word: string, ...more: string[]) =>
    cnnviz(['farm', word, '--queue', server().address, ...more], { cwd });
  const worker = (cwd: string, env: Record<string, string>) =>
    start(['farm', 'work', '--queue', server().address, '-j', '2', '--lease', '1', '--until-done'], cwd, {
      NODE_OPTIONS: `--require ${HOOK}`,
      ...env,
    });
  /** Ten images of which one is torn, and what a run of one machine makes of them. */
  const withImages = (command: string[], use: (cwd: string, whole: Record<string, string>) => Promise<void>) =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), 10, [16, 12]);
      truncateSync(join(cwd, 'in/0003.png'), 40);
      expect((await cnnviz([...command, '-q'], { cwd })).code).toBe(1);
      const whole = contentsOf(join(cwd, 'out'));
      rmSync(join(cwd, 'out'), { recursive: true });
      await use(cwd, whole);
    });

  it.each(FORMATS)('are those of one machine, each part a job; --resume makes anew what is gone: %s', (format) =>
    withImages(conv(format), async (cwd, whole) => {
      const submitted = await farm(cwd, 'submit', '--', ...conv(format));
      expect([submitted.stderr, submitted.stdout]).toEqual(['', expect.stringContaining('10 inputs in 3 jobs')]);
      const worked = await farm(cwd, 'work', '--until-done', '-j', '2');
      expect([worked.code, worked.stdout]).toEqual([1, expect.stringContaining('9 written, 1 failed')]);
      expect(contentsOf(join(cwd, 'out'))).toEqual(whole);
      // the part of the one that failed, and the one that is gone
      rmSync(join(cwd, `out/part-00002.${format === 'webdataset' ? 'tar' : format}`));
      const again = await farm(cwd, 'submit', '--', ...conv(format, '--resume'));
      expect(again.stdout).toContain('4 of the inputs need no work');
      await farm(cwd, 'work', '--until-done', '-j', '2');
      expect(contentsOf(join(cwd, 'out'))).toEqual(whole);
    }),
  );

  it('are not torn by workers that die', () =>
    withImages(conv('npz'), async (cwd, whole) => {
      await farm(cwd, 'submit', '--', ...conv('npz'));
      const random = seeded(3);
      for (let kill = 0; kill < (LONG ? 30 : 2); kill++) {
        const { child, ended } = worker(cwd, { CNNVIZ_SLOW: '150' });
        setTimeout(() => child.kill('SIGKILL'), 700 + random() * 900);
        await ended;
      }
      expect((await worker(cwd, {}).ended).code).toBe(1);
      expect(contentsOf(join(cwd, 'out'))).toEqual(whole);
    }));

  it('of several layers need a format that holds them: refused before anything is queued', () =>
    withImages(conv('npz'), async (cwd) => {
      const run = ['run', 'conv edge3x3 | relu', 'in', '--layers', 'conv,relu', '-o', 'out', '--format', 'parquet'];
      const { code, stderr } = await farm(cwd, 'submit', '--', ...run);
      expect([code, stderr]).toEqual([2, expect.stringContaining('a row of --format parquet holds one')]);
      expect(await server().keys()).toEqual([]);
    }));

  it.runIf(LONG).each([['npz'], ['png']])(
    'an image that ends its worker five times is listed, and the rest is done: --format %s',
    (format) =>
      inFolder(async (cwd) => {
        await makeImages(join(cwd, 'in'), 9, [16, 12]);
        copyFileSync(join(cwd, 'in/0000.png'), join(cwd, 'in/0004deadly.png'));
        const parts = format === 'npz' ? ['--format', 'npz', '--part-size', '5'] : [];
        const command = ['conv', 'in', '-k', 'edge3x3', '-o', 'out', ...parts];
        await cnnvizAlone(['farm', 'submit', '--queue', server().address, '--job-size', '5', '--', ...command], {
          cwd,
        });
        let deaths = 0;
        for (;;) {
          const { signal, code, stdout, stderr } = await worker(cwd, { CNNVIZ_DEADLY: 'worker' }).ended;
          if (signal === 'SIGKILL') {
            deaths++;
            continue;
          }
          expect([code, stdout]).toEqual([1, expect.stringContaining('9 written, 1 failed')]);
          expect(stderr).toContain('in/0004deadly.png: ended the worker that had nothing else in hand, 5 times');
          break;
        }
        expect(deaths).toBe(6);
      }),
    120_000,
  );
});

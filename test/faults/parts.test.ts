import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cnnviz, inFolder } from '../cli/cnnviz.js';
import { seeded } from '../random.js';
import { contentsOf, LONG, leftovers, makeImages, start } from './batch.js';

const conv = (format: string, ...more: string[]): string[] => [
  ...['conv', 'in', '-k', 'edge3x3', '-k', 'sobel-x', '-j', '2', '-q', '--part-size', '7', '--format', format],
  ...more,
];

/** Formats, and how often each is killed. */
const KILLED: readonly (readonly [format: string, rounds: number])[] = LONG
  ? [
      ['npz', 30],
      ['webdataset', 30],
      ['parquet', 30],
    ]
  : [['parquet', 2]];

/** Images of which one is torn. */
async function withImages(use: (cwd: string) => Promise<void>): Promise<void> {
  await inFolder(async (cwd) => {
    await makeImages(join(cwd, 'in'), 30, [80, 60]);
    truncateSync(join(cwd, 'in/0011.png'), 900);
    await use(cwd);
  });
}

describe('parts', () => {
  it.each(KILLED)(
    'of a run that was killed are finished by --resume, byte for byte as if unbroken (%s, random moments: %i)',
    (format, rounds) =>
      withImages(async (cwd) => {
        const began = performance.now();
        expect(await start(conv(format, '-o', 'whole'), cwd).ended).toMatchObject({ code: 1 });
        const wholeMs = performance.now() - began;
        const expected = contentsOf(join(cwd, 'whole'));
        expect(Object.keys(expected)).toHaveLength(11);
        const random = seeded(format.length);
        const args = conv(format, '-o', 'out');
        for (let round = 0; round < rounds; round++) {
          const { child, ended } = start([...args, '--resume'], cwd);
          const timer = setTimeout(() => child.kill('SIGKILL'), random() * wholeMs);
          await ended;
          clearTimeout(timer);
        }
        expect(await cnnviz([...args, '--resume'], { cwd })).toMatchObject({ code: 1 });
        expect(contentsOf(join(cwd, 'out'))).toEqual(expected);
      }),
    900_000,
  );

  it('have the same bytes for any number of jobs and shards, and so has the joined manifest', () =>
    withImages(async (cwd) => {
      const args = conv('webdataset');
      await cnnviz([...args, '-o', 'whole', '-j', '1'], { cwd });
      for (const i of [2, 3, 1]) {
        const { code } = await cnnviz([...args, '-o', 'out', '--shard', `${i}/3`], { cwd });
        expect(code, `shard ${i}`).toBe(i === 2 ? 1 : 0);
      }
      const { code, stderr } = await cnnviz(['batch', 'merge', 'out'], { cwd });
      expect([code, stderr]).toEqual([1, expect.stringContaining('in/0011.png: truncated or corrupt')]);
      const [whole, out] = ['whole', 'out'].map((folder) => contentsOf(join(cwd, folder)));
      const shards = Object.keys(out).filter((name) => /-of-3/.test(name));
      expect(shards).toHaveLength(3);
      for (const name of shards) delete out[name];
      expect(out).toEqual(whole);
      rmSync(join(cwd, 'out/part-00001.json'));
      truncateSync(join(cwd, 'out/part-00003.tar'), 512);
      const broken = await cnnviz(['batch', 'merge', 'out'], { cwd });
      expect([broken.code, broken.stderr + broken.stdout]).toEqual([1, expect.stringContaining('not joined')]);
      expect(broken.stderr.match(/part-\d+\.\w+(?=: absent)/g)).toEqual(['part-00001.json', 'part-00003.tar']);
    }));

  it('are made anew by --resume when they changed, or one of their inputs did; others stay', () =>
    withImages(async (cwd) => {
      rmSync(join(cwd, 'in/0011.png'));
      const args = conv('npz', '-o', 'out');
      await cnnviz(args, { cwd });
      const before = contentsOf(join(cwd, 'out'));
      const again = async () => JSON.parse((await cnnviz([...args, '--resume', '--json'], { cwd })).stdout);
      expect(await again()).toMatchObject({ done: 0, skipped: 29 });
      writeFileSync(join(cwd, 'out/part-00001.npz'), 'replaced');
      rmSync(join(cwd, 'out/part-00003.json'));
      expect(await again()).toMatchObject({ done: 14, skipped: 15 });
      expect(contentsOf(join(cwd, 'out'))).toEqual(before);
      writeFileSync(join(cwd, 'in/0002.png'), readFileSync(join(cwd, 'in/0003.png')));
      expect(await again()).toMatchObject({ done: 7, skipped: 22 });
      const { 'part-00000.npz': changed, ...rest } = contentsOf(join(cwd, 'out'));
      expect(changed).not.toBe(before['part-00000.npz']);
      expect(rest['part-00001.npz']).toBe(before['part-00001.npz']);
    }));

  it('leave nothing behind when a signal ends the run', () =>
    withImages(async (cwd) => {
      const { child, ended } = start(conv('npz', '-o', 'out'), cwd);
      setTimeout(() => child.kill('SIGINT'), 700);
      await ended;
      expect(leftovers(cwd)).toEqual([]);
    }));
});

import { createHash } from 'node:crypto';
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cnnviz, inFolder } from '../cli/cnnviz.js';
import { seeded } from '../random.js';
import { contentsOf, isWhole, LONG, leftovers, makeImages, modifiedAt, pngsIn, start } from './batch.js';

const CONV = ['conv', 'in', '-k', 'edge3x3', '-o', 'out', '-j', '2'];
const MANIFEST = 'out/cnnviz-manifest.jsonl';

describe('a batch that was killed', () => {
  const rounds = LONG ? 40 : 4;
  it(
    `is finished by --resume, byte for byte as if unbroken (kill -9 at ${rounds} random moments)`,
    () =>
      inFolder(async (cwd) => {
        await makeImages(join(cwd, 'in'), 60, [200, 150]);
        const unbroken = start(CONV.with(5, 'whole'), cwd);
        const began = performance.now();
        expect(await unbroken.ended).toMatchObject({ code: 0 });
        const wholeMs = performance.now() - began;
        const expected = contentsOf(join(cwd, 'whole'));
        expect(Object.keys(expected)).toHaveLength(61);
        const random = seeded(2026);
        let torn = 0;
        for (let round = 0; round < rounds; round++) {
          const { child, ended } = start(round === 0 ? CONV : [...CONV, '--resume'], cwd);
          const timer = setTimeout(() => child.kill('SIGKILL'), random() * wholeMs);
          await ended;
          clearTimeout(timer);
          torn += pngsIn(join(cwd, 'out')).filter((name) => !isWhole(join(cwd, 'out', name))).length;
          // every few rounds from the beginning: late moments are as interesting as early ones
          if (round % 4 === 3) {
            expect(await cnnviz([...CONV, '--resume'], { cwd })).toMatchObject({ code: 0 });
            expect(contentsOf(join(cwd, 'out'))).toEqual(expected);
            rmSync(join(cwd, 'out'), { recursive: true });
          }
        }
        expect(torn).toBe(0);
        expect(await cnnviz([...CONV, '--resume'], { cwd })).toMatchObject({ code: 0 });
        expect(contentsOf(join(cwd, 'out'))).toEqual(expected);
      }),
    900_000,
  );
});

describe('--resume', () => {
  /** A finished batch of four, one of them corrupt. */
  const inFinished = (use: (cwd: string) => Promise<void>) =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), 4);
      copyFileSync(join(cwd, 'in/0002.png'), join(cwd, 'whole.png'));
      truncateSync(join(cwd, 'in/0002.png'), 500);
      expect(await cnnviz(CONV, { cwd })).toMatchObject({ code: 1 });
      await use(cwd);
    });
  const out = (i: number) => `out/000${i}.edge3x3.png`;
  const resume = (cwd: string, ...more: string[]) => cnnviz([...CONV, '--resume', ...more], { cwd });

  it('does again only what failed, once it is repaired', () =>
    inFinished(async (cwd) => {
      const before = modifiedAt(join(cwd, out(0)));
      const still = await resume(cwd);
      expect([still.code, still.stderr]).toEqual([1, expect.stringMatching(/^0 written, 1 failed, 3 done before/m)]);
      copyFileSync(join(cwd, 'whole.png'), join(cwd, 'in/0002.png'));
      const now = await resume(cwd);
      expect([now.code, now.stderr]).toEqual([0, expect.stringMatching(/^1 written, 0 failed, 3 done before/m)]);
      expect(modifiedAt(join(cwd, out(0)))).toBe(before);
      expect(await cnnviz(CONV.with(5, 'whole'), { cwd })).toMatchObject({ code: 0 });
      expect(contentsOf(join(cwd, 'out'))).toEqual(contentsOf(join(cwd, 'whole')));
    }));

  it.each([
    [
      'an input that has changed, even to one of the same size',
      (cwd: string) => flipBit(join(cwd, 'in/0001.png'), 600),
    ],
    ['an output that is gone', (cwd: string) => rmSync(join(cwd, out(1)))],
    ['an output that was cut', (cwd: string) => truncateSync(join(cwd, out(1)), 300)],
    ['an output in which a bit has flipped', (cwd: string) => flipBit(join(cwd, out(1)), 400)],
    [
      'a record that was torn',
      (cwd: string) => truncateSync(join(cwd, MANIFEST), readFileSync(join(cwd, MANIFEST)).length - 9),
    ],
  ])('does %s again', (_, spoil) =>
    inFinished(async (cwd) => {
      spoil(cwd);
      const { stderr } = await resume(cwd);
      expect(stderr).toMatch(/2 done before|3 done before/);
      const redone = /^(\d) written, (\d) failed/m.exec(stderr)!;
      expect(Number(redone[1]) + Number(redone[2])).toBeGreaterThan(stderr.includes('3 done') ? 0 : 1);
    }),
  );

  it('does everything again for other options, and says so', () =>
    inFinished(async (cwd) => {
      const { stderr } = await resume(cwd, '--stride', '2');
      expect(stderr).toContain('note: the manifest here is of another command: everything is done anew\n');
      expect(stderr).toMatch(/^3 written, 1 failed, /m);
    }));

  it('does everything again for another kernel in the same file', () =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), 2);
      const args = ['conv', 'in', '-k', 'k.json', '-o', 'out'];
      writeFileSync(join(cwd, 'k.json'), '[[1, 0], [0, -1]]');
      expect(await cnnviz(args, { cwd })).toMatchObject({ code: 0 });
      expect((await cnnviz([...args, '--resume'], { cwd })).stderr).toMatch(/^0 written, 0 failed, 2 done before/m);
      writeFileSync(join(cwd, 'k.json'), '[[1, 0], [0, -2]]');
      expect((await cnnviz([...args, '--resume'], { cwd })).stderr).toMatch(/^2 written, 0 failed, /m);
    }));

  it('needs a folder', () =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), 2);
      const { code, stderr } = await cnnviz(['conv', 'in', '-k', 'edge3x3', '--resume'], { cwd });
      expect([code, stderr]).toEqual([2, 'cnnviz: --resume needs a folder for its manifest\n  fix: add -o FOLDER\n']);
    }));

  it('leaves nothing of dead runs behind: their temporary files, their lock', () =>
    inFinished(async (cwd) => {
      const { child, ended } = start(['kernels'], cwd);
      const pid = child.pid!;
      await ended;
      const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
      writeFileSync(join(cwd, `out/.0001.edge3x3.png.${host}.${pid}.0123456789ab.tmp`), 'torn');
      writeFileSync(join(cwd, `${MANIFEST}.lock`), JSON.stringify({ pid, host: hostname(), start: null }));
      appendFileSync(join(cwd, MANIFEST), '{"input":"in/0003.png","sha');
      const { stderr } = await resume(cwd);
      expect(stderr).toContain('note: the last run here did not end by itself; its lock is taken over\n');
      expect(leftovers(join(cwd, 'out'))).toEqual([]);
    }));
});

describe('what exists already', () => {
  it('is left alone with --skip-existing, whatever is in it', () =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), 3);
      mkdirSync(join(cwd, 'out'));
      writeFileSync(join(cwd, 'out/0001.edge3x3.png'), 'mine');
      const { code, stderr } = await cnnviz([...CONV, '--skip-existing'], { cwd });
      expect([code, stderr]).toEqual([0, expect.stringMatching(/^2 written, 0 failed, 1 done before/m)]);
      expect(readFileSync(join(cwd, 'out/0001.edge3x3.png'), 'utf8')).toBe('mine');
    }));

  it('is left alone in a network, too', () =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), 4);
      mkdirSync(join(cwd, 'out'));
      writeFileSync(join(cwd, 'out/0001.relu.png'), 'mine');
      const args = ['run', 'conv edge3x3 | relu', 'in', '--layers', 'relu', '-o', 'out', '--skip-existing', '--jsonl'];
      const { code, stderr, stdout } = await cnnviz(args, { cwd });
      expect([code, stderr]).toEqual([0, expect.stringMatching(/^3 written, 0 failed, 1 done before/m)]);
      expect(readFileSync(join(cwd, 'out/0001.relu.png'), 'utf8')).toBe('mine');
      const records = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(records.filter(({ status }) => status === 'skipped').map(({ path }) => path)).toEqual(['in/0001.png']);
    }));

  it('is refused with --no-clobber, before anything is written', () =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), 3);
      mkdirSync(join(cwd, 'out'));
      writeFileSync(join(cwd, 'out/0002.edge3x3.png'), 'mine');
      const { code, stderr } = await cnnviz([...CONV, '--no-clobber'], { cwd });
      expect([code, stderr]).toEqual([2, expect.stringContaining('out/0002.edge3x3.png: exists already')]);
      expect(pngsIn(join(cwd, 'out'))).toEqual(['0002.edge3x3.png']);
    }));
});

function flipBit(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] ^= 1;
  writeFileSync(path, bytes);
}

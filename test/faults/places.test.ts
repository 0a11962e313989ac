import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BIN, cnnviz, inFolder, NODE } from '../cli/cnnviz.js';
import { contentsOf, LONG, leftovers, makeImages, pngsIn } from './batch.js';

const CONV = ['conv', 'in', '-r', '-k', 'edge3x3', '-o', 'out'];

/** Runs a batch that must be refused before its first write. */
async function refused(cwd: string, args: string[], words: RegExp): Promise<void> {
  const before = contentsOf(cwd);
  const { code, stderr, stdout } = await cnnviz(args, { cwd });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(words);
  expect(contentsOf(cwd)).toEqual(before);
}

/** Two images under these names. */
async function named(cwd: string, one: string, other: string): Promise<void> {
  await makeImages(join(cwd, 'two'), 2);
  for (const [i, name] of [one, other].entries()) {
    mkdirSync(join(cwd, 'in', name, '..'), { recursive: true });
    renameSync(join(cwd, `two/000${i}.png`), join(cwd, 'in', name));
  }
}

describe('before the first write', () => {
  it.each([
    ['one name with two endings', 'a.jpg', 'a.png'],
    ['names that differ in case', 'A.png', 'a.png'],
    ['names composed in two ways', 'caf\u00e9.png', 'cafe\u0301.png'],
    ['folders that differ in case', 'Sub/a.png', 'sub/a.png'],
  ])('%s are found, and both inputs named', (_, one, other) =>
    inFolder(async (cwd) => {
      await named(cwd, one, other);
      await refused(cwd, CONV, /two results would have this name: in\/.* and in\/.*\n {2}fix: .*\{name\}\{ext\}/);
    }),
  );

  it('a name too long for a file system is found', () =>
    inFolder(async (cwd) => {
      await named(cwd, `${'n'.repeat(245)}.png`, 'b.png');
      await refused(cwd, CONV, /a file name may have 255 bytes, this one has 257/);
    }));

  it('a link in the output folder that leads out of it is found; the folder itself may be one', () =>
    inFolder(async (cwd) => {
      await named(cwd, 'sub/a.png', 'b.png');
      mkdirSync(join(cwd, 'elsewhere'));
      mkdirSync(join(cwd, 'out'));
      symlinkSync(join(cwd, 'elsewhere'), join(cwd, 'out/sub'));
      await refused(cwd, CONV, /^cnnviz: out\/sub: a link leads out of out, to /);
      symlinkSync(join(cwd, 'elsewhere'), join(cwd, 'link'));
      expect(await cnnviz(CONV.with(-1, 'link'), { cwd })).toMatchObject({ code: 0 });
      expect(pngsIn(join(cwd, 'elsewhere/sub'))).toEqual(['a.edge3x3.png']);
    }));
});

describe('odd names', () => {
  it('that are not UTF-8 are failed inputs, by name; the others are done', () =>
    inFolder(async (cwd) => {
      await named(cwd, 'a.png', 'b.png');
      const odd = [Buffer.from('in/\xff.png', 'latin1'), Buffer.from('in/\xfe.png', 'latin1')];
      for (const name of odd) writeFileSync(Buffer.concat([Buffer.from(`${cwd}/`), name]), '');
      const { code, stderr } = await cnnviz(CONV, { cwd });
      expect(code).toBe(1);
      expect(stderr).toMatch(/^2 written, 2 failed/m);
      expect(stderr).toContain('   in/\\xff.png: the name is not UTF-8\n');
      expect(stderr).toContain('   in/\\xfe.png: the name is not UTF-8\n');
    }));

  it('links that lead in a circle neither hang the search nor end it', () =>
    inFolder(async (cwd) => {
      await named(cwd, 'sub/a.png', 'b.png');
      symlinkSync('..', join(cwd, 'in/sub/up'));
      symlinkSync('loop.png', join(cwd, 'in/loop.png'));
      const { code, stderr } = await cnnviz(CONV, { cwd });
      expect(code).toBe(1);
      expect(stderr).toContain('in/loop.png: too many links\n');
      expect(pngsIn(join(cwd, 'out'))).toEqual(['b.edge3x3.png']);
      expect(pngsIn(join(cwd, 'out/sub'))).toEqual(['a.edge3x3.png']);
    }));
});

describe('a machine short of something', () => {
  const canMount = (folder: string) =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'tmpfs', folder]).status === 0;

  it('a full disk ends the batch: exit 3, the space is named, nothing torn (skipped where nothing can be mounted)', () =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), 30, [160, 120]);
      mkdirSync(join(cwd, 'out'));
      if (!canMount(join(cwd, 'out'))) return;
      try {
        const { code, stderr } = await cnnviz(CONV, { cwd });
        expect(code).toBe(3);
        expect(stderr).toMatch(/out\/.*: cannot be written: no space left \(.* free of .*\)/);
        expect(stderr).toMatch(/\d+ written, \d+ failed, \d+ not begun/);
        expect(leftovers(join(cwd, 'out'))).toEqual([]);
        spawnSync('mount', ['-o', 'remount,size=8m', join(cwd, 'out')]);
        expect(await cnnviz([...CONV, '--resume'], { cwd })).toMatchObject({ code: 0 });
        expect(await cnnviz(CONV.with(-1, 'whole'), { cwd })).toMatchObject({ code: 0 });
        expect(contentsOf(join(cwd, 'out'))).toEqual(contentsOf(join(cwd, 'whole')));
      } finally {
        spawnSync('umount', [join(cwd, 'out')]);
      }
    }));

  it('a folder that cannot be written is one refusal, not one for every image', () =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), 3);
      writeFileSync(join(cwd, 'out'), 'a file');
      const { code, stderr } = await cnnviz(CONV, { cwd });
      expect(code).toBe(3);
      expect(stderr).toMatch(/^cnnviz: out: cannot be written: .*\n {2}fix: .*\n$/);
    }));

  const count = LONG ? 10_000 : 60;
  it(
    `${count} images under ulimit -n 64, with more jobs than it allows`,
    () =>
      inFolder(async (cwd) => {
        await makeImages(join(cwd, 'in'), count, [24, 16]);
        for (const jobs of LONG ? ['2', '60'] : ['60']) {
          const line = `ulimit -n 64; exec "${NODE}" "${BIN}" ${CONV.join(' ')} -j ${jobs}`;
          const { status, stderr } = spawnSync('bash', ['-c', line], { cwd, encoding: 'utf8' });
          expect([status, stderr]).toEqual([
            0,
            expect.stringMatching(new RegExp(`^${commas(count)} written, 0 failed`, 'm')),
          ]);
        }
        expect(readdirSync(join(cwd, 'out'))).toHaveLength(count + 1);
      }),
    900_000,
  );
});

describe('inputs that change underneath', () => {
  it('a listed file that is gone is a failed input', () =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), 4);
      writeFileSync(join(cwd, 'list'), 'in/0000.png\nin/gone.png\nin/0001.png\nin/0002.png\nin/0003.png\n');
      const { code, stderr } = await cnnviz(['conv', '--files-from', 'list', '-k', 'edge3x3', '-o', 'out'], { cwd });
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^4 written, 1 failed/m)]);
      expect(stderr).toContain('   in/gone.png: no such file\n');
    }));
});

describe('a reader that leaves', () => {
  it('of --jsonl ends nothing and prints nothing', () =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), 12);
      const line = `"${NODE}" "${BIN}" ${CONV.join(' ')} --jsonl -q | head -1 >/dev/null; echo "\${PIPESTATUS[0]}"`;
      const { stdout, stderr } = spawnSync('bash', ['-c', line], { cwd, encoding: 'utf8' });
      expect([stdout, stderr]).toEqual(['0\n', '']);
      expect(pngsIn(join(cwd, 'out'))).toHaveLength(12);
    }));
});

describe.skipIf(!existsSync('/dev/full'))('a full disk behind standard output', () => {
  it.each([[''], ['--json'], ['--jsonl']])('is exit 3 in one line (%s)', (flag) =>
    inFolder(async (cwd) => {
      await makeImages(join(cwd, 'in'), 6);
      const line = `"${NODE}" "${BIN}" ${CONV.join(' ')} ${flag} > /dev/full`;
      const { status, stderr } = spawnSync('bash', ['-c', line], { cwd, encoding: 'utf8' });
      expect(status).toBe(3);
      expect(stderr).toMatch(/^cnnviz: standard output: cannot be written: no space left/m);
      expect(stderr).not.toContain('    at ');
      expect(leftovers(join(cwd, 'out'))).toEqual([]);
    }),
  );
});

function commas(count: number): string {
  return count.toLocaleString('en');
}

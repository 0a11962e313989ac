import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { memorySource } from '../../src/core/bytes.js';
import { findInputs } from '../../src/io/inputs.js';
import { listTar } from '../../src/io/tar/list-tar.js';
import { memberPath } from '../../src/io/tar/member-path.js';
import { memberBytes } from '../../src/io/tar/members.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';
import { seeded } from '../random.js';
import { type TarEntry, tarOf } from './tar-writer.js';

const FIVE = readFileSync(join(IMAGES, 'five.png'));
const BARS = readFileSync(join(IMAGES, 'bars17.png'));
const list = (...entries: TarEntry[]) => listTar(memorySource(tarOf(entries)));
const told = (...entries: TarEntry[]) =>
  [...list(...entries).members.values()].map(({ name, refused }) => [name, refused]);
const find = (...args: string[]) => findInputs(args, { recursive: true, lists: [] });

const folder = mkdtempSync(join(tmpdir(), 'cnnviz-tar-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('archives that tar itself wrote', () => {
  const long = `${'a folder with a long name/'.repeat(8)}${'ä'.repeat(40)}.png`;
  it.each(['v7', 'ustar', 'oldgnu', 'gnu', 'pax'])('%s: every file, at its bytes', (format) => {
    const root = join(folder, format);
    const names = ['five.png', 'cats/bars.png', 'cats/labels.cls', '.hidden.png'];
    if (!['v7', 'ustar'].includes(format)) names.push(long);
    for (const name of names) {
      mkdirSync(join(root, name, '..'), { recursive: true });
      writeFileSync(join(root, name), name.includes('bars') ? BARS : FIVE);
    }
    const archive = join(folder, `${format}.tar`);
    execFileSync('tar', [`--format=${format}`, '-cf', archive, '-C', root, '.']);
    const { members, damage } = listTar(memorySource(readFileSync(archive)));
    expect(damage).toBeNull();
    const shown = names.filter((name) => !name.startsWith('.'));
    expect([...members.keys()].sort()).toEqual([...shown].sort());
    expect([...members.values()].every(({ refused }) => refused === null)).toBe(true);
    for (const name of shown) {
      const bytes = memberBytes({ archive, name });
      expect(Buffer.from(bytes).equals(name.includes('bars') ? BARS : FIVE), name).toBe(true);
    }
  });

  it('links and sparse files are refused by name', () => {
    const root = join(folder, 'odd');
    mkdirSync(root);
    writeFileSync(join(root, 'a.png'), FIVE);
    symlinkSync('a.png', join(root, 'b.png'));
    writeFileSync(join(root, 'c.png'), '');
    truncateSync(join(root, 'c.png'), 1 << 20);
    for (const format of ['gnu', 'pax']) {
      const archive = join(folder, `odd-${format}.tar`);
      execFileSync('tar', [`--format=${format}`, '--sparse', '-cf', archive, '-C', root, 'a.png', 'b.png', 'c.png']);
      const { members, damage } = listTar(memorySource(readFileSync(archive)));
      expect(damage).toBeNull();
      expect([...members.values()].map(({ refused }) => refused)).toEqual([
        null,
        'a symbolic link, which is not followed',
        expect.stringContaining('sparse'),
      ]);
    }
  });
});

describe('archives that nobody should have written', () => {
  it.each([
    ['../../up.png', 'its name leads out of the archive'],
    ['/etc/up.png', 'its name leads out of the archive'],
    ['C:\\up.png', 'its name leads out of the archive'],
    ['a\\b.png', 'its name has a character that no file name has'],
    ['a/../b.png', 'its name leads out of the archive'],
  ])('%s', (name, why) => {
    expect(told({ name, bytes: FIVE })).toEqual([[name, why]]);
    expect(told({ name: 'short.png', path: name, bytes: FIVE })).toEqual([[name, why]]);
  });

  it('names that no result could be named after', () => {
    const why = 'its name is longer than a file system takes';
    for (const path of [`${'a'.repeat(300)}.png`, `${'ab/'.repeat(400)}c.png`])
      expect(told({ name: 'short.png', path, bytes: FIVE })).toEqual([[path, why]]);
  });

  it('of members with one name neither is read', () => {
    const why = 'two members of the archive have this name';
    expect(told({ name: 'a.png', bytes: FIVE }, { name: './a.png', bytes: BARS })).toEqual([['a.png', why]]);
  });

  it.each([
    ['1', 'a hard link, which is not followed'],
    ['2', 'a symbolic link, which is not followed'],
    ['3', 'a device'],
    ['6', 'a FIFO (a named pipe)'],
    ['S', 'stored as a sparse file'],
  ])('type %s', (type, why) => expect(told({ name: 'a.png', type })).toEqual([['a.png', why]]));

  it.each([
    [
      'a size beyond the archive',
      { name: 'a.png', size: 10 * 2 ** 30 },
      /byte 512: a member of 10737418240 bytes, and/,
    ],
    ['a size in base 256', { name: 'a.png', size: 2 ** 60 }, /byte 512: a size beyond all files/],
    ['no checksum', { name: 'a.png', checksum: 1 }, /byte 512: no header of a member: its checksum is wrong/],
    ['attributes of 10 GB', { name: 'a.png', type: 'x', size: 10 * 2 ** 30 }, /attributes of 10737418240 bytes/],
    ['attributes that are none', { name: 'a', type: 'x', bytes: Buffer.from('999 path=a\n') }, /no lines of key=value/],
    ['a size that is none', { name: 'a', type: 'x', bytes: Buffer.from('11 size=-1\n') }, /the size "-1"/],
  ])('%s: what stands before is listed, and where it ends', (_, entry, damage) => {
    const found = list({ name: 'first.png' }, entry as TarEntry);
    expect([...found.members.keys()]).toEqual(['first.png']);
    expect(found.damage).toMatch(damage);
  });

  it('mutations are listed or refused, and nothing else', () => {
    const whole = tarOf([
      { name: 'a.png', bytes: FIVE },
      { name: 'b.png', path: 'long/b.png', bytes: BARS },
      { name: 'c', type: '5' },
    ]);
    const random = seeded(7);
    for (let n = 0; n < 5000; n++) {
      const bytes = Uint8Array.from(
        whole.subarray(0, n % 3 === 0 ? Math.floor(random() * whole.length) : whole.length),
      );
      for (let i = 0; i < 1 + (n % 4) && bytes.length > 0; i++) {
        const at = Math.floor(random() * bytes.length);
        bytes[at] = Math.floor(random() * 256);
      }
      const { members } = listTar(memorySource(bytes));
      for (const { from, size } of members.values()) expect(from + size).toBeLessThanOrEqual(bytes.length);
    }
  });
});

it('a path through a folder called .tar is none into an archive', () => {
  mkdirSync(join(folder, 'folder.tar'));
  copyFileSync(join(IMAGES, 'five.png'), join(folder, 'folder.tar/five.png'));
  expect(memberPath(join(folder, 'folder.tar/five.png'))).toBeNull();
  expect(memberPath(join(folder, 'none.tar/five.png'))).toBeNull();
});

it('archives stand in for folders: named, in folders, in ranges, in lists', () =>
  inFolder(async (cwd) => {
    mkdirSync(join(cwd, 'sub'));
    for (const n of ['00', '01'])
      writeFileSync(join(cwd, `s${n}.tar`), tarOf([{ name: 'x/a.png', bytes: FIVE }, { name: 'x/a.json' }]));
    copyFileSync(join(cwd, 's00.tar'), join(cwd, 'sub/deep.tar'));
    const places = async (...args: string[]) =>
      (await find(...args)).map(({ path, relative }) => [path.slice(cwd.length + 1), relative]);
    const both = [
      ['s00.tar/x/a.png', join('s00', 'x')],
      ['s01.tar/x/a.png', join('s01', 'x')],
    ];
    expect(await places(join(cwd, 's{00..01}.tar'))).toEqual(both);
    expect(await places(join(cwd, 's*.tar'))).toEqual(both);
    expect(await places(cwd)).toEqual([...both, ['sub/deep.tar/x/a.png', join('sub', 'deep', 'x')]]);
    writeFileSync(join(cwd, 'list.txt'), `${join(cwd, 's01.tar')}\n`);
    const lists = [{ path: join(cwd, 'list.txt'), nul: false }];
    expect((await findInputs([], { recursive: false, lists })).map(({ path }) => path)).toEqual([
      join(cwd, 's01.tar/x/a.png'),
    ]);
    await expect(find('s{5..1}.tar')).rejects.toThrow('s{5..1}.tar: stands for 0 names');
    await expect(find('{0..9999}/{0..9999}.tar')).rejects.toThrow('stands for 100000000 names');
    // what is not there fails later, by name
    expect(await places(join(cwd, 's{09..10}-{0..1}.tar'))).toEqual(
      ['s09-0', 's09-1', 's10-0', 's10-1'].map((name) => [`${name}.tar`, '']),
    );
  }));

describe('commands', () => {
  const archive = () =>
    tarOf([
      { name: 'cats/one.png', bytes: FIVE },
      { name: '../../out.png', bytes: FIVE },
      { name: 'cats/two.png', bytes: Buffer.from('no picture') },
      { name: 'cats/three.png', bytes: BARS },
      { name: 'four.png', checksum: 3 },
    ]);

  it('a batch over a shard gives what its files give; what cannot be read is told by name; --resume does the rest', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'a.tar'), archive());
      mkdirSync(join(cwd, 'files/cats'), { recursive: true });
      writeFileSync(join(cwd, 'files/cats/one.png'), FIVE);
      writeFileSync(join(cwd, 'files/cats/three.png'), BARS);
      const conv = (...args: string[]) => cnnviz(['conv', ...args, '-k', 'edge3x3', '--format', 'npy'], { cwd });
      const { code, stderr, stdout } = await conv('a.tar', '-o', 'maps/');
      expect(code, stderr).toBe(1);
      expect(stdout + stderr).toContain('a.tar/../../out.png: its name leads out of the archive');
      expect(stdout + stderr).toContain('a.tar: damaged: byte 4096: no header of a member: its checksum is wrong');
      expect(stdout + stderr).toMatch(/a\.tar\/cats\/two\.png: not an image/);
      await conv('files/', '-r', '-o', 'expected/');
      for (const name of ['one', 'three']) {
        const [got, expected] = [`maps/a/cats/${name}`, `expected/cats/${name}`].map((path) =>
          readFileSync(join(cwd, `${path}.edge3x3.npy`)),
        );
        expect(got.equals(expected)).toBe(true);
      }
      const again = await conv('a.tar', '-o', 'maps/', '--resume', '--json');
      expect(JSON.parse(again.stdout)).toMatchObject({ done: 0, failed: 3, skipped: 2 });
    }));

  it('one file of an archive is an image; the archive is no place for results', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'a.tar'), archive());
      const read = await cnnviz(['explain', 'a.tar/cats/one.png', '-k', 'edge3x3', '--at', '1,1', '--json'], { cwd });
      expect(read.code, read.stderr).toBe(0);
      const over = await cnnviz(['conv', 'a.tar/cats/one.png', '-k', 'edge3x3', '-o', 'a.tar'], { cwd });
      expect([over.code, over.stderr]).toEqual([2, expect.stringContaining('a.tar')]);
      expect(readFileSync(join(cwd, 'a.tar')).equals(archive())).toBe(true);
      const none = await cnnviz(['conv', 'a.tar/cats/ten.png', '-k', 'edge3x3'], { cwd });
      expect(none.stderr).toMatch(/a\.tar\/cats\/ten\.png: no such file in the archive; it is damaged at byte \d+/);
    }));

  it('one without images is told so, without advice for folders', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'a.tar'), tarOf([{ name: 'a.txt' }]));
      const { code, stderr } = await cnnviz(['conv', 'a.tar', '-k', 'edge3x3'], { cwd });
      expect(code).toBe(4);
      expect(stderr).toBe(
        'cnnviz: nothing to do: a.tar holds no images\n  fix: --pass-with-no-inputs makes this a success\n',
      );
    }));

  it('what is called .tar and is none is told so', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'a.tar'), '<html>'.repeat(200));
      const { code, stderr } = await cnnviz(['conv', 'a.tar', '-k', 'edge3x3'], { cwd });
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining('a.tar: not a tar archive: byte 0: no header of a member'),
      ]);
    }));
});

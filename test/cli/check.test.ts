import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { cnnviz, IMAGES, inFolder, type Run } from './cnnviz.js';

const PIPE = ['--pipe', 'conv edge3x3 | relu', '--baseline', 'base'];
/** Where the data of these arrays begin: numpy's header of version 1 takes 128 bytes. */
const DATA = 128;

/** A folder with images, five.png and bars17.png in img/, plane.png below it, whose maps are stored in base/. */
function stored(use: (cwd: string, check: (...args: string[]) => Promise<Run>) => Promise<void>): Promise<void> {
  return inFolder(async (cwd) => {
    mkdirSync(join(cwd, 'img/sub'), { recursive: true });
    copyFileSync(join(IMAGES, 'five.png'), join(cwd, 'img/five.png'));
    copyFileSync(join(IMAGES, 'bars17.png'), join(cwd, 'img/bars17.png'));
    copyFileSync(join(IMAGES, 'plane.png'), join(cwd, 'img/sub/plane.png'));
    const env = { CI: '', GITHUB_ACTIONS: '' };
    const check = (...args: string[]) => cnnviz(['check', 'img/', '-r', ...PIPE, ...args], { cwd, env });
    const update = await check('--update');
    expect(update.stderr).toBe('');
    expect(update.code).toBe(0);
    await use(cwd, check);
  });
}

/** Changes one byte of a file. */
function flip(path: string, at: number, bits: number): void {
  const bytes = readFileSync(path);
  bytes[at] ^= bits;
  writeFileSync(path, bytes);
}

const files = (folder: string) =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => /\.\w+$/.test(name) && statSync(join(folder, name)).isFile())
    .sort();

describe('check', () => {
  it('exits 0 when every stage of every image has the bits that --update stored, whatever -j is', () =>
    stored(async (cwd, check) => {
      expect(files(join(cwd, 'base'))).toEqual(
        ['bars17.png', 'five.png', 'sub/plane.png'].flatMap((name) => [`${name}/conv.npy`, `${name}/relu.npy`]),
      );
      for (const jobs of ['1', '4']) {
        const run = await check('-j', jobs);
        expect([run.stdout, run.stderr, run.code]).toEqual([' 0 failed, 3 identical, 0 missing\n', '', 0]);
      }
      const same = await cnnviz(['run', 'conv edge3x3 | relu', 'img/five.png', '-o', 'y.npy'], { cwd });
      expect(same.code).toBe(0);
      expect(readFileSync(join(cwd, 'base/five.png/relu.npy'))).toEqual(readFileSync(join(cwd, 'y.npy')));
    }));

  it('exits 1 when one low bit of one pixel of one stage changed, and names stage, channel and pixel', () =>
    stored(async (cwd, check) => {
      // (600, 431) of 798×598
      flip(join(cwd, 'base/sub/plane.png/relu.npy'), DATA + 4 * (431 * 798 + 600), 1);
      const run = await check();
      expect(run.code).toBe(1);
      expect(run.stdout).toMatch(
        /^ FAIL {2}img\/sub\/plane\.png {3}first difference: relu, channel 0, \(600, 431\): \S+ → \S+ {3}\(1 of 477,204 values; conv identical\)\n {7}off by \S+, 1 ulp\n 1 failed, 2 identical, 0 missing\n$/,
      );
      const quiet = await check('-q');
      expect([quiet.code, quiet.stdout.split('\n').length]).toEqual([1, 3]);
      expect((await check('--tolerance', 'ulps=1')).stdout).toBe(
        ' 0 failed, 2 identical, 1 within the tolerance, 0 missing\n',
      );
      const { results } = JSON.parse((await check('--json')).stdout);
      expect(results[2].first).toEqual({ stage: 'relu', item: 0, channel: 0, x: 600, y: 431 });
      expect(results[2].stages[1].values).toMatchObject({ total: 477204, differing: 1, first: { ulps: 1 } });
    }));

  it('the first stage in the order of the network is named, with what became of those after it', () =>
    stored(async (cwd, check) => {
      flip(join(cwd, 'base/five.png/conv.npy'), DATA + 4 * 5 + 3, 0x80);
      flip(join(cwd, 'base/five.png/relu.npy'), DATA + 4 * 2 + 3, 0x40);
      const run = await check();
      expect(run.stdout).toContain('first difference: conv, channel 0, (2, 1)');
      expect(run.stdout).toContain('; then relu fails too\n');
    }));

  it('missing baselines, extra ones, other sizes and damaged files fail', () =>
    stored(async (cwd, check) => {
      rmSync(join(cwd, 'base/five.png/conv.npy'));
      copyFileSync(join(cwd, 'base/five.png/relu.npy'), join(cwd, 'base/bars17.png/conv.npy'));
      cpSync(join(cwd, 'base/five.png'), join(cwd, 'base/ghost.png'), { recursive: true });
      writeFileSync(join(cwd, 'base/sub/plane.png/conv.npy'), 'not an array');
      const run = await check();
      expect(run.code).toBe(1);
      expect(run.stdout.split('\n')).toEqual([
        ' FAIL     img/bars17.png      conv: its size differs: expected [1, 3, 3], got [1, 15, 15]',
        ' FAIL     img/sub/plane.png   conv: base/sub/plane.png/conv.npy: not a .npy file: its magic is missing',
        ' MISSING  img/five.png        no baseline for conv: base/five.png/conv.npy',
        ' EXTRA    base/ghost.png/relu.npy   no image of this check produces it',
        ' 2 failed, 0 identical, 1 missing, 1 extra',
        '',
      ]);
    }));

  it('an image that cannot be read fails alone, and its baselines are not extra', () =>
    stored(async (cwd, check) => {
      writeFileSync(join(cwd, 'img/five.png'), 'no image');
      const run = await check();
      expect(run.code).toBe(1);
      expect(run.stdout).toMatch(
        /^ FAIL {2}img\/five\.png {3}not an image \(starts with "no"\)\n.*\n 1 failed, 2 identical/,
      );
      expect((await check('--update')).code).toBe(1);
      expect(existsSync(join(cwd, 'base/five.png/conv.npy'))).toBe(true);
    }));

  it('--update writes what changed and nothing else, says so, and removes only what lies where a baseline would', () =>
    stored(async (cwd, check) => {
      const base = join(cwd, 'base');
      const then = new Date(1e12);
      for (const file of files(base)) utimesSync(join(base, file), then, then);
      const before = readFileSync(join(base, 'five.png/relu.npy'));
      flip(join(base, 'five.png/relu.npy'), DATA, 1);
      utimesSync(join(base, 'five.png/relu.npy'), then, then);
      mkdirSync(join(base, 'old/gone.jpg'), { recursive: true });
      for (const stray of ['old/gone.jpg/conv.npy', 'own.png', 'notes.txt']) writeFileSync(join(base, stray), 'x');
      const run = await check('--update');
      expect(run.code).toBe(1);
      expect(run.stdout).toMatch(
        /^ changed {2}img\/five\.png {3}relu {3}\(relu: 1 of 9 values, first at channel 0, \(0, 0\): .*\)\n/,
      );
      expect(run.stdout).toContain('\n removed  base/old/gone.jpg/conv.npy\n left     base/own.png ');
      expect(run.stdout).toMatch(/\n 0 new, 1 changed, 1 removed, 5 same\n$/);
      expect(readFileSync(join(base, 'five.png/relu.npy'))).toEqual(before);
      expect(existsSync(join(base, 'old'))).toBe(false);
      const touched = files(base).filter((file) => statSync(join(base, file)).mtimeMs !== 1e12);
      expect(touched).toEqual(['five.png/relu.npy', 'notes.txt', 'own.png']);
    }));

  it('--update that cannot write stops with exit 3 and takes nothing away of images it did not come to', () =>
    stored(async (cwd, check) => {
      const base = join(cwd, 'base');
      rmSync(join(base, 'bars17.png'), { recursive: true });
      writeFileSync(join(base, 'bars17.png'), 'a file where a folder should be');
      const run = await check('--update', '-j', '1');
      expect(run.code).toBe(3);
      expect(run.stderr).toContain('base/bars17.png/conv.npy: cannot be written');
      expect(run.stdout).toContain(' 0 new, 0 changed, 0 removed');
      expect(run.stderr).toContain(' 2 not begun\n');
      expect(files(join(base, 'sub'))).toEqual(['plane.png/conv.npy', 'plane.png/relu.npy']);
    }));

  it('--update is refused in CI unless forced', () =>
    stored(async (cwd) => {
      const update = (env: Record<string, string>, ...more: string[]) =>
        cnnviz(['check', 'img', '--pipe', 'relu', '--baseline', 'b2', '--update', ...more], { cwd, env });
      const refused = await update({ CI: 'true' });
      expect([refused.code, existsSync(join(cwd, 'b2'))]).toEqual([2, false]);
      expect(refused.stderr).toContain('--update is refused where CI=true');
      expect((await update({ CI: 'true' }, '--force-update')).code).toBe(0);
      expect((await update({ CI: 'false' })).code).toBe(0);
    }));

  it('pictures as baselines: one pixel changed by another program is found; both formats may stand side by side', () =>
    stored(async (cwd, check) => {
      expect((await check('--update', '--format', 'png')).stdout).toContain(' 6 new, 0 changed');
      expect(files(join(cwd, 'base/five.png'))).toEqual(['conv.npy', 'conv/0.png', 'relu.npy', 'relu/0.png']);
      expect((await check()).code).toBe(0);
      const path = join(cwd, 'base/bars17.png/conv/0.png');
      const { data, info } = await sharp(path).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
      data[7 * info.width + 12] += 1;
      // saved without cnnviz' metadata
      await sharp(data, { raw: { width: info.width, height: info.height, channels: 1 } })
        .toColourspace('b-w')
        .png()
        .toFile(path);
      const run = await check();
      expect(run.code).toBe(1);
      expect(run.stdout).toMatch(
        /first difference: conv, channel 0, \(12, 7\): \S+ → \S+ \(grey \d+ → \d+\) {3}\(1 of 225 values\)/,
      );
      // the array next to it is still right
      rmSync(join(cwd, 'base/bars17.png/conv/0.png'));
      expect((await check()).code).toBe(0);
    }));

  it('a picture holds values: twice the values on twice the scale are another map', () =>
    stored(async (cwd) => {
      const check = (gain: number, ...more: string[]) =>
        cnnviz(['check', 'img/five.png', '--pipe', `conv "${gain} 0 ${-gain}"`, '--baseline', 'b2', ...more], {
          cwd,
          env: { CI: '' },
        });
      await check(1, '--update', '--format', 'png');
      expect((await check(1)).code).toBe(0);
      expect((await check(2)).code).toBe(1);
    }));

  it('a.jpg and a.png have baselines of their own; two images of one name are refused before any work', () =>
    inFolder(async (cwd) => {
      for (const folder of ['x', 'y']) mkdirSync(join(cwd, folder));
      copyFileSync(join(IMAGES, 'five.png'), join(cwd, 'x/a.png'));
      copyFileSync(join(IMAGES, 'five.png'), join(cwd, 'y/A.PNG'));
      await sharp(join(IMAGES, 'five.png')).jpeg().toFile(join(cwd, 'x/a.jpg'));
      const update = (...images: string[]) =>
        cnnviz(['check', ...images, ...PIPE, '--update'], { cwd, env: { CI: '' } });
      expect((await update('x')).code).toBe(0);
      expect(readdirSync(join(cwd, 'base')).sort()).toEqual(['a.jpg', 'a.png']);
      const clash = await update('x', 'y');
      expect(clash.code).toBe(2);
      expect(clash.stderr).toContain('two images would share these baselines: x/a.png and y/A.PNG');
    }));

  it('shards are parts of the check: together they find everything, an extra file once', () =>
    stored(async (cwd, check) => {
      for (const name of ['five.png', 'bars17.png', 'sub/plane.png'])
        flip(join(cwd, 'base', name, 'relu.npy'), DATA, 1);
      cpSync(join(cwd, 'base/five.png'), join(cwd, 'base/ghost.png'), { recursive: true });
      const runs = await Promise.all(['1/2', '2/2'].map((shard) => check('--shard', shard)));
      expect(runs.map(({ code }) => code)).toEqual([1, 1]);
      const lines = runs.flatMap(({ stdout }) => stdout.split('\n'));
      expect(lines.filter((line) => line.startsWith(' FAIL'))).toHaveLength(3);
      expect(lines.filter((line) => line.startsWith(' EXTRA'))).toHaveLength(2);
    }));

  it('--report draws what differs and makes a page that needs nothing from elsewhere; --junit counts; GitHub gets annotations', () =>
    stored(async (cwd) => {
      flip(join(cwd, 'base/five.png/conv.npy'), DATA + 4 * 4 + 3, 0x80);
      const args = ['check', 'img', '-r', ...PIPE, '--report', 'rep', '--junit', 'out/j.xml'];
      const run = await cnnviz(args, { cwd, env: { GITHUB_ACTIONS: 'true' } });
      expect(run.code).toBe(1);
      expect(run.stdout).toContain(
        '\n::error file=img/five.png,title=cnnviz check%3A conv::img/five.png: first difference',
      );
      const pictures = ['five.png/conv.difference.png', 'five.png/conv.expected.png', 'five.png/conv.got.png'];
      expect(files(join(cwd, 'rep'))).toEqual([...pictures, 'index.html']);
      const page = readFileSync(join(cwd, 'rep/index.html'), 'utf8');
      for (const picture of pictures) expect(page).toContain(` src="${picture}" `);
      expect(page).not.toMatch(/<script|data:|(?:src|href)="(?:\w+:|\/)/);
      const xml = readFileSync(join(cwd, 'out/j.xml'), 'utf8');
      expect(xml).toContain('<testsuites name="cnnviz check" tests="3" failures="1" errors="0" skipped="0">');
    }));

  it('a file of cases: paths from its folder, a network with its weights, defaults and tolerances', () =>
    stored(async (cwd) => {
      mkdirSync(join(cwd, 'checks'));
      const text = `baseline: stored
cases:
  - {name: edges, images: [../img/], recursive: true, pipe: conv edge3x3 | relu}
  - {name: net, image: ../img/five.png, network: lenet5, init: 3, resize: [32, 32], layers: [conv1, output], baseline: net}
`;
      writeFileSync(join(cwd, 'checks/all.yaml'), text);
      const run = (...more: string[]) => cnnviz(['check', 'checks/all.yaml', ...more], { cwd, env: { CI: '' } });
      expect((await run('--update')).code).toBe(0);
      expect(readdirSync(join(cwd, 'checks')).sort()).toEqual(['all.yaml', 'net', 'stored']);
      expect((await run()).stdout).toBe(' 0 failed, 4 identical, 0 missing\n');
      flip(join(cwd, 'checks/net/five.png/conv1.npy'), DATA, 1);
      const failed = await run();
      expect(failed.code).toBe(1);
      expect(failed.stdout).toMatch(/^ FAIL {2}net: img\/five\.png {3}first difference: conv1, channel 0, \(0, 0\)/);
      writeFileSync(join(cwd, 'checks/all.yaml'), text.replace('relu}', 'rleu}'));
      const typo = await run();
      expect(typo.code).toBe(2);
      expect(typo.stderr).toMatch(/checks\/all\.yaml:3:5: .*rleu[\s\S]*did you mean relu/);
    }));

  it('names come from a list too', () =>
    stored(async (cwd) => {
      writeFileSync(join(cwd, 'list'), 'img/five.png\0img/bars17.png\0');
      rmSync(join(cwd, 'base/sub'), { recursive: true });
      const run = await cnnviz(['check', '--files-from', 'list', '-0', ...PIPE], { cwd });
      expect(run.stdout).toBe(' 0 failed, 2 identical, 0 missing\n');
      expect((await cnnviz(['check', ...PIPE], { cwd })).code).toBe(2);
    }));

  it('nothing that matches is exit 4, a layer nothing has exit 2, said once', () =>
    stored(async (cwd, check) => {
      mkdirSync(join(cwd, 'empty'));
      const none = (...more: string[]) => cnnviz(['check', 'empty', ...PIPE, ...more], { cwd });
      expect((await none()).code).toBe(4);
      expect((await none('--pass-with-no-inputs')).code).toBe(0);
      cpSync(join(cwd, 'base/five.png'), join(cwd, 'base/ghost.png'), { recursive: true });
      const typo = await check('--layers', 'rel', '--update');
      expect(existsSync(join(cwd, 'base/ghost.png/relu.npy'))).toBe(true);
      expect(typo.code).toBe(2);
      expect(typo.stderr).toMatch(/^cnnviz: --layers rel: no layer is called that\n {2}fix: did you mean relu\?.*\n$/);
    }));
});

describe('diff', () => {
  it('two arrays: 0 when they are the same, 1 with the place when they differ, 2 when one is none', () =>
    stored(async (cwd) => {
      const [a, b] = ['base/sub/plane.png/relu.npy', 'b.npy'];
      copyFileSync(join(cwd, a), join(cwd, b));
      const diff = (...args: string[]) => cnnviz(['diff', ...args], { cwd });
      const same = await diff(a, b);
      expect([same.stdout, same.code]).toEqual([' identical   477,204 values, [1, 598, 798] float32\n', 0]);
      flip(join(cwd, b), DATA + 4 * (431 * 798 + 600), 1);
      const run = await diff(a, b, '-o', 'd.png');
      expect(run.code).toBe(1);
      expect(run.stdout).toMatch(
        /^ differ {3}first at channel 0, \(600, 431\): \S+ → \S+ {3}\(1 of 477,204 values\)\n {10}off by \S+, 1 ulp\nwrote d\.png\n$/,
      );
      expect((await sharp(join(cwd, 'd.png')).metadata()).format).toBe('png');
      expect((await diff(a, b, '--tolerance', 'ulps=1')).code).toBe(0);
      for (const stranger of ['gone.npy', 'img/sub', join(IMAGES, 'rocket.jpg')]) {
        expect((await diff(a, stranger)).code).toBe(2);
      }
    }));

  it('two pictures by their pixels, an array and the picture of a map by its scale', () =>
    stored(async (cwd) => {
      const diff = (...args: string[]) => cnnviz(['diff', ...args], { cwd });
      await cnnviz(['conv', 'img/five.png', '--rgb', '-k', 'edge3x3', '-o', 'm.png'], { cwd });
      const { data, info } = await sharp(join(cwd, 'm.png'))
        .toColourspace('b-w')
        .raw()
        .toBuffer({ resolveWithObject: true });
      const save = (name: string) =>
        sharp(data, { raw: { width: info.width, height: info.height, channels: 1 } })
          .toColourspace('b-w')
          .png({ compressionLevel: 9 })
          .toFile(join(cwd, name));
      await save('same.png');
      expect((await diff('m.png', 'same.png')).stdout).toBe(' identical   9 values, 3×3 grey, 8 bits\n');
      data[5] += 2;
      await save('other.png');
      const other = await diff('m.png', 'other.png');
      expect([other.code, other.stdout.split('\n')[0]]).toEqual([
        1,
        ` differ   first at (2, 1): grey ${data[5] - 2} → ${data[5]}   (1 of 9 values)`,
      ]);
      expect((await diff('m.png', 'base/five.png/conv.npy')).code).toBe(0);
      expect((await diff('m.png', 'base/five.png/relu.npy')).code).toBe(1);
      expect((await diff('other.png', 'base/five.png/conv.npy')).code).toBe(2);
      expect((await diff('m.png', 'img/five.png')).stdout).toBe(' differ   their sizes differ: 3×3 and 5×5\n');
    }));

  it('two folders file by file', () =>
    stored(async (cwd) => {
      cpSync(join(cwd, 'base'), join(cwd, 'b2'), { recursive: true });
      const diff = () => cnnviz(['diff', 'base', 'b2'], { cwd });
      expect((await diff()).stdout).toBe(' 0 differ, 6 the same, 0 on one side only\n');
      flip(join(cwd, 'b2/five.png/conv.npy'), DATA, 1);
      rmSync(join(cwd, 'base/bars17.png/conv.npy'));
      const run = await diff();
      expect(run.code).toBe(1);
      expect(run.stdout).toMatch(
        /^ only {5}b2\/bars17\.png\/conv\.npy\n b2\/five\.png\/conv\.npy\n differ {3}first at channel 0, \(0, 0\)[\s\S]*\n 1 differ, 4 the same, 1 on one side only\n$/,
      );
    }));
});

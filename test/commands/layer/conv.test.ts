import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tensor } from '../../../src/core/tensor.js';
import { conv2d, decodeImage, decodeNpy, encodeNpy } from '../../../src/index.js';
import { cnnviz, IMAGES, inFolder } from '../../cli/cnnviz.js';
import { randomArray } from '../../random.js';

const require = createRequire(import.meta.url);
const sharp = require('sharp') as typeof import('sharp').default;
const ESCAPE = '\u001b';

describe('conv', () => {
  it('writes NAME.MAP.png in the current folder and says what it means', () =>
    inFolder(async (cwd) => {
      copyFileSync(join(IMAGES, 'five.png'), join(cwd, 'five.png'));
      const { code, stdout, stderr } = await cnnviz(['conv', 'five.png', '--kernel', 'edge3x3'], { cwd });
      expect(stderr).toBe('');
      expect(code).toBe(0);
      expect(stdout).toContain('five.png  5×5');
      expect(stdout).toContain('→ 3×3');
      expect(stdout).toContain('wrote five.edge3x3.png');
      expect(stdout).not.toContain(ESCAPE);
      expect(readdirSync(cwd).sort()).toEqual(['five.edge3x3.png', 'five.png']);
      const png = readFileSync(join(cwd, 'five.edge3x3.png'));
      expect([png[24], png[25]]).toEqual([8, 0]);
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([3, 3]);
    }));

  it('draws min as 0 and max as 255, and read gives the values back within half a step', () =>
    inFolder(async (cwd) => {
      const image = join(IMAGES, 'bars17.png');
      await cnnviz(['conv', image, '-k', 'edge3x3', '-o', 'map.png'], { cwd });
      await cnnviz(['conv', image, '-k', 'edge3x3', '-o', 'map.npy'], { cwd });
      const levels = await sharp(join(cwd, 'map.png')).toColourspace('b-w').raw().toBuffer();
      const exact = decodeNpy(readFileSync(join(cwd, 'map.npy')));
      expect(exact.shape).toEqual([1, 15, 15]);
      expect([Math.min(...levels), Math.max(...levels)]).toEqual([0, 255]);
      const brightest = exact.data.indexOf(Math.max(...exact.data));
      expect(levels[brightest]).toBe(255);
      const json = await cnnviz(
        ['read', 'map.png', '--at', `${brightest % 15},${Math.floor(brightest / 15)}`, '--json'],
        { cwd },
      );
      const { points, halfStep } = JSON.parse(json.stdout);
      expect(Math.abs(points[0].value - exact.data[brightest])).toBeLessThanOrEqual(halfStep);
    }));

  it('gives the same numbers as the library', () =>
    inFolder(async (cwd) => {
      const image = join(IMAGES, 'chelsea.png');
      const flags = [
        '-k',
        '1 2 0; 0 -1 3',
        '--stride',
        '2,3',
        '--padding',
        '1,2,0,1',
        '--padding-mode',
        'replicate',
        '--bias',
        '-0.5',
      ];
      expect((await cnnviz(['conv', image, ...flags, '-o', 'map.npy'], { cwd })).code).toBe(0);
      const x = await decodeImage(image);
      const y = conv2d(x, tensor(Float32Array.of(1, 2, 0, 0, -1, 3), [2, 3]), {
        stride: [2, 3],
        padding: [1, 2, 0, 1],
        paddingMode: 'replicate',
        bias: -0.5,
      });
      const map = decodeNpy(readFileSync(join(cwd, 'map.npy')));
      expect(map.shape).toEqual(y.shape);
      expect(map.data).toEqual(y.data);
    }));

  it('gives the same bytes for one image, several, and any order', () =>
    inFolder(async (cwd) => {
      const names = ['five.png', 'bars17.png', 'brick.png'];
      for (const name of names) copyFileSync(join(IMAGES, name), join(cwd, name));
      const flags = ['-k', 'sobel-x', '--stride', '2'];
      for (const name of names) await cnnviz(['conv', name, ...flags, '-o', 'one'], { cwd });
      await cnnviz(['conv', ...names, ...flags, '-o', 'all', '-j', '3'], { cwd });
      await cnnviz(['conv', ...names.reverse(), ...flags, '-o', 'back', '-j', '1'], { cwd });
      const files = readdirSync(join(cwd, 'one')).sort();
      expect(files).toHaveLength(3);
      for (const file of files) {
        const one = readFileSync(join(cwd, 'one', file));
        expect(readFileSync(join(cwd, 'all', file)).equals(one)).toBe(true);
        expect(readFileSync(join(cwd, 'back', file)).equals(one)).toBe(true);
      }
    }));

  it('makes several maps from several kernels, a bank of a .npy file among them', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'bank.npy'), encodeNpy(tensor(randomArray(2 * 3 * 3 * 3, 1), [2, 3, 3, 3])));
      const { code } = await cnnviz(
        ['conv', join(IMAGES, 'five.png'), '--rgb', '-k', 'box3', '-k', 'bank.npy', '-k', 'box3', '-o', 'out'],
        { cwd },
      );
      expect(code).toBe(0);
      expect(readdirSync(join(cwd, 'out')).sort()).toEqual([
        'five.bank.0.png',
        'five.bank.1.png',
        'five.box3-2.png',
        'five.box3.png',
      ]);
    }));

  it('keeps the tree of a folder and takes 16-bit and npy inputs from it', () =>
    inFolder(async (cwd) => {
      mkdirSync(join(cwd, 'in/deep'), { recursive: true });
      copyFileSync(join(IMAGES, 'five.png'), join(cwd, 'in/five.png'));
      writeFileSync(join(cwd, 'in/deep/x.npy'), encodeNpy(tensor(randomArray(25, 3), [5, 5])));
      const flat = await cnnviz(['conv', 'in', '-k', 'edge3x3', '-o', 'flat'], { cwd });
      expect([flat.code, readdirSync(join(cwd, 'flat'))]).toEqual([0, ['five.edge3x3.png']]);
      const tree = await cnnviz(['conv', 'in', '-r', '-k', 'edge3x3', '-o', 'tree'], { cwd });
      expect(tree.code).toBe(0);
      expect(existsSync(join(cwd, 'tree/five.edge3x3.png'))).toBe(true);
      expect(existsSync(join(cwd, 'tree/deep/x.edge3x3.png'))).toBe(true);
      expect(tree.stderr).toContain('2 written, 0 failed');
    }));

  it('takes an array [N, C, H, W] and gives [N, M, oH, oW] exactly', () =>
    inFolder(async (cwd) => {
      const x = tensor(randomArray(2 * 4 * 6 * 5, 5, -100, 100), [2, 4, 6, 5]);
      const w = tensor(randomArray(6 * 2 * 3 * 3, 6), [6, 2, 3, 3]);
      const b = randomArray(6, 7);
      writeFileSync(join(cwd, 'x.npy'), encodeNpy(x));
      writeFileSync(join(cwd, 'w.npy'), encodeNpy(w));
      writeFileSync(join(cwd, 'b.npy'), encodeNpy(tensor(b, [6])));
      const run = await cnnviz(['conv', 'x.npy', '-k', 'w.npy', '--groups', '2', '--bias', 'b.npy', '-o', 'y.npy'], {
        cwd,
      });
      expect(run.stderr + run.code).toBe('0');
      const y = decodeNpy(readFileSync(join(cwd, 'y.npy')));
      const expected = conv2d(x, w, { groups: 2, bias: b });
      expect(y.shape).toEqual([2, 6, 4, 3]);
      expect(y.data).toEqual(expected.data);
      const pictures = await cnnviz(['conv', 'x.npy', '-k', 'w.npy', '--groups', '2', '-o', 'maps'], { cwd });
      expect(pictures.code).toBe(0);
      expect(readdirSync(join(cwd, 'maps'))).toHaveLength(12);
    }));

  it('reads from stdin and writes to stdout, with the words on stderr', () =>
    inFolder(async (cwd) => {
      const stdin = readFileSync(join(IMAGES, 'five.png'));
      const run = await cnnviz(['conv', '-', '-k', 'edge3x3', '-o', '-'], { cwd, stdin });
      expect(run.code).toBe(0);
      expect(run.bytes.subarray(1, 4).toString()).toBe('PNG');
      expect(run.stderr).toContain('standard input  5×5');
      const npy = await cnnviz(['conv', '-', '-k', 'edge3x3', '-o', '-', '--format', 'npy', '-q'], { cwd, stdin });
      expect(decodeNpy(npy.bytes).shape).toEqual([1, 3, 3]);
      expect(npy.stderr).toBe('');
    }));

  it('finds a patch at its own place with zero mean, and not with raw weights', () =>
    inFolder(async (cwd) => {
      const { wheel } = JSON.parse(readFileSync(join(IMAGES, 'plane.json'), 'utf8'));
      const patch = `${wheel.x},${wheel.y},${wheel.w},${wheel.h}`;
      const args = ['conv', join(IMAGES, 'plane.png'), '--patch', patch, '--stride', '4', '--json', '-o', 'map.npy'];
      const found = JSON.parse((await cnnviz(args, { cwd })).stdout).results[0].banks[0].maps[0];
      expect(found.patch.own).toEqual({ x: wheel.x, y: wheel.y, width: wheel.w, height: wheel.h, found: true });
      const raw = JSON.parse((await cnnviz([...args, '--patch-mode', 'raw'], { cwd })).stdout).results[0].banks[0]
        .maps[0];
      expect(raw.patch.own.found).toBe(false);
      const ncc = JSON.parse((await cnnviz([...args, '--patch-mode', 'ncc'], { cwd })).stdout).results[0].banks[0]
        .maps[0];
      expect(ncc.patch.own.found).toBe(true);
      expect(ncc.values.max).toBeLessThanOrEqual(1);
    }));

  it('finds the bias that lets a share fire, with the bits of that number', () =>
    inFolder(async (cwd) => {
      const base = ['conv', join(IMAGES, 'brick.png'), '-k', 'outline3x3', '--relu'];
      const run = await cnnviz([...base, '--bias', 'fire:1%', '--json', '-o', 'a.npy'], { cwd });
      const [map] = JSON.parse(run.stdout).results[0].banks[0].maps;
      expect(map.values.firing / map.values.count).toBeLessThanOrEqual(0.01);
      expect(map.values.firing / map.values.count).toBeGreaterThan(0.005);
      await cnnviz([...base, '--bias', String(map.bias), '-o', 'b.npy'], { cwd });
      expect(readFileSync(join(cwd, 'a.npy')).equals(readFileSync(join(cwd, 'b.npy')))).toBe(true);
    }));

  it('writes 16-bit maps, colour maps, sheets and strips', () =>
    inFolder(async (cwd) => {
      const image = join(IMAGES, 'bars17.png');
      await cnnviz(['conv', image, '-k', 'edge3x3', '--depth', '16', '-o', 'deep.png'], { cwd });
      const deep = readFileSync(join(cwd, 'deep.png'));
      expect([deep[24], deep[25]]).toEqual([16, 0]);
      await cnnviz(['conv', image, '-k', 'edge3x3', '--colormap', 'viridis', '-o', 'colour.png'], { cwd });
      expect((await sharp(join(cwd, 'colour.png')).metadata()).channels).toBe(3);
      const back = await cnnviz(['read', 'colour.png', '--at', '0,0'], { cwd });
      expect([back.code, back.stdout]).toEqual([0, expect.stringContaining('±')]);
      const both = await cnnviz(
        ['conv', image, '-k', 'edge3x3', '-k', 'box3', '--sheet', '--strip', '-o', 'pictures'],
        { cwd },
      );
      expect(both.code).toBe(0);
      expect(readdirSync(join(cwd, 'pictures')).sort()).toEqual(['bars17.sheet.png', 'bars17.strip.png']);
      const sheet = await cnnviz(['read', 'pictures/bars17.sheet.png'], { cwd });
      expect([sheet.code, sheet.stderr]).toEqual([2, expect.stringContaining('a labelled picture, not a map')]);
    }));

  it('writes nothing in a dry run, and says what it would', () =>
    inFolder(async (cwd) => {
      const args = ['conv', join(IMAGES, 'rocket.jpg'), '-k', 'edge3x3', '--stride', '2', '-n'];
      const { code, stdout } = await cnnviz(args, { cwd });
      expect(code).toBe(0);
      expect(stdout).toContain('would write rocket.edge3x3.s2.png');
      expect(stdout).toContain(`${(319 * 213 * 27).toLocaleString('en')} MACs`);
      expect(readdirSync(cwd)).toEqual([]);
    }));

  it('the recipe of a map makes the same file again', () =>
    inFolder(async (cwd) => {
      copyFileSync(join(IMAGES, 'bars17.png'), join(cwd, 'bars17.png'));
      const args = [
        'conv',
        'bars17.png',
        '-k',
        '1 0 -1; 2 0 -2; 1 0 -1',
        '--padding',
        '1',
        '--scale',
        'p1,p99',
        '--pool',
        'gauss:3:2:0.8',
      ];
      await cnnviz([...args, '-o', 'a.png'], { cwd });
      const { stdout } = await cnnviz(['read', 'a.png', '--recipe'], { cwd });
      const words = [...stdout.trim().matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
      expect(words[0]).toBe('cnnviz');
      await cnnviz([...words.slice(1), '-o', 'b.png'], { cwd });
      expect(readFileSync(join(cwd, 'b.png')).equals(readFileSync(join(cwd, 'a.png')))).toBe(true);
    }));

  it('goes on after a bad input, exits 1 and leaves nothing of it behind', () =>
    inFolder(async (cwd) => {
      const jpeg = readFileSync(join(IMAGES, 'rocket.jpg'));
      writeFileSync(join(cwd, 'cut.jpg'), jpeg.subarray(0, jpeg.length * 0.6));
      writeFileSync(join(cwd, 'page.png'), '<!DOCTYPE html><p>not found');
      copyFileSync(join(IMAGES, 'five.png'), join(cwd, 'good.png'));
      const run = await cnnviz(
        ['conv', 'cut.jpg', 'page.png', 'good.png', 'missing.png', '-k', 'edge3x3', '-o', 'out'],
        { cwd },
      );
      expect(run.code).toBe(1);
      expect(readdirSync(join(cwd, 'out'))).toEqual(['good.edge3x3.png']);
      expect(run.stderr).toMatch(/^ {3}cut\.jpg: .*truncated/im);
      expect(run.stderr).toContain('   page.png: not an image (starts with "<!DOCTYPE');
      expect(run.stderr).toContain('   missing.png: ');
      expect(run.stderr).toContain('1 written, 3 failed');
      expect(run.stderr).not.toContain('    at ');
    }));

  it('replaces its own older output but never an input', () =>
    inFolder(async (cwd) => {
      copyFileSync(join(IMAGES, 'five.png'), join(cwd, 'a.png'));
      const before = statSync(join(cwd, 'a.png')).mtimeMs;
      const self = await cnnviz(['conv', 'a.png', '-k', 'box3', '-o', './a.png'], { cwd });
      expect([self.code, self.stderr]).toEqual([2, expect.stringContaining('would replace the input')]);
      expect(statSync(join(cwd, 'a.png')).mtimeMs).toBe(before);
      expect((await cnnviz(['conv', 'a.png', '-k', 'box3', '-o', 'b.png'], { cwd })).code).toBe(0);
      expect((await cnnviz(['conv', 'a.png', '-k', 'box3', '-o', 'b.png'], { cwd })).code).toBe(0);
      const kept = await cnnviz(['conv', 'a.png', '-k', 'box3', '-o', 'b.png', '--no-clobber'], { cwd });
      expect([kept.code, kept.stderr]).toEqual([2, expect.stringContaining('--no-clobber')]);
    }));
});

const five = join(IMAGES, 'five.png');
const REFUSALS: [string, string[], number, RegExp][] = [
  ['no kernel', [five], 2, /conv needs a kernel\n {2}fix: add --kernel edge3x3/],
  ['no image', ['-k', 'box3'], 2, /conv needs an image/],
  ['a misspelt kernel', [five, '-k', 'egde3x3'], 2, /unknown kernel "egde3x3"\n {2}fix: did you mean edge3x3\?/],
  ['a misspelt flag', [five, '--kernal', 'box3'], 2, /unknown option '--kernal'\n {2}fix: did you mean --kernel\?/],
  ['stride 0', [five, '-k', 'box3', '--stride', '0'], 2, /--stride: expected a whole number from 1, got "0"/],
  ['a kernel larger than the image', [five, '-k', 'box5', '--dilation', '2'], 2, /larger than the 5×5 image/],
  [
    'reflect wider than the image',
    [five, '-k', 'box3', '--padding', '5', '--padding-mode', 'reflect'],
    2,
    /reflect needs less than/,
  ],
  ['groups that do not divide', [five, '-k', 'box3', '--groups', '2'], 2, /groups 2 does not divide/],
  ['NaN in a kernel', [five, '-k', '1 nan'], 2, /nan/i],
  ['a ragged kernel', [five, '-k', '1 0; 1'], 2, /row/],
  ['a missing kernel file', [five, '-k', 'no.npy'], 2, /no\.npy/],
  ['a patch outside the image', [five, '-p', '3,3,4,4'], 2, /5×5/],
  ['a bad bias', [five, '-k', 'box3', '--bias', 'lots'], 2, /--bias: expected/],
  ['a bad choice', [five, '-k', 'box3', '--depth', '12'], 2, /--depth/],
  ['an ending that is no map', [five, '-k', 'box3', '-o', 'x.jpg'], 2, /the map is written as \.png or \.npy/],
  ['two maps into one file', [five, '-k', 'box3', '-k', 'box5', '-o', 'x.png'], 2, /one file cannot hold/],
  ['a pool larger than the map', [five, '-k', 'box3', '--pool', 'max:4'], 2, /pool is larger/],
  ['a missing image', ['nowhere.png', '-k', 'box3'], 1, /nowhere\.png: /],
  ['a glob that matches nothing', ['*.nothing', '-k', 'box3'], 4, /holds no images/],
  ['a place under a file', [five, '-k', 'box3', '-o', join(five, 'out')], 3, /five\.png/],
];

describe('conv refuses with one clear line', () => {
  it.each(REFUSALS)('%s', (_, args, code, message) =>
    inFolder(async (cwd) => {
      const run = await cnnviz(['conv', ...args], { cwd });
      expect(run.stderr).toMatch(message);
      expect(run.code).toBe(code);
      expect(run.stdout).toBe('');
      expect(run.stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
      expect(run.stderr).not.toContain(ESCAPE);
      expect(readdirSync(cwd)).toEqual([]);
    }),
  );

  it('two inputs that would have one name', () =>
    inFolder(async (cwd) => {
      mkdirSync(join(cwd, 'b'));
      copyFileSync(five, join(cwd, 'a.png'));
      copyFileSync(five, join(cwd, 'b/A.png'));
      const run = await cnnviz(['conv', 'a.png', 'b/A.png', '-k', 'box3', '-o', 'out'], { cwd });
      expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('two results would have this name')]);
      expect(existsSync(join(cwd, 'out'))).toBe(false);
    }));
});

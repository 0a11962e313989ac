import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes.js';
import { tensor } from '../../../src/core/tensor.js';
import { headProbabilities } from '../../../src/engine/training/predict-head.js';
import { decodeNpy, encodeNpy } from '../../../src/index.js';
import { readNote } from '../../../src/io/encode.js';
import { readHead } from '../../../src/models/head-file.js';
import { cnnviz, inFolder } from '../../cli/cnnviz.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const MODELS = join(ROOT, 'fixtures/models/networks');
const NET = [
  '--features',
  `${join(MODELS, 'digits.txt')}@${join(MODELS, 'digits.pth')}`,
  '--gray',
  '--resize',
  '14,14',
];
const WEIGHTS = ['--features', join(MODELS, 'digits.txt'), '--weights', join(MODELS, 'digits.pth')];

const SKLEARN = JSON.parse(readFileSync(join(ROOT, 'fixtures/expected/sklearn/index.json'), 'utf8'));

const PHOTOS = mkdtempSync(join(tmpdir(), 'cnnviz-classes-'));
execFileSync(process.execPath, [join(ROOT, 'fixtures/make/classes.mjs'), PHOTOS]);
afterAll(() => rmSync(PHOTOS, { recursive: true, force: true }));

const TRAIN = join(PHOTOS, 'train');
const TEST = join(PHOTOS, 'test');

/** A folder of classes with some photographs each. */
function folderOf(cwd: string, classes: Readonly<Record<string, readonly string[]>>): void {
  for (const [name, images] of Object.entries(classes)) {
    mkdirSync(join(cwd, 'photos', name), { recursive: true });
    for (const [i, image] of images.entries()) cpSync(join(TRAIN, image), join(cwd, 'photos', name, `${i}.jpg`));
  }
}
const some = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}/0${i}.jpg`);

describe('head train', () => {
  it('writes the same head for the same seed, from computed features and from the cache', () =>
    inFolder(async (cwd) => {
      const args = ['head', 'train', TRAIN, ...NET];
      const first = await cnnviz(
        [...args, '-v', '-o', 'a.head', '--curve', 'curve.png', '--confusion', 'confusion.png'],
        {
          cwd,
        },
      );
      expect(first.code).toBe(0);
      expect(first.stdout).toContain('120 images of 5 classes: brick 24, cat 24, coffee 24, plane 24, rocket 24');
      expect(first.stdout).toContain('120 computed');
      expect(first.stdout).toMatch(/frozen weights before ([0-9a-f]{64})\n {2}frozen weights after {2}\1 unchanged\n/);
      expect(first.stdout).toMatch(/95 images to learn from, 25 held out\n/);
      expect(first.stdout).toMatch(/loss training █[▁▂▃▄▅▆▇█]+ /);
      expect(first.stdout).toMatch(/^ rocket +\d+\.\d % +\d+\.\d % +\d+\.\d % +5$/m);
      expect(readdirSync(cwd).sort()).toEqual(['a.head', 'a.head.features', 'confusion.png', 'curve.png']);

      const again = await cnnviz([...args, '-o', 'b.head', '--cache', 'a.head.features', '--json'], { cwd });
      const report = JSON.parse(again.stdout);
      expect([report.features.computed, report.features.cached]).toEqual([0, 120]);
      expect(report.weightsSha256).toEqual({ before: SKLEARN.digitsSha256, after: SKLEARN.digitsSha256 });
      expect(readFileSync(join(cwd, 'b.head')).equals(readFileSync(join(cwd, 'a.head')))).toBe(true);
      const other = await cnnviz([...args, '-o', 'c.head', '--cache', 'a.head.features', '--seed', '2'], { cwd });
      expect(other.code).toBe(0);
      expect(readFileSync(join(cwd, 'c.head')).equals(readFileSync(join(cwd, 'a.head')))).toBe(false);

      const note = JSON.parse((await readNote(readFileSync(join(cwd, 'confusion.png'))))!);
      expect(note.args.join(' ')).toMatch(/^head train train --features digits\.txt --weights digits\.pth --layer /);
    }));

  it('takes no features of another layer from the cache, and replaces no other file', () =>
    inFolder(async (cwd) => {
      folderOf(cwd, { cat: some('cat', 3), rocket: some('rocket', 3) });
      const args = ['head', 'train', 'photos', ...NET, '--json'];
      await cnnviz(args, { cwd });
      const run = await cnnviz([...args, '--layer', 'features.0'], { cwd });
      expect(run.stderr).toContain('photos.head.features: features of another network');
      expect(JSON.parse(run.stdout).features).toMatchObject({ computed: 6, cached: 0, features: 4 });
      const foreign = await cnnviz([...args, '--cache', 'photos.head'], { cwd });
      expect(foreign.code).toBe(2);
      expect(foreign.stderr).toContain('photos.head: two results would have this name');
      writeFileSync(join(cwd, 'notes.txt'), 'mine');
      const text = await cnnviz([...args, '--cache', 'notes.txt'], { cwd });
      expect(text.code).toBe(2);
      expect(text.stderr).toContain('notes.txt: is no cache of features, and shall not be replaced');
      expect(readFileSync(join(cwd, 'notes.txt'), 'utf8')).toBe('mine');
    }));

  it('leaves unreadable images, NaN and empty classes out, says so, and exits 1', () =>
    inFolder(async (cwd) => {
      folderOf(cwd, { cat: some('cat', 4), rocket: some('rocket', 4), empty: [], broken: [] });
      writeFileSync(join(cwd, 'photos/broken/0.jpg'), 'hello');
      const x = new Float32Array(14 * 14).fill(0.5);
      writeFileSync(join(cwd, 'photos/cat/fine.npy'), encodeNpy(tensor(x, [1, 14, 14])));
      x[7] = Number.NaN;
      writeFileSync(join(cwd, 'photos/cat/nan.npy'), encodeNpy(tensor(x, [1, 14, 14])));
      const run = await cnnviz(['head', 'train', 'photos', ...NET, '--json'], { cwd });
      expect(run.code).toBe(1);
      const report = JSON.parse(run.stdout);
      expect(report.classes).toEqual([
        { name: 'cat', images: 5 },
        { name: 'rocket', images: 4 },
      ]);
      expect(report.failed.map(({ path }: { path: string }) => path)).toEqual([
        'photos/broken/0.jpg',
        'photos/cat/nan.npy',
      ]);
      expect(run.stderr).toContain('photos/broken/0.jpg: not an image (starts with "hello")');
      expect(run.stderr).toMatch(/photos\/cat\/nan\.npy: \d+ of \d+ features are NaN or infinite/);
      expect(run.stderr).toContain('photos/empty holds no images: the class is left out');
      expect(run.stderr).toContain('no image of "broken" could be used: the class is left out');
    }));

  it('refuses one class, and learns from one image a class without holding any out', () =>
    inFolder(async (cwd) => {
      folderOf(cwd, { cat: some('cat', 1) });
      const one = await cnnviz(['head', 'train', 'photos', ...NET], { cwd });
      expect(one.code).toBe(2);
      expect(one.stderr).toContain('photos: one class only, "cat": a classifier needs two');
      folderOf(cwd, { rocket: some('rocket', 1) });
      const two = await cnnviz(['head', 'train', 'photos', ...NET], { cwd });
      expect(two.code).toBe(0);
      expect(two.stdout).toContain('2 images to learn from, too few to hold any out');
      expect(two.stdout).toContain('measured on the images it learned from: new ones will do worse');
    }));

  it('says when copies of an image have two classes', () =>
    inFolder(async (cwd) => {
      folderOf(cwd, { a: ['cat/00.jpg', 'cat/01.jpg'], b: ['rocket/00.jpg', 'cat/01.jpg'] });
      const run = await cnnviz(['head', 'train', 'photos', ...NET], { cwd });
      expect(run.stderr).toContain('photos/a/1.jpg ("a") and photos/b/1.jpg ("b") are the same image');
      expect(run.stderr).toContain('1 of 4 images are copies of others');
    }));

  it('reads a list of path,label, from its own folder or another', () =>
    inFolder(async (cwd) => {
      folderOf(cwd, { x: [...some('cat', 3), ...some('rocket', 3)] });
      const lines = Array.from({ length: 6 }, (_, i) => `x/${i}.jpg,${i < 3 ? 'cat' : 'rocket'}`);
      writeFileSync(join(cwd, 'photos/list.csv'), `path,label\n${lines.join('\n')}\n`);
      const own = await cnnviz(['head', 'train', '--csv', 'photos/list.csv', ...NET], { cwd });
      expect(own.code).toBe(0);
      expect(own.stdout).toContain('6 images of 2 classes: cat 3, rocket 3');
      writeFileSync(join(cwd, 'list.csv'), lines.join('\n'));
      await cnnviz(['head', 'train', 'photos', '--csv', 'list.csv', ...NET, '-o', 'b.head'], { cwd });
      expect(readFileSync(join(cwd, 'b.head')).equals(readFileSync(join(cwd, 'list.head')))).toBe(true);
    }));
});

describe('a trained head', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'cnnviz-head-'));
  afterAll(() => rmSync(cwd, { recursive: true, force: true }));
  await cnnviz(['head', 'train', TRAIN, ...NET, '-o', 'my.head', '--no-cache'], { cwd });

  it('is written alone when no features are to be kept', () => {
    expect(readdirSync(cwd)).toEqual(['my.head']);
  });

  it('predicts what its parameters say of exported features, in any batch', async () => {
    const images = readdirSync(join(TEST, 'rocket')).map((name) => join(TEST, 'rocket', name));
    await cnnviz(['head', 'features', ...images, ...NET, '-o', 'features.npy'], { cwd });
    const x = decodeNpy(readFileSync(join(cwd, 'features.npy')));
    const head = readHead(memorySource(readFileSync(join(cwd, 'my.head'))));
    const expected = headProbabilities(head.parameters, x.data);
    const all = await cnnviz(['head', 'predict', 'my.head', ...images, ...WEIGHTS, '--top', '5', '--jsonl'], { cwd });
    const lines = all.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ path }) => path)).toEqual(images);
    for (const [row, { top }] of lines.entries()) {
      expect(top).toHaveLength(5);
      for (const { index, probability } of top) expect(probability).toBe(expected[row * 5 + index]);
    }
    const one = await cnnviz(['head', 'predict', 'my.head', images[3], ...WEIGHTS, '--top', '5', '--jsonl'], { cwd });
    expect(JSON.parse(one.stdout)).toEqual(lines[3]);
    // the layer's values as `run` shows them
    const args = ['run', `${join(MODELS, 'digits.txt')}@${join(MODELS, 'digits.pth')}`, images[3], '--gray'];
    await cnnviz([...args, '--resize', '14,14', '--layers', head.origin.layer, '-o', 'layer.npy'], { cwd });
    const layer = decodeNpy(readFileSync(join(cwd, 'layer.npy')));
    const [, D] = x.shape;
    expect([...layer.data]).toEqual([...x.data.subarray(3 * D, 4 * D)]);
  });

  it('is measured on labelled images, with classes that are missing or unknown', async () => {
    const photos = join(cwd, 'some');
    for (const name of ['rocket', 'brick']) cpSync(join(TEST, name), join(photos, name), { recursive: true });
    cpSync(join(TEST, 'cat'), join(photos, 'zebra'), { recursive: true });
    const run = await cnnviz(['head', 'eval', 'my.head', 'some', ...WEIGHTS, '--confusion', 'c.png'], { cwd });
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^my\.head on some: \d+ of 20 right/);
    expect(run.stdout).toContain('no images of cat, coffee, plane');
    expect(run.stdout).toContain('zebra: 10 images of a class the head does not know: left out');
    expect(existsSync(join(cwd, 'c.png'))).toBe(true);
    const json = JSON.parse((await cnnviz(['head', 'eval', 'my.head', 'some', ...WEIGHTS, '--json'], { cwd })).stdout);
    expect(json.evaluation.images).toBe(20);
    expect(json.evaluation.right + json.wrong.length).toBe(20);
    expect(json.unknown).toEqual([{ name: 'zebra', images: 10 }]);
  });

  it('refuses other weights and other layers', async () => {
    const image = join(TEST, 'cat/00.jpg');
    const none = await cnnviz(['head', 'predict', 'my.head', image], { cwd });
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('its features come from the network digits.txt, which is not here');
    const made = await cnnviz(['head', 'predict', 'my.head', image, '--features', 'lenet5'], { cwd });
    expect(made.code).toBe(2);
    const bytes = readFileSync(join(MODELS, 'digits.pth'));
    const at = bytes.length >> 1;
    bytes[at] ^= 1;
    writeFileSync(join(cwd, 'other.pth'), bytes);
    const other = await cnnviz(
      ['head', 'predict', 'my.head', image, '--features', join(MODELS, 'digits.txt'), '--weights', 'other.pth'],
      { cwd },
    );
    expect(other.code).toBe(2);
  });

  it('goes on after an image that cannot be read', async () => {
    writeFileSync(join(cwd, 'bad.jpg'), 'hello');
    const args = ['head', 'predict', 'my.head', 'bad.jpg', join(TEST, 'cat/00.jpg'), ...WEIGHTS];
    const run = await cnnviz([...args, '--json'], { cwd });
    expect(run.code).toBe(1);
    const { done, failed, results } = JSON.parse(run.stdout);
    expect([done, failed]).toEqual([1, 1]);
    expect(results[0]).toMatchObject({ path: 'bad.jpg', ok: false, error: { code: 'decode' }, top: null });
    expect(results[1].top).toHaveLength(3);
    const all = await cnnviz(['head', 'predict', 'my.head', 'bad.jpg', ...WEIGHTS], { cwd });
    expect(all.code).toBe(1);
    const none = await cnnviz(['head', 'predict', 'my.head', ...WEIGHTS], { cwd });
    expect(none.code).toBe(2);
  });

  it('reads an image from standard input', async () => {
    const stdin = readFileSync(join(TEST, 'cat/00.jpg'));
    const run = await cnnviz(['head', 'predict', 'my.head', '-', ...WEIGHTS], { cwd, stdin });
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^ - +\d+\.\d % /);
  });
});

describe('head features', () => {
  it('writes a table with path and label, and says which rows a .npy has', () =>
    inFolder(async (cwd) => {
      folderOf(cwd, { cat: some('cat', 2), 'big, dog': some('rocket', 1) });
      writeFileSync(join(cwd, 'photos/cat/bad.jpg'), 'hello');
      const table = await cnnviz(['head', 'features', 'photos', ...NET, '-o', '-'], { cwd });
      expect(table.code).toBe(1);
      const [heading, ...rows] = table.stdout.trimEnd().split('\n');
      expect(heading.startsWith('path,label,f0,f1,')).toBe(true);
      expect(rows.map((row) => row.replace(/(,-?[\d.e-]+)+$/, ''))).toEqual([
        '"photos/big, dog/0.jpg","big, dog"',
        'photos/cat/0.jpg,cat',
        'photos/cat/1.jpg,cat',
      ]);
      const npy = await cnnviz(['head', 'features', 'photos', ...NET, '-o', 'x.npy', '--json'], { cwd });
      const report = JSON.parse(npy.stdout);
      expect(report.rows).toEqual([
        { path: 'photos/big, dog/0.jpg', label: 'big, dog' },
        { path: 'photos/cat/0.jpg', label: 'cat' },
        { path: 'photos/cat/1.jpg', label: 'cat' },
      ]);
      const x = decodeNpy(readFileSync(join(cwd, 'x.npy')));
      expect(x.shape).toEqual([3, report.features.features]);
      const numbers = rows.map((row) => row.split(',').slice(-x.shape[1]).map(Number));
      expect(Float32Array.from(numbers.flat())).toEqual(x.data);
    }));
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeNpy } from '../../src/index.js';
import { readNote } from '../../src/io/encode.js';
import { cnnviz, IMAGES, inFolder } from './cnnviz.js';

const FIVE = join(IMAGES, 'five.png');
const COFFEE = join(IMAGES, 'coffee.png');

async function json(args: string[], cwd: string) {
  const { stdout, stderr, code } = await cnnviz([...args, '--json'], { cwd });
  expect(stderr, stderr).not.toContain('cnnviz:');
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

describe('explain', () => {
  it('the sum is the value that conv stores, bit for bit', () =>
    inFolder(async (cwd) => {
      const layer = ['-k', 'edge3x3', '--stride', '2', '--bias', '0.25'];
      await cnnviz(['conv', COFFEE, ...layer, '-o', 'map.npy'], { cwd });
      const map = decodeNpy(readFileSync(join(cwd, 'map.npy')));
      const told = await json(['explain', COFFEE, ...layer, '--at', '188,42'], cwd);
      expect(told).toMatchObject({ x: 188, y: 42, same: true, difference: 0, algorithm: 'direct' });
      expect(told.value).toBe(map.get(0, 42, 188));
      expect(told.explained).toBe(told.stored);
      const [step] = told.steps;
      expect(step.window).toEqual({ x0: 376, x1: 378, y0: 84, y1: 86 });
      expect(step.bias).toBe(0.25);
      expect(step.channels).toHaveLength(3);
      const parts = step.channels.reduce((sum: number, { sum: part }: { sum: number }) => sum + part, step.bias);
      expect(parts).toBeCloseTo(told.value, 5);
      const { data } = await sharp(COFFEE).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      const red = [84, 85, 86].map((y) => [376, 377, 378].map((x) => Math.fround(data[(y * 600 + x) * 3] / 255)));
      expect(step.channels[0].patch).toEqual(red);
      expect(step.channels[0].kernel).toEqual([
        [1, 0, -1],
        [1, 0, -1],
        [1, 0, -1],
      ]);
    }));

  it('shows patch × kernel = products, the activation and the pooling window', async () => {
    const { stdout } = await cnnviz([
      'explain',
      FIVE,
      '-k',
      'edge3x3',
      '--gray',
      '--relu',
      '--pool',
      'max:2',
      '--at',
      '0,0',
    ]);
    expect(stdout).toContain('patch');
    expect(stdout).toMatch(/sum −1\.294118 {3}bias 0 {3}= −1\.294118 {3}stored −1\.294118: the same value\n/);
    expect(stdout).toContain('max(0, x)');
    expect(stdout).toContain('largest, at (0, 0): 0   stored 0: the same value\n');
  });

  it('a pipe and its flags are explained alike, and a network layer by name', () =>
    inFolder(async (cwd) => {
      const flags = await json(['explain', FIVE, '-k', 'edge3x3', '--relu', '--rgb', '--at', '2,1'], cwd);
      const pipe = await json(['explain', 'conv edge3x3 | relu', FIVE, '--layer', 'relu', '--at', '2,1'], cwd);
      expect(pipe.steps).toEqual(flags.steps);
      const net = [
        'explain',
        'squeezenet1_1',
        '--init',
        'seed:1',
        COFFEE,
        '--layer',
        'features.3.expand3x3',
        '--channel',
        '5',
        '--at',
        '3,4',
      ];
      const told = await json(net, cwd);
      await cnnviz(
        ['run', 'squeezenet1_1', '--init', 'seed:1', COFFEE, '--layers', 'features.3.expand3x3', '-o', 'l.npy'],
        { cwd },
      );
      const stored = decodeNpy(readFileSync(join(cwd, 'l.npy')));
      expect(told.value).toBe(stored.get(...(stored.shape.length === 4 ? [0] : []), 5, 4, 3));
      expect(told.difference).toBeLessThanOrEqual(told.bound);
      const exact = await json([...net, '--exact'], cwd);
      expect(exact).toMatchObject({ same: true, difference: 0, bound: 0 });
    }));

  it('large kernels are summarised, --all lists every product', async () => {
    const layer = ['explain', COFFEE, '--patch', '10,10,20,20', '--at', '10,10'];
    const brief = (await cnnviz(layer)).stdout.split('\n');
    const all = (await cnnviz([...layer, '--all'])).stdout.split('\n');
    expect(brief.length).toBeLessThan(25);
    expect(brief.some((line) => line.includes('largest of 1,200 products'))).toBe(true);
    expect(all.length).toBeGreaterThan(60);
  });

  it('-o draws it, with the command in the metadata', () =>
    inFolder(async (cwd) => {
      const { stdout } = await cnnviz(['explain', FIVE, '-k', 'edge3x3', '--at', '1,1', '-o', 'why.png'], { cwd });
      expect(stdout).toContain('wrote why.png');
      const note = JSON.parse((await readNote(readFileSync(join(cwd, 'why.png'))))!);
      expect(note.args.join(' ')).toBe('explain five.png --kernel edge3x3 --at 1,1');
    }));

  it.each([
    [['explain', FIVE, '-k', 'edge3x3', '--at', '3,0'], /3×3/],
    [['explain', FIVE, '-k', 'edge3x3', '--at', '1'], /expected x,y/],
    [['explain', FIVE], /needs a kernel, or a network/],
    [['explain', FIVE, '-k', 'edge3x3', '--channel', '1'], /1 kernel/],
    [['explain', 'lenet5', '--init', 'seed:1', FIVE, '--layer', 'conv'], /no layer is called that/],
    [['explain', 'lenet5', '--init', 'seed:1', FIVE, '--at', '1,1'], /without a position/],
    [['explain', 'lenet5', '--init', 'seed:1', FIVE, '--stride', '2'], /--stride is for one layer/],
    [['field', FIVE, '-k', 'edge3x3', '--pixel', '5,0'], /input is 5×5/],
    [['animate', FIVE, '-k', 'edge3x3', '--seconds', '0'], /from 0\.5 to 60/],
    [['animate', FIVE, '-k', 'edge3x3', '-o', 'x.mp4'], /\.gif or \.webp/],
  ])('%j is refused with words', async (args, words) => {
    const { code, stderr, stdout } = await cnnviz(args);
    expect(stderr).toMatch(words);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

describe('animate', () => {
  it('five.png under a 3×3 kernel takes nine steps, whose numbers are those of conv', () =>
    inFolder(async (cwd) => {
      await cnnviz(['animate', FIVE, '--kernel', 'edge3x3'], { cwd });
      const { pages, delay } = await sharp(join(cwd, 'five.edge3x3.gif'), { animated: true }).metadata();
      expect(pages).toBe(9);
      expect(delay).toEqual([...new Array(8).fill(1000), 1500]);
      await cnnviz(['conv', FIVE, '-k', 'edge3x3', '-o', 'map.npy'], { cwd });
      const map = decodeNpy(readFileSync(join(cwd, 'map.npy')));
      const told = await json(['animate', FIVE, '-k', 'edge3x3'], cwd);
      expect(told.scenes[0].steps.map(({ value }: { value: number }) => value)).toEqual([...map.data]);
      expect(told.scenes[0].steps.every(({ explained }: { explained: { same: boolean } }) => explained.same)).toBe(
        true,
      );
    }));

  it('the pixels are the same every time, as GIF, WebP and frames', () =>
    inFolder(async (cwd) => {
      const layer = [
        'animate',
        FIVE,
        '-k',
        'edge3x3',
        '--padding',
        '1',
        '--dilation',
        '2',
        '--relu',
        '--pool',
        'max:2',
      ];
      for (const out of ['a.gif', 'b.gif', 'c.webp', 'frames/']) await cnnviz([...layer, '-o', out], { cwd });
      expect(readFileSync(join(cwd, 'a.gif')).equals(readFileSync(join(cwd, 'b.gif')))).toBe(true);
      const raw = (path: string) =>
        sharp(join(cwd, path), { animated: true }).removeAlpha().toColourspace('srgb').raw().toBuffer();
      const webp = await raw('c.webp');
      const files = readdirSync(join(cwd, 'frames')).sort();
      const pages = Buffer.concat(await Promise.all(files.map((file) => raw(join('frames', file)))));
      expect(pages.equals(webp)).toBe(true);
      // the bars of two colour maps alone are more colours than a GIF holds
      const gif = await raw('a.gif');
      expect(gif.length).toBe(webp.length);
      expect(gif.reduce((sum, value, i) => sum + Math.abs(value - webp[i]), 0) / gif.length).toBeLessThan(2);
    }));

  it('large images step so that it stays under --seconds', () =>
    inFolder(async (cwd) => {
      await cnnviz(['animate', COFFEE, '-k', 'sobel-x', '--stride', '4', '--seconds', '2', '-o', 'x.gif'], { cwd });
      const { delay } = await sharp(join(cwd, 'x.gif'), { animated: true }).metadata();
      expect(delay!.length).toBeGreaterThan(5);
      expect(delay!.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(2000);
    }));

  it('--terminal prints each step when nobody watches', async () => {
    const { stdout } = await cnnviz(['animate', FIVE, '-k', 'edge3x3', '--gray', '--terminal']);
    expect(stdout.match(/^step \d of 9$/gm)).toHaveLength(9);
    expect(stdout).not.toContain('\u001b');
  });

  it('a pool alone, a 1-pixel image', () =>
    inFolder(async (cwd) => {
      await sharp({ create: { width: 1, height: 1, channels: 3, background: '#808080' } })
        .png()
        .toFile(join(cwd, 'one.png'));
      expect((await cnnviz(['animate', FIVE, '--pool', 'avg:2:1', '-o', 'p.gif'], { cwd })).code).toBe(0);
      expect(
        (await cnnviz(['animate', 'one.png', '-k', 'edge3x3', '--padding', '1', '-o', 'o.gif'], { cwd })).code,
      ).toBe(0);
      expect((await cnnviz(['field', 'one.png', '-k', 'edge3x3', '--padding', '1'], { cwd })).code).toBe(0);
      const { code, stderr } = await cnnviz(['animate', 'one.png', '-k', 'edge3x3'], { cwd });
      expect(code).toBe(2);
      expect(stderr).toContain('larger than the 1×1 image');
    }));
});

describe('field', () => {
  it('AlexNet without weights: field and stride of every layer as published', () =>
    inFolder(async (cwd) => {
      const told = async (layer: string) => json(['field', 'alexnet', COFFEE, '--layer', layer], cwd);
      expect(await told('features.0')).toMatchObject({ size: { x: 11, y: 11 }, stride: { x: 4, y: 4 } });
      expect(await told('features.12')).toMatchObject({ size: { x: 195, y: 195 }, stride: { x: 32, y: 32 } });
    }));

  it('writes the figure, or the crop alone, and the numbers only with --json', () =>
    inFolder(async (cwd) => {
      const layer = ['field', 'conv edge3x3 stride=2 | max_pool 3 stride=2', COFFEE, '--at', '10,20'];
      const { stdout } = await cnnviz(layer, { cwd });
      expect(stdout).toContain('field 7×7, 4 apart');
      expect(existsSync(join(cwd, 'coffee.field.png'))).toBe(true);
      await cnnviz([...layer, '--crop', '-o', 'crop.png'], { cwd });
      const crop = await sharp(join(cwd, 'crop.png')).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      const wanted = await sharp(COFFEE)
        .removeAlpha()
        .extract({ left: 40, top: 80, width: 7, height: 7 })
        .raw()
        .toBuffer();
      expect(crop.info).toMatchObject({ width: 7, height: 7 });
      expect(crop.data.equals(wanted)).toBe(true);
      const numbers = await json([...layer, '--pixel', '45,85'], cwd);
      expect(numbers.window).toEqual({ x0: 40, x1: 46, y0: 80, y1: 86 });
      expect(numbers.pixel).toMatchObject({ count: 4, window: { x0: 10, x1: 11, y0: 20, y1: 21 } });
      expect(readdirSync(cwd).sort()).toEqual(['coffee.field.png', 'crop.png']);
    }));
});

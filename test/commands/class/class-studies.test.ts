import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeNpy, loadNetwork } from '../../../src/index.js';
import { cnnviz, IMAGES, inFolder } from '../../cli/cnnviz.js';

const CHELSEA = join(IMAGES, 'chelsea.png');
/** A classifier of a few thousand weights: seconds less than a real one. */
const NET = `name: tiny
input: [3, 32, 32]
layers:
  - { type: conv, out_channels: 6, kernel_size: 3, padding: 1 }
  - relu
  - max_pool 2
  - { type: conv, out_channels: 8, kernel_size: 3, padding: 1 }
  - relu
  - max_pool 2
  - flatten
  - { type: linear, out_features: 5 }
`;
const SEED = ['--init', 'seed:3'];
const SIZE = ['--resize', '32,32'];

const npy = (path: string) => decodeNpy(readFileSync(path));

/** Runs a command on the tiny network, which is written to the folder. */
function study(cwd: string, command: string, ...args: string[]) {
  writeFileSync(join(cwd, 'tiny.yaml'), NET);
  writeFileSync(join(cwd, 'names.txt'), 'cat\ndog\nrocket\nplane\ncoffee\n');
  return cnnviz([command, 'tiny.yaml', CHELSEA, ...SEED, ...SIZE, ...args], { cwd });
}

describe('gradcam and saliency', () => {
  it('say class, layer and place, write an overlay, and say that the weights are made up', () =>
    inFolder(async (cwd) => {
      const run = await study(cwd, 'gradcam', '--labels', 'names.txt', '--class', 'roc');
      expect(run.stderr).toBe('note: made-up weights (seed 3): what it sees means nothing\n');
      expect(run.code).toBe(0);
      expect(run.stdout).toMatch(/^ {2}class 2 rocket {3}score .*, (best|rank \d) of 5 \(made-up weights\)$/m);
      expect(run.stdout).toMatch(/^ {2}max_pool2 {3}8 maps 8×8, the last of the network/m);
      expect(run.stdout).toContain('wrote chelsea.gradcam.png');
      expect(readFileSync(join(cwd, 'chelsea.gradcam.png')).subarray(1, 4).toString()).toBe('PNG');
    }));

  it('the gradient as an array is what small changes of the input do to the score', () =>
    inFolder(async (cwd) => {
      const json = await study(cwd, 'saliency', '--class', '1', '--raw', '-o', 'g.npy', '--json');
      expect(json.code).toBe(0);
      const document = JSON.parse(json.stdout);
      expect(document).toMatchObject({ command: 'saliency', madeUpWeights: 3, shape: [3, 32, 32], output: 'g.npy' });
      const gradient = npy(join(cwd, 'g.npy')).data;
      await cnnviz(['preprocess', CHELSEA, '--preset', 'none', ...SIZE, '-o', 'x.npy'], { cwd });
      const x = npy(join(cwd, 'x.npy'));
      const network = await loadNetwork(join(cwd, 'tiny.yaml'), { init: 3 });
      const scoreOf = async (data: Float32Array) => {
        const values = await network.run({ ...x, data } as typeof x);
        return [...values.values()][0].data[1];
      };
      // along the gradient, where the score's curve is nearly straight, each step gains step·|gradient|²
      const length = gradient.reduce((sum, value) => sum + value * value, 0);
      const step = 1e-3 / Math.sqrt(length);
      const moved = (sign: number) => Float32Array.from(x.data, (value, i) => value + sign * step * gradient[i]);
      const gain = (await scoreOf(moved(1))) - (await scoreOf(moved(-1)));
      expect(gain / (2 * step * length)).toBeGreaterThan(0.98);
      expect(gain / (2 * step * length)).toBeLessThan(1.02);
    }));
});

describe('occlude', () => {
  it('every score has the bits of a run on the covered image', () =>
    inFolder(async (cwd) => {
      const run = await study(
        cwd,
        'occlude',
        '--class',
        '4',
        '--size',
        '8,6',
        '--stride',
        '7',
        '--fill',
        '0',
        '--json',
      );
      expect(run.code).toBe(0);
      const { grid, scores, patch } = JSON.parse(run.stdout);
      expect(grid).toEqual({ xs: [0, 7, 14, 21, 26], ys: [0, 7, 14, 21, 24] });
      expect(patch.filling).toEqual([0, 0, 0]);
      await cnnviz(['preprocess', CHELSEA, '--preset', 'none', ...SIZE, '-o', 'x.npy'], { cwd });
      const x = npy(join(cwd, 'x.npy'));
      const network = await loadNetwork(join(cwd, 'tiny.yaml'), { init: 3 });
      const expected: number[] = [];
      for (const top of grid.ys) {
        for (const left of grid.xs) {
          const data = Float32Array.from(x.data);
          for (let c = 0; c < 3; c++) {
            for (let row = top; row < top + 8; row++)
              data.fill(0, (c * 32 + row) * 32 + left, (c * 32 + row) * 32 + left + 6);
          }
          const values = await network.run({ ...x, data } as typeof x);
          expected.push([...values.values()][0].data[4]);
        }
      }
      expect(scores.map(Math.fround)).toEqual(expected);
    }));

  it('says where the class falls most, and refuses a patch that does not fit', () =>
    inFolder(async (cwd) => {
      const run = await study(cwd, 'occlude', '--measure', 'probability', '-o', 'drop.png');
      expect(run.stdout).toMatch(
        /^ {2}falls most with the patch at \(\d+, \d+\), around \(\d+, \d+\) of the image: score/m,
      );
      expect(run.stdout).toContain('wrote drop.png');
      const large = await study(cwd, 'occlude', '--size', '33');
      expect(large.code).toBe(2);
      expect(large.stderr).toContain('--size 33,33: the network reads 32×32 pixels');
    }));
});

describe('places', () => {
  it('an input is never replaced, and --no-clobber refuses before the work', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'x.png'), readFileSync(join(IMAGES, 'five.png')));
      writeFileSync(join(cwd, 'tiny.yaml'), NET);
      const own = ['tiny.yaml', 'x.png', ...SEED, ...SIZE];
      const same = await cnnviz(['saliency', ...own, '-o', 'x.png'], { cwd });
      expect([same.code, same.stderr]).toEqual([2, expect.stringContaining('x.png: would replace the input x.png')]);
      expect((await cnnviz(['saliency', ...own], { cwd })).code).toBe(0);
      const again = await cnnviz(['saliency', ...own, '--no-clobber'], { cwd });
      expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('x.saliency.png: exists already')]);
    }));
});

describe('ablate', () => {
  it('a channel set to zero loses what it gave: in the last maps that is its part of the linear layer', () =>
    inFolder(async (cwd) => {
      const run = await study(cwd, 'ablate', '--layer', 'max_pool2', '--class', '0', '--json');
      expect(run.code).toBe(0);
      const { channels, class: one } = JSON.parse(run.stdout);
      expect(channels.length).toBe(8);
      // the layer behind is linear without anything between: the falls of all channels add up to score less bias (0)
      const total = channels.reduce((sum: number, { fall }: { fall: number }) => sum + fall, 0);
      expect(Math.abs(total - one.score)).toBeLessThan(1e-5 * Math.max(1, Math.abs(one.score)));
    }));

  it('a layer the scores do not come after is refused', () =>
    inFolder(async (cwd) => {
      const run = await study(cwd, 'ablate', '--layer', 'linear');
      expect(run.code).toBe(2);
      expect(run.stderr).toContain('--layer linear: the scores do not come after it');
    }));
});

describe('top', () => {
  it('values, places and fields are those of the maps; a file that is no image costs only itself', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'broken.png'), 'no image');
      const pipe = 'conv sobel-x stride=2 padding=1 | relu';
      const files = [CHELSEA, join(IMAGES, 'coffee.png'), 'broken.png'];
      const run = await cnnviz(['top', pipe, ...files, '--layer', 'conv', '--count', '5', '--json', '-o', 'top.png'], {
        cwd,
      });
      expect(run.code).toBe(1);
      expect(run.stderr).toContain('broken.png: not an image');
      const { channels, fieldSize, done, failed } = JSON.parse(run.stdout);
      expect([done, failed.length, fieldSize, channels.length]).toEqual([2, 1, [3, 3], 1]);
      await cnnviz(['run', pipe, CHELSEA, '--layers', 'conv', '-o', 'conv.npy'], { cwd });
      const map = npy(join(cwd, 'conv.npy'));
      const largest = map.data.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
      const at = map.data.indexOf(largest);
      const place = { x: at % map.shape[2], y: Math.floor(at / map.shape[2]) };
      const own = channels[0].patches.find(({ path }: { path: string }) => path === CHELSEA);
      expect(own).toMatchObject({ value: largest, map: place });
      expect(own.field).toEqual({ x: 2 * place.x - 1, y: 2 * place.y - 1, width: 3, height: 3 });
      expect(channels[0].patches.length).toBe(2);
    }));

  it('several places of one image may count', () =>
    inFolder(async (cwd) => {
      const args = ['conv sobel-x', CHELSEA, '--layer', 'conv', '--count', '4', '--per-image', '4', '--json'];
      const run = await cnnviz(['top', ...args], { cwd });
      const values = JSON.parse(run.stdout).channels[0].patches.map(({ value }: { value: number }) => value);
      expect(values.length).toBe(4);
      expect([...values].sort((a, b) => b - a)).toEqual(values);
    }));
});

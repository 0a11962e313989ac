import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFlags } from '../../../src/cli/flags.js';
import { sweepFlags, sweepJob } from '../../../src/commands/layer/sweep-flags.js';
import { readNote } from '../../../src/io/encode.js';
import { cnnviz, IMAGES, inFolder } from '../../cli/cnnviz.js';

/** What was typed behind some flags; the others are as they are without. */
type Typed = Readonly<Record<string, string | boolean>>;

const inOrder = (...texts: string[]) => texts.map((value, at) => ({ at, value }));
const job = (typed: Typed, kernel = inOrder('edge3x3')) =>
  sweepJob(readFlags(sweepFlags, { kernel, ...typed }), { target: { kind: 'working-folder' }, clobber: true });
const pools = (flags: Typed) =>
  job(flags).pools.map((pool) => pool && `${pool.kind} ${pool.kernelSize} ${pool.stride}`);

describe('lists of a sweep', () => {
  it('a comma separates values, x makes a pair of height and width', () => {
    expect(job({ stride: '1,2x3,4' }).strides).toEqual([
      [1, 1],
      [2, 3],
      [4, 4],
    ]);
    expect(job({ bias: '500,-1e3,p99,fire:1%' }).biases).toEqual([
      { kind: 'number', value: 500 },
      { kind: 'number', value: -1000 },
      { kind: 'percentile', percent: 99 },
      { kind: 'fire', percent: 1 },
    ]);
    expect(job({ activation: 'none,relu,leaky_relu:0.1' }).activations).toEqual([
      null,
      { name: 'relu', parameter: null },
      { name: 'leaky_relu', parameter: 0.1 },
    ]);
  });

  it('names of kernels stand in a list or one by one, typed numbers keep their commas', () => {
    const texts = ['edge3x3,sobel-x', 'my.npy', '1,0,-1;1,0,-1'];
    const { base } = job({}, inOrder(...texts));
    expect(base.layer.kernels.map((kernel) => Object.values(kernel).join(' '))).toEqual([
      'builtin edge3x3',
      'builtin sobel-x',
      'file my.npy',
      'inline 1,0,-1;1,0,-1',
    ]);
  });

  it.each<[string, Typed, (string | null)[]]>([
    ['one', { pool: 'max:3:2' }, ['max 3,3 2,2']],
    ['whole pools', { pool: 'max:2,avg:3:1,none' }, ['max 2,2 2,2', 'avg 3,3 1,1', null]],
    ['lists in the fields', { pool: 'max:2,4:1,3' }, ['max 2,2 1,1', 'max 2,2 3,3', 'max 4,4 1,1', 'max 4,4 3,3']],
    ['kinds and a size', { pool: 'none,max,gauss:3x5' }, [null, 'max 3,5 3,5', 'gauss 3,5 3,5']],
    ['flags of their own', { pool: 'avg', poolSize: '2,3', poolStride: '1' }, ['avg 2,2 1,1', 'avg 3,3 1,1']],
    ['sizes alone are of max pools', { poolSize: '2' }, ['max 2,2 2,2']],
    ['a kind alone is of size 2', { pool: 'max,Avg' }, ['max 2,2 2,2', 'avg 2,2 2,2']],
  ])('pools: %s', (_, flags, expected) => {
    expect(pools(flags)).toEqual(expected);
  });

  it.each<[string, Typed, string]>([
    ['an empty value', { stride: '1,,2' }, '--stride: expected values with commas between them, got "1,,2"'],
    ['a value given twice', { stride: '2,2x2' }, '--stride: value 2 of the list was given before'],
    ['a stride of zero', { stride: '0' }, '--stride: expected a whole number from 1, got "0"'],
    ['a file of biases', { bias: 'b.npy' }, 'a sweep takes numbers, p99 and fire:1%, not files'],
    ['relu twice', { relu: true, activation: 'none' }, '--relu and --activation exclude each other'],
    ['sizes twice', { pool: 'max:2', poolSize: '3' }, 'say the same twice'],
    ['whole pools and sizes', { pool: 'max:2,avg:3', poolSize: '3' }, 'has its sizes already'],
    ['an unknown kind', { pool: 'mix:2' }, '--pool: expected max|avg|gauss:SIZE[:STRIDE], got "mix:2"'],
  ])('refuses %s', (_, flags, message) => {
    expect(() => job(flags)).toThrow(message);
  });

  it('refuses no kernel', () => {
    expect(() => job({}, [])).toThrow('sweep needs a kernel');
  });
});

describe('cnnviz sweep', () => {
  const plane = [`${IMAGES}plane.png`, '--patch', '445,421,70,70'];

  it('prints the table of a bias as threshold, and writes one labelled picture on one scale', async () => {
    await inFolder(async (cwd) => {
      const run = await cnnviz(['sweep', ...plane, '--bias', '500,0,-500,-1000', '--relu', '--alt', '-v'], { cwd });
      expect(run.stderr).toBe('');
      expect(run.code).toBe(0);
      const rows = run.stdout.split('\n').filter((line) => / % {3}/.test(line));
      expect(rows.map((row) => row.trim().split(/\s+/).slice(0, 2).join(' '))).toEqual([
        '500 100.0',
        '0 41.1',
        '−500 0.1',
        '−1000 0.016',
      ]);
      expect(rows.every((row) => row.endsWith('at (445, 421), its own place'))).toBe(true);
      expect(run.stdout).toContain('4 maps of patch-445-421-70x70, each 731×531 for 5,705,966,700 MACs');
      expect(run.stdout).toContain(
        'wrote plane.sweep.png\nGrid of 4 feature maps of the 800×600 image plane.png over bias',
      );
      expect(run.stdout.trim().split('\n').at(-1)).not.toContain('/');
      const note = JSON.parse((await readNote(readFileSync(join(cwd, 'plane.sweep.png'))))!);
      expect(note).toMatchObject({ picture: 'sweep', lo: 0, input: { name: 'plane.png' } });
      expect(note.alt).toMatch(/^Grid of 4 feature maps/);
    });
  });

  it('the recipe in the picture makes the same picture again', async () => {
    await inFolder(async (cwd) => {
      const flags = ['--stride', '8,16x8', '--bias', '0,fire:2%', '--activation', 'none,relu', '--pool', 'max,avg:2:1'];
      await cnnviz(['sweep', ...plane, ...flags, '--colormap', 'viridis', '-o', 'a.png'], { cwd });
      const first = readFileSync(join(cwd, 'a.png'));
      const { args } = JSON.parse((await readNote(first))!);
      const again = await cnnviz([...args, '-o', join(cwd, 'b.png')], { cwd: IMAGES });
      expect(again.code).toBe(0);
      expect(readFileSync(join(cwd, 'b.png')).equals(first)).toBe(true);
    });
  });

  it('--json has every cell with parameters, size, cost, firing and peak', async () => {
    await inFolder(async (cwd) => {
      const { stdout } = await cnnviz(['sweep', ...plane, '--stride', '4,16', '--pool', 'max:2:1', '--json'], { cwd });
      const document = JSON.parse(stdout);
      expect(document.axes).toEqual([{ name: 'stride', values: ['4', '16'] }]);
      expect(document.cells.map(({ label }: { label: string }) => label)).toEqual(['stride 4', 'stride 16']);
      const [{ parameters, ...map }] = document.cells;
      expect(parameters).toMatchObject({
        bias: '0',
        activation: 'none',
        pool: 'max',
        'pool size': '2',
        'pool stride': '1',
      });
      expect(map).toMatchObject({ width: 182, height: 132, macs: 183 * 133 * 14700, overlap: [66, 66] });
      expect(map.patch.own.found).toBe(true);
      expect(map.firingPercent).toBeCloseTo((100 * map.values.firing) / (182 * 132), 9);
      expect(document.alt).toContain('stride (4, 16)');
      expect(document.outputs.map(({ path }: { path: string }) => path)).toEqual(['plane.sweep.png']);
    });
  });

  it('refuses ten thousand cells, .npy outputs, pools that fit nowhere, and writes nothing', async () => {
    await inFolder(async (cwd) => {
      const many = Array.from({ length: 100 }, (_, i) => i + 1).join();
      const image = `${IMAGES}five.png`;
      const refused: [string[], string][] = [
        [[image, '-k', 'edge3x3', '--stride', many, '--bias', many], '10,000 cells (100 × 100), more than 400'],
        [[image, '-k', 'edge3x3', '-o', 'x.npy'], 'x.npy: the picture is written as .png or .svg, not .npy'],
        [[image, '-k', 'edge3x3', '--stride', '1', '--pool', 'max:9'], 'the 9×9 pool is larger than the 3×3 map'],
        [[image], 'sweep needs a kernel'],
        [[`${IMAGES}*.png`, '-k', 'edge3x3'], 'expected one image, got'],
      ];
      for (const [args, message] of refused) {
        const { code, stderr, stdout } = await cnnviz(['sweep', ...args], { cwd });
        expect(stderr).toContain(message);
        expect([code, stdout]).toEqual([2, '']);
      }
    });
  });
});

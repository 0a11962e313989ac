import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { npyToTensor, readNpy } from '../../src/models/npy.js';
import { cnnviz, IMAGES, inFolder } from './cnnviz.js';

const SAMPLES = fileURLToPath(new URL('../../fixtures/expected/samples/', import.meta.url));
const FIVE = join(IMAGES, 'five.png');
const ROCKET = join(IMAGES, 'rocket.jpg');
/** The article's nine sums, worked out by hand: fixtures.test.ts has them too. */
const SUMS = [-330, -360, -180, -70, -100, -10, 170, 0, -90];

async function numbers(args: readonly string[]): Promise<{ shape: readonly number[]; data: number[] }> {
  return inFolder(async (cwd) => {
    const { code, stderr } = await cnnviz([...args, '-o', 'out.npy'], { cwd });
    if (code !== 0) throw new Error(stderr);
    const { shape, data } = npyToTensor(readNpy(new Uint8Array(readFileSync(join(cwd, 'out.npy')))));
    return { shape, data: [...data] };
  });
}

async function documentOf(args: readonly string[]) {
  const { stdout, stderr, code } = await cnnviz([...args, '--json']);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe('a file of one channel', () => {
  const conv = ['conv', FIVE, '-k', 'edge3x3', '--pixels', '255'];

  it('stays one channel, as with --gray; --rgb triples it', async () => {
    expect((await numbers(conv)).data).toEqual(SUMS);
    expect((await numbers([...conv, '--gray'])).data).toEqual(SUMS);
    expect((await numbers([...conv, '--rgb'])).data).toEqual(SUMS.map((sum) => 3 * sum));
  });

  it.each([
    ['plan', (document: { plans: { input: { channels: number } }[] }) => document.plans[0].input.channels],
    ['explain', (document: { input: { channels: number } }) => document.input.channels],
    ['field', (document: { input: { channels: number } }) => document.input.channels],
    ['animate', (document: { input: { channels: number } }) => document.input.channels],
    ['sweep', (document: { input: { channels: number } }) => document.input.channels],
  ] as const)('%s says one channel, three with --rgb, and notes nothing', (name, channelsIn) =>
    inFolder(async (cwd) => {
      const words = [name, FIVE, '-k', 'edge3x3', '--json'];
      const plain = await cnnviz(words, { cwd });
      const tripled = await cnnviz([...words, '--rgb'], { cwd });
      expect([plain.stderr, tripled.stderr]).toEqual(['', '']);
      expect([plain, tripled].map(({ stdout }) => channelsIn(JSON.parse(stdout)))).toEqual([1, 3]);
    }),
  );

  it('is refused under a patch of a colour picture, with the flag that makes it fit', async () => {
    const words = ['conv', FIVE, '--patch', `100,100,3,3@${ROCKET}`];
    const { code, stderr } = await cnnviz(words);
    expect([code, stderr]).toEqual([
      2,
      `cnnviz: ${FIVE}: patch-100-100-3x3: the kernel reads red, green and blue, the input is one channel\n` +
        '  fix: --rgb reads a one-channel file as three equal channels\n',
    ]);
    expect((await numbers([...words, '--rgb'])).shape).toEqual([1, 3, 3]);
  });

  it('lends a patch to a colour picture, the same for each channel', async () => {
    const words = ['conv', ROCKET, '--patch', `0,0,3,3@${FIVE}`, '--patch-mode', 'ncc', '--stride', '40'];
    expect(await numbers(words)).toEqual(await numbers([...words, '--rgb']));
  });

  it('is tripled for a network that reads three', async () => {
    const document = await documentOf(['run', 'squeezenet1_1', '--init', 'seed:1', FIVE, '--layers', 'features.0']);
    expect(document.results[0].input.channels).toBe(3);
  });

  it('--gray and --rgb exclude each other; a network takes no --rgb', async () => {
    expect((await cnnviz([...conv, '--gray', '--rgb'])).stderr).toContain('--gray and --rgb exclude each other');
    const { code, stderr } = await cnnviz(['explain', 'conv edge3x3', FIVE, '--rgb']);
    expect([code, stderr.split('\n')[0]]).toEqual([2, 'cnnviz: --rgb is for one layer given by --kernel or --patch']);
  });
});

describe('--resize and --crop of one layer', () => {
  const SIZE = ['--resize', '60,80', '--crop', '50,90'];

  it('give what preprocess makes of the image', () =>
    inFolder(async (cwd) => {
      await cnnviz(['preprocess', ROCKET, '--preset', 'none', ...SIZE, '-o', 'prepared.npy'], { cwd });
      const kernel = ['-k', 'sobel-x', '--stride', '2'];
      expect(await numbers(['conv', ROCKET, ...kernel, ...SIZE])).toEqual(
        await numbers(['conv', join(cwd, 'prepared.npy'), ...kernel]),
      );
    }));

  it('are planned as they are run, and told', async () => {
    const words = ['conv', ROCKET, '-k', 'edge3x3', ...SIZE];
    const planned = await documentOf([...words, '--dry-run']);
    const input = { width: 90, height: 50, original: { width: 640, height: 427 } };
    expect(planned.plans[0].input).toMatchObject(input);
    await inFolder(async (cwd) => {
      const { stdout } = await cnnviz([...words, '--json'], { cwd });
      expect(JSON.parse(stdout).results[0].input).toMatchObject(input);
    });
  });

  it.each(['sweep', 'explain', 'animate'])('%s takes them, and its recipe has them', (name) =>
    inFolder(async (cwd) => {
      copyFileSync(ROCKET, join(cwd, 'rocket.jpg'));
      const file = name === 'animate' ? 'out.gif' : 'out.png';
      const made = await cnnviz([name, 'rocket.jpg', '-k', 'edge3x3', '--resize', '6', '--crop', '5', '-o', file], {
        cwd,
      });
      expect(made.code).toBe(0);
      const { stdout } = await cnnviz(['read', '--recipe', file], { cwd });
      expect(stdout).toContain('--resize 6 --crop 5,5');
    }),
  );

  it('a kernel that fits the file but not its crop is refused', async () => {
    const { code, stderr } = await cnnviz(['conv', ROCKET, '-k', 'gaussian5', '--crop', '4']);
    expect(code).not.toBe(0);
    expect(stderr).toContain('4×4');
  });
});

describe('pages, alpha and ranges', () => {
  it('are told once on stderr, and in the document with its facts', () =>
    inFolder(async (cwd) => {
      const conv = (name: string, ...more: string[]) =>
        cnnviz(['conv', join(SAMPLES, name), '-k', '1', '-o', 'map.npy', '--json', ...more], { cwd });
      const pages = await conv('pages.tif', '--page', '3');
      expect([pages.stderr, JSON.parse(pages.stdout).results[0].input]).toMatchObject([
        '',
        { page: 3, pages: 3, width: 7 },
      ]);
      const first = await conv('pages.tif');
      expect(first.stderr.split('\n')).toHaveLength(2);
      expect(JSON.parse(first.stdout).results[0].warnings).toEqual(['page 1 of 3 is read (--page N reads another)']);
      const float = await conv('float-gray.tif', '--range', '0,1');
      expect(JSON.parse(float.stdout).results[0].input).toMatchObject({
        range: { lo: 0, hi: 1 },
        depth: 32,
        channels: 1,
      });
    }));

  it('--range refuses what is none', async () => {
    const { code, stderr } = await cnnviz(['conv', FIVE, '-k', 'edge3x3', '--range', '3,1']);
    expect([code, stderr.split('\n')[0]]).toEqual([
      2,
      'cnnviz: --range: expected the sample of black, then a larger one of white, got "3,1"',
    ]);
  });
});

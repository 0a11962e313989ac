import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes.js';
import { tensor } from '../../../src/core/tensor.js';
import { decodeNpy, encodeNpy } from '../../../src/index.js';
import { readHead, writeHead } from '../../../src/models/head-file.js';
import { cnnviz, inFolder } from '../../cli/cnnviz.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const MODELS = join(ROOT, 'fixtures/models/networks');
const SIZE = ['--gray', '--resize', '14,14'];
const PHOTOS = mkdtempSync(join(tmpdir(), 'cnnviz-head-network-'));
execFileSync(process.execPath, [join(ROOT, 'fixtures/make/classes.mjs'), PHOTOS]);
afterAll(() => rmSync(PHOTOS, { recursive: true, force: true }));

const IMAGES = ['cat/00.jpg', 'rocket/01.jpg', 'coffee/02.jpg'].map((name) => join(PHOTOS, 'test', name));

/** A folder with the digits network, its weights, three classes, and a head learned from them. */
function withHead(flags: readonly string[], use: (cwd: string) => Promise<void>): Promise<void> {
  return inFolder(async (cwd) => {
    for (const file of ['digits.txt', 'digits.pth']) copyFileSync(join(MODELS, file), join(cwd, file));
    for (const name of ['cat', 'coffee', 'rocket']) {
      mkdirSync(join(cwd, 'photos', name), { recursive: true });
      for (const i of [0, 1, 2, 3]) {
        cpSync(join(PHOTOS, 'train', name, `0${i}.jpg`), join(cwd, 'photos', name, `${i}.jpg`));
      }
    }
    const learned = await cnnviz(['head', 'train', 'photos', ...flags, '--holdout', '0', '-o', 'my.head'], { cwd });
    expect(learned.stderr).not.toContain('cnnviz:');
    await use(cwd);
  });
}

const MINUTE = 60_000;
const DIGITS = ['--features', 'digits.txt@digits.pth', ...SIZE];

interface Ranked {
  readonly label: string;
  readonly probability: number;
}
const namesOf = (top: readonly Ranked[]) => top.map(({ label, probability }) => [label, probability]);

describe('a head in the place of a network', () => {
  it.each([
    ['numbers', DIGITS],
    ['maps by their mean', [...DIGITS, '--layer', 'features.0']],
    ['maps by their largest values', [...DIGITS, '--layer', 'features.0', '--reduce', 'max']],
    ['every value of maps', [...DIGITS, '--layer', 'features.0', '--reduce', 'flatten']],
    ['a hidden layer', [...DIGITS, '--hidden', '7']],
    ['one order of sums', [...DIGITS, '--exact']],
    ['made-up weights and a preset', ['--features', 'squeezenet1_1', '--init', 'seed:1', '--layer', 'features.4.cat']],
  ])('has the bits of head predict: %s', (_, flags) =>
    withHead(flags, async (cwd) => {
      const x = Float32Array.from({ length: 14 * 14 }, (__, i) => (i % 5) / 5);
      writeFileSync(join(cwd, 'x.npy'), encodeNpy(tensor(x, [1, 14, 14])));
      const images = flags.includes('squeezenet1_1') ? IMAGES : [...IMAGES, 'x.npy'];
      const predicted = await cnnviz(['head', 'predict', 'my.head', ...images, '--json'], { cwd });
      const run = await cnnviz(['run', 'my.head', ...images, '--json'], { cwd });
      const expected = JSON.parse(predicted.stdout).results.map(({ top }: { top: Ranked[] }) => namesOf(top));
      expect(JSON.parse(run.stdout).results.map(({ top }: { top: Ranked[] }) => namesOf(top))).toEqual(expected);
      expect(expected[0].map(([label]: string[]) => label).sort()).toEqual(['cat', 'coffee', 'rocket']);
    }),
  );

  it(
    'answers every command that takes a network',
    () =>
      withHead([...DIGITS, '--layer', 'features.0'], async (cwd) => {
        const [image] = IMAGES;
        const commands = [
          ['run', 'my.head', image, '--layers', 'all', '-o', 'maps/'],
          ['run', 'my.head', image, '--overview'],
          ['gradcam', 'my.head', image, '--class', 'rocket', '--layer', 'features.0'],
          ['saliency', 'my.head', image, '--class', 'rock'],
          ['occlude', 'my.head', image, '--size', '4', '--stride', '4'],
          ['ablate', 'my.head', image, '--layer', 'features.0'],
          ['ablate', 'my.head', image, '--layer', 'head.standardize'],
          ['top', 'my.head', image, '--layer', 'features.0'],
          ['explain', 'my.head', image, '--layer', 'head.standardize', '--channel', '1'],
          ['field', 'my.head', image, '--layer', 'features.0', '--at', '1,1'],
          ['compare', 'my.head', 'my.head@digits.pth', image],
          ['filters', 'my.head'],
          ['summary', 'my.head'],
          ['summary', 'my.head', '--diff', 'my.head@digits.pth'],
          ['summary', 'my.head', '-o', 'net.svg'],
          ['animate', 'my.head', image, '--layer', 'features.0', '-o', 'slide.gif'],
          ['weights', 'my.head'],
          ['preprocess', image, '--preset', 'none', ...SIZE, '-o', 'x.npy'],
          ['run', 'my.head', 'x.npy'],
          ['check', image, '--network', 'my.head', '--baseline', 'base', '--update'],
          ['check', image, '--network', 'my.head', '--baseline', 'base'],
          ['check', image, '--network', 'my.head', '--baseline', 'rows', '--layers', 'head.*', '--update'],
          ['diff', 'base', 'base'],
          ['head', 'predict', 'my.head', image],
        ];
        for (const args of commands) {
          const { code, stderr } = await cnnviz(args, { cwd });
          expect([args[0], code, stderr]).toEqual([args[0], 0, expect.not.stringContaining('cnnviz:')]);
        }
      }),
    3 * MINUTE,
  );

  it('is refused with what it is by those that take something else', () =>
    withHead([...DIGITS, '--layer', 'features.0'], async (cwd) => {
      const [image] = IMAGES;
      const refused: [args: string[], says: string][] = [
        [['animate', 'my.head', image], 'head.output: no window slides over a map there'],
        [['explain', 'my.head', image], 'head.output: a gemm layer is not explained number by number'],
        [['gradcam', 'my.head', image, '--layer', 'head.output'], 'expected a layer of maps, it gives [1, 3]'],
        [['filters', 'my.head', '--layers', 'head.*'], 'no convolution among them'],
        [['train', 'my.head', '--data', 'digits:1'], 'my.head: a head, on layers that stay as they are'],
        [['diff', 'my.head', 'my.head'], 'my.head: expected a PNG or .npy file'],
        [['preprocess', 'my.head'], 'my.head: not an image'],
        [['conv', image, '--kernel', 'my.head'], 'unknown kernel "my.head"'],
        [['kernels', 'my.head'], 'unknown kernel "my.head"'],
        [['plan', 'my.head', image], 'needs a kernel'],
        [['get', 'my.head'], 'no weights are known for "my.head"'],
      ];
      for (const [args, says] of refused) {
        const { code, stdout, stderr } = await cnnviz(args, { cwd });
        expect([args[0], code === 0, stdout]).toEqual([args[0], false, '']);
        expect(stderr).toContain(says);
        expect(stderr).toMatch(/^ {2}fix: ./m);
      }
    }));

  it("gives the layers of head.* their numbers: the scores are the head's, in float64", () =>
    withHead(DIGITS, async (cwd) => {
      const run = await cnnviz(['run', 'my.head', IMAGES[0], '--layers', 'head.*', '--format', 'npy', '-o', 'out/'], {
        cwd,
      });
      expect(run.code).toBe(0);
      const { parameters } = readHead(memorySource(readFileSync(join(cwd, 'my.head'))));
      const read = (name: string) => decodeNpy(readFileSync(join(cwd, 'out', name)));
      const row = read('00.head.standardize.npy').data;
      const scores = read('00.head.output.npy').data;
      const D = parameters.mean.length;
      for (const [k, bias] of parameters.output.bias.entries()) {
        let sum = 0;
        for (let d = 0; d < D; d++) sum += parameters.output.weight[k * D + d] * row[d];
        expect(Math.fround(scores[k])).toBe(Math.fround(sum + bias));
      }
    }));

  it('has the gradient of a score: its change for one unit of a feature is weight / std', () =>
    withHead([...DIGITS, '--layer', 'features.0', '--reduce', 'flatten'], async (cwd) => {
      const args = ['gradcam', 'my.head', IMAGES[0], '--layer', 'features.0', '--class', 'cat', '--json'];
      const { channels, shape } = JSON.parse((await cnnviz(args, { cwd })).stdout);
      const { parameters } = readHead(memorySource(readFileSync(join(cwd, 'my.head'))));
      const places = shape[1] * shape[2];
      const means = Array.from({ length: shape[0] }, (_, c) => {
        let sum = 0;
        for (let i = c * places; i < (c + 1) * places; i++) sum += parameters.output.weight[i] / parameters.std[i];
        return sum / places;
      });
      for (const { channel, weight } of channels) expect(weight).toBeCloseTo(means[channel], 6);
      expect(channels[0].weight).toBeCloseTo(Math.max(...means), 6);
    }));
});

describe('the network under a head', () => {
  it('is named behind an @ when it lies elsewhere: weights, a network, or both', () =>
    withHead(DIGITS, async (cwd) => {
      mkdirSync(join(cwd, 'nets'));
      mkdirSync(join(cwd, 'heads'));
      const here = await cnnviz(['run', 'my.head', IMAGES[0]], { cwd });
      copyFileSync(join(cwd, 'my.head'), join(cwd, 'heads/my.head'));
      for (const file of ['digits.txt', 'digits.pth']) {
        copyFileSync(join(cwd, file), join(cwd, 'nets', file));
        rmSync(join(cwd, file));
      }
      const gone = await cnnviz(['run', 'heads/my.head', IMAGES[0]], { cwd });
      expect([gone.code, gone.stderr]).toEqual([
        2,
        'cnnviz: heads/my.head: its features come from the network digits.txt, which is not here\n  fix: say where it is: heads/my.head@path/to/digits.txt\n',
      ]);
      const half = await cnnviz(['run', 'heads/my.head@nets/digits.txt', IMAGES[0]], { cwd });
      expect(half.stderr).toContain('fix: say where it is: heads/my.head@path/to/digits.pth');
      const both = await cnnviz(['run', 'heads/my.head@nets/digits.txt@nets/digits.pth', IMAGES[0]], { cwd });
      expect([both.code, both.stdout]).toEqual([0, here.stdout]);
      const flag = ['run', 'heads/my.head@nets/digits.txt', '--weights', 'nets/digits.pth', IMAGES[0]];
      expect((await cnnviz(flag, { cwd })).stdout).toBe(here.stdout);
      copyFileSync(join(cwd, 'nets/digits.txt'), join(cwd, 'digits.txt'));
      const weights = await cnnviz(['run', 'heads/my.head@nets/digits.pth', IMAGES[0]], { cwd });
      expect([weights.code, weights.stdout]).toEqual([0, here.stdout]);
      const twice = [...flag.slice(0, 1), 'heads/my.head@nets/digits.pth', ...flag.slice(2)];
      expect((await cnnviz(twice, { cwd })).stderr).toContain(
        'heads/my.head: weights are given twice: @nets/digits.pth and --weights nets/digits.pth',
      );
    }));

  it('is refused when its layers or its weights are others, once for all images', () =>
    withHead(['--features', 'squeezenet1_1', '--init', 'seed:1', '--layer', 'features.4.cat'], async (cwd) => {
      const head = readHead(memorySource(readFileSync(join(cwd, 'my.head'))));
      writeFileSync(join(cwd, 'other.head'), writeHead({ ...head, origin: { ...head.origin, init: 2 } }));
      const weights = await cnnviz(['run', 'other.head', ...IMAGES], { cwd });
      expect([weights.code, weights.stderr]).toEqual([
        2,
        expect.stringMatching(
          new RegExp(
            `\ncnnviz: other\\.head: trained on weights ${head.origin.weightsSha256.slice(0, 16)}… \\(--init seed:2\\); those given are [0-9a-f]{16}…\n  fix: name the head alone, other\\.head: it was trained on --init seed:2\n$`,
          ),
        ),
      ]);
      const layers = await cnnviz(['gradcam', 'my.head@alexnet', IMAGES[0], '--layer', 'features.3'], { cwd });
      expect([layers.code, layers.stderr]).toEqual([
        2,
        expect.stringContaining(
          'my.head: trained on the layers of squeezenet1_1 up to features.4.cat; alexnet has other ones\n  fix: name the network it was trained on: my.head@NET\n',
        ),
      ]);
      const made = await cnnviz(['run', 'my.head', IMAGES[0], '--init', 'seed:1'], { cwd });
      expect([made.code, made.stderr]).toEqual([2, expect.stringContaining('fix: leave --init out')]);
    }));

  it('is no head, and no features are learned from one', () =>
    withHead(DIGITS, async (cwd) => {
      const learned = await cnnviz(['head', 'train', 'photos', '--features', 'my.head', '-o', 'b.head'], { cwd });
      expect([learned.code, learned.stderr]).toEqual([
        2,
        'cnnviz: my.head: a head has learned already: it has no features to learn from\n  fix: take the network it was trained on: --features digits.txt\n',
      ]);
      const head = readHead(memorySource(readFileSync(join(cwd, 'my.head'))));
      const origin = { ...head.origin, network: 'my.head', weights: null };
      writeFileSync(join(cwd, 'my.head'), writeHead({ ...head, origin }));
      const itself = await cnnviz(['summary', 'my.head'], { cwd });
      expect([itself.code, itself.stderr]).toEqual([
        2,
        'cnnviz: my.head: its features come from my.head, which is a head itself\n  fix: the file is damaged: train the head again\n',
      ]);
    }));
});

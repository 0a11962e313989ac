import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FeatureOrigin } from '../../src/core/head.js';
import { tensor } from '../../src/core/tensor.js';
import { writeHead } from '../../src/models/head-file.js';
import { writeNpy } from '../../src/models/npy.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';

const CHECK = ['check', 'img', '--pipe', 'conv box3 | relu', '--baseline', 'base'];

/** A folder with an image and its baselines, and one beside it that nobody may write to. */
async function withBaselines(use: (cwd: string) => Promise<void>): Promise<void> {
  await inFolder(async (cwd) => {
    mkdirSync(join(cwd, 'img'));
    mkdirSync(join(cwd, 'outside'));
    copyFileSync(`${IMAGES}five.png`, join(cwd, 'img/a.png'));
    expect((await cnnviz([...CHECK, '--update'], { cwd })).code).toBe(0);
    // every map is another one now
    copyFileSync(`${IMAGES}bars17.png`, join(cwd, 'img/a.png'));
    await use(cwd);
  });
}

describe('check --update writes into the folder of baselines and nowhere else', () => {
  const refused = { code: 2, stderr: expect.stringMatching(/: a link leads out of base, to .*outside/) };

  it('not through a link to a folder', () =>
    withBaselines(async (cwd) => {
      renameSync(join(cwd, 'base/a.png'), join(cwd, 'outside/a.png'));
      symlinkSync('../outside/a.png', join(cwd, 'base/a.png'));
      const before = readFileSync(join(cwd, 'outside/a.png/conv.npy'));
      expect(await cnnviz([...CHECK, '--update'], { cwd })).toMatchObject(refused);
      expect(readFileSync(join(cwd, 'outside/a.png/conv.npy')).equals(before)).toBe(true);
    }));

  it('not through a link to a folder of pictures, which nothing is in yet', () =>
    withBaselines(async (cwd) => {
      symlinkSync('../../outside', join(cwd, 'base/a.png/relu'));
      expect(await cnnviz([...CHECK, '--update', '--format', 'png'], { cwd })).toMatchObject(refused);
      expect(readdirSync(join(cwd, 'outside'))).toEqual([]);
    }));

  it('not in the place of a link to a file, and then none of the image', () =>
    withBaselines(async (cwd) => {
      const [relu, conv] = [join(cwd, 'base/a.png/relu.npy'), join(cwd, 'base/a.png/conv.npy')];
      renameSync(relu, join(cwd, 'outside/relu.npy'));
      symlinkSync('../../outside/relu.npy', relu);
      const before = readFileSync(conv);
      expect(await cnnviz([...CHECK, '--update'], { cwd })).toMatchObject(refused);
      expect(lstatSync(relu).isSymbolicLink()).toBe(true);
      expect(readFileSync(conv).equals(before)).toBe(true);
    }));

  it('the folder itself may be a link, and names with .. stay within it', () =>
    withBaselines(async (cwd) => {
      renameSync(join(cwd, 'base'), join(cwd, 'outside/base'));
      symlinkSync('outside/base', join(cwd, 'base'));
      const run = await cnnviz([...CHECK.with(1, 'img/../img/a.png'), '--update'], { cwd });
      expect([run.code, run.stdout]).toEqual([0, expect.stringContaining('2 changed')]);
      expect(readdirSync(join(cwd, 'outside/base'))).toEqual(['a.png']);
    }));

  it('the pictures of a report stay in its folder', () =>
    withBaselines(async (cwd) => {
      mkdirSync(join(cwd, 'report'));
      symlinkSync('../outside', join(cwd, 'report/a.png'));
      copyFileSync(`${IMAGES}five.png`, join(cwd, 'img/a.png'));
      writeFileSync(join(cwd, 'base/a.png/conv.npy'), writeNpy(tensor(new Float32Array(9), [1, 3, 3])));
      const run = await cnnviz([...CHECK, '--report', 'report'], { cwd });
      expect(run.stderr + run.stdout).toContain('a link leads out of report');
      expect(readdirSync(join(cwd, 'outside'))).toEqual([]);
    }));
});

const ORIGIN: FeatureOrigin = {
  network: 'conv box3 | relu',
  weights: null,
  init: null,
  weightsSha256: '0'.repeat(64),
  layersSha256: '0'.repeat(64),
  layer: 'relu',
  reduce: 'mean',
  preset: { geometry: { resize: null, crop: null }, preprocess: { pixels: 'unit', gray: true, normalize: null } },
  background: null,
  exact: false,
};

const SETTINGS = {
  l2: 1,
  hidden: null,
  classWeight: 'none',
  holdout: 0,
  seed: 1,
  maxIterations: 1,
  patience: 1,
} as const;

/** A head of one feature and two classes, as a stranger may have written it. */
function head(origin: Partial<FeatureOrigin>): Uint8Array {
  const one = (n: number) => new Float32Array(n).fill(1);
  const parameters = { mean: one(1), std: one(1), hidden: null, output: { weight: one(2), bias: one(2) } };
  return writeHead({ classes: ['a', 'b'], origin: { ...ORIGIN, ...origin }, settings: SETTINGS, parameters });
}

describe('a head names nothing outside its folder', () => {
  /** heads/x.head, and beside that folder what it must not reach. */
  async function predict(origin: Partial<FeatureOrigin>, cwd: string, more: string[] = []): Promise<string> {
    writeFileSync(join(cwd, 'heads/x.head'), head(origin));
    const run = await cnnviz(['head', 'predict', 'heads/x.head', 'a.png', ...more], { cwd });
    expect(run.code).toBe(2);
    return run.stderr;
  }

  async function withFiles(use: (cwd: string) => Promise<void>): Promise<void> {
    await inFolder(async (cwd) => {
      mkdirSync(join(cwd, 'heads'));
      copyFileSync(`${IMAGES}five.png`, join(cwd, 'a.png'));
      writeFileSync(join(cwd, 'W.npy'), writeNpy(tensor(new Float32Array(9), [1, 1, 3, 3])));
      writeFileSync(join(cwd, 'secret.yaml'), 'layers: [conv box3]\n');
      await use(cwd);
    });
  }

  it('neither a network, nor weights, nor the array of a pipe', () =>
    withFiles(async (cwd) => {
      const outside = (name: string) => `heads/x.head: names the file ${name}, which lies outside its folder`;
      for (const name of ['../secret.yaml', 'sub/../../secret.yaml', join(cwd, 'secret.yaml'), 'C:\\net.yaml']) {
        expect(await predict({ network: name }, cwd)).toContain(outside(name));
        expect(await predict({ network: 'alexnet', weights: name }, cwd)).toContain(outside(name));
      }
      for (const name of ['../W.npy', join(cwd, 'W.npy')]) {
        const network = `conv kernel_size=3 weight=${name} | relu`;
        expect(await predict({ network }, cwd)).toContain(outside(name));
      }
    }));

  it('nor the array of the network file that comes with it', () =>
    withFiles(async (cwd) => {
      const layers = 'layers: [{ type: conv, kernel_size: 3, out_channels: 1, weight: ../W.npy }]\n';
      writeFileSync(join(cwd, 'heads/net.yaml'), layers);
      expect(await predict({ network: 'net.yaml' }, cwd)).toContain('names the file ../W.npy, which lies outside');
    }));

  it('nor by a link; who names a file himself may take any', () =>
    withFiles(async (cwd) => {
      symlinkSync('../secret.yaml', join(cwd, 'heads/net.yaml'));
      expect(await predict({ network: 'net.yaml' }, cwd)).toContain('a link leads out of heads, to ');
      // goes on to compare the layers with those it was trained on
      expect(await predict({ network: 'net.yaml' }, cwd, ['--features', 'secret.yaml'])).not.toContain('leads out');
      expect(existsSync(join(cwd, 'secret.yaml'))).toBe(true);
    }));
});

describe('a manifest names nothing outside its folder', () => {
  it('--resume looks at no output that leads out of it', () =>
    inFolder(async (cwd) => {
      mkdirSync(join(cwd, 'in'));
      for (const name of ['a.png', 'b.png']) copyFileSync(`${IMAGES}five.png`, join(cwd, 'in', name));
      const args = ['conv', 'in', '-k', 'box3', '-o', 'out', '--json'];
      expect((await cnnviz(args, { cwd })).code).toBe(0);
      const path = join(cwd, 'out/cnnviz-manifest.jsonl');
      const moved = readFileSync(path, 'utf8').replaceAll('"path":"', '"path":"../elsewhere/');
      writeFileSync(path, moved);
      renameSync(join(cwd, 'out/a.box3.png'), join(cwd, 'a.box3.png'));
      mkdirSync(join(cwd, 'elsewhere'));
      renameSync(join(cwd, 'a.box3.png'), join(cwd, 'elsewhere/a.box3.png'));
      expect((await cnnviz([...args, '--resume'], { cwd })).code).toBe(0);
      expect(existsSync(join(cwd, 'out/a.box3.png'))).toBe(true);
    }));
});

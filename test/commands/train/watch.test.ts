import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../../src/models/weights/safetensors.js';
import { BIN, cnnviz, inFolder, NODE } from '../../cli/cnnviz.js';
import { randomArray } from '../../random.js';
import { SMALL, writeDigits } from './digit-files.js';

const WORDS = ['train', SMALL, '--data', 'mnist', '--epochs', '3', '--batch', '24', '--augment', 'shift'];

interface Document {
  readonly watched: { readonly outputs: string[]; readonly snapshots: Record<string, unknown>[] };
  readonly like: { readonly layer: string; readonly nearest: unknown[] };
  readonly dead: { readonly images: number; readonly of: string; readonly layers: { layer: string; dead: number[] }[] };
  readonly seeds: {
    readonly seeds: { seed: number; accuracy: number }[];
    readonly mean: number;
    readonly lo: number;
    readonly hi: number;
    readonly twins: { kernels: number; after: number[]; before: number[] };
  };
  readonly history: { readonly heldOut: { readonly loss: number } }[];
  readonly steps: number;
  readonly best: number;
}

let plain: Buffer;

beforeAll(() =>
  inFolder(async (cwd) => {
    writeDigits(join(cwd, 'mnist'));
    const { code, stderr } = await cnnviz([...WORDS, '-o', 'x.safetensors'], { cwd });
    expect([code, stderr]).toEqual([0, '']);
    plain = readFileSync(join(cwd, 'x.safetensors'));
  }),
);

describe('a training that is watched', () => {
  it('gives the bytes that it gives unwatched, and an animation with a frame for steps 0, 1, 2, 4 … and the last', () =>
    inFolder(async (cwd) => {
      writeDigits(join(cwd, 'mnist'));
      const run = await cnnviz([...WORDS, '-o', 'x.safetensors', '--watch', 'learn.webp', '--seeds', '2', '--json'], {
        cwd,
      });
      expect(run.code, run.stderr).toBe(0);
      expect(readFileSync(join(cwd, 'x.safetensors')).equals(plain)).toBe(true);
      const { watched, steps, history, best } = JSON.parse(run.stdout) as Document;
      expect(watched.outputs).toEqual(['learn.webp']);
      // 270 images to learn from, 24 a step: 12 steps an epoch
      expect(steps).toBe(36);
      const taken = watched.snapshots.filter(({ isKept }) => !isKept);
      expect(taken.map(({ step }) => step)).toEqual([0, 1, 2, 4, 8, 16, 32, 36]);
      expect(taken.map(({ epoch }) => epoch)).toEqual([0, 1, 1, 1, 1, 2, 3, 3]);
      expect(watched.snapshots.length).toBe(best === 3 ? 8 : 9);
      // the last one was measured on the images that the last epoch was
      expect(taken.at(-1)!.heldOut).toEqual(history[2].heldOut);
      const { pages, delay, height, width } = await sharp(join(cwd, 'learn.webp'), { animated: true }).metadata();
      expect(pages).toBe(watched.snapshots.length);
      expect(delay!.at(-1)).toBeGreaterThan(delay![0]);
      expect(width! / (height! / pages!)).toBeGreaterThan(1);
      const frames = await sharp(join(cwd, 'learn.webp'), { animated: true }).raw().toBuffer();
      const size = frames.length / pages!;
      expect(frames.subarray(0, size).equals(frames.subarray(size, 2 * size))).toBe(false);
    }));

  it('says the same, run again: the animation has the same bytes for any -j', () =>
    inFolder(async (cwd) => {
      writeDigits(join(cwd, 'mnist'));
      const bytes: Buffer[] = [];
      for (const jobs of ['1', '2']) {
        const run = await cnnviz([...WORDS, '-o', 'x.safetensors', '--watch', 'learn.gif', '-j', jobs], { cwd });
        expect(run.code, run.stderr).toBe(0);
        expect(run.stdout).toContain('learn.gif');
        bytes.push(readFileSync(join(cwd, 'learn.gif')));
      }
      expect(bytes[0].equals(bytes[1])).toBe(true);
      const { stdout } = await cnnviz(['read', 'learn.gif', '--recipe'], { cwd });
      expect(stdout).toContain('--watch learn.gif');
      expect(stdout).toContain('train');
    }));

  it('writes its frames into a folder, and tells each snapshot in a line where stdout is no terminal', () =>
    inFolder(async (cwd) => {
      writeDigits(join(cwd, 'mnist'));
      const run = await cnnviz([...WORDS, '-o', 'x.safetensors', '--watch', 'frames/', '--terminal'], { cwd });
      expect(run.code, run.stderr).toBe(0);
      const lines = run.stdout.split('\n').filter((line) => line.startsWith('step '));
      expect(lines.length).toBeGreaterThanOrEqual(8);
      expect(lines[0]).toMatch(
        /^step 0 of 36 {2}before the first step {2}· {2}loss [\d.]+ held out {2}· {2}right [\d.]+ % held out$/,
      );
      expect(lines[4]).toMatch(/^step 8 of 36 {2}epoch 1 {2}· {2}loss [\d.]+ in training, [\d.]+ held out/);
      expect(run.stdout).not.toContain('\u001b');
      const names = readdirSync(join(cwd, 'frames'));
      expect(names.length).toBe(lines.length);
      expect(names[0]).toBe('frame-01.png');
      expect(readFileSync(join(cwd, 'x.safetensors')).equals(plain)).toBe(true);
    }));

  it('goes on with what was begun: its frames begin there', () =>
    inFolder(async (cwd) => {
      writeDigits(join(cwd, 'mnist'));
      const child = spawn(NODE, [BIN, ...WORDS, '-o', 'x.safetensors', '-j', '1'], { cwd });
      let told = '';
      child.stdout.on('data', (chunk: Buffer) => {
        const isTold = told.includes('epoch 1/3');
        told += chunk;
        // a second one would end it at once
        if (!isTold && told.includes('epoch 1/3')) child.kill('SIGINT');
      });
      const code = await new Promise((resolve) => child.on('close', resolve));
      expect(code).toBe(130);
      expect(existsSync(join(cwd, 'x.safetensors.unfinished'))).toBe(true);
      const again = [...WORDS, '-o', 'x.safetensors', '--resume', '--watch', 'learn.webp', '--json'];
      const run = await cnnviz(again, { cwd });
      expect(run.code, run.stderr).toBe(0);
      expect(readFileSync(join(cwd, 'x.safetensors')).equals(plain)).toBe(true);
      const { watched } = JSON.parse(run.stdout) as Document;
      expect(Number(watched.snapshots[0].step)).toBeGreaterThanOrEqual(12);
    }));
});

describe('what the report says at the end', () => {
  it('names dead channels, kernels like built-in ones, and what another seed changes', () =>
    inFolder(async (cwd) => {
      writeDigits(join(cwd, 'mnist'));
      const run = await cnnviz([...WORDS, '-o', 'x.safetensors', '--seeds', '3', '--json'], { cwd });
      const { seeds, dead, like } = JSON.parse(run.stdout) as Document;
      expect(seeds.seeds.map(({ seed }) => seed)).toEqual([1, 2, 3]);
      const all = seeds.seeds.map(({ accuracy }) => accuracy);
      expect([seeds.lo, seeds.hi]).toEqual([Math.min(...all), Math.max(...all)]);
      expect(seeds.mean).toBeCloseTo(all.reduce((a, b) => a + b) / 3, 12);
      expect(seeds.twins.kernels).toBe(4);
      expect(seeds.twins.after).toHaveLength(2);
      expect(like.nearest).toHaveLength(4);
      expect([dead.images, dead.of, dead.layers.length]).toEqual([30, 'held-out', 1]);
      // the second seed alone comes to what it is said to come to
      const alone = await cnnviz([...WORDS, '--seed', '2', '-o', 'y.safetensors', '--json'], { cwd });
      expect((JSON.parse(alone.stdout) as { onTest: { accuracy: number } }).onTest.accuracy).toBe(all[1]);
      const told = await cnnviz([...WORDS, '-o', 'x.safetensors', '--seeds', '2'], { cwd });
      expect(told.stdout).toMatch(/seeds 1, 2: test [\d.]+ % right in the mean, [\d.]+ … [\d.]+ %/);
      expect(told.stdout).toMatch(
        /conv: \d of 4 kernels have a near twin \(cosine from 0.9\) with seed 2; before training \d/,
      );
      expect(readFileSync(join(cwd, 'x.safetensors')).equals(plain)).toBe(true);
    }));

  it('finds the channel of a ReLU that never fires', () =>
    inFolder(async (cwd) => {
      writeDigits(join(cwd, 'mnist'));
      // a bias that no image reaches over: its gradient is 0, so it stays dead
      const entry = (name: string, shape: number[], data: Float32Array) => ({ name, shape, data });
      const begin = [
        entry('conv.weight', [2, 1, 5, 5], randomArray(50, 1)),
        entry('conv.bias', [2], Float32Array.of(5, -1000)),
        entry('linear.weight', [10, 72], randomArray(720, 2)),
        entry('linear.bias', [10], new Float32Array(10)),
      ];
      writeFileSync(join(cwd, 'begin.safetensors'), writeSafetensors(begin, {}));
      const net = 'conv out_channels=2 kernel_size=5 stride=4 | relu | flatten | linear out_features=10';
      const run = await cnnviz(
        [
          'train',
          net,
          '--data',
          'mnist',
          '--epochs',
          '1',
          '--init',
          'begin.safetensors',
          '-o',
          'x.safetensors',
          '--json',
        ],
        { cwd },
      );
      expect(run.code, run.stderr).toBe(0);
      const { dead } = JSON.parse(run.stdout) as Document;
      expect(dead.layers).toEqual([{ layer: 'relu', channels: 2, dead: [1] }]);
    }));
});

describe('--watch is refused before any work', () => {
  it.each([
    [['--watch', 'learn.mp4'], /--watch learn.mp4: an animation is written as .webp or .gif, not .mp4\n {2}fix: /],
    [['--watch', 'there.webp', '--no-clobber'], /there.webp: exists already, and --no-clobber was given/],
    [['--watch', 'frames', '--no-clobber'], /frame-02.png: exists already/],
  ])('%j', (words, message) =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'there.webp'), 'mine');
      mkdirSync(join(cwd, 'frames'));
      writeFileSync(join(cwd, 'frames', 'frame-02.png'), 'mine');
      // the data are not there: nothing was read
      const { code, stderr, stdout } = await cnnviz([...WORDS, ...words], { cwd });
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(message);
    }),
  );

  it('for a network without a convolution, once its layers are known', () =>
    inFolder(async (cwd) => {
      writeDigits(join(cwd, 'mnist'));
      const words = ['train', 'flatten | linear out_features=10', '--data', 'mnist', '--watch', 'x.webp'];
      const { code, stderr } = await cnnviz(words, { cwd });
      expect(code).toBe(2);
      expect(stderr).toContain('has no convolution whose kernels could be watched\n  fix: leave --watch, ');
      expect(readdirSync(cwd)).toEqual(['mnist']);
    }));
});

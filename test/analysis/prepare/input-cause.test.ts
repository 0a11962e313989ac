import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { causeOfInputs } from '../../../src/analysis/prepare/input-cause.js';
import { preparePicture } from '../../../src/analysis/prepare/network-input.js';
import type { Image } from '../../../src/core/image.js';
import type { ImagePreset, PresetChoice } from '../../../src/core/job.js';
import { choosePreset, NO_CHOICE, PRESETS } from '../../../src/core/preset.js';
import { numbersOf } from '../../../src/engine/input.js';
import { decodeImage } from '../../../src/io/decode.js';

const CHELSEA = new URL('../../../fixtures/images/chelsea.png', import.meta.url);
const SIZE = [64, 64] as [number, number];

async function photograph(): Promise<Image> {
  return (await decodeImage(readFileSync(CHELSEA), { background: null, maxPixels: 1e8 })).image;
}

function made(image: Image, preset: ImagePreset) {
  const { input } = preparePicture(image, preset);
  return { values: numbersOf(input), shape: input.shape };
}

function asked(change: Partial<PresetChoice>, own = IMAGENET): ImagePreset {
  return choosePreset({ ...NO_CHOICE, ...change }, own);
}

const IMAGENET = choosePreset({ ...NO_CHOICE, name: 'imagenet', resize: 64, crop: SIZE }, PRESETS.none);
const { mean, std } = PRESETS.imagenet.preprocess.normalize!;

/** What is asked of the second input, and what must be found of it: no more. */
const CASES: readonly (readonly [string, Partial<PresetChoice>, readonly RegExp[], readonly string[]])[] = [
  [
    'colours reversed',
    { channels: 'bgr' },
    [/^the colours are in the other order: a RGB, b BGR$/],
    ['--channels', 'rgb'],
  ],
  [
    'not normalised',
    { normalize: { mean: [0], std: [1] } },
    [/^a is normalised by the mean and std of ImageNet, b is pixels in \[0, 1\], without mean and std$/],
    ['--pixels', 'unit', '--normalize', '0.485,0.456,0.406/0.229,0.224,0.225'],
  ],
  [
    'normalised for [0, 1] from 0 … 255',
    { pixels: '255' },
    [/b is pixels in 0 … 255, normalised by a mean and std for \[0, 1\]$/],
    ['--pixels', 'unit', '--normalize', '0.485,0.456,0.406/0.229,0.224,0.225'],
  ],
  [
    'stretched',
    { name: 'none', resize: SIZE, normalize: { mean, std } },
    [/^the image came to its size in another way: a shorter side 64, centre crop, b stretched$/],
    ['--resize', '64', '--crop', '64,64'],
  ],
  [
    'letterboxed',
    { fit: { kind: 'letterbox', colour: '#727272' }, resize: SIZE },
    [/b letterbox:114$/],
    ['--resize', '64', '--crop', '64,64'],
  ],
  [
    'mean and std of the wrong colours',
    { channels: 'bgr', normalize: { mean, std } },
    [/^the colours/, /b is normalised by the mean and std of ImageNet, those of red for blue$/],
    ['--channels', 'rgb', '--pixels', 'unit', '--normalize', '0.485,0.456,0.406/0.229,0.224,0.225'],
  ],
  [
    "of one's own",
    { normalize: { mean: [0.5, 0.4, 0.3], std: [0.2, 0.25, 0.3] } },
    [/b is \(pixel in \[0, 1\] − mean\) \/ std with 0\.5,0\.4,0\.3\/0\.2,0\.25,0\.3$/],
    ['--pixels', 'unit', '--normalize', '0.485,0.456,0.406/0.229,0.224,0.225'],
  ],
];

describe('why two inputs differ', () => {
  it.each(CASES)('%s', async (_, change, words, flags) => {
    const image = await photograph();
    const found = causeOfInputs(image, IMAGENET, made(image, IMAGENET), made(image, asked(change)));
    expect(found!.steps.map(({ what }) => what)).toEqual(words.map((one) => expect.stringMatching(one)));
    expect(found!.steps.flatMap(({ likeA }) => likeA)).toEqual(flags);
  });

  it('255 times is said', async () => {
    const image = await photograph();
    const plain = asked({ normalize: { mean: [0], std: [1] } });
    const found = causeOfInputs(image, plain, made(image, plain), made(image, asked({ pixels: '255' }, plain)));
    expect(found!.steps.map(({ what }) => what)).toEqual([expect.stringContaining('(b is 255 times a)')]);
  });

  it('numbers reshaped where they should be transposed are said', async () => {
    const image = await photograph();
    const a = made(image, IMAGENET);
    const values = new Float32Array(a.values.length);
    for (let c = 0; c < 3; c++) for (let i = 0; i < 4096; i++) values[i * 3 + c] = a.values[c * 4096 + i];
    const found = causeOfInputs(image, IMAGENET, a, { values, shape: a.shape });
    expect(found!.steps.map(({ what }) => what)).toEqual([
      expect.stringContaining('b holds numbers in the order [H, W, C]'),
    ]);
  });

  it('nothing is said where one number is off by more than rounding, or the picture is another', async () => {
    const image = await photograph();
    const a = made(image, IMAGENET);
    const b = made(image, asked({ channels: 'bgr' }));
    b.values[100] += 1e-3;
    expect(causeOfInputs(image, IMAGENET, a, b)).toBe(null);
    const noise = Float32Array.from({ length: a.values.length }, (_, i) => ((i * 7919) % 256) / 255);
    expect(causeOfInputs(image, IMAGENET, a, { values: noise, shape: a.shape })).toBe(null);
    const flat = new Float32Array(a.values.length).fill(0.5);
    expect(causeOfInputs(image, IMAGENET, a, { values: flat, shape: a.shape })).toBe(null);
  });
});

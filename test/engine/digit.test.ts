import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { preparePicture } from '../../src/analysis/prepare/network-input.js';
import type { Image } from '../../src/core/image.js';
import { toOriginal } from '../../src/core/preprocess-geometry.js';
import { choosePreset, PRESETS } from '../../src/core/preset.js';
import { prepareDigit } from '../../src/engine/digit.js';
import { decodeImage } from '../../src/io/decode.js';

const DIGITS = fileURLToPath(new URL('../../fixtures/images/digits/', import.meta.url));
const JOB = { background: null, maxPixels: 1e8 };
const load = async (name: string) => (await decodeImage(readFileSync(join(DIGITS, name)), JOB, null, false)).image;

/** A gray picture from numbers of each pixel. */
function picture(width: number, height: number, of: (x: number, y: number) => number): Image {
  const data = Uint8Array.from({ length: width * height }, (_, i) => of(i % width, Math.floor(i / width)));
  return { width, height, channels: 1, depth: 8, data };
}

/** A bar of ink, `wide`×`high` at (x, y), on a ground. */
const bar = (size: number, [x, y, wide, high]: readonly number[], ground = 255, ink = 0) =>
  picture(size, size, (i, j) => (i >= x && i < x + wide && j >= y && j < y + high ? ink : ground));

function boxOf({ data, width }: Image, from = 64) {
  const inked = [...data.keys()].filter((i) => data[i] >= from);
  const [xs, ys] = [inked.map((i) => i % width), inked.map((i) => Math.floor(i / width))];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

function massOf({ data, width }: Image): [number, number] {
  let [sum, x, y] = [0, 0, 0];
  data.forEach((value: number, i: number) => {
    sum += value;
    x += value * ((i % width) + 0.5);
    y += value * (Math.floor(i / width) + 0.5);
  });
  return [x / sum, y / sum];
}

describe('a digit becomes what MNIST would have made of it', () => {
  it('from any size: the box of the ink in 20×20, its sides in proportion, in 28×28', () => {
    const { image, plan, said } = prepareDigit(bar(200, [40, 30, 60, 120]));
    expect(said).toBe('digit: dark on light turned round, 60×120 fitted into 20×20, centred by mass');
    expect([image.width, image.height, image.channels]).toEqual([28, 28, 1]);
    expect(boxOf(image)).toEqual({ left: 9, right: 18, top: 4, bottom: 23 });
    expect(Math.max(...image.data)).toBe(255);
    expect(plan).toMatchObject({ from: { x: 40, y: 30, width: 60, height: 120 }, resized: { width: 10, height: 20 } });
    // the middle of the input shows the middle of the bar
    expect(toOriginal(13.5, 13.5, plan)).toEqual({ x: 69.5, y: 89.5 });
  });

  it('of either polarity, told by the border', () => {
    const dark = prepareDigit(bar(90, [30, 20, 12, 50]));
    const light = prepareDigit(bar(90, [30, 20, 12, 50], 0, 255));
    expect(light.said).toBe('digit: light on dark, 12×50 fitted into 20×20, centred by mass');
    expect(light.image).toEqual(dark.image);
    const faint = prepareDigit(bar(90, [30, 20, 12, 50], 180, 120));
    expect(faint.image).toEqual(dark.image);
  });

  it('with its centre of mass in the middle, not its box', () => {
    // heavy below: an L turned round
    const { image } = prepareDigit(
      picture(100, 100, (x, y) => (y >= 20 && y < 80 && x >= 30 && x < (y < 60 ? 36 : 70) ? 0 : 255)),
    );
    const [x, y] = massOf(image);
    expect(Math.abs(x - 14)).toBeLessThanOrEqual(0.5);
    expect(Math.abs(y - 14)).toBeLessThanOrEqual(0.5);
    const { left, right, top, bottom } = boxOf(image);
    expect([left + right, top + bottom]).not.toEqual([27, 27]);
  });

  it('with shades of the ground taken for ground', () => {
    const shaded = picture(120, 120, (x, y) => {
      const paper = 200 + Math.floor((x + y) / 8);
      return x >= 50 && x < 60 && y >= 30 && y < 90 ? 30 : paper;
    });
    expect(prepareDigit(shaded).plan.from).toEqual({ x: 50, y: 30, width: 10, height: 60 });
  });

  it('again and again the same: what is so already is taken as it is', async () => {
    for (const name of readdirSync(DIGITS)) {
      const once = prepareDigit(await load(name));
      const twice = prepareDigit(once.image);
      expect(twice.said).toBe('digit: 28×28 as MNIST has them, taken as it is');
      expect(twice.image.data).toEqual(once.image.data);
      expect(toOriginal(3, 4, twice.plan)).toEqual({ x: 3, y: 4 });
    }
  });

  it('though it touches the border, where MNIST put it there', () => {
    // a 7 of mass far above the middle of its box
    const high = picture(28, 28, (x, y) =>
      y >= 8 && y < 28 && x >= 6 && x < 22 && (y < 17 || (x >= 9 && x < 11)) ? 255 : 0,
    );
    expect(prepareDigit(high)).toMatchObject({
      said: 'digit: 28×28 as MNIST has them, taken as it is',
      image: { data: high.data },
    });
    expect(() => prepareDigit({ ...high, data: high.data.map((value) => 255 - value) })).toThrow(
      'touches the lower border',
    );
  });

  it('in the middle of what the network reads: LeNet-5 has two more pixels on each side', () => {
    const [small, large] = [
      prepareDigit(bar(90, [30, 20, 12, 50])),
      prepareDigit(bar(90, [30, 20, 12, 50]), { width: 32, height: 32 }),
    ];
    const inner = [...large.image.data].filter((_, i) => {
      const [x, y] = [i % 32, Math.floor(i / 32)];
      return x >= 2 && x < 30 && y >= 2 && y < 30;
    });
    expect(inner).toEqual([...small.image.data]);
    expect([...large.image.data].filter((value) => value > 0).length).toBe(inner.filter((value) => value > 0).length);
  });

  it('with a doubt when it is wider than a digit', () =>
    expect(prepareDigit(bar(200, [20, 60, 160, 60])).said).toMatch(/; wider than a digit is: are there several\?$/));

  it('of 16 bits as of 8', () => {
    const image = bar(90, [30, 20, 12, 50]);
    const deep = { ...image, depth: 16 as const, data: Uint16Array.from(image.data, (value) => 257 * value) };
    expect(prepareDigit(deep).image).toEqual(prepareDigit(image).image);
  });
});

describe('where nothing sure can be said it is refused in a line', () => {
  const coloured = (of: (x: number, y: number) => readonly number[]): Image => ({
    width: 60,
    height: 60,
    channels: 3,
    depth: 8,
    data: Uint8Array.from({ length: 60 * 60 * 3 }, (_, i) => of(Math.floor(i / 3) % 60, Math.floor(i / 180))[i % 3]),
  });
  const inBar = (x: number, y: number) => x >= 25 && x < 35 && y >= 10 && y < 50;

  it.each([
    ['a blank image', picture(40, 40, () => 250), 'blank: nothing differs from its ground by 40 of 255 greys'],
    ['faint noise', picture(40, 40, (x, y) => 120 + ((x * 7 + y * 13) % 30)), 'blank'],
    ['ink at the left', bar(60, [0, 20, 30, 20]), 'the ink touches the left border, at (0, 20)'],
    ['ink at the right', bar(60, [40, 20, 20, 20]), 'the ink touches the right border, at (59, 20)'],
    ['ink above', bar(60, [20, 0, 10, 30]), 'the ink touches the upper border, at (20, 0)'],
    ['ink below', bar(60, [20, 40, 10, 20]), 'the ink touches the lower border, at (20, 59)'],
    [
      'lighter and darker',
      picture(60, 60, (x, y) => (inBar(x, y) ? (y < 30 ? 0 : 255) : 128)),
      'some of it is lighter and some darker than its ground',
    ],
    [
      'two inks',
      coloured((x, y) => (inBar(x, y) ? (y < 30 ? [200, 0, 0] : [0, 0, 200]) : [255, 255, 255])),
      'several colours',
    ],
  ])('%s', (_, image, says) => expect(() => prepareDigit(image)).toThrow(`no digit can be told: ${says}`));

  it('but one coloured ink on a coloured ground is fine', () => {
    const { said } = prepareDigit(coloured((x, y) => (inBar(x, y) ? [40, 60, 160] : [250, 244, 220])));
    expect(said).toBe('digit: dark on light turned round, 10×40 fitted into 20×20, centred by mass');
  });

  it('and no photograph is a digit', async () => {
    const images = fileURLToPath(new URL('../../fixtures/images/', import.meta.url));
    for (const name of ['chelsea.png', 'coffee.png', 'rocket.jpg', 'brick.png']) {
      const { image } = await decodeImage(readFileSync(join(images, name)), JOB, null, false);
      expect(() => prepareDigit(image)).toThrow('no digit can be told');
    }
  });
});

describe('the preset mnist', () => {
  it('subtracts the mean of the training images, unless somebody says another', () => {
    const image = bar(90, [30, 20, 12, 50]);
    const { input, said } = preparePicture(image, PRESETS.mnist);
    expect(input.shape).toEqual([1, 28, 28]);
    expect(said).toMatch(/^digit: /);
    const none = { name: null, resize: null, crop: null, gray: false, pixels: null, normalize: null };
    const own = choosePreset({ ...none, name: 'mnist', normalize: { mean: [0], std: [1] } }, PRESETS.none);
    expect(own).toMatchObject({ digit: true, preprocess: { normalize: { mean: [0], std: [1] } } });
  });

  it('takes no other size; a network of it does, and then its images are no digits any more', () => {
    const choice = { name: null, resize: null, crop: [20, 20] as const, gray: false, pixels: null, normalize: null };
    expect(() => choosePreset({ ...choice, name: 'mnist' }, PRESETS.none)).toThrow('--preset mnist gives 28×28 itself');
    expect(choosePreset(choice, PRESETS.mnist)).toEqual({
      geometry: { resize: null, crop: [20, 20] },
      preprocess: PRESETS.mnist.preprocess,
    });
    const imagenet = choosePreset({ ...choice, name: 'imagenet', crop: null }, PRESETS.mnist);
    expect(imagenet).toEqual(PRESETS.imagenet);
  });

  it('keeps the size of a network of grey images', () => {
    const lenet = {
      geometry: { resize: [32, 32] as const, crop: null },
      preprocess: { pixels: 'unit' as const, gray: true, normalize: null },
    };
    const choice = { name: 'mnist' as const, resize: null, crop: null, gray: false, pixels: null, normalize: null };
    expect(choosePreset(choice, lenet).geometry.crop).toEqual([32, 32]);
    expect(choosePreset(choice, PRESETS.imagenet).geometry.crop).toEqual([28, 28]);
  });
});

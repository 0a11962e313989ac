import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Image } from '../../src/core/image.js';
import { planPreprocess } from '../../src/core/preprocess-geometry.js';
import { presetFor } from '../../src/core/preprocess-job.js';
import { numbersOf } from '../../src/engine/input.js';
import { resizeBilinear } from '../../src/engine/resize.js';
import { decodeImage } from '../../src/io/decode.js';
import { preprocessImage } from '../../src/stages/preprocess-image.js';

const FIXTURES = new URL('../../fixtures/', import.meta.url);
const { resized, tensors } = JSON.parse(
  readFileSync(new URL('expected/torchvision/index.json', FIXTURES), 'utf8'),
) as Expected;

interface Expected {
  resized: { image: string; grey: boolean; width: number; height: number; sha256: string }[];
  tensors: {
    image: string;
    resize: number;
    crop: number;
    shape: number[];
    sha256: string;
    some: Record<string, number>;
  }[];
}

const pictures = new Map<string, Image>();

async function picture(name: string): Promise<Image> {
  if (!pictures.has(name)) {
    const bytes = readFileSync(new URL(`images/${name}`, FIXTURES));
    pictures.set(name, (await decodeImage(bytes, { background: null, maxPixels: 1e8 })).image);
  }
  return pictures.get(name)!;
}

/** The first channel alone: grey pictures are decoded to RGB. */
function grey(image: Image): Image {
  const data = new Uint8Array(image.width * image.height);
  for (let i = 0; i < data.length; i++) data[i] = image.data[i * image.channels];
  return { ...image, channels: 1, data };
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('resizing is that of PIL, bit for bit', () => {
  it.each(resized)('$image to $width×$height', async ({ image, grey: isGrey, width, height, sha256: expected }) => {
    const source = await picture(image);
    const out = resizeBilinear(isGrey ? grey(source) : source, width, height);
    expect([out.width, out.height]).toEqual([width, height]);
    expect(sha256(out.data as Uint8Array)).toBe(expected);
  });
});

describe('preprocessing is that of torchvision, bit for bit', () => {
  it.each(tensors)(
    '$image, shorter side $resize, crop $crop',
    async ({ image, resize, crop, shape, sha256: expected, some }) => {
      const { geometry, preprocess } = presetFor('imagenet', crop);
      const { input } = preprocessImage(await picture(image), { geometry: { ...geometry, resize }, preprocess });
      const numbers = numbersOf(input);
      expect(input.shape).toEqual(shape);
      for (const [at, value] of Object.entries(some)) expect(numbers[Number(at)]).toBe(Math.fround(value));
      expect(sha256(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength))).toBe(expected);
    },
  );
});

describe('sixteen bits', () => {
  it('agree with eight bits where samples are multiples of 257, within a grey', async () => {
    const small = await picture('five.png');
    const wide: Image = { ...small, depth: 16, data: Uint16Array.from(small.data, (sample) => sample * 257) };
    const [a, b] = [resizeBilinear(small, 13, 9), resizeBilinear(wide, 13, 9)];
    expect(b.data).toBeInstanceOf(Uint16Array);
    for (let i = 0; i < a.data.length; i++) expect(Math.abs(a.data[i] - b.data[i] / 257)).toBeLessThanOrEqual(1);
  });
});

describe('the middle', () => {
  it.each([
    [257, 224, 16],
    [255, 224, 16],
    [341, 224, 58],
    [225, 224, 0],
    [227, 224, 2],
    [10, 13, -1],
  ])('of %i pixels for %i begins at %i', (size, crop, start) => {
    const { crop: area } = planPreprocess(size, size, { resize: null, crop: [crop, crop] });
    expect([area.x, area.y]).toEqual([start, start]);
  });
});

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditImage, type PreprocessStep, preprocessImage } from '../../src/analysis/prepare/preset.js';
import type { Image } from '../../src/core/image.js';
import type { GeometryJob } from '../../src/core/job.js';
import { planPreprocess, toOriginal } from '../../src/core/preprocess-geometry.js';
import { PRESETS, presetFor } from '../../src/core/preset.js';
import { numbersOf } from '../../src/engine/input.js';
import { cropImage, resizeArea, resizeBilinear } from '../../src/engine/resize.js';
import { decodeImage } from '../../src/io/decode.js';
import { readNpy } from '../../src/models/npy.js';

const FIXTURES = new URL('../../fixtures/', import.meta.url);
const EXPECTED = new URL('expected/torchvision/', FIXTURES);
const { resized, tensors, decoded } = JSON.parse(readFileSync(new URL('index.json', EXPECTED), 'utf8')) as Expected;

interface Expected {
  resized: {
    image: string;
    channels: 1 | 3;
    width: number;
    height: number;
    sha256: string;
    some: Record<string, number>;
  }[];
  tensors: {
    image: string;
    resize: GeometryJob['resize'];
    crop: [number, number];
    shape: number[];
    sha256: string;
    some: Record<string, number>;
  }[];
  decoded: Record<string, string>;
}

const pictures = new Map<string, Image>();

/** A fixture; "noise.npy 29x2" is its top left corner of that size. */
async function picture(name: string): Promise<Image> {
  const [file, size] = name.split(' ');
  if (!pictures.has(file)) pictures.set(file, await load(file));
  const image = pictures.get(file)!;
  if (size === undefined) return image;
  const [width, height] = size.split('x').map(Number);
  return cropImage(image, { x: 0, y: 0, width, height });
}

async function load(file: string): Promise<Image> {
  if (!file.endsWith('.npy')) {
    const bytes = readFileSync(new URL(`images/${file}`, FIXTURES));
    return (await decodeImage(bytes, { background: null, maxPixels: 1e8 })).image;
  }
  const { data, shape } = readNpy(readFileSync(new URL(file, EXPECTED)));
  const [height, width] = shape;
  if (data instanceof Uint16Array) return { width, height, channels: 3, depth: 16, data };
  return { width, height, channels: 3, depth: 8, data: data as Uint8Array };
}

/** The first channel alone: grey pictures are decoded to RGB. */
function firstChannel(image: Image): Image {
  const data = image.depth === 8 ? new Uint8Array(image.data.length / 3) : new Uint16Array(image.data.length / 3);
  for (let i = 0; i < data.length; i++) data[i] = image.data[3 * i];
  return { ...image, channels: 1, data };
}

function sha256(array: Uint8Array | Uint16Array | Float32Array): string {
  return createHash('sha256')
    .update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
    .digest('hex');
}

const withoutImage = ({ name, width, height, channels }: PreprocessStep) => ({ name, width, height, channels });

describe('resizing is that of PIL, bit for bit', () => {
  it.each(resized)('$image with $channels channels to $width×$height', async (expected) => {
    const { image, channels, width, height } = expected;
    const source = await picture(image);
    const out = resizeBilinear(channels === 1 ? firstChannel(source) : source, width, height);
    expect([out.width, out.height, out.channels]).toEqual([width, height, channels]);
    for (const [at, value] of Object.entries(expected.some)) expect(out.data[Number(at)]).toBe(value);
    expect(sha256(out.data)).toBe(expected.sha256);
  });

  it('leaves a picture that has its size alone', async () => {
    const five = await picture('five.png');
    expect(resizeBilinear(five, 5, 5)).toBe(five);
  });

  it('refuses sides that are no sizes', async () => {
    const five = await picture('five.png');
    expect(() => resizeBilinear(five, 0, 5)).toThrow('resize to 0×5: expected whole sides from 1');
    expect(() => resizeBilinear(five, 5, 2.5)).toThrow('resize to 5×2.5');
  });

  it('never leaves the range of the samples, however many are summed', () => {
    const white = new Uint8Array(100_000).fill(255);
    const image: Image = { width: 100_000, height: 1, channels: 1, depth: 8, data: white };
    for (const width of [1, 2, 3, 7]) {
      expect([...resizeBilinear(image, width, 1).data]).toEqual(new Array(width).fill(255));
    }
  });

  it('makes a part of the result with the bits of the whole', () => {
    const side = fc.integer({ min: 1, max: 40 });
    const share = fc.double({ min: 0, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(side, side, side, side, share, share, share, share, (w, h, width, height, x, y, across, down) => {
        const data = Uint8Array.from({ length: w * h * 3 }, (_, i) => (i * 7919) % 256);
        const image: Image = { width: w, height: h, channels: 3, depth: 8, data };
        const left = Math.floor(x * width);
        const top = Math.floor(y * height);
        const area = {
          x: left,
          y: top,
          width: 1 + Math.floor(across * (width - left)),
          height: 1 + Math.floor(down * (height - top)),
        };
        const whole = cropImage(resizeBilinear(image, width, height), area);
        expect(resizeArea(image, width, height, area)).toEqual(whole);
      }),
      { seed: 20261124, numRuns: 300 },
    );
  });
});

describe('preprocessing is that of torchvision, bit for bit', () => {
  it.each(tensors)('$image, resize $resize, crop $crop', async (expected) => {
    const { image, resize, crop, shape } = expected;
    const source = await picture(image);
    const { preprocess } = PRESETS.imagenet;
    const prepared = preprocessImage(source, { geometry: { resize, crop }, preprocess });
    const numbers = numbersOf(prepared.input);
    expect(prepared.input.shape).toEqual(shape);
    for (const [at, value] of Object.entries(expected.some)) expect(numbers[Number(at)]).toBe(value);
    expect(sha256(numbers)).toBe(expected.sha256);

    const audited = auditImage(source, { geometry: { resize, crop }, preprocess });
    expect(sha256(audited.image.data)).toBe(sha256(prepared.image.data));
    expect(audited.steps.map(withoutImage)).toEqual(prepared.steps.map(withoutImage));
  });

  it('reads the JPEG of the fixtures as PIL does, byte for byte', async () => {
    expect(sha256((await picture('rocket.jpg')).data)).toBe(decoded['rocket.jpg']);
  });

  it('never makes what the crop leaves out', () => {
    const data = Uint8Array.from({ length: 3e6 }, (_, i) => i % 251);
    const strip: Image = { width: 1, height: 1e6, channels: 3, depth: 8, data };
    const { image, plan } = preprocessImage(strip, presetFor('imagenet'));
    expect(plan.resized).toEqual({ width: 256, height: 256e6 });
    expect([image.width, image.height]).toEqual([224, 224]);
    expect(() => auditImage(strip, presetFor('imagenet'))).toThrow(
      'the resized image would have 256×256000000 = 65,536,000,000 pixels, more than 200,000,000',
    );
  });
});

describe('the plan', () => {
  it.each([
    [257, 224, 16],
    [255, 224, 16],
    [341, 224, 58],
    [225, 224, 0],
    [227, 224, 2],
    [10, 13, -1],
    [10, 14, -2],
    [10, 11, 0],
  ])('begins the middle of %i pixels for %i at %i', (size, crop, start) => {
    const { crop: area } = planPreprocess(size, size, { resize: null, crop: [crop, crop] });
    expect([area.x, area.y]).toEqual([start, start]);
  });

  it.each([
    [1200, 900, 341, 256],
    [900, 1200, 256, 341],
    [640, 427, 383, 256],
    [1000, 3, 85_333, 256],
  ])('brings %i×%i to %i×%i', (width, height, w, h) => {
    expect(planPreprocess(width, height, PRESETS.imagenet.geometry).resized).toEqual({ width: w, height: h });
  });

  it('refuses sides that are no sizes, and pictures that are too large', () => {
    const plan = (resize: GeometryJob['resize'], crop: GeometryJob['crop']) => () =>
      planPreprocess(100, 100, { resize, crop });
    expect(plan(0, null)).toThrow('resize 0: expected whole numbers of pixels from 1');
    expect(plan([5, 1.5], null)).toThrow('resize 1.5');
    expect(plan(null, [0, 4])).toThrow('crop 0');
    expect(plan(100_000, null)).toThrow('the resized image would have 100000×100000 = 10,000,000,000 pixels');
    expect(plan(null, [20_000, 20_000])).toThrow('the cropped image would have 20000×20000');
  });

  it('finds the place in the original that an input pixel shows', () => {
    const plan = planPreprocess(1024, 512, PRESETS.imagenet.geometry);
    expect(plan.crop).toEqual({ x: 144, y: 16, width: 224, height: 224 });
    // half the size: the centre of input pixel 0 lies between original pixels 288 and 289
    expect(toOriginal(0, 0, plan)).toEqual({ x: 288.5, y: 32.5 });
    expect(toOriginal(-0.5, 223.5, plan)).toEqual({ x: 287.5, y: 479.5 });
    const padded = planPreprocess(10, 10, { resize: null, crop: [14, 14] });
    expect(toOriginal(0, 2, padded)).toEqual({ x: -2, y: 0 });
  });

  it('finds a bright pixel of the original where it says it is', () => {
    const [width, height, X, Y] = [90, 60, 50, 31];
    const data = new Uint8Array(width * height);
    data[Y * width + X] = 255;
    const image: Image = { width, height, channels: 1, depth: 8, data };
    const geometry = { resize: 120, crop: [100, 100] } as const;
    const { image: out, plan } = preprocessImage(image, { geometry, preprocess: PRESETS.none.preprocess });
    const at = out.data.indexOf(Math.max(...out.data));
    const place = toOriginal(at % 100, Math.floor(at / 100), plan);
    expect(Math.abs(place.x - X)).toBeLessThan(0.5);
    expect(Math.abs(place.y - Y)).toBeLessThan(0.5);
  });
});

describe('presets', () => {
  it('have another crop where a network reads another size', () => {
    expect(presetFor('imagenet', 227).geometry).toEqual({ resize: 256, crop: [227, 227] });
    expect(presetFor('imagenet')).toBe(PRESETS.imagenet);
    expect(presetFor('none', 227)).toBe(PRESETS.none);
  });
});

import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Image } from '../../src/core/image.js';
import { encodeGif, encodeWebp, type TimedFrame } from '../../src/io/encode-animation.js';
import { seeded } from '../random.js';

/** Frames of random pixels out of a palette of `colours`. */
function frames(colours: number, count: number, seed: number): TimedFrame[] {
  const next = seeded(seed);
  const palette = Array.from({ length: colours }, (_, i) => [i & 255, (i * 7) & 255, (i >> 4) & 255]);
  return Array.from({ length: count }, (_, f) => {
    const data = Uint8Array.from({ length: 12 * 9 }, () => Math.floor(next() * colours)).reduce<number[]>((all, i) => {
      all.push(...palette[i]);
      return all;
    }, []);
    const image: Image = { width: 12, height: 9, channels: 3, depth: 8, data: Uint8Array.from(data) };
    return { image, delayMs: 100 * (f + 1) };
  });
}

async function decode(bytes: Uint8Array) {
  const { pages, delay, loop, pageHeight, width } = await sharp(bytes, { animated: true }).metadata();
  const raw = await sharp(bytes, { animated: true }).removeAlpha().toColourspace('srgb').raw().toBuffer();
  return { pages, delay, loop, pageHeight, width, raw };
}

describe.each([
  ['GIF', (all: TimedFrame[]) => encodeGif(all, '{}', () => undefined)],
  ['WebP', (all: TimedFrame[]) => encodeWebp(all, '{}')],
] as const)('an animated %s', (_, encode) => {
  it('keeps every pixel, every frame and every delay, and loops', async () => {
    const all = frames(200, 4, 3);
    const read = await decode(await encode(all));
    expect(read).toMatchObject({ pages: 4, delay: [100, 200, 300, 400], loop: 0, width: 12, pageHeight: 9 });
    expect([...read.raw]).toEqual(all.flatMap(({ image }) => [...image.data]));
  });

  it('is the same bytes every time', async () => {
    const one = await encode(frames(20, 3, 4));
    expect(Buffer.compare(Buffer.from(one), Buffer.from(await encode(frames(20, 3, 4))))).toBe(0);
  });
});

it('a GIF of more colours than a palette holds stays near them', async () => {
  const next = seeded(9);
  const all = frames(1, 2, 1).map(({ delayMs, image }) => ({
    delayMs,
    image: { ...image, data: image.data.map((_, i) => (i % 3 === 0 ? Math.floor(next() * 256) : 128)) },
  }));
  const many = [all[0], all[1], ...frames(256, 2, 5)];
  const { raw, pages } = await decode(await encodeGif(many, '{}', () => undefined));
  expect(pages).toBe(4);
  const wanted = many.flatMap(({ image }) => [...image.data]);
  const mean = wanted.reduce((sum, value, i) => sum + Math.abs(value - raw[i]), 0) / wanted.length;
  expect(mean).toBeLessThan(6);
});

it('a GIF keeps frames of which only a part changes, or nothing', async () => {
  const [first] = frames(200, 1, 6);
  const spot = (x: number, y: number, from: TimedFrame): TimedFrame => {
    const data = Uint8Array.from(from.image.data);
    data.set([9, 8, 7], 3 * (y * 12 + x));
    return { ...from, image: { ...from.image, data } };
  };
  const second = spot(11, 8, spot(3, 2, first));
  const all = [first, second, second, spot(0, 4, second), first];
  const { raw, pages } = await decode(await encodeGif(all, '{}', () => undefined));
  expect(pages).toBe(5);
  expect([...raw]).toEqual(all.flatMap(({ image }) => [...image.data]));
});

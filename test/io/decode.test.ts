import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CnnvizError } from '../../src/core/errors.js';
import { decodeImage, readHeader } from '../../src/io/decode.js';
import { IMAGES } from '../cli/cnnviz.js';
import { randomIntegers, seeded } from '../random.js';

const sharp = createRequire(import.meta.url)('sharp') as typeof import('sharp').default;
const job = { background: null, maxPixels: 100e6 };
const decode = async (bytes: Uint8Array, background: string | null = null) =>
  (await decodeImage(bytes, { ...job, background })).image;

const rgb = Uint8Array.from(randomIntegers(8 * 6 * 3, 1, 0, 255));
const raw = (data: Uint8Array | Uint16Array, channels: 1 | 2 | 3 | 4, width = 8, height = 6) =>
  sharp(data, { raw: { width, height, channels } });

/** The error a promise ends in; only ours count. */
async function fault(work: Promise<unknown>): Promise<CnnvizError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CnnvizError);
  return error as CnnvizError;
}

describe('decodeImage', () => {
  it.each(['png', 'webp', 'tiff'] as const)('gives the samples of a lossless %s', async (format) => {
    const options = { png: {}, webp: { lossless: true }, tiff: { compression: 'lzw' as const } }[format];
    const bytes = await raw(rgb, 3).toFormat(format, options).toBuffer();
    const image = await decode(bytes);
    expect({ ...image, data: [...image.data] }).toEqual({ width: 8, height: 6, channels: 3, depth: 8, data: [...rgb] });
  });

  it.each(['jpeg', 'gif', 'avif'] as const)('reads %s', async (format) => {
    const flat = new Uint8Array(32 * 32 * 3).fill(200);
    const image = await decode(await raw(flat, 3, 32, 32).toFormat(format).toBuffer());
    expect([image.width, image.height, image.channels]).toEqual([32, 32, 3]);
    expect(Math.max(...image.data.map((value) => Math.abs(value - 200)))).toBeLessThanOrEqual(2);
  });

  it('turns gray into three equal channels', async () => {
    const gray = rgb.subarray(0, 48);
    const image = await decode(await raw(gray, 1).toColourspace('b-w').png().toBuffer());
    expect([...image.data]).toEqual([...gray].flatMap((value) => [value, value, value]));
  });

  it('drops alpha, keeping the colours as stored, or lays them over a background', async () => {
    const rgba = Uint8Array.of(10, 20, 30, 0, 200, 100, 50, 255);
    const bytes = await raw(rgba, 4, 2, 1).png().toBuffer();
    expect([...(await decode(bytes)).data]).toEqual([10, 20, 30, 200, 100, 50]);
    expect([...(await decode(bytes, '#ffffff')).data]).toEqual([255, 255, 255, 200, 100, 50]);
  });

  it('keeps all 16 bits of gray and colour', async () => {
    const deep = Uint16Array.from(randomIntegers(8 * 6 * 3, 2, 0, 65535));
    const colour = await decode(await raw(deep, 3).toColourspace('rgb16').png().toBuffer());
    expect([colour.depth, [...colour.data]]).toEqual([16, [...deep]]);
    const gray = await decode(await raw(deep.subarray(0, 48), 1).toColourspace('grey16').png().toBuffer());
    expect([...gray.data]).toEqual([...deep.subarray(0, 48)].flatMap((value) => [value, value, value]));
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('applies EXIF orientation %i', async (orientation) => {
    const bytes = await raw(rgb, 3).withMetadata({ orientation }).png().toBuffer();
    const image = await decode(bytes);
    const facts = await readHeader(bytes, job);
    const size = orientation >= 5 ? [6, 8] : [8, 6];
    expect([image.width, image.height]).toEqual(size);
    expect([facts.width, facts.height]).toEqual(size);
    // where the stored top left pixel lands: EXIF 2.3, tag 0x0112
    const corner = { 1: [0, 0], 2: [7, 0], 3: [7, 5], 4: [0, 5], 5: [0, 0], 6: [5, 0], 7: [5, 7], 8: [0, 7] }[
      orientation
    ]!;
    const at = (corner[1] * image.width + corner[0]) * 3;
    expect([...image.data.subarray(at, at + 3)]).toEqual([...rgb.subarray(0, 3)]);
  });

  it('ignores the profile of an RGB image: values are those stored', async () => {
    const bytes = await raw(rgb, 3).withIccProfile('p3', { attach: true }).png().toBuffer();
    const stored = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    expect([...(await decode(bytes)).data]).toEqual([...stored]);
  });

  it('turns CMYK into RGB', async () => {
    const bytes = await raw(new Uint8Array(16 * 16 * 3).fill(255), 3, 16, 16)
      .toColourspace('cmyk')
      .jpeg()
      .toBuffer();
    const { image, facts } = await decodeImage(bytes, job);
    expect([facts.colour, image.channels]).toEqual(['CMYK', 3]);
    expect(Math.min(...image.data)).toBeGreaterThan(245);
  });

  it('takes the first page of an animation', async () => {
    const frames = Uint8Array.from([...new Array(48).fill(10), ...new Array(48).fill(240)]);
    const gif = await sharp(frames, { raw: { width: 4, height: 8, channels: 3, pageHeight: 4 } })
      .gif({ delay: [100, 100] })
      .toBuffer();
    const { image, facts } = await decodeImage(gif, job);
    expect([facts.pages, image.height]).toEqual([2, 4]);
    expect(Math.max(...image.data)).toBeLessThan(30);
  });
});

/** A PNG of one colour, 1 bit deep: many pixels in few bytes. */
function bomb(side: number): Uint8Array {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = Buffer.alloc(side * (1 + Math.ceil(side / 8)));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}

describe('decodeImage refuses', () => {
  it('a bomb by its header, naming its size and the limit', async () => {
    const bytes = bomb(20000);
    expect(bytes.length).toBeLessThan(100_000);
    const error = await fault(decode(bytes));
    expect(error.message).toBe('20000×20000 is 400,000,000 pixels, more than the 100,000,000 allowed');
    expect(error.fix).toContain('--max-pixels 400000000');
  });

  it.each([
    ['text', Buffer.from('<!DOCTYPE html><p>hello'), 'not an image (starts with "<!DOCTYPE")'],
    ['an empty file', Buffer.alloc(0), 'not an image (the file is empty)'],
    ['unknown bytes', Buffer.from([1, 2, 3, 250]), 'not an image (starts with the bytes 01 02 03 fa)'],
    [
      'SVG',
      Buffer.from('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      'an SVG drawing',
    ],
    ['a PDF', Buffer.from('%PDF-1.7\n'), 'not an image (starts with "%PDF-1.7")'],
  ])('%s', async (_, bytes, message) => {
    const error = await fault(decode(bytes));
    expect([error.code, error.message]).toEqual(['decode', expect.stringContaining(message)]);
  });

  it.each(['jpeg', 'png', 'gif', 'webp', 'tiff'] as const)('a %s cut off anywhere', async (format) => {
    const noise = Uint8Array.from(randomIntegers(40 * 40 * 3, 3, 0, 255));
    const whole = await raw(noise, 3, 40, 40).toFormat(format).toBuffer();
    for (const share of [0.02, 0.1, 0.3, 0.5, 0.7, 0.9]) {
      const error = await fault(decode(whole.subarray(0, Math.floor(whole.length * share))));
      expect(error.code).toBe('decode');
      expect(error.message).not.toContain('\n');
    }
  });

  it('anything broken with an error of its own, over 500 seeded mutations', async () => {
    const next = seeded(4);
    const formats = ['jpeg', 'png', 'gif', 'webp', 'tiff'] as const;
    const seeds = await Promise.all(formats.map((format) => raw(rgb, 3).toFormat(format).toBuffer()));
    let refused = 0;
    for (let round = 0; round < 500; round++) {
      const bytes = Uint8Array.from(seeds[round % seeds.length]);
      for (let hit = 0; hit < 1 + next() * 6; hit++)
        bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
      await decodeImage(bytes, { background: null, maxPixels: 1e6 }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(CnnvizError);
        refused++;
      });
    }
    expect(refused).toBeGreaterThan(50);
  });

  it('a real photograph cut off, in one line', async () => {
    const bytes = readFileSync(join(IMAGES, 'rocket.jpg'));
    const error = await fault(decode(bytes.subarray(0, bytes.length * 0.6)));
    expect(error.message).toMatch(/^truncated or corrupt \(.+\)$/);
  });
});

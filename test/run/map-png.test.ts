import { describe, expect, it } from 'vitest';
import { copiedParts } from '../../src/core/bytes.js';
import type { Image } from '../../src/core/image.js';
import { decodeSamples, encodePng, readNote } from '../../src/io/encode.js';
import { mapPng, samplesOf } from '../../src/run/map-png.js';
import { seeded } from '../random.js';

const SIZES = [
  [1, 1],
  [3, 2],
  [257, 100],
  [4001, 300],
] as const;

const fileOf = (image: Image, note: string) => copiedParts(mapPng(samplesOf(image), note));

describe('the PNG of a map', () => {
  it.each([
    [1, 8],
    [1, 16],
    [3, 8],
    [3, 16],
  ] as const)(
    'has its samples and its note, as libvips and libpng read them: %i channels of %i bits',
    async (channels, depth) => {
      for (const [width, height] of SIZES) {
        const random = seeded(width);
        const Samples = depth === 8 ? Uint8Array : Uint16Array;
        const data = new Samples(width * height * channels).map(() => Math.floor(random() * 2 ** depth));
        const image = { width, height, channels, depth, data };
        const note = JSON.stringify({ map: 'größe', width });
        const png = fileOf(image, note);
        const found = await decodeSamples(png);
        expect({ ...found, data: null }).toEqual({ ...image, data: null });
        expect(
          Buffer.compare(
            Buffer.from(found.data.buffer, found.data.byteOffset, found.data.byteLength),
            Buffer.from(data.buffer),
          ),
        ).toBe(0);
        expect(JSON.parse((await readNote(png))!)).toEqual(JSON.parse(note));
        expect(await readNote(png)).toBe(await readNote(await encodePng(image, note)));
      }
    },
  );

  it('may be without a note, or have one of a letter', async () => {
    const image = { width: 2, height: 2, channels: 1, depth: 8, data: Uint8Array.of(1, 2, 3, 4) } as const;
    expect(await readNote(fileOf(image, ''))).toBeNull();
    expect(await readNote(fileOf(image, '7'))).toBe('7');
    expect(await readNote(fileOf(image, '{}'))).toBe('{}');
    expect(await readNote(fileOf(image, 'abcd'))).toBe('abcd');
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/io/decode.js';

const FOLDER = fileURLToPath(new URL('../../fixtures/expected/samples/', import.meta.url));
const index = JSON.parse(readFileSync(join(FOLDER, 'index.json'), 'utf8'));
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(FOLDER, name)));
const job = { background: null, maxPixels: 100e6 };

describe('samples without a fixed black and white', () => {
  it.each(['float-gray.tif', 'float-rgb.tif', 'uint32.tif'])(
    '%s: its least is black, its largest white',
    async (name) => {
      const { shape, range, own } = index[name];
      const { image, range: found, notes } = await decodeImage(bytesOf(name), job, null, true);
      expect([image.height, image.width, image.channels]).toEqual([...shape, 1].slice(0, 3));
      expect(found).toEqual({ lo: range[0], hi: range[1] });
      expect([...image.data]).toEqual(own);
      expect(notes).toHaveLength(1);
      expect(notes[0]).toContain('are read as black to white, in 65,536 steps (--range');
    },
  );

  it.each(['float-gray.tif', 'float-rgb.tif', 'uint32.tif', 'twelve-bits.png'])(
    '%s: with a range, what lies outside is clipped and counted',
    async (name) => {
      const { limits, limited, values } = index[name];
      const { image, range, notes } = await decodeImage(bytesOf(name), { ...job, range: limits }, null, true);
      expect([...image.data]).toEqual(limited);
      expect(range).toEqual({ lo: limits[0], hi: limits[1] });
      const outside = values.filter((value: number) => value < limits[0] || value > limits[1]).length;
      expect(notes.join().includes(`${outside} of ${values.length} lie outside`)).toBe(outside > 0);
    },
  );

  it('a 16-bit file keeps its 65,535 unless its own range is asked for', async () => {
    const { values, own } = index['twelve-bits.png'];
    const as = async (more: object) =>
      (await decodeImage(bytesOf('twelve-bits.png'), { ...job, ...more }, null, true)).image;
    expect([...(await as({})).data]).toEqual(values);
    expect([...(await as({ range: 'auto' })).data]).toEqual(own);
  });

  it('a NaN or an infinity is refused with its place', async () => {
    await expect(decodeImage(bytesOf('float-nan.tif'), job)).rejects.toMatchObject({
      code: 'decode',
      message: 'the sample at (5, 2) is NaN; 2 of 48 are NaN or infinite',
    });
  });

  it('networks get three equal channels of a gray float file', async () => {
    const { image } = await decodeImage(bytesOf('float-gray.tif'), job);
    const { own } = index['float-gray.tif'];
    expect(image.channels).toBe(3);
    expect([...image.data]).toEqual(own.flatMap((value: number) => [value, value, value]));
  });
});

describe('pages and frames', () => {
  it('the first is read, and said; another by its number', async () => {
    for (const [p, { width, height, value }] of index['pages.tif'].pages.entries()) {
      const { image, facts, notes } = await decodeImage(bytesOf('pages.tif'), { ...job, page: p + 1 }, null, true);
      expect([image.width, image.height, ...new Set(image.data)]).toEqual([width, height, value]);
      expect([facts.page, facts.pages, notes]).toEqual([p + 1, 3, []]);
    }
    const { image, notes } = await decodeImage(bytesOf('pages.tif'), job, null, true);
    expect([image.width, notes]).toEqual([5, ['page 1 of 3 is read (--page N reads another)']]);
  });

  it.each([1, 2, 3])('frame %i of a GIF', async (page) => {
    const { image } = await decodeImage(bytesOf('frames.gif'), { ...job, page });
    expect([...new Set(image.data)]).toEqual([index['frames.gif'].frames[page - 1]]);
  });

  it('one that is none is refused with how many there are', async () => {
    const refused = (name: string, page: number) => decodeImage(bytesOf(name), { ...job, page });
    await expect(refused('pages.tif', 4)).rejects.toMatchObject({
      code: 'usage',
      message: '--page 4: the file has 3 pages',
      fix: 'a number from 1 to 3',
    });
    await expect(refused('frames.gif', 9)).rejects.toThrow('--page 9: the file has 3 frames');
    await expect(refused('twelve-bits.png', 2)).rejects.toThrow('--page 2: the file has one frame');
  });
});

describe('alpha', () => {
  const { gray, notOpaque } = index['gray-alpha.png'];

  it('is dropped, and said where it is not opaque', async () => {
    const { image, notes } = await decodeImage(bytesOf('gray-alpha.png'), job, null, true);
    expect([...image.data]).toEqual(gray);
    expect(notes).toEqual([
      `alpha is dropped: ${notOpaque} pixels are not opaque (--background COLOUR lays them over a colour)`,
    ]);
    expect((await decodeImage(bytesOf('gray-opaque.png'), job, null, true)).notes).toEqual([]);
  });

  it('over gray a gray file stays one channel, over a colour it has three', async () => {
    const at = 1 * 8 + 1;
    const over = async (background: string) =>
      (await decodeImage(bytesOf('gray-alpha.png'), { ...job, background }, null, true)).image;
    const white = await over('#ffffff');
    expect([white.channels, white.data[at]]).toEqual([1, 255]);
    const red = await over('#ff0000');
    expect([red.channels, ...red.data.slice(3 * at, 3 * at + 3)]).toEqual([3, 255, 0, 0]);
  });
});

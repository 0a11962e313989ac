import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readNote } from '../../src/io/encode.js';
import { addressFault, isAddress, relativePath } from '../../src/io/paths.js';

const pixel = () => sharp({ create: { width: 2, height: 2, channels: 3, background: '#123456' } });

describe('what a picture says of itself', () => {
  it('is the description of a WebP, whatever other texts and numbers stand before it', async () => {
    const exif = { IFD0: { DocumentName: 'another text', ImageDescription: '{"lo":1}', Make: 'a camera' } };
    const bytes = await pixel().withExif(exif).webp({ lossless: true }).toBuffer();
    expect(await readNote(bytes)).toBe('{"lo":1}');
  });

  it('may be three letters, which stand in the entry itself', async () => {
    const bytes = await pixel()
      .withExif({ IFD0: { ImageDescription: 'abc' } })
      .webp()
      .toBuffer();
    expect(await readNote(bytes)).toBe('abc');
  });

  it('is nothing without a description', async () => {
    const bytes = await pixel()
      .withExif({ IFD0: { DocumentName: 'another text' } })
      .webp()
      .toBuffer();
    expect(await readNote(bytes)).toBeNull();
    expect(await readNote(await pixel().webp().toBuffer())).toBeNull();
  });
});

describe('addresses of the web', () => {
  it.each([
    ['https://x.org/a.png', "download it first: curl -LO 'https://x.org/a.png'"],
    ["ftp://x.org/it's.png", "download it first: curl -LO 'ftp://x.org/it%27s.png'"],
    ['file:///tmp/a%20b.png', 'name the file: /tmp/a b.png'],
    ['file://localhost/tmp/a.png', 'name the file: /tmp/a.png'],
    ['file:///tmp/100%.png', 'name the file: /tmp/100%.png'],
    ['file://elsewhere/a.png', 'save it as a file, then name that'],
    ['s3://bucket/a.png', 'save it as a file, then name that'],
    ['data:image/png;base64,AAAA', 'save it as a file, then name that'],
  ])('%s: %s', (path, fix) => {
    expect(isAddress(path)).toBe(true);
    expect(addressFault(path)).toMatchObject({
      code: 'input',
      fix,
      message: `${path}: an address, and nothing is fetched unasked`,
    });
    expect(addressFault(path, 'usage').code).toBe('usage');
  });

  it.each(['a.png', 'https:/a.png', 'C:/a.png', 'data:', '/data:x/a.png', 'xhttps://a'])('%s is none', (path) =>
    expect(isAddress(path)).toBe(false),
  );

  it('paths are told from a folder above them', () => expect(relativePath('/a/b', '/a/b/c/d.png')).toBe('c/d.png'));
});

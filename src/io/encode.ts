import { CnnvizError } from '../core/errors.js';
import type { Image } from '../core/image.js';
import { gifComment, svgNote } from './picture-notes.js';
import { loadSharp } from './sharp.js';
import { sniffFormat } from './sniff.js';

/** zlib level: on edge maps four times faster than 6 for about 5 % more bytes. */
const COMPRESSION_LEVEL = 2;

/**
 * A PNG of exactly these samples: one channel is written as grey, not RGB; 16 bits stay 16.
 * `note` goes into EXIF ImageDescription as ASCII; characters beyond are written as \u escapes, so it should be JSON.
 * `dpi`: the dots an inch that it is meant for.
 */
export async function encodePng(image: Image, note: string, dpi: number | null = null): Promise<Uint8Array> {
  const { width, height, channels, depth, data } = image;
  const space = channels === 1 ? (depth === 16 ? 'grey16' : 'b-w') : depth === 16 ? 'rgb16' : 'srgb';
  const picture = loadSharp()(data, { raw: { width, height, channels } }).toColourspace(space);
  if (dpi !== null) picture.withMetadata({ density: dpi });
  if (note !== '') picture.withExif({ IFD0: { ImageDescription: toAscii(note) } });
  return picture.png({ compressionLevel: COMPRESSION_LEVEL }).toBuffer();
}

export function toAscii(text: string): string {
  return text.replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * The note of a PNG, WebP, GIF or SVG, or null when it has none.
 * @throws CnnvizError 'format' when it is no readable picture
 */
export async function readNote(bytes: Uint8Array): Promise<string | null> {
  const format = sniffFormat(bytes);
  if (format === 'gif') return gifComment(bytes);
  if (format === 'svg') return svgNote(bytes);
  const { exif } = await readable(() => loadSharp()(bytes).metadata());
  return exif === undefined ? null : imageDescription(exif);
}

/** A PNG's samples as they are stored: one or three channels, 8 or 16 bits, no conversion. */
export async function decodeSamples(bytes: Uint8Array): Promise<Image> {
  return readable(async () => {
    const { channels, depth: type, space } = await loadSharp()(bytes).metadata();
    const depth = type === 'ushort' ? 16 : 8;
    const gray = space === 'b-w' || space === 'grey16';
    if (channels !== (gray ? 1 : 3)) {
      throw new CnnvizError('format', `expected one or three channels, got ${channels}`, {
        fix: 'read a map that cnnviz wrote',
      });
    }
    const target = gray ? (depth === 16 ? 'grey16' : 'b-w') : depth === 16 ? 'rgb16' : 'srgb';
    const { data, info } = await loadSharp()(bytes, { failOn: 'warning' })
      .toColourspace(target)
      .raw({ depth: depth === 16 ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const samples =
      depth === 16 ? new Uint16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.length)) : data;
    return { width: info.width, height: info.height, channels: gray ? 1 : 3, depth, data: samples };
  });
}

async function readable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CnnvizError || !(error instanceof Error)) throw error;
    throw new CnnvizError('format', `cannot be read as a PNG (${error.message.split('\n')[0]})`, { cause: error });
  }
}

export const IMAGE_DESCRIPTION = 0x010e;
export const ASCII = 2;

/** ImageDescription of IFD0 in an EXIF block ("Exif\0\0", then TIFF); null when it is not there or out of bounds. */
function imageDescription(exif: Uint8Array): string | null {
  const start = exif[0] === 0x45 ? 6 : 0;
  const tiff = new DataView(exif.buffer, exif.byteOffset + start, Math.max(0, exif.length - start));
  if (tiff.byteLength < 8) return null;
  const little = tiff.getUint16(0) === 0x4949;
  const ifd = tiff.getUint32(4, little);
  if (ifd + 2 > tiff.byteLength) return null;
  const count = tiff.getUint16(ifd, little);
  for (let entry = 0; entry < count; entry++) {
    const at = ifd + 2 + entry * 12;
    if (at + 12 > tiff.byteLength) return null;
    if (tiff.getUint16(at, little) !== IMAGE_DESCRIPTION || tiff.getUint16(at + 2, little) !== ASCII) continue;
    const length = tiff.getUint32(at + 4, little);
    const offset = length <= 4 ? at + 8 : tiff.getUint32(at + 8, little);
    if (offset + length > tiff.byteLength) return null;
    const text = new TextDecoder().decode(exif.subarray(start + offset, start + offset + length));
    return text.replace(/\0+$/, '');
  }
  return null;
}

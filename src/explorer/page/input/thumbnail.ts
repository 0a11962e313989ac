import type { PackedImage, PageData } from '../../page-data.js';
import { type Picture, paint } from '../maps/paint.js';

/**
 * An image as it lies in the page's bytes; null: an array, of which nothing is drawn, or the bytes are not there.
 * @param bytes the page's own; null: they are still being read, or a server has them
 */
export async function thumbnailOf(
  data: PageData,
  image: PackedImage,
  bytes: Uint8Array | null,
): Promise<Picture | null> {
  if (image.kind !== 'pixels') return null;
  const { at, length } = image.bytes;
  if (bytes) return pictureOfSamples(image, bytes.subarray(at, at + length));
  if (data.bytes.kind !== 'served') return null;
  const answer = await fetch(data.bytes.path, { headers: { Range: `bytes=${at}-${at + length - 1}` } });
  return answer.status === 206 ? pictureOfSamples(image, new Uint8Array(await answer.arrayBuffer())) : null;
}

type Samples = Extract<PackedImage, { kind: 'pixels' }>;

function pictureOfSamples({ width, height, channels, depth }: Samples, bytes: Uint8Array): Picture {
  const wide = depth === 16 ? 2 : 1;
  return paint(width, height, (pixels) => {
    for (let i = 0, o = 0; o < pixels.length; i += channels, o += 4) {
      // of 16 bits, little-endian, the upper ones are what a screen shows
      for (let c = 0; c < 3; c++) pixels[o + c] = bytes[wide * (i + (channels === 3 ? c : 0)) + wide - 1];
      pixels[o + 3] = 255;
    }
  });
}

import type { PackedImage } from '../../page-data.js';
import { type Picture, paint } from '../maps/paint.js';

/** An image of the page as it lies in its bytes; of an array nothing is drawn. */
export function thumbnailOf(image: PackedImage, bytes: Uint8Array | null): Picture | null {
  if (image.kind !== 'pixels' || bytes === null) return null;
  const { width, height, channels, depth, bytes: range } = image;
  const wide = depth === 16 ? 2 : 1;
  return paint(width, height, (pixels) => {
    for (let i = 0, o = 0; o < pixels.length; i += channels, o += 4) {
      for (let c = 0; c < 3; c++) {
        // of 16 bits, little-endian, the upper ones are what a screen shows
        pixels[o + c] = bytes[range.at + wide * (i + (channels === 3 ? c : 0)) + wide - 1];
      }
      pixels[o + 3] = 255;
    }
  });
}

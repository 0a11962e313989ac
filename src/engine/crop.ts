import type { Image } from '../core/image.js';
import type { Area } from '../core/preprocess-geometry.js';

/** The part of an image inside `area`, zeros where `area` reaches beyond it; the image itself when it is all of it. */
export function cropImage(image: Image, { x, y, width, height }: Area): Image {
  if (x === 0 && y === 0 && width === image.width && height === image.height) return image;
  const { channels, data } = image;
  const size = width * height * channels;
  const out = image.depth === 8 ? new Uint8Array(size) : new Uint16Array(size);
  const left = Math.max(0, x);
  const right = Math.min(image.width, x + width);
  const bottom = Math.min(image.height, y + height);
  for (let row = Math.max(0, y); left < right && row < bottom; row++) {
    const start = row * image.width;
    const samples = data.subarray((start + left) * channels, (start + right) * channels);
    out.set(samples, ((row - y) * width + left - x) * channels);
  }
  return { ...image, width, height, data: out };
}

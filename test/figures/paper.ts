import type { Image } from '../../src/core/image.js';

/** The colour of one pixel. */
export function pixel({ width, data }: Image, x: number, y: number): number[] {
  const at = (y * width + x) * 3;
  return [...data.slice(at, at + 3)];
}

/** How many pixels have this colour. */
export function countColour({ data }: Image, [r, g, b]: readonly number[]): number {
  let count = 0;
  for (let i = 0; i < data.length; i += 3) if (data[i] === r && data[i + 1] === g && data[i + 2] === b) count++;
  return count;
}

/** True when nothing is drawn along the edges: no part of the figure is cut off. */
export function hasCleanMargin(image: Image, margin: number): boolean {
  const paper = pixel(image, 0, 0).join();
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) {
      const inside = x >= margin && x < image.width - margin && y >= margin && y < image.height - margin;
      if (!inside && pixel(image, x, y).join() !== paper) return false;
    }
  }
  return true;
}

/** A small picture as text, one letter a pixel: '#' ink, '.' anything else. */
export function asText(image: Image, ink: readonly number[]): string[] {
  return Array.from({ length: image.height }, (_, y) =>
    Array.from({ length: image.width }, (_, x) => (pixel(image, x, y).join() === ink.join() ? '#' : '.')).join(''),
  );
}

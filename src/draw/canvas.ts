import { CnnvizError } from '../core/errors.js';
import type { Image } from '../core/image.js';
import type { ColormapName } from '../core/job.js';
import { COLORMAPS } from './colormaps.js';
import { CELL_WIDTH, GLYPH_WIDTH, glyphRows } from './text.js';

/** Red, green and blue, 0 … 255. */
export type Rgb = readonly [number, number, number];

/** Paper to draw on: RGB, 8 bits, [height, width, 3]. Whatever is drawn past its edges is cut off. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

const MAX_PIXELS = 200e6;

/** @throws CnnvizError 'shape' for sides that are not whole numbers from 1, or more than 200 million pixels. */
export function createCanvas(width: number, height: number, [r, g, b]: Rgb): Canvas {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new CnnvizError('shape', `picture ${width}×${height}: expected whole sides from 1`);
  }
  if (width * height > MAX_PIXELS) {
    throw new CnnvizError('shape', `the picture would have ${width}×${height} pixels, more than 200 million`, {
      fix: 'draw fewer maps at once, or write them as single files',
    });
  }
  const canvas = { width, height, data: new Uint8Array(width * height * 3) };
  fillRect(canvas, 0, 0, width, height, [r, g, b]);
  return canvas;
}

export function fillRect(canvas: Canvas, x: number, y: number, width: number, height: number, [r, g, b]: Rgb): void {
  const left = Math.max(0, x);
  const right = Math.min(canvas.width, x + width);
  const bottom = Math.min(canvas.height, y + height);
  for (let row = Math.max(0, y); row < bottom; row++) {
    let o = (row * canvas.width + left) * 3;
    for (let column = left; column < right; column++) {
      canvas.data[o++] = r;
      canvas.data[o++] = g;
      canvas.data[o++] = b;
    }
  }
}

/** A frame one pixel thick, just inside the rectangle. */
export function strokeRect(canvas: Canvas, x: number, y: number, width: number, height: number, rgb: Rgb): void {
  fillRect(canvas, x, y, width, 1, rgb);
  fillRect(canvas, x, y + height - 1, width, 1, rgb);
  fillRect(canvas, x, y, 1, height, rgb);
  fillRect(canvas, x + width - 1, y, 1, height, rgb);
}

/** A line one pixel wide, from point to point. */
export function drawLine(
  canvas: Canvas,
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
  rgb: Rgb,
): void {
  const steps = Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))));
  for (let s = 0; s <= steps; s++) {
    fillRect(canvas, Math.round(x0 + ((x1 - x0) * s) / steps), Math.round(y0 + ((y1 - y0) * s) / steps), 1, 1, rgb);
  }
}

/** One line of text, its top left corner at (x, y); `size` is the pixels of a dot. */
export function drawText(
  canvas: Canvas,
  x: number,
  y: number,
  text: string,
  { rgb, size }: { readonly rgb: Rgb; readonly size: number },
): void {
  let left = x;
  for (const letter of text) {
    glyphRows(letter).forEach((bits, row) => {
      for (let dot = 0; dot < GLYPH_WIDTH; dot++) {
        if ((bits >> (GLYPH_WIDTH - 1 - dot)) & 1) {
          fillRect(canvas, left + dot * size, y + row * size, size, size, rgb);
        }
      }
    });
    left += CELL_WIDTH * size;
  }
}

/** One line of text that reads from below upwards, its first letter's lower left corner at (x, y). */
export function drawTextUpwards(canvas: Canvas, x: number, y: number, text: string, rgb: Rgb): void {
  let bottom = y;
  for (const letter of text) {
    glyphRows(letter).forEach((bits, row) => {
      for (let dot = 0; dot < GLYPH_WIDTH; dot++) {
        if ((bits >> (GLYPH_WIDTH - 1 - dot)) & 1) fillRect(canvas, x + row, bottom - dot, 1, 1, rgb);
      }
    });
    bottom -= CELL_WIDTH;
  }
}

/** A plane of levels [height, width] in the colours of a map, each level a square of zoom×zoom pixels. */
export function drawLevels(
  canvas: Canvas,
  x: number,
  y: number,
  width: number,
  height: number,
  levels: Uint8Array,
  colormap: ColormapName,
  zoom: number,
): void {
  const table = COLORMAPS[colormap];
  drawSquares(canvas, x, y, width, height, zoom, (i, channel) => table[3 * levels[i] + channel]);
}

/** An image, each pixel a square of zoom×zoom. Grey ones become RGB, 16 bits become 8 (v / 257, rounded). */
export function drawImage(canvas: Canvas, x: number, y: number, image: Image, zoom = 1): void {
  const { width, height, channels, depth, data } = image;
  const step = depth === 8 ? 1 : 257;
  const sample = (i: number, channel: number) => Math.round(data[channels === 1 ? i : 3 * i + channel] / step);
  drawSquares(canvas, x, y, width, height, zoom, sample);
}

/** Nearest neighbour, whole zoom. `sample` gives the 8-bit sample of pixel i, [height, width], and channel. */
function drawSquares(
  canvas: Canvas,
  x: number,
  y: number,
  width: number,
  height: number,
  zoom: number,
  sample: (i: number, channel: number) => number,
): void {
  const left = Math.max(0, x);
  const right = Math.min(canvas.width, x + width * zoom);
  const bottom = Math.min(canvas.height, y + height * zoom);
  for (let row = Math.max(0, y); row < bottom; row++) {
    const start = Math.floor((row - y) / zoom) * width;
    let o = (row * canvas.width + left) * 3;
    for (let column = left; column < right; column++) {
      const i = start + Math.floor((column - x) / zoom);
      for (let channel = 0; channel < 3; channel++) canvas.data[o++] = sample(i, channel);
    }
  }
}

/** What was drawn, as a picture to encode. It shares the canvas's memory. */
export function toImage({ width, height, data }: Canvas): Image {
  return { width, height, channels: 3, depth: 8, data };
}

import type { Image } from '../core/image.js';
import type { Window } from '../core/result.js';
import { type Canvas, fillRect, type Rgb, strokeRect } from './canvas.js';
import { INK, imagePicture, type Part } from './part.js';
import type { Fit } from './text.js';

/** Of what is pointed at in a picture: a colour that photographs, greys and our colour maps seldom have. */
export const MARK: Rgb = [255, 0, 170];
/** Frames are at least this wide and high on the paper, so that one value can be seen. */
const SMALLEST_FRAME = 13;

/** A rectangle in the pixels of the picture it lies on: its top left corner and its sides. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A framed picture with rectangles drawn on it; what lies outside the picture is moved to its edge. */
export function withFrames(part: Part, rects: readonly Rect[], fit: Fit): Part {
  return {
    ...part,
    draw: (canvas, x, y) => {
      part.draw(canvas, x, y);
      for (const rect of rects) drawFrame(canvas, { x: x + 1, y: y + 1, ...inside(part) }, rect, fit);
    },
  };
}

/** The picture without the frame around it. */
function inside({ width, height }: Part): { width: number; height: number } {
  return { width: width - 2, height: height - 2 };
}

/** Three lines: a dark one on either side keeps the bright one visible on anything. */
function drawFrame(canvas: Canvas, picture: Rect, rect: Rect, { zoom, shrink }: Fit): void {
  const [left, width] = span(rect.x, rect.width, picture.width, zoom / shrink);
  const [top, height] = span(rect.y, rect.height, picture.height, zoom / shrink);
  const [x, y] = [picture.x + left, picture.y + top];
  strokeRect(canvas, x, y, width, height, INK);
  strokeRect(canvas, x + 1, y + 1, width - 2, height - 2, MARK);
  if (Math.min(width, height) > 6) strokeRect(canvas, x + 2, y + 2, width - 4, height - 4, INK);
}

/** Start and length on the paper, at least as long as can be seen, within `room`. */
function span(from: number, length: number, room: number, scale: number): [start: number, length: number] {
  const start = Math.floor(from * scale);
  const end = Math.ceil((from + length) * scale);
  const long = Math.min(room, Math.max(SMALLEST_FRAME, end - start));
  const centred = end - start >= long ? start : Math.round((start + end - long) / 2);
  return [Math.min(Math.max(0, centred), room - long), Math.min(long, room)];
}

/** A rectangle of pixels to be outlined; it may reach beyond the picture, where nothing is drawn. */
export interface Mark {
  readonly window: Window;
  readonly rgb: Rgb;
}

/** The one that is meant, and others it is compared with: told apart in grey, and with every colour blindness. */
export const MARKED: Rgb = [230, 97, 1];
export const BESIDE: Rgb = [33, 102, 172];
const HALO: Rgb = [255, 255, 255];

/** An image with rectangles outlined on it, the last one on top; outlines lie around the pixels, never on them. */
export function overlayPicture(image: Image, fit: Fit, marks: readonly Mark[]): Part {
  return outlined(imagePicture(image, fit), fit, marks);
}

/** Any framed picture of a plane with rectangles outlined on it. */
export function outlined(picture: Part, { zoom, shrink }: Fit, marks: readonly Mark[]): Part {
  return {
    ...picture,
    draw: (canvas, x, y) => {
      picture.draw(canvas, x, y);
      for (const { window, rgb } of marks) {
        const scale = zoom / shrink;
        const left = x + 1 + Math.floor(window.x0 * scale);
        const top = y + 1 + Math.floor(window.y0 * scale);
        const width = Math.max(1, Math.ceil((window.x1 + 1) * scale) - Math.floor(window.x0 * scale));
        const height = Math.max(1, Math.ceil((window.y1 + 1) * scale) - Math.floor(window.y0 * scale));
        const clip = { x0: x, y0: y, x1: x + picture.width, y1: y + picture.height };
        outline(canvas, left - 3, top - 3, width + 6, height + 6, HALO, 1, clip);
        outline(canvas, left - 2, top - 2, width + 4, height + 4, rgb, 2, clip);
      }
    },
  };
}

interface Clip {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** A frame `thick` pixels wide, just inside the rectangle, cut to `clip`. */
export function outline(
  canvas: Canvas,
  x: number,
  y: number,
  width: number,
  height: number,
  rgb: Rgb,
  thick: number,
  clip: Clip = { x0: 0, y0: 0, x1: canvas.width, y1: canvas.height },
): void {
  const fill = (left: number, top: number, w: number, h: number) => {
    const [x0, y0] = [Math.max(left, clip.x0), Math.max(top, clip.y0)];
    const [x1, y1] = [Math.min(left + w, clip.x1), Math.min(top + h, clip.y1)];
    if (x1 > x0 && y1 > y0) fillRect(canvas, x0, y0, x1 - x0, y1 - y0, rgb);
  };
  fill(x, y, width, thick);
  fill(x, y + height - thick, width, thick);
  fill(x, y, thick, height);
  fill(x + width - thick, y, thick, height);
}

/** A short line of colour before words: what an outline means. */
export function swatchOf(rgb: Rgb): Part {
  return { width: 14, height: 9, draw: (canvas, x, y) => fillRect(canvas, x, y + 2, 14, 4, rgb) };
}

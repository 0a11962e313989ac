import { type Canvas, type Rgb, strokeRect } from './canvas.js';
import type { Fit } from './fit.js';
import { INK, type Part } from './part.js';

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

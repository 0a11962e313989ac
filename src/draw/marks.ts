import type { Image } from '../core/image.js';
import type { Window } from '../core/result.js';
import type { Fit } from './fit.js';
import { imagePicture, type Part } from './part.js';
import { fillRect, type Marks, type Paint, strokeRect } from './scene/scene.js';

/** A frame of what is pointed at is at least this wide and high, so that one value can be seen. */
const SMALLEST_FRAME = 13;
/** The width of its line. */
const LINE = 2;

/**
 * The one that is meant, and others it is compared with: colours that photographs, greys and our colour maps seldom have, in
 * every theme; told apart in grey, and with every colour blindness.
 */
export const MARKED: Paint = [194, 24, 91];
export const BESIDE: Paint = [33, 102, 172];
/** A line of it on either side is seen on anything. */
export const HALO: Paint = [255, 255, 255];

/** A rectangle in the pixels of the picture, or the points of the paper, it lies on: its top left corner and its sides. */
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
    draw: (marks, x, y) => {
      part.draw(marks, x, y);
      const picture = { x: x + 1, y: y + 1, width: part.width - 2, height: part.height - 2 };
      for (const rect of rects) {
        const scale = fit.zoom / fit.shrink;
        const [left, width] = span(rect.x, rect.width, picture.width, scale);
        const [top, height] = span(rect.y, rect.height, picture.height, scale);
        const [fx, fy] = [picture.x + left, picture.y + top];
        strokeRect(marks, fx, fy, width, height, HALO, 1);
        strokeRect(marks, fx + 1, fy + 1, width - 2, height - 2, MARKED, LINE);
        if (Math.min(width, height) > 10) strokeRect(marks, fx + 3, fy + 3, width - 6, height - 6, HALO, 1);
      }
    },
  };
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
  readonly paint: Paint;
}

/** An image with rectangles outlined on it, the last one on top; outlines lie around the pixels, never on them. */
export function overlayPicture(image: Image, fit: Fit, marks: readonly Mark[]): Part {
  return outlined(imagePicture(image, fit), fit, marks);
}

/** Any framed picture of a plane with rectangles outlined on it. */
export function outlined(picture: Part, { zoom, shrink }: Fit, marks: readonly Mark[]): Part {
  if (marks.length === 0) return picture;
  return {
    ...picture,
    draw: (all, x, y) => {
      picture.draw(all, x, y);
      const inner: Marks = [];
      for (const { window, paint } of marks) {
        const scale = zoom / shrink;
        const left = x + 1 + Math.floor(window.x0 * scale);
        const top = y + 1 + Math.floor(window.y0 * scale);
        const width = Math.max(1, Math.ceil((window.x1 + 1) * scale) - Math.floor(window.x0 * scale));
        const height = Math.max(1, Math.ceil((window.y1 + 1) * scale) - Math.floor(window.y0 * scale));
        strokeRect(inner, left - 4, top - 4, width + 8, height + 8, HALO, 1);
        strokeRect(inner, left - 3, top - 3, width + 6, height + 6, paint, LINE);
        strokeRect(inner, left - 1, top - 1, width + 2, height + 2, HALO, 1);
      }
      all.push({ kind: 'clip', x, y, width: picture.width, height: picture.height, marks: inner });
    },
  };
}

/** A short line of colour before words: what an outline means. */
export function swatchOf(paint: Paint): Part {
  return { width: 18, height: 17, draw: (marks, x, y) => fillRect(marks, x, y + 7, 18, 4, paint) };
}

const HEAD = 6;

/** An arrow to the right with what happens on the way above and below it. */
export function arrowPart(above: Part | null, below: Part | null, least = 44): Part {
  const width = Math.max(least, (above?.width ?? 0) + 8, (below?.width ?? 0) + 8);
  const half = Math.max(above?.height ?? 0, below?.height ?? 0) + 8;
  return {
    width,
    height: 2 * half,
    draw: (marks, x, y) => {
      const middle = y + half;
      if (above) above.draw(marks, x + (width - above.width) / 2, middle - 8 - above.height);
      if (below) below.draw(marks, x + (width - below.width) / 2, middle + 8);
      const tip = x + width - 2;
      marks.push({
        kind: 'path',
        points: [
          [x + 2, middle],
          [tip, middle],
        ],
        paint: 'ink',
        stroke: 2,
      });
      marks.push({
        kind: 'path',
        points: [
          [tip - HEAD, middle - HEAD],
          [tip, middle],
          [tip - HEAD, middle + HEAD],
        ],
        paint: 'ink',
        stroke: 2,
      });
    },
  };
}

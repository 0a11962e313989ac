import type { Image } from '../core/image.js';
import { type Canvas, createCanvas, drawText, fillRect, type Rgb, toImage } from './canvas.js';
import { textHeight, textWidth } from './font.js';

/** Something that knows its size and can be drawn anywhere: what figures are put together from. */
export interface Part {
  readonly width: number;
  readonly height: number;
  readonly draw: (canvas: Canvas, x: number, y: number) => void;
}

export const PAPER: Rgb = [252, 252, 250];
export const INK: Rgb = [24, 24, 28];
/** For what explains: captions' second lines, legends. */
export const FAINT: Rgb = [96, 96, 104];
/** Around pictures: neither black nor white, so that both are seen against it. */
export const FRAME: Rgb = [128, 128, 136];

/** One line of text. */
export function textPart(text: string, rgb: Rgb = INK, size = 1): Part {
  return {
    width: textWidth(text, size),
    height: textHeight(size),
    draw: (canvas, x, y) => drawText(canvas, x, y, text, { rgb, size }),
  };
}

/** A part in a frame one pixel thick. */
export function framed(part: Part): Part {
  return {
    width: part.width + 2,
    height: part.height + 2,
    draw: (canvas, x, y) => {
      fillRect(canvas, x, y, part.width + 2, part.height + 2, FRAME);
      part.draw(canvas, x + 1, y + 1);
    },
  };
}

/** Parts one below the other. */
export function stacked(parts: readonly Part[], gap: number, align: 'left' | 'centre'): Part {
  const width = widest(parts);
  const height = parts.reduce((sum, part) => sum + part.height, gap * Math.max(0, parts.length - 1));
  const draw = (canvas: Canvas, x: number, y: number) => {
    let top = y;
    for (const part of parts) {
      part.draw(canvas, align === 'left' ? x : x + Math.floor((width - part.width) / 2), top);
      top += part.height + gap;
    }
  };
  return { width, height, draw };
}

/** Parts side by side; `align` puts lower ones at the top or in the middle of the row. */
export function sideBySide(parts: readonly Part[], gap: number, align: 'top' | 'middle'): Part {
  const width = parts.reduce((sum, part) => sum + part.width, gap * Math.max(0, parts.length - 1));
  const height = Math.max(0, ...parts.map((part) => part.height));
  const draw = (canvas: Canvas, x: number, y: number) => {
    let left = x;
    for (const part of parts) {
      part.draw(canvas, left, align === 'top' ? y : y + Math.floor((height - part.height) / 2));
      left += part.width + gap;
    }
  };
  return { width, height, draw };
}

const SCREEN_ASPECT = 1.4;

/**
 * Parts in a grid of equal columns, each row as high as its highest part; as many columns as given, or as bring the grid
 * nearest to the shape of a screen.
 */
export function inGrid(parts: readonly Part[], gap: number, columns = screenColumns(parts, gap)): Part {
  const width = widest(parts);
  const rows: Part[] = [];
  for (let first = 0; first < parts.length; first += columns) {
    const row = parts.slice(first, first + columns).map((part) => ({ ...part, width }));
    rows.push(sideBySide(row, gap, 'top'));
  }
  return stacked(rows, gap, 'left');
}

function screenColumns(parts: readonly Part[], gap: number): number {
  const width = widest(parts) + gap;
  const height = Math.max(...parts.map((part) => part.height)) + gap;
  const columns = Math.round(Math.sqrt((parts.length * SCREEN_ASPECT * height) / width));
  return Math.min(parts.length, Math.max(1, columns));
}

export function widest(parts: readonly Part[]): number {
  return Math.max(0, ...parts.map((part) => part.width));
}

/** A part on paper, with a margin. @throws CnnvizError 'shape' when it is too large */
export function onPaper(part: Part, margin: number): Image {
  const canvas = createCanvas(part.width + 2 * margin, part.height + 2 * margin, PAPER);
  part.draw(canvas, margin, margin);
  return toImage(canvas);
}

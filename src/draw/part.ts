import type { Image } from '../core/image.js';
import type { ColormapName } from '../core/job.js';
import type { Scale } from '../core/result.js';
import { type Canvas, createCanvas, drawImage, drawLevels, drawText, fillRect, type Rgb, toImage } from './canvas.js';
import { toPixels } from './scale.js';
import {
  CELL_WIDTH,
  type Fit,
  fittedSide,
  shortenMiddle,
  shrinkImage,
  shrinkSamples,
  textHeight,
  textWidth,
} from './text.js';

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

/** A plane of numbers, row-major: [height, width]. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** The 8-bit greys of some values. */
export function toLevels(values: Float32Array, scale: Scale): Uint8Array {
  return toPixels(values, scale, 8).data as Uint8Array;
}

/**
 * A plane as a framed picture. The greys are averaged where it is shrunk, then coloured.
 * @param blank so many cells at the end of the last row stand for nothing and stay paper, where cells are drawn one by one
 */
export function planePicture(
  { width, height }: Omit<Plane, 'values'>,
  levels: Uint8Array,
  colormap: ColormapName,
  fit: Fit,
  blank = 0,
): Part {
  const small = shrinkSamples(levels, width, height, 1, fit.shrink);
  const across = Math.ceil(width / fit.shrink);
  const down = Math.ceil(height / fit.shrink);
  return framed({
    width: across * fit.zoom,
    height: down * fit.zoom,
    draw: (canvas, x, y) => {
      drawLevels(canvas, x, y, across, down, small, colormap, fit.zoom);
      if (fit.shrink > 1) return;
      const left = x + (across - blank) * fit.zoom;
      fillRect(canvas, left, y + (down - 1) * fit.zoom, blank * fit.zoom, fit.zoom, PAPER);
    },
  });
}

/** An image as a framed picture. */
export function imagePicture(image: Image, fit: Fit): Part {
  const small = shrinkImage(image, fit.shrink);
  return framed({
    width: fittedSide(image.width, fit),
    height: fittedSide(image.height, fit),
    draw: (canvas, x, y) => drawImage(canvas, x, y, small, fit.zoom),
  });
}

/** A caption may be this wide under a narrower picture. */
const CAPTION_WIDTH = 170;

/**
 * A picture over its caption: the first line dark, the others faint. Lines wider than the picture, or than a caption may
 * be, are broken at spaces; a single word that does not fit loses its middle.
 */
export function captioned(
  picture: Part,
  lines: readonly string[],
  { align = 'left', width = CAPTION_WIDTH }: { readonly align?: 'left' | 'centre'; readonly width?: number } = {},
): Part {
  const room = Math.max(picture.width, width);
  const texts = lines.flatMap((line, i) => wrapText(line, room).map((piece) => textPart(piece, i === 0 ? INK : FAINT)));
  return stacked([picture, ...texts], 3, align);
}

/** A space at which no line is broken. */
export const FIXED_SPACE = '\u00a0';

/** The text in lines of at most `width` pixels, broken at spaces but not at fixed ones; nothing for an empty text. */
function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').filter(Boolean)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer, 1) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  if (line !== '') lines.push(line);
  const room = Math.max(width, CELL_WIDTH);
  return lines.map((one) => shortenMiddle(one.replaceAll(FIXED_SPACE, ' '), room, 1));
}

import type { Image } from '../core/image.js';
import type { ColormapName } from '../core/job.js';
import type { Scale } from '../core/result.js';
import { type Fit, fittedSide } from './fit.js';
import { toPixels } from './scale.js';
import { fillRect, type Marks, type Paint, type Scene, strokeRect, type Weight } from './scene/scene.js';
import { ASCENT, DESCENT, shortenMiddle, textWidth, wrapText } from './scene/typeface.js';

/** Something that knows its size and can be put anywhere: what figures are put together from. Lengths are points. */
export interface Part {
  readonly width: number;
  readonly height: number;
  readonly draw: (marks: Marks, x: number, y: number) => void;
}

/** How a text is set. */
export interface TextStyle {
  readonly size: number;
  readonly weight: Weight;
  readonly paint: Paint;
}

/** Three sizes and two weights are enough; grey does the rest. */
export const TYPE = {
  title: { size: 26, weight: 'bold', paint: 'ink' },
  subtitle: { size: 16, weight: 'regular', paint: 'second' },
  name: { size: 15, weight: 'bold', paint: 'ink' },
  body: { size: 15, weight: 'regular', paint: 'ink' },
  detail: { size: 13, weight: 'regular', paint: 'second' },
} as const satisfies Record<string, TextStyle>;

export type StyleName = keyof typeof TYPE;

/** Points from one line of text to the next. */
export function lineHeight({ size }: Pick<TextStyle, 'size'>): number {
  return Math.round(size * 1.3);
}

/** From the top of a line to its baseline: whole, so that every renderer puts letters on the same line of pixels. */
export function baselineOf(style: Pick<TextStyle, 'size'>): number {
  const { size } = style;
  return Math.round((lineHeight(style) - (ASCENT + DESCENT) * size) / 2 + ASCENT * size);
}

/** A line of text, its top left corner at (x, y); or its middle or end at x. */
export function drawText(
  marks: Marks,
  x: number,
  y: number,
  text: string,
  style: TextStyle,
  anchor: 'start' | 'middle' | 'end' = 'start',
): void {
  marks.push({ kind: 'text', x, y: Math.round(y) + baselineOf(style), text, ...style, anchor });
}

/** A line of text. */
export function textPart(text: string, style: StyleName | TextStyle = 'body'): Part {
  const set: TextStyle = typeof style === 'string' ? TYPE[style] : style;
  return {
    // whole points: what stands beside a text begins at a pixel
    width: Math.ceil(textWidth(text, set.size, set.weight)),
    height: lineHeight(set),
    draw: (marks, x, y) => drawText(marks, x, y, text, set),
  };
}

/** Room without anything in it. */
export function blank(width: number, height: number): Part {
  return { width, height, draw: () => {} };
}

/** A part in a frame one point thick. */
export function framed(part: Part, paint: Paint = 'hairline'): Part {
  return {
    width: part.width + 2,
    height: part.height + 2,
    draw: (marks, x, y) => {
      part.draw(marks, x + 1, y + 1);
      strokeRect(marks, x, y, part.width + 2, part.height + 2, paint);
    },
  };
}

export type Align = 'left' | 'centre' | 'right';

function indent(align: Align, room: number): number {
  return align === 'left' ? 0 : align === 'right' ? room : Math.floor(room / 2);
}

/** Parts one below the other. */
export function stacked(parts: readonly Part[], gap: number, align: Align): Part {
  const width = widest(parts);
  const height = parts.reduce((sum, part) => sum + part.height, gap * Math.max(0, parts.length - 1));
  const draw = (marks: Marks, x: number, y: number) => {
    let top = y;
    for (const part of parts) {
      part.draw(marks, x + indent(align, width - part.width), top);
      top += part.height + gap;
    }
  };
  return { width, height, draw };
}

/** Parts side by side; `align` puts lower ones at the top, in the middle or at the foot of the row. */
export function sideBySide(parts: readonly Part[], gap: number, align: 'top' | 'middle' | 'bottom'): Part {
  const width = parts.reduce((sum, part) => sum + part.width, gap * Math.max(0, parts.length - 1));
  const height = Math.max(0, ...parts.map((part) => part.height));
  const drop = { top: 0, middle: 0.5, bottom: 1 }[align];
  const draw = (marks: Marks, x: number, y: number) => {
    let left = x;
    for (const part of parts) {
      part.draw(marks, left, y + Math.floor((height - part.height) * drop));
      left += part.width + gap;
    }
  };
  return { width, height, draw };
}

/** A part in a box of a given size; what is larger keeps its size. */
export function boxed(
  part: Part,
  width: number,
  height: number,
  align: Align,
  drop: 'top' | 'middle' | 'bottom',
): Part {
  const [w, h] = [Math.max(width, part.width), Math.max(height, part.height)];
  const down = { top: 0, middle: 0.5, bottom: 1 }[drop];
  return {
    width: w,
    height: h,
    draw: (marks, x, y) =>
      part.draw(marks, x + indent(align, w - part.width), y + Math.floor((h - part.height) * down)),
  };
}

const SCREEN_ASPECT = 1.4;
/** So many parts stand in one row, if that is no wider than a screen. */
const ONE_ROW = 4;
const SCREEN_WIDTH = 1600;

/**
 * Parts in a grid of equal columns, each row as high as its highest part; as many columns as given, or as bring the grid
 * nearest to the shape of a screen.
 */
export function inGrid(parts: readonly Part[], gap: number, columns = screenColumns(parts, gap), rowGap = gap): Part {
  const width = widest(parts);
  const rows: Part[] = [];
  for (let first = 0; first < parts.length; first += columns) {
    const row = parts.slice(first, first + columns).map((part) => ({ ...part, width }));
    rows.push(sideBySide(row, gap, 'top'));
  }
  return stacked(rows, rowGap, 'left');
}

function screenColumns(parts: readonly Part[], gap: number): number {
  const width = widest(parts) + gap;
  if (parts.length <= ONE_ROW && parts.length * width <= SCREEN_WIDTH) return parts.length;
  const height = Math.max(...parts.map((part) => part.height)) + gap;
  const columns = Math.round(Math.sqrt((parts.length * SCREEN_ASPECT * height) / width));
  return Math.min(parts.length, Math.max(1, columns));
}

export function widest(parts: readonly Part[]): number {
  return parts.reduce((most, { width }) => Math.max(most, width), 0);
}

/** A part on paper, with a margin. */
export function onPaper(part: Part, margin: number): Scene {
  const marks: Marks = [];
  part.draw(marks, margin, margin);
  return { width: Math.ceil(part.width) + 2 * margin, height: Math.ceil(part.height) + 2 * margin, marks };
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
 * @param blanks so many cells at the end of the last row stand for nothing and stay paper, where cells are drawn one by one
 */
export function planePicture(
  { width, height }: Omit<Plane, 'values'>,
  levels: Uint8Array,
  colormap: ColormapName,
  fit: Fit,
  blanks = 0,
): Part {
  const image = { width, height, channels: 1, depth: 8, data: levels } as const;
  const [across, down] = [fittedSide(width, fit), fittedSide(height, fit)];
  return framed({
    width: across,
    height: down,
    draw: (marks, x, y) => {
      marks.push({ kind: 'image', x, y, width: across, height: down, image, colormap });
      if (fit.shrink > 1) return;
      fillRect(
        marks,
        x + (width - blanks) * fit.zoom,
        y + (height - 1) * fit.zoom,
        blanks * fit.zoom,
        fit.zoom,
        'paper',
      );
    },
  });
}

/** An image as a framed picture. */
export function imagePicture(image: Image, fit: Fit): Part {
  const [width, height] = [fittedSide(image.width, fit), fittedSide(image.height, fit)];
  return framed({
    width,
    height,
    draw: (marks, x, y) => {
      marks.push({ kind: 'image', x, y, width, height, image });
    },
  });
}

/** A caption may be this wide under a narrower picture. */
const CAPTION_WIDTH = 200;

/** A line of a caption; its first part is a name, what follows says more of it. */
export type CaptionLine = string | readonly [name: string, detail: string];

/**
 * A picture over its caption: names dark, the rest in grey. Lines wider than the picture, or than a caption may be, are
 * broken at spaces; a single word that does not fit loses its middle.
 */
export function captioned(
  picture: Part,
  lines: readonly CaptionLine[],
  { align = 'left', width = CAPTION_WIDTH }: { readonly align?: 'left' | 'centre'; readonly width?: number } = {},
): Part {
  if (lines.length === 0) return picture;
  return stacked([picture, captionPart(lines, Math.max(picture.width, width), align)], 8, align);
}

/** The lines of a caption, at most `room` points wide. */
export function captionPart(lines: readonly CaptionLine[], room: number, align: Align = 'left'): Part {
  return stacked(
    lines.flatMap((line, i) => captionParts(line, i === 0, room)),
    0,
    align,
  );
}

function captionParts(line: CaptionLine, isFirst: boolean, room: number): Part[] {
  if (typeof line === 'string') {
    const style = isFirst ? 'name' : 'detail';
    return wrapText(line, room, TYPE[style].size, TYPE[style].weight).map((piece) => textPart(piece, style));
  }
  const [name, detail] = line;
  const label = textPart(shortenMiddle(name, room, TYPE.name.size, TYPE.name.weight), 'name');
  if (detail === '') return [label];
  const more = textPart(detail, { ...TYPE.body, paint: 'second' });
  if (label.width + 8 + more.width <= room) return [sideBySide([label, more], 8, 'top')];
  return [label, ...wrapText(detail, room, TYPE.detail.size).map((piece) => textPart(piece, 'detail'))];
}

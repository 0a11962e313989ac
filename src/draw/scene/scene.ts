import type { Image } from '../../core/image.js';
import type { ColormapName } from '../../core/job.js';
import type { ThemeName } from '../../core/look.js';

/** Red, green and blue, 0 … 255. */
export type Rgb = readonly [number, number, number];

/** What a colour is for; a theme says which one it is. */
type Role = 'paper' | 'ink' | 'second' | 'hairline' | 'frame' | 'accent' | 'accent2' | 'halo';
export type Paint = Role | Rgb;

/**
 * The colours of the roles. `second` keeps 4.5:1 against the paper in each. Source: WCAG 2.2, 1.4.3.
 * Both accents differ in brightness and in blue against orange, so that no colour blindness takes them for one.
 */
const THEMES: Readonly<Record<ThemeName, Readonly<Record<Role, Rgb>>>> = {
  light: {
    paper: [255, 255, 255],
    ink: [22, 24, 29],
    second: [90, 96, 107],
    hairline: [215, 218, 224],
    frame: [168, 173, 183],
    accent: [194, 24, 91],
    accent2: [33, 102, 172],
    halo: [255, 255, 255],
  },
  dark: {
    paper: [16, 18, 22],
    ink: [236, 238, 242],
    second: [164, 170, 181],
    hairline: [52, 57, 66],
    frame: [92, 98, 110],
    accent: [255, 105, 160],
    accent2: [105, 174, 240],
    halo: [16, 18, 22],
  },
  print: {
    paper: [255, 255, 255],
    ink: [0, 0, 0],
    second: [64, 64, 64],
    hairline: [150, 150, 150],
    frame: [90, 90, 90],
    accent: [0, 0, 0],
    accent2: [90, 90, 90],
    halo: [255, 255, 255],
  },
};

export type Weight = 'regular' | 'bold';
export type Point = readonly [x: number, y: number];

/** Samples in a rectangle. Larger than its samples: each is a rectangle of one colour; smaller: means over what a pixel covers. */
export interface ImageMark {
  readonly kind: 'image';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** One channel of 8 bits is looked up in `colormap` after it was averaged. */
  readonly image: Image;
  readonly colormap?: ColormapName;
}

/** One line of text; y is its baseline. */
export interface TextMark {
  readonly kind: 'text';
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly size: number;
  readonly weight: Weight;
  readonly paint: Paint;
  /** Which end of the line lies at x. */
  readonly anchor: 'start' | 'middle' | 'end';
  /** It reads from below upwards: its start lies at (x, y), its letters to the left of x. */
  readonly upwards?: boolean;
  /** A band of this colour around the letters, where they lie on lines. */
  readonly halo?: Paint;
}

export interface RectMark {
  readonly kind: 'rect';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly paint: Paint;
  /** 0 … 1 */
  readonly opacity?: number;
}

/** Straight lines from point to point, or the surface they enclose. */
export interface PathMark {
  readonly kind: 'path';
  readonly points: readonly Point[];
  readonly paint: Paint;
  /** Its lines are this wide, their ends and corners round; null: the surface is filled. */
  readonly stroke: number | null;
}

/** Marks of which nothing beyond a rectangle is seen. */
export interface ClipMark {
  readonly kind: 'clip';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly marks: readonly Mark[];
}

/** What figures are made of; lengths are points: pixels of a screen of usual density. Later ones cover earlier ones. */
export type Mark = ImageMark | TextMark | RectMark | PathMark | ClipMark;

/** A figure, laid out: every renderer draws the same. */
export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly marks: readonly Mark[];
}

/** Where parts put their marks. */
export type Marks = Mark[];

export function fillRect(marks: Marks, x: number, y: number, width: number, height: number, paint: Paint): void {
  if (width > 0 && height > 0) marks.push({ kind: 'rect', x, y, width, height, paint });
}

/** A frame `thick` points wide, just inside the rectangle. */
export function strokeRect(
  marks: Marks,
  x: number,
  y: number,
  width: number,
  height: number,
  paint: Paint,
  thick = 1,
): void {
  fillRect(marks, x, y, width, thick, paint);
  fillRect(marks, x, y + height - thick, width, thick, paint);
  fillRect(marks, x, y + thick, thick, height - 2 * thick, paint);
  fillRect(marks, x + width - thick, y + thick, thick, height - 2 * thick, paint);
}

export function drawLines(marks: Marks, points: readonly Point[], paint: Paint, stroke = 1.5): void {
  marks.push({ kind: 'path', points, paint, stroke });
}

export function fillShape(marks: Marks, points: readonly Point[], paint: Paint): void {
  marks.push({ kind: 'path', points, paint, stroke: null });
}

/** An arrow from point to point, its head drawn with two lines. */
export function drawArrow(marks: Marks, from: Point, to: Point, paint: Paint, stroke = 1.5, head = 6): void {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.sqrt(dx * dx + dy * dy);
  if (length === 0) return;
  const [ux, uy] = [dx / length, dy / length];
  const [bx, by] = [to[0] - ux * head * 1.2, to[1] - uy * head * 1.2];
  drawLines(marks, [from, to], paint, stroke);
  drawLines(
    marks,
    [[bx - uy * head * 0.8, by + ux * head * 0.8], to, [bx + uy * head * 0.8, by - ux * head * 0.8]],
    paint,
    stroke,
  );
}

/** A plane of levels [height, width] in the colours of a map, each level a square of zoom×zoom points. */
export function drawLevels(
  marks: Marks,
  x: number,
  y: number,
  width: number,
  height: number,
  levels: Uint8Array,
  colormap: ColormapName,
  zoom: number,
): void {
  const image = { width, height, channels: 1, depth: 8, data: levels } as const;
  marks.push({ kind: 'image', x, y, width: width * zoom, height: height * zoom, image, colormap });
}

/** The colour of a paint in a theme. */
export function colourOf(paint: Paint, theme: ThemeName): Rgb {
  return typeof paint === 'string' ? THEMES[theme][paint] : paint;
}

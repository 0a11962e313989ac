import type { Image } from '../core/image.js';
import type { ColormapName } from '../core/job.js';
import { createCanvas, drawImage, toImage } from './canvas.js';
import { captioned } from './caption.js';
import { COLORMAPS } from './colormaps.js';
import { chooseFit, type Fit, fittedSide, fitWords, shrinkImage } from './fit.js';
import { legend } from './legend.js';
import { commonLevels, type FigureOptions, type MapFigure, titledImage } from './map-figure.js';
import { type Rect, withFrames } from './marks.js';
import { framed, PAPER, type Part, sideBySide } from './part.js';
import { imagePicture, type Plane } from './pictures.js';

const BOX = 480;
const ZOOM_TO = 320;
const GAP = 16;
/** How much of the picture the strongest colour hides. */
const COVER = 0.8;

/** A map of numbers that belong to places of an image. */
export interface OverlaidMap {
  readonly image: Image;
  readonly plane: Plane;
  /** The part of the image that the map covers, in its pixels; it may reach beyond the edges. All of it when left out. */
  readonly area?: Rect;
  /** Values blend into their neighbours; else each covers its own rectangle. */
  readonly smooth: boolean;
  /** What to point at, in pixels of the image. */
  readonly frames?: readonly Rect[];
}

export interface OverlayOptions extends FigureOptions {
  readonly facts: string;
  /** What the colours are, such as "change of the class's score". */
  readonly what: string;
}

/**
 * The image, and beside it the image in grey with a transparent heat map over it: the further a value lies from nothing
 * (from the middle of `diverging`, from the lowest of the other colour maps), the more its colour covers.
 */
export function overlay(map: OverlaidMap, { title, facts, what, scaleRule, colormap }: OverlayOptions): MapFigure {
  const { image, plane, frames = [] } = map;
  const { levels, scale, clipped } = commonLevels([plane], scaleRule);
  const fit = chooseFit(image.width, image.height, BOX, ZOOM_TO);
  const blended = withFrames(blend(map, levels[0], colormap, fit), frames, fit);
  const input = captioned(imagePicture(image, fit), [`input ${image.width}×${image.height}`, fitWords(fit)]);
  const output = captioned(blended, [what, `${plane.width}×${plane.height} values`]);
  const pictures = sideBySide([input, output], GAP, 'top');
  return { image: titledImage(title, facts, pictures, legend('', scale, colormap, clipped)), scale, clipped };
}

/** The image at its size on the paper, grey, with the colours of the levels over it. */
function blend(
  { image, plane, area, smooth }: OverlaidMap,
  levels: Uint8Array,
  colormap: ColormapName,
  fit: Fit,
): Part {
  const small = shrinkImage(image, fit.shrink);
  const canvas = createCanvas(fittedSide(image.width, fit), fittedSide(image.height, fit), PAPER);
  drawImage(canvas, 0, 0, small, fit.zoom);
  const rect = area ?? { x: 0, y: 0, width: image.width, height: image.height };
  const scale = fit.shrink / fit.zoom;
  const columns = positions(canvas.width, scale, rect.x, rect.width, plane.width);
  const rows = positions(canvas.height, scale, rect.y, rect.height, plane.height);
  const table = COLORMAPS[colormap];
  const { data } = canvas;
  for (const [y, v] of rows.entries()) {
    for (const [x, u] of columns.entries()) {
      const o = (y * canvas.width + x) * 3;
      const grey = Math.round(0.299 * data[o] + 0.587 * data[o + 1] + 0.114 * data[o + 2]);
      const level = levelAt(levels, plane, u, v, smooth);
      const cover = level === null ? 0 : COVER * strength(level, colormap);
      for (let c = 0; c < 3; c++) {
        data[o + c] = Math.round(grey + cover * ((level === null ? grey : table[3 * level + c]) - grey));
      }
    }
  }
  const drawn = toImage(canvas);
  return framed({
    width: canvas.width,
    height: canvas.height,
    draw: (paper, x, y) => drawImage(paper, x, y, drawn),
  });
}

/** Where the middle of each pixel of the paper lies among `count` values spread over [from, from + length). */
function positions(pixels: number, scale: number, from: number, length: number, count: number): number[] {
  return Array.from({ length: pixels }, (_, i) => (((i + 0.5) * scale - from) / length) * count);
}

/** The level at (u, v), values being squares of side 1; null beyond the map. */
function levelAt(levels: Uint8Array, { width, height }: Plane, u: number, v: number, smooth: boolean): number | null {
  if (!(u >= 0 && u < width && v >= 0 && v < height)) return null;
  if (!smooth) return levels[Math.floor(v) * width + Math.floor(u)];
  const [x, y] = [u - 0.5, v - 0.5].map((at, axis) => Math.min(Math.max(at, 0), (axis === 0 ? width : height) - 1));
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const right = Math.min(left + 1, width - 1);
  const bottom = Math.min(top + 1, height - 1);
  const across = (row: number) =>
    levels[row * width + left] + (x - left) * (levels[row * width + right] - levels[row * width + left]);
  return Math.round(across(top) + (y - top) * (across(bottom) - across(top)));
}

/** 0 for nothing, 1 for the most. */
function strength(level: number, colormap: ColormapName): number {
  return colormap === 'diverging' ? Math.min(1, Math.abs(level - 128) / 127) : level / 255;
}

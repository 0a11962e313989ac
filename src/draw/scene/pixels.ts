import { CnnvizError } from '../../core/errors.js';
import type { Image } from '../../core/image.js';
import type { ThemeName } from '../../core/look.js';
import { COLORMAPS } from '../colormaps.js';
import { resample } from '../resample.js';
import { Coverage, strokeShapes } from './raster.js';
import { colourOf, type ImageMark, type Mark, type Paint, type Rgb, type Scene, type TextMark } from './scene.js';
import { type Glyph, glyphOf, type OutlinePoint, piecesOf, textWidth, UNITS } from './typeface.js';

/** Letters drawn by another font: how much of each pixel they cover, [height, width], and where they stand. */
export interface ForeignText {
  readonly width: number;
  readonly height: number;
  readonly coverage: Uint8Array;
  /** From the top down to the baseline, in pixels. */
  readonly baseline: number;
}

export interface PixelLook {
  /** Pixels a point. */
  readonly density: number;
  readonly theme: ThemeName;
  /** The letters of a piece that the typeface lacks, at a size in pixels; null: nothing can draw them. */
  readonly foreign: (text: string, size: number, weight: TextMark['weight']) => ForeignText | null;
  /** Pixels of this scene's size to draw on, which are copied; else plain paper. */
  readonly ground?: Image | undefined;
}

interface Clip {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

interface Paper extends PixelLook {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3] */
  readonly data: Uint8Array;
}

const MAX_PIXELS = 200e6;

/** The pixels of a scene: RGB, 8 bits. @throws CnnvizError 'shape' for more than 200 million */
export function renderPixels(scene: Scene, look: PixelLook): Image {
  const width = Math.round(scene.width * look.density);
  const height = Math.round(scene.height * look.density);
  if (width * height > MAX_PIXELS) {
    throw new CnnvizError('shape', `the picture would have ${width}×${height} pixels, more than 200 million`, {
      fix: 'draw fewer maps at once, or write them as single files',
    });
  }
  const { ground } = look;
  const isReady = ground?.width === width && ground.height === height && ground.data instanceof Uint8Array;
  const data = isReady ? (ground.data.slice() as Uint8Array) : new Uint8Array(width * height * 3);
  const paper: Paper = { ...look, width, height, data };
  const all = { x0: 0, y0: 0, x1: width, y1: height };
  if (!isReady) fill(paper, all, colourOf('paper', look.theme));
  drawMarks(paper, scene.marks, all);
  return { width, height, channels: 3, depth: 8, data: paper.data };
}

function drawMarks(paper: Paper, marks: readonly Mark[], clip: Clip): void {
  const { density, theme } = paper;
  for (const mark of marks) {
    switch (mark.kind) {
      case 'image':
        drawSamples(paper, mark, clip);
        break;
      case 'rect':
        drawRect(paper, mark, colourOf(mark.paint, theme), mark.opacity ?? 1, clip);
        break;
      case 'path':
        drawPath(
          paper,
          mark.points.map(([x, y]) => [x * density, y * density] as const),
          mark.stroke,
          colourOf(mark.paint, theme),
          clip,
        );
        break;
      case 'text':
        drawText(paper, mark, clip);
        break;
      case 'clip':
        drawMarks(paper, mark.marks, {
          x0: Math.max(clip.x0, Math.round(mark.x * density)),
          y0: Math.max(clip.y0, Math.round(mark.y * density)),
          x1: Math.min(clip.x1, Math.round((mark.x + mark.width) * density)),
          y1: Math.min(clip.y1, Math.round((mark.y + mark.height) * density)),
        });
    }
  }
}

function fill({ width, data }: Paper, { x0, y0, x1, y1 }: Clip, [r, g, b]: Rgb): void {
  if (x1 <= x0 || y1 <= y0) return;
  const first = (y0 * width + x0) * 3;
  const length = (x1 - x0) * 3;
  for (let o = first; o < first + length; o += 3) {
    data[o] = r;
    data[o + 1] = g;
    data[o + 2] = b;
  }
  for (let y = y0 + 1; y < y1; y++) data.copyWithin((y * width + x0) * 3, first, first + length);
}

/** A rectangle; where its edges lie within pixels, these are covered in part. */
function drawRect(
  paper: Paper,
  { x, y, width, height }: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  rgb: Rgb,
  opacity: number,
  clip: Clip,
): void {
  const { density } = paper;
  const [left, right] = [x * density, (x + width) * density];
  const [top, bottom] = [y * density, (y + height) * density];
  const whole = [left, right, top, bottom].every((edge) => Math.abs(edge - Math.round(edge)) < 1e-6);
  if (whole && opacity === 1) {
    const x0 = Math.max(clip.x0, Math.round(left));
    const y0 = Math.max(clip.y0, Math.round(top));
    fill(paper, { x0, y0, x1: Math.min(clip.x1, Math.round(right)), y1: Math.min(clip.y1, Math.round(bottom)) }, rgb);
    return;
  }
  const share = (from: number, to: number, pixel: number) =>
    Math.max(0, Math.min(to, pixel + 1) - Math.max(from, pixel));
  // pixels that are covered in full are filled; only those around them are blended
  const inner = {
    x0: Math.max(clip.x0, Math.ceil(left)),
    y0: Math.max(clip.y0, Math.ceil(top)),
    x1: Math.min(clip.x1, Math.floor(right)),
    y1: Math.min(clip.y1, Math.floor(bottom)),
  };
  const isFilled = opacity === 1 && inner.x1 > inner.x0 && inner.y1 > inner.y0;
  if (isFilled) fill(paper, inner, rgb);
  for (let row = Math.max(clip.y0, Math.floor(top)); row < Math.min(clip.y1, Math.ceil(bottom)); row++) {
    const down = share(top, bottom, row) * opacity * 255;
    const isInner = isFilled && row >= inner.y0 && row < inner.y1;
    for (let column = Math.max(clip.x0, Math.floor(left)); column < Math.min(clip.x1, Math.ceil(right)); column++) {
      if (isInner && column === inner.x0) column = inner.x1;
      if (column >= Math.min(clip.x1, Math.ceil(right))) break;
      blend(paper.data, (row * paper.width + column) * 3, rgb, Math.round(down * share(left, right, column)));
    }
  }
}

/** `cover` of 255 parts of a pixel take the colour. */
function blend(data: Uint8Array, o: number, [r, g, b]: Rgb, cover: number): void {
  if (cover === 0) return;
  const rest = 255 - cover;
  data[o] = (data[o] * rest + r * cover + 127) / 255;
  data[o + 1] = (data[o + 1] * rest + g * cover + 127) / 255;
  data[o + 2] = (data[o + 2] * rest + b * cover + 127) / 255;
}

/** A window of coverage whose top left corner lies at (left, top). */
function drawCoverage(
  { width, data }: Paper,
  cover: { readonly width: number; readonly height: number; readonly levels: Uint8Array },
  left: number,
  top: number,
  rgb: Rgb,
  clip: Clip,
): void {
  const [x0, x1] = [Math.max(clip.x0, left), Math.min(clip.x1, left + cover.width)];
  const [y0, y1] = [Math.max(clip.y0, top), Math.min(clip.y1, top + cover.height)];
  for (let y = y0; y < y1; y++) {
    let i = (y - top) * cover.width + x0 - left;
    let o = (y * width + x0) * 3;
    for (let x = x0; x < x1; x++, i++, o += 3) blend(data, o, rgb, cover.levels[i]);
  }
}

/** `points` in pixels. */
function drawPath(
  paper: Paper,
  points: readonly (readonly [number, number])[],
  stroke: number | null,
  rgb: Rgb,
  clip: Clip,
): void {
  const reach = stroke === null ? 2 : (stroke * paper.density) / 2 + 2;
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const left = Math.floor(Math.min(...xs) - reach);
  const top = Math.floor(Math.min(...ys) - reach);
  const width = Math.ceil(Math.max(...xs) + reach) - left;
  const height = Math.ceil(Math.max(...ys) + reach) - top;
  const shapes = stroke === null ? [points] : strokeShapes(points, stroke * paper.density);
  const levels = unionOf(shapes, left, top, width, height);
  drawCoverage(paper, { width, height, levels }, left, top, rgb, clip);
}

/** Shapes that lie over each other in part cover a pixel as much as the one that covers most of it. */
function unionOf(
  shapes: readonly (readonly (readonly [number, number])[])[],
  left: number,
  top: number,
  width: number,
  height: number,
): Uint8Array {
  const levels = new Uint8Array(width * height);
  for (const shape of shapes) {
    const xs = shape.map(([x]) => x);
    const ys = shape.map(([, y]) => y);
    const [x0, y0] = [Math.floor(Math.min(...xs)), Math.floor(Math.min(...ys))];
    const [w, h] = [Math.ceil(Math.max(...xs)) - x0 + 1, Math.ceil(Math.max(...ys)) - y0 + 1];
    const cover = new Coverage(x0, y0, w, h);
    cover.polygon(shape);
    const own = cover.levels();
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        const at = (y + y0 - top) * width + x + x0 - left;
        if (own[y * w + x] > levels[at]) levels[at] = own[y * w + x];
      }
    }
  }
  return levels;
}

/** Samples in their rectangle of whole pixels. */
function drawSamples(paper: Paper, mark: ImageMark, clip: Clip): void {
  const { density, data, width } = paper;
  const left = Math.round(mark.x * density);
  const top = Math.round(mark.y * density);
  const across = Math.max(1, Math.round((mark.x + mark.width) * density) - left);
  const down = Math.max(1, Math.round((mark.y + mark.height) * density) - top);
  const [x0, x1] = [Math.max(clip.x0, left), Math.min(clip.x1, left + across)];
  const [y0, y1] = [Math.max(clip.y0, top), Math.min(clip.y1, top + down)];
  if (x1 <= x0 || y1 <= y0) return;
  const rgb = coloured(mark, across, down);
  for (let y = y0; y < y1; y++) {
    const from = ((y - top) * across + x0 - left) * 3;
    data.set(rgb.subarray(from, from + (x1 - x0) * 3), (y * width + x0) * 3);
  }
}

/** The samples of an image brought to across×down pixels, RGB: averaged first, then coloured. */
export function coloured({ image, colormap = 'gray' }: ImageMark, across: number, down: number): Uint8Array {
  const samples = resample(image, across, down);
  if (image.channels === 3) return samples;
  const table = COLORMAPS[colormap];
  const rgb = new Uint8Array(across * down * 3);
  for (let i = 0, o = 0; i < samples.length; i++, o += 3) {
    const entry = samples[i] * 3;
    rgb[o] = table[entry];
    rgb[o + 1] = table[entry + 1];
    rgb[o + 2] = table[entry + 2];
  }
  return rgb;
}

interface DrawnGlyph {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly levels: Uint8Array;
}

/** Letters as they were drawn: by weight, size, letter, quarter of a pixel and direction. */
const drawn = new Map<string, DrawnGlyph>();
const MOST_DRAWN = 8192;
/** Letters begin at quarters of a pixel: a text's length is right, and few are drawn twice. */
const QUARTERS = 4;

function drawText(paper: Paper, mark: TextMark, clip: Clip): void {
  const { density, theme } = paper;
  const { text, size, weight, anchor, upwards = false, paint } = mark;
  const length = textWidth(text, size, weight);
  const before = anchor === 'start' ? 0 : anchor === 'middle' ? length / 2 : length;
  const pixels = size * density;
  const start = (upwards ? mark.y + before : mark.x - before) * density;
  const baseline = Math.round((upwards ? mark.x : mark.y) * density);
  const rgb = colourOf(paint, theme);
  if (mark.halo !== undefined) drawHalo(paper, mark, mark.halo, before, length, clip);
  let at = start;
  for (const piece of piecesOf(text, weight)) {
    const step = piece.width * pixels;
    if (piece.isForeign) {
      if (!upwards) drawForeign(paper, piece.text, pixels, weight, at, baseline, step, rgb, clip);
      at += upwards ? -step : step;
      continue;
    }
    for (const letter of piece.text) {
      const glyph = glyphOf(letter.codePointAt(0)!, weight)!;
      const quarter = Math.round(at * QUARTERS);
      const whole = Math.floor(quarter / QUARTERS);
      const one = drawGlyph(glyph, weight, pixels, (quarter - whole * QUARTERS) / QUARTERS, upwards);
      const [x, y] = upwards ? [baseline, whole] : [whole, baseline];
      if (one) drawCoverage(paper, one, x + one.left, y + one.top, rgb, clip);
      const advance = (glyph.advance / UNITS) * pixels;
      at += upwards ? -advance : advance;
    }
  }
}

/** Paper behind a text, so that a line that passes here does not cross out a letter. */
function drawHalo(paper: Paper, mark: TextMark, halo: Paint, before: number, length: number, clip: Clip): void {
  const { x, y, size } = mark;
  const box = { x: x - before - 2, y: y - size * 0.8, width: length + 4, height: size };
  drawRect(paper, box, colourOf(halo, paper.theme), 1, clip);
}

function drawForeign(
  paper: Paper,
  text: string,
  size: number,
  weight: TextMark['weight'],
  at: number,
  baseline: number,
  room: number,
  rgb: Rgb,
  clip: Clip,
): void {
  const found = paper.foreign(text, size, weight);
  if (found === null) return;
  const width = Math.max(1, Math.min(found.width, Math.floor(room)));
  const image = { width: found.width, height: found.height, channels: 1, depth: 8, data: found.coverage } as const;
  const levels = width === found.width ? found.coverage : resample(image, width, found.height);
  const left = Math.round(at + (room - width) / 2);
  drawCoverage(paper, { width, height: found.height, levels }, left, baseline - found.baseline, rgb, clip);
}

/** A letter whose origin lies `part` of a pixel behind a whole one; null for blanks. */
function drawGlyph(glyph: Glyph, weight: string, size: number, part: number, upwards: boolean): DrawnGlyph | null {
  if (glyph.contours.length === 0) return null;
  const key = `${weight}${upwards ? '^' : ''}${size}/${glyph.code}/${part}`;
  const known = drawn.get(key);
  if (known) return known;
  const scale = size / UNITS;
  const place = ({ x, y }: OutlinePoint): [number, number] =>
    upwards ? [-y * scale, -x * scale + part] : [x * scale + part, -y * scale];
  const contours = glyph.contours.map((contour) => contour.map((point) => ({ at: place(point), on: point.on })));
  const xs = contours.flatMap((contour) => contour.map(({ at }) => at[0]));
  const ys = contours.flatMap((contour) => contour.map(({ at }) => at[1]));
  const left = Math.floor(Math.min(...xs));
  const top = Math.floor(Math.min(...ys));
  const width = Math.ceil(Math.max(...xs)) - left + 1;
  const height = Math.ceil(Math.max(...ys)) - top + 1;
  const cover = new Coverage(left, top, width, height);
  for (const contour of contours) traceContour(cover, contour);
  const one = { left, top, width, height, levels: cover.levels() };
  if (drawn.size >= MOST_DRAWN) drawn.clear();
  drawn.set(key, one);
  return one;
}

/** Between two points that pull lies one on the outline, in their middle. */
function traceContour(
  cover: Coverage,
  contour: readonly { readonly at: readonly [number, number]; readonly on: boolean }[],
): void {
  const middle = (a: readonly [number, number], b: readonly [number, number]): [number, number] => [
    (a[0] + b[0]) / 2,
    (a[1] + b[1]) / 2,
  ];
  const count = contour.length;
  const firstOn = contour.findIndex(({ on }) => on);
  const start = firstOn < 0 ? middle(contour[count - 1].at, contour[0].at) : contour[firstOn].at;
  const offset = firstOn < 0 ? 0 : firstOn + 1;
  let from: readonly [number, number] = start;
  let pull: readonly [number, number] | null = null;
  const reach = (to: readonly [number, number]) => {
    if (pull) cover.curve(from[0], from[1], pull[0], pull[1], to[0], to[1]);
    else cover.line(from[0], from[1], to[0], to[1]);
    from = to;
    pull = null;
  };
  for (let k = 0; k < count - (firstOn < 0 ? 0 : 1); k++) {
    const { at, on } = contour[(offset + k) % count];
    if (on) reach(at);
    else {
      if (pull) reach(middle(pull, at));
      pull = at;
    }
  }
  reach(start);
}

import type { PlaceMap } from '../../analysis/grad-cam.js';
import type { Image } from '../../core/image.js';
import type { ColormapName, NetworkJob, ScaleRule } from '../../core/job.js';
import type { PictureNote } from '../../core/note.js';
import type { PreprocessPlan } from '../../core/preprocess-geometry.js';
import type { Scale } from '../../core/result.js';
import { VERSION } from '../../core/version.js';
import { applyColormap, COLORMAPS } from '../../draw/colormaps.js';
import {
  commonLevels,
  type FigureLook,
  type FigureOptions,
  legend,
  type MapFigure,
  titledScene,
} from '../../draw/figure.js';
import { chooseFit, type Fit, fittedSide, fitWords } from '../../draw/fit.js';
import { type Rect, withFrames } from '../../draw/marks.js';
import { fitsNumberGrid, numberGrid } from '../../draw/number-grid.js';
import { captioned, framed, imagePicture, type Part, type Plane, planePicture, sideBySide } from '../../draw/part.js';
import { resampleRgb } from '../../draw/resample.js';
import { baseName } from '../../io/paths.js';
import { encodeFigure, type FigureFile } from '../../run/figure.js';
import { networkArgs } from '../../run/recipe.js';
import type { Source } from '../../run/subject.js';
import type { ImagePlace } from './class-command.js';

/** A map of places of what a network reads, and how it is to be drawn. */
interface DrawnMap {
  readonly map: PlaceMap;
  readonly title: string;
  readonly facts: string;
  /** What the colours are. */
  readonly what: string;
  readonly scaleRule: ScaleRule;
  readonly colormap: ColormapName;
  /** Values blend into their neighbours. */
  readonly smooth: boolean;
  /** A place to point at, with the side of its frame in pixels of the input. */
  readonly mark: { readonly place: ImagePlace; readonly side: number } | null;
  /** The part of the network's input that the values cover; all of it when left out. */
  readonly cells?: Rect;
}

/** What is asked, and how the answer is written. */
interface ClassPicture {
  readonly job: NetworkJob;
  readonly source: Source;
  readonly command: string;
  /** The command's own options, for the recipe. */
  readonly args: readonly string[];
  readonly figure: FigureFile;
  readonly alt: string;
}

/**
 * The map over the photograph it came from, through resize and crop; an array, which is no photograph, gets a heat map
 * alone.
 */
export function drawClassMap(
  { job, source, command, args, figure, alt }: ClassPicture,
  drawn: DrawnMap,
): Promise<Uint8Array> {
  return encodeFigure(
    (look) => figureOf(source, drawn, look),
    ({ scale }) => ({ ...noteOf(job, source, 'overlay', scale, command, args), alt }),
    figure,
  );
}

function figureOf({ picture }: Source, drawn: DrawnMap, look: FigureLook): MapFigure {
  const { map, mark, cells, title, facts, what, scaleRule, colormap, smooth } = drawn;
  if (!picture) return heatMap(map, { title, facts, what, scaleRule, colormap, look });
  const { plan, image } = picture;
  const frames = mark ? [originalRect(plan, squareAround(mark.place, mark.side))] : [];
  const area = originalRect(plan, cells ?? { x: 0, y: 0, width: plan.crop.width, height: plan.crop.height });
  return overlay({ image, plane: map, area, smooth, frames }, { title, facts, what, scaleRule, colormap, look });
}

/** What a picture of a class study carries. */
export function noteOf(
  job: NetworkJob,
  source: Pick<Source, 'facts' | 'info' | 'preset' | 'sha256'>,
  picture: PictureNote['picture'],
  { lo, hi }: Scale,
  command: string,
  args: readonly string[],
): PictureNote {
  const labels = job.labels === null ? [] : ['--labels', baseName(job.labels)];
  return {
    cnnviz: VERSION,
    picture,
    lo,
    hi,
    input: { name: baseName(source.facts.path), sha256: source.sha256 },
    // the title says the class's name
    args: [command, ...networkArgs(job, source, [...args, ...labels])],
  };
}

function squareAround({ x, y }: ImagePlace, side: number): Rect {
  return { x: x + 0.5 - side / 2, y: y + 0.5 - side / 2, width: side, height: side };
}

/** A rectangle of the network's input in pixels of the image: corners, not middles of pixels. */
export function originalRect({ original, from, resized, crop }: PreprocessPlan, rect: Rect): Rect {
  const area = from ?? { x: 0, y: 0, ...original };
  const [across, down] = [area.width / resized.width, area.height / resized.height];
  return {
    x: area.x + (rect.x + crop.x) * across,
    y: area.y + (rect.y + crop.y) * down,
    width: rect.width * across,
    height: rect.height * down,
  };
}

const HEAT_MAP_BOX = 640;
const HEAT_MAP_ZOOM_TO = 480;

/** What stands around a heat map. */
interface HeatMapOptions extends FigureOptions {
  /** A line under the title. */
  readonly facts: string;
  /** What the colours are. */
  readonly what: string;
  /** What to point at, in the map's own positions. */
  readonly frames?: readonly Rect[];
}

/**
 * One map in the colours of its values, with a bar that says them: lo, zero and hi. At most 9×9 values stand in their
 * cells as numbers.
 */
export function heatMap(plane: Plane, options: HeatMapOptions): MapFigure {
  const { title, facts, what, scaleRule, colormap, look, frames = [] } = options;
  const { levels, scale, clipped } = commonLevels([plane], scaleRule);
  const key = legend('', scale, colormap, clipped);
  const size = `${plane.width} × ${plane.height}`;
  if (fitsNumberGrid(plane)) {
    const cells = captioned(numberGrid(plane, applyColormap(levels[0], colormap)), [[what, `${size} values`]]);
    return { scene: titledScene(title, facts, cells, key, look), scale, clipped };
  }
  const fit = chooseFit(plane.width, plane.height, HEAT_MAP_BOX * look.box, HEAT_MAP_ZOOM_TO * look.box);
  const picture = withFrames(planePicture(plane, levels[0], colormap, fit), frames, fit);
  const drawn = captioned(picture, [[what, [`${size} values`, fitWords(fit)].filter(Boolean).join(', ')]]);
  return { scene: titledScene(title, facts, drawn, key, look), scale, clipped };
}

const BOX = 520;
const ZOOM_TO = 400;
const GAP = 24;
/** How much of the picture the strongest colour hides. */
const COVER = 0.8;
/** Pixels of a blended picture for each point: as crisp as a PNG of usual density. */
const PER_POINT = 2;

/** A map of numbers that belong to places of an image. */
interface OverlaidMap {
  readonly image: Image;
  readonly plane: Plane;
  /** The part of the image that the map covers, in its pixels; it may reach beyond the edges. All of it when left out. */
  readonly area?: Rect;
  /** Values blend into their neighbours; else each covers its own rectangle. */
  readonly smooth: boolean;
  /** What to point at, in pixels of the image. */
  readonly frames?: readonly Rect[];
}

interface OverlayOptions extends FigureOptions {
  readonly facts: string;
  /** What the colours are, such as "change of the class's score". */
  readonly what: string;
}

/**
 * The image, and beside it the image in grey with a transparent heat map over it: the further a value lies from nothing
 * (from the middle of `diverging`, from the lowest of the other colour maps), the more its colour covers.
 */
export function overlay(
  map: OverlaidMap,
  { title, facts, what, scaleRule, colormap, look }: OverlayOptions,
): MapFigure {
  const { image, plane, frames = [] } = map;
  const { levels, scale, clipped } = commonLevels([plane], scaleRule);
  const fit = chooseFit(image.width, image.height, BOX * look.box, ZOOM_TO * look.box);
  const blended = withFrames(blend(map, levels[0], colormap, fit), frames, fit);
  const size = [`${image.width} × ${image.height}`, fitWords(fit)].filter(Boolean).join(', ');
  const input = captioned(imagePicture(image, fit), [['input', size]]);
  const output = captioned(blended, [[what, `${plane.width} × ${plane.height} values`]]);
  const pictures = sideBySide([input, output], GAP, 'top');
  return { scene: titledScene(title, facts, pictures, legend('', scale, colormap, clipped), look), scale, clipped };
}

/** The image at its size on the paper, grey, with the colours of the levels over it: blended when it is drawn. */
function blend(map: OverlaidMap, levels: Uint8Array, colormap: ColormapName, fit: Fit): Part {
  const [across, down] = [fittedSide(map.image.width, fit), fittedSide(map.image.height, fit)];
  const [width, height] = [Math.round(across * PER_POINT), Math.round(down * PER_POINT)];
  let data: Uint8Array | null = null;
  const image: Image = {
    width,
    height,
    channels: 3,
    depth: 8,
    get data() {
      data ??= blendedPixels(map, levels, colormap, width, height);
      return data;
    },
  };
  return framed({
    width: across,
    height: down,
    draw: (marks, x, y) => {
      marks.push({ kind: 'image', x, y, width: across, height: down, image });
    },
  });
}

/** [height, width, 3] */
function blendedPixels(
  { image, plane, area, smooth }: OverlaidMap,
  levels: Uint8Array,
  colormap: ColormapName,
  width: number,
  height: number,
): Uint8Array {
  const data = Uint8Array.from(resampleRgb(image, width, height));
  const rect = area ?? { x: 0, y: 0, width: image.width, height: image.height };
  const columns = positions(width, image.width / width, rect.x, rect.width, plane.width);
  const rows = positions(height, image.height / height, rect.y, rect.height, plane.height);
  const table = COLORMAPS[colormap];
  for (const [y, v] of rows.entries()) {
    for (const [x, u] of columns.entries()) {
      const o = (y * width + x) * 3;
      const grey = Math.round(0.299 * data[o] + 0.587 * data[o + 1] + 0.114 * data[o + 2]);
      const level = levelAt(levels, plane, u, v, smooth);
      const cover = level === null ? 0 : COVER * strength(level, colormap);
      for (let c = 0; c < 3; c++) {
        data[o + c] = Math.round(grey + cover * ((level === null ? grey : table[3 * level + c]) - grey));
      }
    }
  }
  return data;
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

/**
 * The gradient of an input as one number a pixel: the largest in size of all channels, its size alone or with its sign.
 * gradient [C, H, W] → [H, W]. Source: Simonyan, Vedaldi, Zisserman 2014, "Deep Inside Convolutional Networks", 3.1
 */
export function saliency(
  gradient: Float64Array,
  [C, height, width]: readonly [number, number, number],
  signed: boolean,
): PlaceMap {
  const plane = height * width;
  const values = new Float32Array(plane);
  for (let i = 0; i < plane; i++) {
    let largest = 0;
    for (let c = 0; c < C; c++) {
      const value = gradient[c * plane + i];
      if (Math.abs(value) > Math.abs(largest)) largest = value;
    }
    values[i] = signed ? largest : Math.abs(largest);
  }
  return { width, height, values };
}

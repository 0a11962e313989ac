import { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import type { Image } from '../../core/image.js';
import { SLIDE } from '../../core/look.js';
import type { ClippedOf, Scale } from '../../core/result.js';
import { applyColormap } from '../../draw/colormaps.js';
import {
  commonLevels,
  type FigureLook,
  type FigureOptions,
  legend,
  type MapFigure,
  titledScene,
} from '../../draw/figure.js';
import { chooseFit, type Fit, fittedSide, fitWords } from '../../draw/fit.js';
import { type KernelPlanes, kernelPicture } from '../../draw/kernel-picture.js';
import { arrowPart, type Rect, withFrames } from '../../draw/marks.js';
import { fitsNumberGrid, numberGrid } from '../../draw/number-grid.js';
import {
  blank,
  boxed,
  captioned,
  framed,
  imagePicture,
  inGrid,
  type Part,
  type Plane,
  planePicture,
  sideBySide,
  stacked,
  TYPE,
  textPart,
  widest,
} from '../../draw/part.js';
import { drawLines } from '../../draw/scene/scene.js';
import { FIXED_SPACE, wrapText } from '../../draw/scene/typeface.js';
import { markCells } from './terms-figure.js';

const GAP = 24;
/** The area the maps share, in points, and the bounds of one map's side. */
const AREA = 1.2e6;
const SMALLEST_BOX = 96;
const LARGEST_BOX = 456;
const HEAD_BOX = 160;
const KERNEL_BOX = 120;
/** A kernel beside the words of its map. */
const SMALL_KERNEL = 40;
/** More kernels than this are told by their cells only. */
const MOST_KERNELS = 3;
/** Words below a map may be this wide. */
const LEAST_WORDS = 120;
/** The heading of a row may be this wide. */
const HEADING_WIDTH = 180;

/** One combination of parameters. */
export interface SweepGridCell {
  /** Its parameters. */
  readonly label: string;
  /** Output size, cost and the like, as far as they differ from cell to cell. */
  readonly details: readonly string[];
  /** Null where the sizes do not fit. */
  readonly plane: Plane | null;
  readonly peak: { readonly x: number; readonly y: number } | null;
  /** Its kernel, where kernels differ. */
  readonly kernel?: KernelPlanes | null;
}

interface Sweep extends Omit<FigureOptions, 'look'> {
  readonly facts: string;
  readonly input: Image;
  /** Where kernels were cut from the input. */
  readonly frames: readonly Rect[];
  /** What all cells start from. */
  readonly kernels: readonly KernelPlanes[];
  readonly cells: readonly SweepGridCell[];
  /** Cells in a row; null: as many as suit a screen. */
  readonly columns: number | null;
  /** What all cells of a row and of a column share, where they make a matrix: then cells have no labels. */
  readonly headings: { readonly rows: readonly SweepHeading[]; readonly columns: readonly SweepHeading[] } | null;
}

/** The parameters of a row or column of cells, and their kernel where kernels differ. */
export interface SweepHeading {
  readonly label: string;
  readonly kernel: KernelPlanes | null;
}

/** A sweep with everything of its figure that does not depend on how it is laid out. */
export interface DrawnSweep extends Sweep {
  /** Greys of the cells that have a map. */
  readonly levels: readonly Uint8Array[];
  readonly scale: Scale;
  readonly clipped: ClippedOf;
}

/** The maps of a sweep on one common scale. @throws CnnvizError 'shape' when no cell has a map */
export function drawnSweep(sweep: Sweep): DrawnSweep {
  const planes = sweep.cells.flatMap(({ plane }) => plane ?? []);
  if (planes.length === 0) throw new CnnvizError('shape', 'a sweep needs at least one map');
  return { ...sweep, ...commonLevels(planes, sweep.scaleRule, sweep) };
}

/**
 * A grid of maps of one input, each with what sets it apart from the others; what they share stands once, above them. Maps
 * of different sizes are brought to about one size, so that they can be compared; a frame marks the peak of each.
 */
export function sweepGrid(sweep: DrawnSweep, look: FigureLook): MapFigure {
  const { title, facts, cells, columns, headings, colormap, levels, scale, clipped } = sweep;
  const planes = cells.flatMap(({ plane }) => plane ?? []);
  const target = Math.min(LARGEST_BOX, Math.max(SMALLEST_BOX, Math.sqrt(AREA / cells.length))) * look.box;
  const box = alikeBox(planes, target);
  const isTiny = planes.every(fitsNumberGrid);
  const fitOfPlane = ({ width, height }: Plane) => chooseFit(width, height, box, box);
  const fits = isTiny ? [''] : [...new Set(planes.map((plane) => fitWords(fitOfPlane(plane))))];
  let next = 0;
  const parts = cells.map((cell) => {
    const { plane, peak } = cell;
    if (plane === null) return cellOf(cell, emptyPicture(isTiny ? SMALLEST_BOX : box));
    const shades = levels[next++];
    if (isTiny) {
      const numbers = numberGrid(plane, applyColormap(shades, colormap), { among: planes });
      return cellOf(cell, peak === null ? numbers : markCells(numbers, numbers.step, [peak.y], [peak.x]));
    }
    const fit = fitOfPlane(plane);
    const picture = planePicture(plane, shades, colormap, fit);
    return cellOf(cell, peak === null ? picture : withFrames(picture, [{ ...peak, width: 1, height: 1 }], fit));
  });
  const grid = headings
    ? matrix(parts, headings, sweep.cells)
    : columns === null
      ? inGrid(parts, GAP)
      : inGrid(parts, GAP, columns);
  const { input, arrow, kernels } = head(sweep, look.box);
  const above = stacked([sideBySide([input, ...arrow, ...kernels], GAP, 'top'), grid], 32, 'left');
  const before = sideBySide([stacked([input, ...kernels], GAP, 'left'), grid], 48, 'top');
  const figure = slideShare(before) > slideShare(above) ? before : above;
  const hasPeaks = cells.some(({ peak }) => peak !== null);
  const said = [
    facts,
    planes.length > 1 ? 'one scale for all' : '',
    fits.length === 1 ? fits[0] : 'brought to about one size',
    hasPeaks ? 'peaks framed' : '',
  ];
  const words = said.filter(Boolean).join('  ·  ');
  return { scene: titledScene(title, words, figure, legend('', scale, colormap, clipped), look), scale, clipped };
}

/** Cells under the headings of their columns, beside those of their rows. */
function matrix(
  cells: readonly Part[],
  { rows, columns }: NonNullable<Sweep['headings']>,
  { length }: { readonly length: number },
): Part {
  const width = widest(cells);
  const heads = columns.map((heading) => boxed(headingOf(heading, width), width, 0, 'left', 'bottom'));
  const sides = rows.map((heading) => headingOf(heading, HEADING_WIDTH));
  const side = widest(sides);
  const lines = Array.from({ length: length / columns.length }, (_, r) => {
    const row = cells.slice(r * columns.length, (r + 1) * columns.length);
    return sideBySide(
      [boxed(sides[r], side, 0, 'left', 'top'), ...row.map((one) => boxed(one, width, 0, 'left', 'top'))],
      GAP,
      'top',
    );
  });
  return stacked([sideBySide([blank(side, 0), ...heads], GAP, 'bottom'), ...lines], 16, 'left');
}

function headingOf({ label, kernel }: SweepHeading, room: number): Part {
  const thumbnail = kernel ? smallKernel(kernel) : null;
  return beside(thumbnail, nameLines(label, Math.max(LEAST_WORDS, room - (thumbnail ? thumbnail.width + 12 : 0))));
}

function nameLines(label: string, room: number): Part[] {
  const { size, weight } = TYPE.name;
  return wrapText(unbroken(label), room, size, weight).map((line) => textPart(line, 'name'));
}

function beside(thumbnail: Part | null, lines: readonly Part[]): Part {
  const words = stacked(lines, 1, 'left');
  return thumbnail ? sideBySide([thumbnail, words], 12, 'middle') : words;
}

/** A map over its parameters, large, and what else differs. */
function cellOf({ label, details, plane, kernel = null }: SweepGridCell, picture: Part): Part {
  const thumbnail = kernel ? smallKernel(kernel) : null;
  const room = Math.max(picture.width - (thumbnail ? thumbnail.width + 12 : 0), LEAST_WORDS);
  const told = plane ? unbroken(details.join(' · ')) : details.join(' · ');
  const small = wrapText(told, room, TYPE.detail.size).map((line) => textPart(line, 'detail'));
  const lines = [...nameLines(label, room), ...small];
  return lines.length === 0 ? picture : stacked([picture, beside(thumbnail, lines)], 8, 'left');
}

function smallKernel({ channels, combined }: KernelPlanes): Part | null {
  const { picture } = kernelPicture(channels, SMALL_KERNEL, combined ?? null, false);
  return picture.width <= 2 * SMALL_KERNEL && picture.height <= 2 * SMALL_KERNEL ? picture : null;
}

/** Lines are broken between parameters, not within one. */
function unbroken(label: string): string {
  return label
    .split(' · ')
    .map((words) => words.replaceAll(' ', FIXED_SPACE))
    .join(`${FIXED_SPACE}· `);
}

/** input → kernel: what every cell starts from. */
interface SweepHead {
  readonly input: Part;
  readonly arrow: readonly Part[];
  readonly kernels: readonly Part[];
}

function head({ input, frames, kernels }: DrawnSweep, box: number): SweepHead {
  const side = HEAD_BOX * box;
  const longest = Math.max(input.width, input.height);
  const fit = longest > side ? { zoom: 1, shrink: longest / side } : chooseFit(input.width, input.height, side, side);
  const cut = frames.length > 0 ? ['framed: where the kernel was cut'] : [];
  const picture = withFrames(imagePicture(input, fit), frames, fit);
  const arrow = boxed(arrowPart(null, null), 0, picture.height, 'left', 'middle');
  const pictures = kernels.slice(0, MOST_KERNELS).map(({ label, channels, combined }) => {
    const { picture: kernel, size, range } = kernelPicture(channels, KERNEL_BOX * box, combined ?? null);
    return captioned(kernel, [label, size, range]);
  });
  const rest = kernels.length - pictures.length;
  return {
    input: captioned(picture, [['input', `${input.width} × ${input.height}`], ...cut]),
    arrow: kernels.length > 0 ? [arrow] : [],
    kernels: rest > 0 ? [...pictures, textPart(`+ ${plural(rest, 'more kernel')}`, 'detail')] : pictures,
  };
}

/** How large a part can be on a slide. */
function slideShare({ width, height }: Part): number {
  return Math.min(SLIDE.width / width, SLIDE.height / height);
}

/** A crossed-out square: there is no map. */
function emptyPicture(side: number): Part {
  return framed({
    width: side,
    height: side,
    draw: (marks, x, y) => {
      drawLines(
        marks,
        [
          [x, y],
          [x + side, y + side],
        ],
        'frame',
        1,
      );
      drawLines(
        marks,
        [
          [x + side, y],
          [x, y + side],
        ],
        'frame',
        1,
      );
    },
  });
}

/** The box near `target` in which maps of different sizes, zoomed and shrunk by whole factors, come out most alike. */
function alikeBox(planes: readonly Plane[], target: number): number {
  const sides = [...new Set(planes.map(({ width, height }) => Math.max(width, height)))];
  let best = { box: Math.floor(target), spread: Number.POSITIVE_INFINITY };
  for (let box = Math.floor(target); box >= Math.ceil(target * 0.7); box--) {
    const shown = sides.map((side) => fittedSide(side, fitOf(side, box)));
    const spread = Math.max(...shown) / Math.min(...shown);
    if (spread < best.spread - 0.01) best = { box, spread };
  }
  return best.box;
}

function fitOf(side: number, box: number): Fit {
  return chooseFit(side, side, box, box);
}

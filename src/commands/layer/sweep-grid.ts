import { CnnvizError } from '../../core/errors.js';
import type { Image } from '../../core/image.js';
import { fillRect } from '../../draw/canvas.js';
import { type KernelPlanes, kernelPicture } from '../../draw/kernel-picture.js';
import { commonLevels, type FigureOptions, legend, type MapFigure, titledImage } from '../../draw/map-figure.js';
import { type Rect, withFrames } from '../../draw/marks.js';
import {
  captioned,
  FAINT,
  FIXED_SPACE,
  FRAME,
  framed,
  INK,
  imagePicture,
  inGrid,
  PAPER,
  type Part,
  type Plane,
  planePicture,
  sideBySide,
  stacked,
  textPart,
} from '../../draw/part.js';
import { chooseFit, type Fit, fittedSide, fitWords } from '../../draw/text.js';

const GAP = 14;
/** The area the maps share, in pixels, and the bounds of one map's side. */
const AREA = 1.0e6;
const SMALLEST_BOX = 72;
const LARGEST_BOX = 260;
const HEAD_BOX = 200;
const ARROW_SIZE = 3;
/** More kernels than this are told by their cells' labels only. */
const MOST_KERNELS = 3;

/** One combination of parameters. */
export interface SweepGridCell {
  /** Its parameters. */
  readonly label: string;
  /** Output size, cost and the like, a line each. */
  readonly details: readonly string[];
  /** Null where the sizes do not fit. */
  readonly plane: Plane | null;
  readonly peak: { readonly x: number; readonly y: number } | null;
}

interface DrawnSweep extends FigureOptions {
  readonly facts: string;
  readonly input: Image;
  /** Where kernels were cut from the input. */
  readonly frames: readonly Rect[];
  readonly kernels: readonly KernelPlanes[];
  readonly cells: readonly SweepGridCell[];
  /** Cells in a row; null: as many as suit a screen. */
  readonly columns: number | null;
}

/**
 * A grid of maps of one input, each with its parameters and facts, on one common scale. Maps of different sizes are
 * brought to about one size, so that they can be compared; a frame marks the peak of each.
 * @throws CnnvizError 'shape' when no cell has a map
 */
export function sweepGrid(sweep: DrawnSweep): MapFigure {
  const { title, facts, cells, columns, scaleRule, colormap } = sweep;
  const planes = cells.flatMap(({ plane }) => plane ?? []);
  if (planes.length === 0) throw new CnnvizError('shape', 'a sweep needs at least one map');
  const { levels, scale, clipped } = commonLevels(planes, scaleRule);
  const box = alikeBox(planes, Math.min(LARGEST_BOX, Math.max(SMALLEST_BOX, Math.sqrt(AREA / cells.length))));
  let next = 0;
  const parts = cells.map(({ label: parameters, details, plane, peak }) => {
    const label = unbroken(parameters);
    if (plane === null) return captioned(emptyPicture(box), [label, ...details]);
    const fit = chooseFit(plane.width, plane.height, box, box);
    const picture = planePicture(plane, levels[next++], colormap, fit);
    const marked = peak === null ? picture : withFrames(picture, [{ ...peak, width: 1, height: 1 }], fit);
    return captioned(marked, [label, ...details, fitWords(fit)]);
  });
  const grid = columns === null ? inGrid(parts, GAP) : inGrid(parts, GAP, columns);
  const figure = stacked([head(sweep), grid], GAP + 4, 'left');
  return { image: titledImage(title, facts, figure, legend('all maps', scale, colormap, clipped)), scale, clipped };
}

/** Lines are broken between parameters, not within one. */
function unbroken(label: string): string {
  return label
    .split(' · ')
    .map((words) => words.replaceAll(' ', FIXED_SPACE))
    .join(`${FIXED_SPACE}· `);
}

/** input ▸ kernel: what every cell starts from. */
function head({ input, frames, kernels }: DrawnSweep): Part {
  const fit = chooseFit(input.width, input.height, HEAD_BOX, HEAD_BOX);
  const cut = frames.length > 0 ? ['frame: where the kernel was cut'] : [];
  const parts = [
    captioned(withFrames(imagePicture(input, fit), frames, fit), [
      `input ${input.width}×${input.height}`,
      fitWords(fit),
      ...cut,
    ]),
    textPart('▸', INK, ARROW_SIZE),
  ];
  if (kernels.length > MOST_KERNELS) parts.push(textPart(`${kernels.length} kernels`, FAINT));
  for (const { label, channels, combined } of kernels.slice(0, kernels.length > MOST_KERNELS ? 0 : MOST_KERNELS)) {
    const { picture, size, range } = kernelPicture(channels, HEAD_BOX / 2, combined);
    parts.push(captioned(picture, [`kernel ${label}`, size, range]));
  }
  parts.push(textPart('▸', INK, ARROW_SIZE), textPart('maps below, peaks framed', FAINT));
  return sideBySide(parts, GAP, 'middle');
}

/** A crossed-out square: there is no map. */
function emptyPicture(side: number): Part {
  return framed({
    width: side,
    height: side,
    draw: (canvas, x, y) => {
      fillRect(canvas, x, y, side, side, PAPER);
      for (let i = 0; i < side; i++) {
        fillRect(canvas, x + i, y + i, 1, 1, FRAME);
        fillRect(canvas, x + side - 1 - i, y + i, 1, 1, FRAME);
      }
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

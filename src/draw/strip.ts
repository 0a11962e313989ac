import { CnnvizError } from '../core/errors.js';
import type { Image } from '../core/image.js';
import {
  type ColouredFigure,
  commonLevels,
  type FigureOptions,
  type LabelledMap,
  legend,
  MARGIN,
  titledScene,
} from './figure.js';
import { chooseFit, type Fit, fitWords } from './fit.js';
import { type KernelPlanes, kernelPicture } from './kernel-picture.js';
import { arrowPart } from './marks.js';
import { fitsNumberGrid, numberGrid, numbersOrPicture } from './number-grid.js';
import { type CaptionLine, captionPart, imagePicture, type Part, stacked, textPart, widest } from './part.js';
import { resampleRgb } from './resample.js';

/** What was done on the way to a map: "stride 2" above the arrow, "+ bias −0.5" below it. */
export interface StripStep {
  readonly above: string;
  readonly below: string;
}

/** A map on the way, and the steps that lead to it. */
export interface StripStage {
  readonly step: StripStep;
  readonly map: LabelledMap;
  /** What is seen: "convolution", "fires on 6.9 %". */
  readonly words: string;
}

/** What made one map. */
export interface StripRow {
  readonly input: Image;
  /** The numbers of a one-channel input, [height, width]: a tiny one is drawn with them. */
  readonly inputValues?: Float32Array;
  readonly kernel: KernelPlanes;
  /** From the convolution to the last map. */
  readonly stages: readonly StripStage[];
}

const GAP = 16;
const ROW_GAP = 28;
/** The sides of pictures and small kernels: the more rows, the smaller, so that a strip stays a picture one can open. */
const BOXES = [
  { rows: 2, picture: 420, kernel: 160 },
  { rows: 6, picture: 280, kernel: 120 },
  { rows: 20, picture: 160, kernel: 96 },
  { rows: Number.POSITIVE_INFINITY, picture: 96, kernel: 72 },
];
const MOST_STAGES = 3;
/** Captions may be this wide below narrower pictures. */
const CAPTION_WIDTH = 200;
const NARROW_CAPTION = 120;
const CAPTION_GAP = 8;

/**
 * input ▸ kernel ▸ convolution ▸ activation ▸ pooling, one row a map. Pictures of one row share one magnification; maps of
 * one stage share one scale, each kernel has its own. Tiny planes show their numbers.
 * @returns the scale and what it clipped of the last maps
 * @throws CnnvizError 'shape' when there is no row, or too many for one picture
 */
export function strip(rows: readonly StripRow[], options: FigureOptions & { readonly facts?: string }): ColouredFigure {
  const { title, scaleRule, look, facts = '' } = options;
  if (rows.length === 0) throw new CnnvizError('shape', 'a strip needs at least one map');
  const boxes = BOXES.find((candidate) => rows.length <= candidate.rows)!;
  const [box, kernelBox] = [boxes.picture * look.box, boxes.kernel * look.box];
  const count = Math.max(...rows.map(({ stages }) => stages.length));
  const stages = Array.from({ length: Math.min(count, MOST_STAGES) }, (_, s) => {
    const maps = rows.map((row) => row.stages[s].map);
    return { maps, ...commonLevels(maps, scaleRule, options) };
  });
  const fits = rows.map(({ input, stages }) => fitOf([input, ...stages.map(({ map }) => map)], box));
  // where the paper is narrow, captions are as narrow as pictures
  const room = look.width === null ? CAPTION_WIDTH : NARROW_CAPTION;
  const keyed = (s: number, i: number, cell: Cell): Cell => {
    if (i < rows.length - 1) return cell;
    const { scale, clipped, colormap } = stages[s];
    const width = Math.min(256, Math.max(NARROW_CAPTION, cell.picture.width));
    return { ...cell, below: stacked([cell.below, legend('', scale, colormap, clipped, width)], 16, 'left') };
  };
  const columns: Cell[][] = [
    rows.map((row, i) => inputCell(row, fits[i], room)),
    rows.map(({ kernel }) => kernelCell(kernel, kernelBox, room)),
    ...stages.map(({ levels, colormap }, s) =>
      rows.map((row, i) => keyed(s, i, stageCell(row.stages[s], levels[i], colormap, fits[i], room))),
    ),
  ];
  const arrows = [PLAIN, ...stages.map((_, s) => rows.map((row) => arrowOf(row.stages[s].step)))];
  const line = (i: number, from: number, to: number) =>
    inLine(
      columns.slice(from, to).map((column, c) => ({
        arrow: from + c === 0 ? null : (arrows[from + c - 1][i] ?? PLAIN[0]),
        arrowWidth: from + c === 0 ? 0 : widest(arrows[from + c - 1]),
        cell: column[i],
        width: Math.max(...column.map(cellWidth)),
      })),
    );
  const whole = rows.map((_, i) => line(i, 0, columns.length));
  // one map's steps go on in a second line where the paper is narrow
  const isBroken =
    rows.length === 1 && stages.length > 1 && look.width !== null && whole[0].width > look.width - 2 * MARGIN;
  const lines = isBroken ? [line(0, 0, 3), line(0, 3, columns.length)] : whole;
  const last = stages[stages.length - 1];
  const scene = titledScene(title, facts, stacked(lines, ROW_GAP, 'left'), null, look);
  return { scene, scale: last.scale, clipped: last.clipped, colormap: last.colormap };
}

/** A picture, and what stands below it. */
interface Cell {
  readonly picture: Part;
  readonly below: Part;
}

function cellWidth({ picture, below }: Cell): number {
  return Math.max(picture.width, below.width);
}

/** Pictures with their middles on one line, an arrow before each, captions below. */
function inLine(
  items: readonly {
    readonly arrow: Part | null;
    readonly arrowWidth: number;
    readonly cell: Cell;
    readonly width: number;
  }[],
): Part {
  const half = Math.ceil(
    Math.max(...items.map(({ arrow, cell }) => Math.max(cell.picture.height, arrow?.height ?? 0) / 2)),
  );
  let left = 0;
  const placed = items.map(({ arrow, arrowWidth, cell, width }) => {
    const at = { arrow: left, cell: arrow === null ? left : left + arrowWidth + GAP };
    left = at.cell + width + GAP;
    return { arrow, cell, at };
  });
  return {
    width: left - GAP,
    height: Math.max(
      2 * half,
      ...items.map(({ cell: { picture, below } }) => half + picture.height / 2 + CAPTION_GAP + below.height),
    ),
    draw: (marks, x, y) => {
      for (const { arrow, cell, at } of placed) {
        arrow?.draw(marks, x + at.arrow, y + Math.round(half - arrow.height / 2));
        const top = y + Math.round(half - cell.picture.height / 2);
        cell.picture.draw(marks, x + at.cell, top);
        cell.below.draw(marks, x + at.cell, top + cell.picture.height + CAPTION_GAP);
      }
    },
  };
}

/** One magnification for all pictures of a row, so that they can be compared; numbers need none. */
function fitOf(planes: readonly { readonly width: number; readonly height: number }[], box: number): Fit {
  const pictured = planes.filter((plane) => !fitsNumberGrid(plane));
  if (pictured.length === 0) return { zoom: 1, shrink: 1 };
  const width = Math.max(...pictured.map((plane) => plane.width));
  const height = Math.max(...pictured.map((plane) => plane.height));
  return chooseFit(width, height, box, box / 2);
}

/** From the input to the kernel nothing happens yet. */
const PLAIN: readonly Part[] = [arrowPart(null, null)];

function arrowOf({ above, below }: StripStep): Part {
  const lines = (text: string) =>
    text === ''
      ? null
      : stacked(
          text.split('\n').map((line) => textPart(line, 'detail')),
          0,
          'centre',
        );
  return arrowPart(lines(above), lines(below));
}

function inputCell({ input, inputValues }: StripRow, fit: Fit, room: number): Cell {
  const { width, height } = input;
  const size = `${width} × ${height}`;
  if (inputValues && fitsNumberGrid(input)) {
    const rgb = resampleRgb(input, width, height);
    return cellOf(numberGrid({ width, height, values: inputValues }, rgb), [['input', size]], room);
  }
  return cellOf(imagePicture(input, fit), [['input', size], ...[fitWords(fit)].filter(Boolean)], room);
}

function kernelCell({ label, channels, combined }: KernelPlanes, box: number, room: number): Cell {
  const { picture, size, range } = kernelPicture(channels, box, combined ?? null);
  return cellOf(picture, [label, size, range], room);
}

function stageCell(
  { map, words }: StripStage,
  levels: Uint8Array,
  colormap: FigureOptions['colormap'],
  fit: Fit,
  room: number,
): Cell {
  const size = `${map.width} × ${map.height}`;
  return cellOf(numbersOrPicture(map, levels, colormap, fit), [[words, size]], room);
}

function cellOf(picture: Part, lines: readonly CaptionLine[], room: number): Cell {
  return { picture, below: captionPart(lines, Math.max(picture.width, room)) };
}

import { CnnvizError } from '../core/errors.js';
import type { Image } from '../core/image.js';
import { applyColormap } from './colormaps.js';
import { commonLevels, type FigureOptions, type LabelledMap, legend, type MapFigure, titledScene } from './figure.js';
import { chooseFit, type Fit, fitWords } from './fit.js';
import { type KernelPlanes, kernelPicture } from './kernel-picture.js';
import { arrowPart } from './marks.js';
import { fitsNumberGrid, numberGrid } from './number-grid.js';
import { captioned, imagePicture, type Part, planePicture, sideBySide, stacked, textPart, widest } from './part.js';
import { resample } from './resample.js';

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
const KEY_WIDTH = 150;

/**
 * input ▸ kernel ▸ convolution ▸ activation ▸ pooling, one row a map. Pictures of one row share one magnification; maps of
 * one stage share one scale, each kernel has its own. Tiny planes show their numbers.
 * @returns the scale and what it clipped of the last maps
 * @throws CnnvizError 'shape' when there is no row, or too many for one picture
 */
export function strip(rows: readonly StripRow[], options: FigureOptions & { readonly facts?: string }): MapFigure {
  const { title, scaleRule, colormap, look, facts = '' } = options;
  if (rows.length === 0) throw new CnnvizError('shape', 'a strip needs at least one map');
  const boxes = BOXES.find((candidate) => rows.length <= candidate.rows)!;
  const [box, kernelBox] = [boxes.picture * look.box, boxes.kernel * look.box];
  const count = Math.max(...rows.map(({ stages }) => stages.length));
  const stages = Array.from({ length: Math.min(count, MOST_STAGES) }, (_, s) => {
    const maps = rows.map((row) => row.stages[s].map);
    return { maps, ...commonLevels(maps, scaleRule) };
  });
  const fits = rows.map(({ input, stages }) => fitOf([input, ...stages.map(({ map }) => map)], box));
  const columns: Part[][] = [
    rows.map((row, i) => inputCell(row, fits[i])),
    rows.map(({ kernel }) => kernelCell(kernel, kernelBox)),
    ...stages.map(({ levels }, s) => rows.map((row, i) => stageCell(row.stages[s], levels[i], colormap, fits[i]))),
  ];
  const arrows = stages.map((_, s) => inColumn(rows.map((row) => arrowOf(row.stages[s].step))));
  const plain = arrowOf({ above: '', below: '' });
  const wide = columns.map(inColumn);
  const lines = rows.map((_, i) =>
    sideBySide(
      [wide[0][i], plain, wide[1][i], ...stages.flatMap((_, s) => [arrows[s][i], wide[2 + s][i]])],
      GAP,
      'middle',
    ),
  );
  const last = stages[stages.length - 1];
  const keys = stages.map(({ scale, clipped }, s) => {
    const room = Math.max(KEY_WIDTH, Math.min(256, widest(columns[2 + s])));
    return legend('', scale, colormap, clipped, room);
  });
  const before = wide[0][0].width + wide[1][0].width + plain.width + 2 * GAP;
  const key = keysBelow(
    keys,
    stages.map((_, s) => [arrows[s][0].width, wide[2 + s][0].width]),
    before,
  );
  const scene = titledScene(title, facts, stacked([...lines, key], ROW_GAP, 'left'), null, look);
  return { scene, scale: last.scale, clipped: last.clipped };
}

/** Each legend below the maps it is of; one that would meet its neighbour goes a line lower. */
function keysBelow(
  keys: readonly Part[],
  widths: readonly (readonly [arrow: number, map: number])[],
  before: number,
): Part {
  let left = before;
  let free = 0;
  let top = 0;
  const placed = keys.map((key, s) => {
    const [arrow, map] = widths[s];
    left += GAP + arrow + GAP;
    const x = left;
    if (x < free) top += keys[s - 1].height + 12;
    free = x + key.width + GAP;
    left += map;
    return { key, x, y: top };
  });
  return {
    width: Math.max(...placed.map(({ key, x }) => x + key.width)),
    height: Math.max(...placed.map(({ key, y }) => y + key.height)),
    draw: (marks, x, y) => {
      for (const one of placed) one.key.draw(marks, x + one.x, y + one.y);
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

function inputCell({ input, inputValues }: StripRow, fit: Fit): Part {
  const { width, height } = input;
  const size = `${width} × ${height}`;
  if (inputValues && fitsNumberGrid(input)) {
    const grey = resample(input, width, height);
    const rgb = input.channels === 3 ? grey : Uint8Array.from({ length: 3 * grey.length }, (_, i) => grey[(i / 3) | 0]);
    return captioned(numberGrid({ width, height, values: inputValues }, rgb), [['input', size]]);
  }
  return captioned(imagePicture(input, fit), [['input', size], ...[fitWords(fit)].filter(Boolean)]);
}

function kernelCell({ label, channels, combined }: KernelPlanes, box: number): Part {
  const { picture, size, range } = kernelPicture(channels, box, combined ?? null);
  return captioned(picture, [label, size, range]);
}

function stageCell(
  { map, words }: StripStage,
  levels: Uint8Array,
  colormap: FigureOptions['colormap'],
  fit: Fit,
): Part {
  const size = `${map.width} × ${map.height}`;
  if (fitsNumberGrid(map)) return captioned(numberGrid(map, applyColormap(levels, colormap)), [[words, size]]);
  return captioned(planePicture(map, levels, colormap, fit), [[words, size]]);
}

/** Parts as wide as the widest of them. */
function inColumn(parts: readonly Part[]): Part[] {
  const width = widest(parts);
  return parts.map((part) => ({
    ...part,
    width,
    draw: (marks, x, y) => part.draw(marks, x + Math.floor((width - part.width) / 2), y),
  }));
}

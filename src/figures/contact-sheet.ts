import type { Clipped, Scale } from '../core/facts.js';
import { formatNumber } from '../core/format.js';
import type { Image } from '../core/image.js';
import type { ColormapName, ScaleRule } from '../core/job.js';
import { chooseFit, fitWords } from './fit.js';
import { shortenMiddle, textWidth } from './font.js';
import { legend } from './legend.js';
import { FAINT, inGrid, onPaper, type Part, stacked, textPart } from './part.js';
import { type Plane, planePicture, toLevels } from './pictures.js';
import { chooseScale, toPixels } from './scale.js';

export interface LabelledPlane extends Plane {
  readonly label: string;
}

export interface FigureOptions {
  readonly title: string;
  readonly scaleRule: ScaleRule;
  readonly colormap: ColormapName;
}

export interface Figure {
  readonly image: Image;
  /** The one scale of all maps in it. */
  readonly scale: Scale;
  readonly clipped: Clipped;
}

/** Sheets aim at this width; more maps make smaller pictures, then more rows. */
const SHEET_WIDTH = 1180;
const GAP = 14;
const MARGIN = 14;
const [LARGEST, SMALLEST] = [360, 64];

/** All maps in one labelled picture on one common scale, with a legend of lo, zero and hi. */
export function contactSheet(maps: readonly LabelledPlane[], { title, scaleRule, colormap }: FigureOptions): Figure {
  const scale = chooseScale(
    maps.map(({ values }) => values),
    scaleRule,
  );
  const clipped = countClipped(maps, scale);
  const columns = columnsFor(maps);
  const box = Math.min(LARGEST, Math.max(SMALLEST, Math.floor((SHEET_WIDTH - GAP * (columns - 1)) / columns)));
  const cells = maps.map((map) => cell(map, scale, colormap, box));
  const count = maps.length === 1 ? '1 map' : `${maps.length} maps`;
  const heading = textPart(`${title} → ${count}`, undefined, 2);
  const words = textPart(
    `all on one scale: bright = ${formatNumber(scale.hi)}, dark = ${formatNumber(scale.lo)}`,
    FAINT,
  );
  const sheet = stacked([heading, words, inGrid(cells, columns, GAP, GAP), legend('', scale, colormap, clipped)], GAP);
  return { image: onPaper(sheet, MARGIN), scale, clipped };
}

/** As many columns as make the sheet about as wide as high. */
function columnsFor(maps: readonly Plane[]): number {
  const width = Math.max(...maps.map((map) => map.width));
  const height = Math.max(...maps.map((map) => map.height));
  const aspect = Math.min(4, Math.max(0.25, width / height));
  return Math.min(16, maps.length, Math.max(1, Math.round(Math.sqrt((maps.length * 1.4) / aspect))));
}

function cell(map: LabelledPlane, scale: Scale, colormap: ColormapName, box: number): Part {
  const fit = chooseFit(map.width, map.height, box, box);
  const picture = planePicture(map, toLevels(map.values, scale), colormap, fit);
  const room = Math.max(picture.width, SMALLEST);
  const size = [`${map.width}×${map.height}`, fitWords(fit)].filter(Boolean).join(', ');
  const lines = [
    picture,
    textPart(shortenMiddle(map.label, room, 1)),
    ...(textWidth(size, 1) <= room ? [textPart(size, FAINT)] : []),
  ];
  return stacked(lines, 4);
}

/** What a common scale clips of all maps together. */
export function countClipped(maps: readonly Plane[], scale: Scale): Clipped {
  return maps
    .map(({ values }) => toPixels(values, scale, 8).clipped)
    .reduce((a, b) => ({ below: a.below + b.below, above: a.above + b.above, nan: a.nan + b.nan }));
}

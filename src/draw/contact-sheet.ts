import { CnnvizError } from '../core/errors.js';
import { plural } from '../core/geometry.js';
import type { Image } from '../core/image.js';
import { formatNumber } from '../core/text.js';
import { applyColormap } from './colormaps.js';
import {
  type ColouredFigure,
  commonLevels,
  type FigureOptions,
  type LabelledMap,
  legend,
  lostWords,
  titledScene,
} from './figure.js';
import { chooseFit, fitWords } from './fit.js';
import { type KernelPlanes, kernelPicture } from './kernel-picture.js';
import { fitsNumberGrid, numberGrid } from './number-grid.js';
import {
  captioned,
  imagePicture,
  inGrid,
  type Part,
  planePicture,
  sideBySide,
  stacked,
  TYPE,
  textPart,
  widest,
} from './part.js';
import { shortenMiddle, wrapText } from './scene/typeface.js';

const GAP = 16;
/** The area the maps of a sheet share, in points, and the bounds of one map's side. */
const AREA = 1.15e6;
const AREA_OF_MANY = 5e5;
const SMALLEST_BOX = 48;
const LARGEST_BOX = 640;
/** So many maps are looked over, not into. */
const MANY = 100;
/** Small maps are enlarged to at most this side. */
const ZOOM_TO = 200;
/** A label may be this wide under a narrower map. */
const LABEL_WIDTH = 110;
/** Kernels that are drawn under their maps are at most this large; of more maps than this there is no room. */
const KERNEL_BOX = 56;
const MOST_KERNELS = 16;
const INPUT_BOX = 200;

/** A map of a sheet; what made it is drawn beside its name. */
export interface SheetMap extends LabelledMap {
  readonly kernel?: KernelPlanes;
}

export interface SheetOptions extends FigureOptions {
  /** What was done, as the line below the title. */
  readonly facts?: string;
  /** What all maps were made from, drawn small. */
  readonly input?: Image;
  /** Every map has a scale of its own. */
  readonly each?: boolean;
}

/**
 * All maps in one labelled picture. Large maps are shrunk, small ones enlarged by whole factors, and the picture says so.
 * On one common scale, or each on its own, whose ends stand below it: then `scale` is that of the first.
 * @throws CnnvizError 'shape' when there is no map, or too many for one picture
 */
export function contactSheet(maps: readonly SheetMap[], options: SheetOptions): ColouredFigure {
  if (maps.length === 0) throw new CnnvizError('shape', 'a sheet needs at least one map');
  const { title, scaleRule, look, facts = '', input, each = false } = options;
  const drawn = each
    ? maps.map((map) => commonLevels([map], scaleRule, options))
    : [commonLevels(maps, scaleRule, options)].flatMap(({ levels, ...rest }) =>
        levels.map((one) => ({ levels: [one], ...rest })),
      );
  const area = (maps.length > MANY ? AREA_OF_MANY : AREA) * look.box * look.box;
  const box = Math.min(LARGEST_BOX, Math.max(SMALLEST_BOX, Math.sqrt(area / maps.length) - GAP));
  const fits = maps.map(({ width, height }) => chooseFit(width, height, box, Math.min(box, ZOOM_TO * look.box)));
  const sizes = maps.map(({ width, height }, i) =>
    [`${width} × ${height}`, fitWords(fits[i])].filter(Boolean).join(', '),
  );
  const alike = sizes.every((size) => size === sizes[0]);
  const fewest = Math.min(LABEL_WIDTH, widest(maps.map(({ label }) => textPart(label, 'name'))));
  const gap = maps.length > MANY ? GAP / 2 : GAP + 8;
  const cells = maps.map((map, i) => {
    const { levels, scale, clipped, colormap } = drawn[i];
    const isSmall = fitsNumberGrid(map) && maps.length <= MOST_KERNELS && (map.blank ?? 0) === 0;
    const picture = isSmall
      ? numberGrid(map, applyColormap(levels[0], colormap))
      : planePicture(map, levels[0], colormap, fits[i], map.blank);
    const own = each ? [rangeWords(scale), lostWords(clipped, colormap)] : [];
    return cellOf(
      map,
      picture,
      [alike ? '' : sizes[i], ...own].filter(Boolean),
      Math.max(picture.width, fewest),
      maps.length,
    );
  });
  const count = plural(maps.length, 'map');
  const subject = alike ? `${count} ${sizes[0]}` : count;
  const scales = maps.length === 1 ? '' : each ? 'each on a scale of its own' : 'one scale for all';
  const words = [facts, subject, scales].filter(Boolean).join('  ·  ');
  const { scale, clipped, colormap } = drawn[0];
  const grid = inGrid(cells, gap, undefined, Math.min(gap, GAP));
  const figure = input ? stacked([inputCell(input, look.box), grid], 24, 'left') : grid;
  const key = each && maps.length > 1 ? null : legend('', scale, colormap, clipped);
  return { scene: titledScene(title, words, figure, key, look), scale, clipped, colormap };
}

function rangeWords({ lo, hi }: { readonly lo: number; readonly hi: number }): string {
  return lo === hi ? `all ${formatNumber(lo)}` : `${formatNumber(lo)} … ${formatNumber(hi)}`;
}

function inputCell(input: Image, box: number): Part {
  const fit = chooseFit(input.width, input.height, INPUT_BOX * box, (INPUT_BOX * box) / 2);
  return captioned(imagePicture(input, fit), [['input', `${input.width} × ${input.height}`]]);
}

/** A map with its name below it, and its kernel beside the name while there is room for one. */
function cellOf(map: SheetMap, picture: Part, details: readonly string[], room: number, count: number): Part {
  const style = count > MOST_KERNELS ? TYPE.detail : TYPE.name;
  const kernel = map.kernel && count <= MOST_KERNELS ? smallKernel(map.kernel, KERNEL_BOX) : null;
  const beside = kernel ? kernel.width + 12 : 0;
  const left = Math.max(room - beside, 64);
  const name = textPart(shortenMiddle(map.label, left, style.size, style.weight), style);
  const lines = details.flatMap((line) => wrapText(line, left, TYPE.detail.size));
  const words = stacked([name, ...lines.map((line) => textPart(line, 'detail'))], 1, 'left');
  return stacked([picture, kernel ? sideBySide([kernel, words], 12, 'middle') : words], kernel ? 10 : 4, 'left');
}

/** A kernel without numbers in its cells, as small as a thumbnail. */
function smallKernel(kernel: KernelPlanes, box: number): Part | null {
  const { picture } = kernelPicture(kernel.channels, box, kernel.combined ?? null, false);
  return picture.width <= 2 * box && picture.height <= 2 * box ? picture : null;
}

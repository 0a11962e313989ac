import { CnnvizError } from '../core/errors.js';
import type { Image } from '../core/image.js';
import { createCanvas, drawImage } from './canvas.js';
import { applyColormap } from './colormaps.js';
import { type KernelPlanes, kernelPicture } from './kernel-picture.js';
import {
  commonLevels,
  type FigureOptions,
  type LabelledMap,
  legend,
  type MapFigure,
  titledImage,
} from './map-figure.js';
import { fitsNumberGrid, numberGrid } from './number-grid.js';
import {
  captioned,
  INK,
  imagePicture,
  PAPER,
  type Part,
  planePicture,
  sideBySide,
  stacked,
  textPart,
  widest,
} from './part.js';
import { chooseFit, fitWords } from './text.js';

/** What made one map. */
export interface StripRow {
  readonly input: Image;
  /** The numbers of a one-channel input, [height, width]: a tiny one is drawn with them. */
  readonly inputValues?: Float32Array;
  readonly kernel: KernelPlanes;
  readonly map: LabelledMap;
}

const GAP = 12;
const ROW_GAP = 18;
const ARROW_SIZE = 4;
const CENTRED = { align: 'centre' } as const;
/** The sides of pictures and small kernels: the more rows, the smaller, so that a strip stays a picture one can open. */
const BOXES = [
  { rows: 2, picture: 420, kernel: 160 },
  { rows: 6, picture: 280, kernel: 120 },
  { rows: 20, picture: 160, kernel: 96 },
  { rows: Number.POSITIVE_INFINITY, picture: 96, kernel: 72 },
];

/**
 * input ▸ kernel ▸ map, one row a map; the maps share one scale, each kernel has its own. Tiny planes show their numbers.
 * @throws CnnvizError 'shape' when there is no row, or too many for one picture
 */
export function strip(rows: readonly StripRow[], { title, scaleRule, colormap }: FigureOptions): MapFigure {
  if (rows.length === 0) throw new CnnvizError('shape', 'a strip needs at least one map');
  const maps = rows.map(({ map }) => map);
  const { levels, scale, clipped } = commonLevels(maps, scaleRule);
  const boxes = BOXES.find((candidate) => rows.length <= candidate.rows)!;
  const inputs = rows.map((row) => inputCell(row, boxes.picture));
  const kernels = rows.map(({ kernel }) => {
    const { picture, size, range } = kernelPicture(kernel.channels, boxes.kernel, kernel.combined);
    return captioned(picture, [`kernel ${kernel.label}`, size, range], CENTRED);
  });
  const cells = rows.map(({ kernel, map }, i) => {
    const name = map.label === kernel.label ? 'map' : `map ${map.label}`;
    const fit = chooseFit(map.width, map.height, boxes.picture, boxes.kernel);
    return fitsNumberGrid(map)
      ? captioned(numberGrid(map, applyColormap(levels[i], colormap)), [`${name} ${map.width}×${map.height}`], CENTRED)
      : captioned(
          planePicture(map, levels[i], colormap, fit),
          [`${name} ${map.width}×${map.height}`, fitWords(fit)],
          CENTRED,
        );
  });
  const arrow = textPart('▸', INK, ARROW_SIZE);
  const columns = [inputs, kernels, cells].map(inColumn);
  const lines = rows.map((_, i) =>
    sideBySide([columns[0][i], arrow, columns[1][i], arrow, columns[2][i]], GAP, 'middle'),
  );
  const key = legend(rows.length > 1 ? 'all maps' : 'map', scale, colormap, clipped);
  return { image: titledImage(title, '', stacked(lines, ROW_GAP, 'left'), key), scale, clipped };
}

function inputCell({ input, inputValues }: StripRow, box: number): Part {
  const { width, height } = input;
  const caption = `input ${width}×${height}`;
  if (inputValues && fitsNumberGrid(input)) {
    const pixels = createCanvas(width, height, PAPER);
    drawImage(pixels, 0, 0, input);
    return captioned(numberGrid({ width, height, values: inputValues }, pixels.data), [caption], CENTRED);
  }
  const fit = chooseFit(width, height, box, box / 2);
  return captioned(imagePicture(input, fit), [caption, fitWords(fit)], CENTRED);
}

/** Parts as wide as the widest of them, each in the middle. */
function inColumn(parts: readonly Part[]): Part[] {
  const width = widest(parts);
  return parts.map((part) => ({
    width,
    height: part.height,
    draw: (canvas, x, y) => part.draw(canvas, x + Math.floor((width - part.width) / 2), y),
  }));
}

import { formatNumber } from '../core/format.js';
import type { Image } from '../core/image.js';
import { applyColormap } from './colormaps.js';
import { countClipped, type Figure, type FigureOptions, type LabelledPlane } from './contact-sheet.js';
import { chooseFit, fitWords } from './fit.js';
import { kernelPlane } from './kernel-drawing.js';
import { legend } from './legend.js';
import { fitsNumberGrid, numberGrid } from './number-grid.js';
import { FAINT, onPaper, type Part, sideBySide, stacked, textPart } from './part.js';
import { imagePicture, type Plane, planePicture, toLevels } from './pictures.js';
import { chooseScale } from './scale.js';

export interface StripRow {
  readonly input: Image;
  /** The input's numbers, [height, width], when it has one channel. */
  readonly inputValues?: Float32Array;
  readonly kernel: { readonly label: string; readonly channels: readonly Plane[] };
  readonly map: LabelledPlane;
}

/** A picture of the input or a map is at most this wide and high. */
const BOX = 380;
/** More planes of a kernel than this are counted instead of drawn. */
const MAX_PLANES = 8;

/** input ▸ kernel ▸ map, a row for each map. Maps share one scale; each kernel has its own, centred on zero. */
export function strip(rows: readonly StripRow[], { title, scaleRule, colormap }: FigureOptions): Figure {
  const maps = rows.map(({ map }) => map);
  const scale = chooseScale(
    maps.map(({ values }) => values),
    scaleRule,
  );
  const clipped = countClipped(maps, scale);
  const lines = rows.map((row) => {
    const { map } = row;
    const levels = toLevels(map.values, scale);
    const fit = chooseFit(map.width, map.height, BOX, 200);
    const numbers = fitsNumberGrid(map) ? numberGrid(map, applyColormap(levels, colormap)) : null;
    const output = captioned(numbers ?? planePicture(map, levels, colormap, fit), `map ${map.width}×${map.height}`, [
      numbers ? '' : fitWords(fit),
      `${formatNumber(Math.min(...range(map)))} … ${formatNumber(Math.max(...range(map)))}`,
    ]);
    const arrow = textPart('▸', undefined, 3);
    return sideBySide([inputPart(row), arrow, kernelPart(row), arrow, output], 16, 'middle');
  });
  const name = rows.length === 1 ? 'map' : 'maps';
  const figure = stacked([textPart(title, undefined, 2), ...lines, legend(name, scale, colormap, clipped)], 16);
  return { image: onPaper(figure, 14), scale, clipped };
}

function captioned(part: Part, caption: string, details: readonly string[]): Part {
  return stacked([part, textPart(caption), ...details.filter(Boolean).map((detail) => textPart(detail, FAINT))], 4);
}

function inputPart({ input, inputValues }: StripRow): Part {
  const { width, height } = input;
  const caption = `input ${width}×${height}`;
  const plane = inputValues && { width, height, values: inputValues };
  if (plane && fitsNumberGrid(plane)) {
    const gray = Uint8Array.from(input.data, (value) => Math.round(value / (input.depth === 8 ? 1 : 257)));
    return captioned(numberGrid(plane, applyColormap(gray, 'gray')), caption, []);
  }
  const fit = chooseFit(width, height, BOX, 200);
  return captioned(imagePicture(input, fit), caption, [fitWords(fit)]);
}

function kernelPart({ kernel: { label, channels } }: StripRow): Part {
  const [first] = channels;
  const caption = [`kernel ${label}`];
  const size = `${first.width}×${first.height}×${channels.length}`;
  if (channels.every((plane) => sameValues(plane, first))) {
    const times = channels.length > 1 ? `the same for ${channels.length} channels` : '';
    return captioned(kernelPlane(first), caption[0], [size, times]);
  }
  if (channels.length === 3 && !fitsNumberGrid(first)) {
    const fit = chooseFit(first.width, first.height, 160, 160);
    return captioned(imagePicture(colourKernel(channels), fit), caption[0], [
      size,
      rangeWords(channels),
      fitWords(fit),
    ]);
  }
  const planes = channels.slice(0, MAX_PLANES).map((plane) => kernelPlane(plane));
  const more = channels.length > MAX_PLANES ? `+ ${channels.length - MAX_PLANES} more` : '';
  return captioned(stacked(planes, 6), caption[0], [size, more]);
}

/** A kernel of three channels as a colour picture: its smallest weight is 0, its largest 255. */
function colourKernel(channels: readonly Plane[]): Image {
  const [{ width, height }] = channels;
  const scale = chooseScale(
    channels.map(({ values }) => values),
    { kind: 'minmax' },
  );
  const levels = channels.map(({ values }) => toLevels(values, scale));
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => levels[i % 3][Math.floor(i / 3)]);
  return { width, height, channels: 3, depth: 8, data };
}

function rangeWords(channels: readonly Plane[]): string {
  const { lo, hi } = chooseScale(
    channels.map(({ values }) => values),
    { kind: 'minmax' },
  );
  return `weights ${formatNumber(lo)} … ${formatNumber(hi)}, a scale of its own`;
}

function range({ values }: Plane): [number, number] {
  const { lo, hi } = chooseScale([values], { kind: 'minmax' });
  return [lo, hi];
}

function sameValues(a: Plane, b: Plane): boolean {
  return a.values.every((value, i) => value === b.values[i]);
}

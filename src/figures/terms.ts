import type { ChannelTerms, Taps, WeightedStep, WindowStep } from '../core/explanation.js';
import type { Scale } from '../core/facts.js';
import { formatNumber } from '../core/format.js';
import type { ColormapName } from '../core/job.js';
import type { Canvas, Rgb } from './canvas.js';
import { applyColormap } from './colormaps.js';
import { chooseFit } from './fit.js';
import { fitsNumberGrid, numberGrid } from './number-grid.js';
import { MARKED, outline } from './outlines.js';
import { FAINT, INK, type Part, sideBySide, stacked, textPart } from './part.js';
import { type Plane, planePicture, toLevels } from './pictures.js';
import { chooseScale } from './scale.js';

/** More channels than this are counted, not drawn. */
export const MOST_CHANNELS = 4;
/** Where a window reaches beyond its input. */
export const PADDED: Rgb = [206, 214, 222];
const BOX = 150;
const COLOURS = ['red', 'green', 'blue'];

/** How the rows of a sum of products are drawn. */
export interface TermsLook {
  readonly isColour: boolean;
  /** Planes whose cells are of one size. */
  readonly cells: readonly Plane[];
  readonly productScale: Scale;
  /** The scale of the patch's greys; null leaves the patch out. */
  readonly patchScale: Scale | null;
}

/** Channels that are drawn: one for all where kernel and values of all are equal, as of a gray image read as RGB. */
export function shownChannels<T>(
  channels: readonly T[],
  values: (channel: T) => readonly Float32Array[],
): readonly T[] {
  const [first, ...rest] = channels;
  const own = values(first);
  const equal = rest.every((one) => values(one).every((array, a) => array.every((value, i) => value === own[a][i])));
  return equal ? [first] : channels.slice(0, MOST_CHANNELS);
}

/** "red", "channel 5"; nothing where one is drawn. */
export function channelTitle(channel: number, isColour: boolean, count: number): Part[] {
  return count === 1 ? [] : [textPart(isColour ? COLOURS[channel] : `channel ${channel}`, FAINT)];
}

/** What is said of the channels that are not drawn. */
export function restOfChannels(shown: number, count: number): Part[] {
  if (shown === count) return [];
  return [textPart(shown === 1 ? `all ${count} channels are equal` : `+ ${count - shown} more channels`, FAINT)];
}

/** patch × kernel = products, a row for each channel. */
export function termsRows({ channels, taps }: WeightedStep, look: TermsLook): Part {
  const kernelScale = chooseScale(
    channels.map(({ kernel }) => kernel),
    { kind: 'symmetric' },
  );
  const shown = shownChannels(channels, ({ patch, kernel }) => [patch, kernel]);
  const rows = shown.map((one) => termsRow(one, taps, look, kernelScale, shown.length));
  return stacked([...rows, ...restOfChannels(shown.length, channels.length)], 8, 'left');
}

function termsRow(
  { channel, patch, kernel, products, sum }: ChannelTerms,
  taps: Taps,
  { isColour, cells, productScale, patchScale }: TermsLook,
  kernelScale: Scale,
  count: number,
): Part {
  const sign = (text: string) => textPart(text, INK, 2);
  const one = (values: Float32Array, scale: Scale, colormap: ColormapName, caption: string, padding?: Uint8Array) =>
    stacked([plane(taps, values, scale, colormap, cells, padding), textPart(caption)], 4, 'left');
  const [height, width] = taps.size;
  // numbers say it themselves; colours need their ends
  const ends = fitsNumberGrid({ width, height }) ? '' : ` ±${formatNumber(kernelScale.hi)}`;
  const kernelCaption = `kernel${ends}`;
  const before = patchScale ? [one(patch, patchScale, 'gray', 'patch', taps.padding)] : [];
  const parts = [
    ...before,
    sign('×'),
    one(kernel, kernelScale, 'diverging', kernelCaption),
    sign('='),
    one(products, productScale, 'diverging', `products: ${formatNumber(sum, 4)}`),
  ];
  return stacked([...channelTitle(channel, isColour, count), sideBySide(parts, 8, 'middle')], 3, 'left');
}

/** Taps as numbers where they fit, else as a picture. */
function plane(
  { size: [height, width] }: Taps,
  values: Float32Array,
  scale: Scale,
  colormap: ColormapName,
  cells: readonly Plane[],
  padding?: Uint8Array,
): Part {
  const levels = toLevels(values, scale);
  const taps = { width, height, values };
  if (!fitsNumberGrid(taps)) return planePicture(taps, levels, colormap, chooseFit(width, height, BOX, BOX));
  const rgb = applyColormap(levels, colormap);
  padding?.forEach((flag, t) => {
    if (flag === 1) rgb.set(PADDED, 3 * t);
  });
  return numberGrid(taps, rgb, { among: [taps, ...cells] });
}

/** patch × kernel of each channel, or the values of a pool's window (weighted, for means). */
export function productPlanes(explained: WeightedStep | WindowStep): Plane[] {
  const [height, width] = explained.taps.size;
  if (explained.step === 'weighted') {
    return explained.channels.map(({ products }) => ({ width, height, values: products }));
  }
  const { values, weights } = explained;
  return [{ width, height, values: weights ? values.map((value, t) => value * weights[t]) : values }];
}

/** A pool's window: the largest outlined, or every value times its weight. */
export function windowPart(explained: WindowStep, scale: Scale, cells: readonly Plane[]): Part {
  const [values] = productPlanes(explained);
  const caption = explained.weights === null ? 'window, largest marked' : 'values × weights';
  const levels = toLevels(values.values, scale);
  if (!fitsNumberGrid(values)) {
    const fit = chooseFit(values.width, values.height, BOX, BOX);
    return stacked([planePicture(values, levels, 'diverging', fit), textPart(caption)], 4, 'left');
  }
  const grid = numberGrid(values, applyColormap(levels, 'diverging'), {
    among: [values, ...cells],
    isBlank: (t) => explained.taps.padding[t] === 1,
  });
  const [row, column] = [Math.floor(explained.chosen / values.width), explained.chosen % values.width];
  return stacked(
    [explained.weights === null ? markCells(grid, grid.step, [row], [column]) : grid, textPart(caption)],
    4,
    'left',
  );
}

/** Cells of a grid outlined: one frame around neighbours, or one each where the window is dilated. */
export function markCells(grid: Part, step: number, rows: readonly number[], columns: readonly number[]): Part {
  const isDense = (at: readonly number[]) => at.every((one, i) => i === 0 || one === at[i - 1] + 1);
  const frames =
    isDense(rows) && isDense(columns)
      ? [{ row: rows[0], column: columns[0], height: rows.length, width: columns.length }]
      : rows.flatMap((row) => columns.map((column) => ({ row, column, height: 1, width: 1 })));
  return {
    ...grid,
    draw: (canvas: Canvas, x: number, y: number) => {
      grid.draw(canvas, x, y);
      for (const { row, column, height, width } of frames) {
        outline(canvas, x + column * step - 1, y + row * step - 1, width * step + 3, height * step + 3, MARKED, 3);
      }
    },
  };
}
